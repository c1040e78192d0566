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

	"golang.org/x/sync/errgroup"
)

// A difference is what has to happen to a folder; all names have slashes and
// are sorted.
type difference struct {
	exists     bool
	foreign    string   // a file that makes the folder somebody else's; then there is nothing more to know
	changed    []string // to write
	same       []string // there already, byte for byte
	gone       []string // there, but not of the site
	hidden     []string // files at the top, which stay
	hiddenDirs []string // folders at the top, which stay
}

// harmless are hidden files that a folder which is about to become ours may
// hold before it does.
var harmless = []string{".gitignore", ".gitkeep", ".gitattributes", ".git", ".nojekyll", ".DS_Store", ".well-known"}

func compare(dir string, files map[string][]byte) (difference, error) {
	var d difference
	_, err := os.Lstat(filepath.Join(dir, Marker))
	marked := err == nil
	sizes := map[string]int64{}
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p == dir {
			d.exists = true
			return notAFolder(dir, e)
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if !marked && !slices.Contains(harmless, name) && !isTemp(name) {
			d.foreign = name
			return fs.SkipAll
		}
		return d.visit(name, e, files, sizes)
	})
	switch {
	case err != nil && (d.exists || !errors.Is(err, fs.ErrNotExist)):
		return d, err
	case d.foreign != "":
		return d, nil
	}
	return d, d.sortOut(dir, files, sizes)
}

func notAFolder(dir string, e fs.DirEntry) error {
	if e.IsDir() {
		return nil
	}
	return &fs.PathError{Op: "write", Path: dir, Err: errors.New("not a folder")}
}

// visit files an entry of the folder under what will become of it, or among
// the sizes of those that have to be looked into.
func (d *difference) visit(name string, e fs.DirEntry, files map[string][]byte, sizes map[string]int64) error {
	_, wanted := files[name]
	hiddenTop := strings.HasPrefix(name, ".") && !strings.Contains(name, "/")
	switch {
	case e.IsDir():
		if name == stageDir { // of a call that was killed
			return fs.SkipDir
		}
		if hiddenTop && !holdsAny(files, name) {
			d.hiddenDirs = append(d.hiddenDirs, name)
			return fs.SkipDir
		}
	case wanted && e.Type().IsRegular():
		info, err := e.Info()
		if err != nil {
			return err
		}
		sizes[name] = info.Size()
	case wanted:
		// a link or a device in the place of a file: it is written anew
	case hiddenTop && !isTemp(name):
		d.hidden = append(d.hidden, name)
	default:
		d.gone = append(d.gone, name)
	}
	return nil
}

// isTemp tells whether a file was being written in place by a call that was
// killed.
func isTemp(name string) bool { return strings.HasPrefix(path.Base(name), tempMark) }

func holdsAny(files map[string][]byte, dir string) bool {
	for name := range files {
		if strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}

// sortOut tells the files that stay from those that change. It reads every
// file whose size is right: 2,000 pages take less time to read than times
// that can't be trusted are worth.
func (d *difference) sortOut(dir string, files map[string][]byte, sizes map[string]int64) error {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	equal := make([]bool, len(names))
	var g errgroup.Group
	g.SetLimit(8)
	for part := range slices.Chunk(indexes(len(names)), 64) {
		g.Go(func() error {
			buf := make([]byte, 64<<10)
			for _, i := range part {
				want := files[names[i]]
				if size, ok := sizes[names[i]]; !ok || size != int64(len(want)) {
					continue
				}
				same, err := hasBytes(filepath.Join(dir, filepath.FromSlash(names[i])), want, buf)
				if err != nil {
					return err
				}
				equal[i] = same
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, name := range names {
		if equal[i] {
			d.same = append(d.same, name)
		} else {
			d.changed = append(d.changed, name)
		}
	}
	return nil
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func hasBytes(file string, want, buf []byte) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
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
