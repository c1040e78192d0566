package labfiles

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"handbook/content/record"
)

// A Repository has the files around a site that may be put on the machines of
// its labs. The file system of a site may implement it; otherwise the content
// root is all there is.
type Repository interface {
	// Kept lists the files that belong to the repository, sorted, without
	// those that git ignores. Records are not listed, since their digests
	// would depend on themselves. Paths are relative to the repository's root,
	// with slashes.
	Kept() (*Kept, error)
	// OpenKept opens a file of the repository, and LstatKept describes one.
	// Links are not followed; a path through a link is an error.
	OpenKept(name string) (fs.File, error)
	LstatKept(name string) (fs.FileInfo, error)
}

// Kept are the files of a repository.
type Kept struct {
	Content string // path of the content root; "." if it is the repository's root
	Files   []KeptFile
	NoGit   bool // there is no Git repository: they are those that one would track
}

// A KeptFile is a file of a repository.
type KeptFile struct {
	Path    string
	Tracked bool // in git's index
}

// below returns the files that a path names: the file itself, or all in a folder.
func (k *Kept) below(name string) []KeptFile {
	if name == "." {
		return k.Files
	}
	start, _ := slices.BinarySearchFunc(k.Files, name, func(f KeptFile, name string) int { return strings.Compare(f.Path, name) })
	var found []KeptFile
	for _, f := range k.Files[start:] {
		if f.Path == name || strings.HasPrefix(f.Path, name+"/") {
			found = append(found, f)
		} else if !strings.HasPrefix(f.Path, name) {
			break
		}
	}
	return found
}

// matching returns the files whose path, or a folder of it, a pattern matches.
// looks is how many comparisons are left; a negative number means that there
// were too many.
func (k *Kept) matching(pattern string, looks *int) (found []KeptFile) {
	parts := strings.Split(pattern, "/")
	fixed := slices.IndexFunc(parts, func(p string) bool { return strings.ContainsAny(p, "*?[") })
	for _, f := range k.below(path.Join(append([]string{"."}, parts[:fixed]...)...)) {
		if *looks < 0 {
			return nil
		}
		if match(parts, strings.Split(f.Path, "/"), looks) {
			found = append(found, f)
		}
	}
	return found
}

// match reports whether a pattern matches a path, or a folder on its way.
func match(pattern, name []string, looks *int) bool {
	*looks--
	switch {
	case len(pattern) == 0:
		return true
	case len(name) == 0:
		return false
	case pattern[0] == "**":
		return match(pattern[1:], name, looks) && len(pattern) > 1 || match(pattern, name[1:], looks) || len(pattern) == 1
	}
	ok, err := path.Match(pattern[0], name[0])
	return ok && err == nil && match(pattern[1:], name[1:], looks)
}

// alone is the repository of a site of which only the content root is known.
type alone struct{ fs.FS }

func (a alone) Kept() (*Kept, error) {
	k := &Kept{Content: "."}
	err := fs.WalkDir(a.FS, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !record.Is(name) {
			k.Files = append(k.Files, KeptFile{name, true})
		}
		return err
	})
	k.Sort()
	return k, err
}

func (a alone) OpenKept(name string) (fs.File, error)      { return a.Open(name) }
func (a alone) LstatKept(name string) (fs.FileInfo, error) { return fs.Stat(a.FS, name) }

// Sort sorts the files, and removes those that are listed twice.
func (k *Kept) Sort() {
	slices.SortFunc(k.Files, func(a, b KeptFile) int { return strings.Compare(a.Path, b.Path) })
	k.Files = slices.CompactFunc(k.Files, func(a, b KeptFile) bool { return a.Path == b.Path })
}
