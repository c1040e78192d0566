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

// Contents are what a folder holds before a site is written into it; names have
// slashes.
type contents struct {
	exists     bool
	foreign    string           // a file that makes the folder somebody else's; then there is nothing more to know
	sizes      map[string]int64 // of regular files
	others     []string         // links and devices
	hiddenDirs []string         // folders at the top, which stay
}

// A difference is what has to happen to a folder; all names have slashes and
// are sorted.
type difference struct {
	changed    []string // to write
	same       []string // there already, byte for byte
	gone       []string // there, but not of the site
	hidden     []string // files at the top, which stay
	hiddenDirs []string // folders at the top, which stay
}

// harmless are hidden files that a folder which is about to become ours may
// hold before it does.
var harmless = []string{".gitignore", ".gitkeep", ".gitattributes", ".git", ".nojekyll", ".DS_Store", ".well-known"}

// look looks at what a folder holds.
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
	case e.IsDir() && name == stageDir: // of a call that was killed
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

// isHiddenTop tells whether what is not part of the site stays under this name.
func isHiddenTop(name string) bool {
	return strings.HasPrefix(name, ".") && !strings.Contains(name, "/") && !isTemp(name)
}

// difference compares what the folder holds with what was put.
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
	// Hidden folders at the top are looked for again: a folder must not get lost
	// that somebody has made while pages were rendered.
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

// leave notes a file of the folder that is not part of the site, unless it stays.
func (d *difference) leave(s *Stage, name string) {
	if _, put := s.files[name]; !put && !isHiddenTop(name) {
		d.gone = append(d.gone, name)
	}
}

// isTemp tells whether a file was being written in place by a call that was
// killed.
func isTemp(name string) bool { return strings.HasPrefix(path.Base(name), tempMark) }

// buffers are for files that are compared.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// hasBytes tells whether a file holds just these bytes.
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

// pagesLast orders names so that what pages refer to comes before them.
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
