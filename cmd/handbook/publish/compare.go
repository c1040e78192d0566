package publish

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// contents describe a folder before a site is written into it; names have
// slashes.
type contents struct {
	exists     bool
	foreign    string           // a file that handbook did not write; if set, the other fields are not
	sizes      map[string]int64 // of regular files
	others     []string         // links and devices
	hiddenDirs []string         // folders at the top, which stay
}

// A difference is what has to be changed in a folder; all names have slashes
// and are sorted.
type difference struct {
	changed    []string // to write
	same       []string // unchanged, byte for byte
	gone       []string // to remove
	hidden     []string // files at the top, which stay
	hiddenDirs []string // folders at the top, which stay
}

// harmless are hidden files that a folder without a Marker may contain.
var harmless = []string{".gitignore", ".gitkeep", ".gitattributes", ".git", ".nojekyll", ".DS_Store", ".well-known"}

// look lists a folder.
func look(dir string) (contents, error) {
	t := contents{sizes: map[string]int64{}}
	_, err := os.Lstat(filepath.Join(dir, Marker))
	marked := err == nil
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p == dir {
			t.exists = true
			return notAFolder(dir, e)
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if !marked && !slices.Contains(harmless, name) && !isTemp(name) {
			t.foreign = name
			return fs.SkipAll
		}
		return t.visit(name, e)
	})
	if err != nil && (t.exists || !errors.Is(err, fs.ErrNotExist)) {
		return t, err
	}
	return t, nil
}

func notAFolder(dir string, e fs.DirEntry) error {
	if e.IsDir() {
		return nil
	}
	return &fs.PathError{Op: "write", Path: dir, Err: errors.New("not a folder")}
}

func (t *contents) visit(name string, e fs.DirEntry) error {
	switch {
	case e.IsDir() && name == stageDir: // left by a killed call
		return fs.SkipDir
	case e.IsDir() && isHiddenTop(name):
		t.hiddenDirs = append(t.hiddenDirs, name)
		return fs.SkipDir
	case e.IsDir():
	case e.Type().IsRegular():
		info, err := e.Info()
		if err != nil {
			return err
		}
		t.sizes[name] = info.Size()
	default:
		t.others = append(t.others, name)
	}
	return nil
}

// isHiddenTop reports whether a file with this name stays even if it is not
// part of the site.
func isHiddenTop(name string) bool {
	return strings.HasPrefix(name, ".") && !strings.Contains(name, "/") && !isTemp(name)
}

// difference compares the folder with the files that were put.
func (s *Stage) difference() (d difference, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, same := range s.files {
		if same {
			d.same = append(d.same, name)
		} else {
			d.changed = append(d.changed, name)
		}
	}
	for name := range s.current.sizes {
		d.leave(s, name)
	}
	for _, name := range s.current.others {
		d.leave(s, name)
	}
	// Look for hidden folders at the top again, so that one that was made
	// while pages were rendered is not lost.
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	for _, e := range entries {
		name := e.Name()
		if _, put := s.files[name]; put || !isHiddenTop(name) {
			continue
		}
		if e.IsDir() {
			d.hiddenDirs = append(d.hiddenDirs, name)
		} else {
			d.hidden = append(d.hidden, name)
		}
	}
	for _, names := range [][]string{d.same, d.changed, d.gone} {
		slices.Sort(names)
	}
	return d, nil
}

// leave records a file of the folder that is not part of the site, as one to
// remove or as one that stays.
func (d *difference) leave(s *Stage, name string) {
	if _, put := s.files[name]; !put && !isHiddenTop(name) {
		d.gone = append(d.gone, name)
	}
}

// isTemp reports whether a file is an unfinished one of a killed call.
func isTemp(name string) bool { return strings.HasPrefix(path.Base(name), tempMark) }

// buffers are for files that are compared.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// hasBytes reports whether a file has exactly these bytes.
func hasBytes(file string, want []byte) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	array := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(array)
	buf := array[:]
	for {
		n, err := f.Read(buf)
		if n > len(want) || !bytes.Equal(buf[:n], want[:n]) {
			return false, nil
		}
		want = want[n:]
		if err == io.EOF {
			return len(want) == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// pagesLast sorts names so that files that pages refer to come before the
// pages.
func pagesLast(names []string) []string {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	return sorted
}

func rank(name string) int {
	if path.Ext(name) == ".html" {
		return 1
	}
	return 0
}
