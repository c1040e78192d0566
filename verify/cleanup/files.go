package cleanup

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// Files are those on a machine that a lab may have made, by absolute path.
type Files map[string]File

// A File is a file or a directory.
type File struct {
	Dir     bool
	Locked  bool   // a directory that its owner may not remove files from
	Bytes   int64  // 0 of a directory
	Changed string // when it was last changed
	Renewed bool   // Since: it was there before, with other contents
}

// since returns the files that are new, and those that have changed.
func (f Files) since(before Files) Files {
	left := Files{}
	for name, now := range f {
		then, known := before[name]
		switch {
		case !known:
			left[name] = now
		case !now.Dir && (then.Bytes != now.Bytes || then.Changed != now.Changed):
			now.Renewed = true
			left[name] = now
		}
	}
	return left
}

// A part is a new file, or a new directory with all that is in it.
type part struct {
	path   string
	files  int // a directory's own is not counted
	bytes  int64
	dir    bool
	locked bool // it is, or has, a directory that its owner may not remove files from
}

// parts returns what is new below a directory, each directory as one. Those
// that keep returns true for are looked into.
func (f Files) parts(dir string, keep func(string) bool) []part {
	found := map[string]*part{}
	for name, file := range f {
		if file.Renewed || !below(name, dir) || keep(name) {
			continue
		}
		top := name
		for up := path.Dir(top); up != dir && below(up, dir); up = path.Dir(up) {
			if above, made := f[up]; !made || above.Renewed || keep(up) {
				break
			}
			top = up
		}
		p := found[top]
		if p == nil {
			p = &part{path: top}
			found[top] = p
		}
		if file.Dir {
			p.locked = p.locked || file.Locked
			p.dir = p.dir || name == top
		} else {
			p.files++
			p.bytes += file.Bytes
		}
	}
	all := make([]part, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[name])
	}
	return all
}

// below reports whether a path is one of something in a directory.
func below(name, dir string) bool {
	return name != dir && strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

// outermost returns directories without those that are within others.
func outermost(dirs []string) (outer []string) {
	for _, dir := range slices.SortedFunc(slices.Values(dirs), func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) }) {
		if !slices.ContainsFunc(outer, func(o string) bool { return dir == o || below(dir, o) }) {
			outer = append(outer, dir)
		}
	}
	return sorted(outer)
}
