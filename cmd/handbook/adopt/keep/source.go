package keep

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"handbook/cmd/handbook/usage"
	"handbook/content/wording"
)

// mostOfFile is how large a single file can be that is adopted: pages are smaller.
const mostOfFile = 16 << 20

// Open opens what is to be adopted, a folder or a single file. name is what the
// handbook is called after.
func Open(source string) (fsys fs.FS, name string, done func(), err error) {
	source = filepath.Clean(source) // "a/" is what the link a leads to
	info, err := os.Lstat(source)
	if err != nil {
		return nil, "", nil, usage.Errorf("", "%s: no such folder or file", source)
	}
	if err := noLink(source); err != nil {
		return nil, "", nil, err
	}
	abs, err := filepath.Abs(source)
	if err != nil {
		return nil, "", nil, err
	}
	switch {
	case info.IsDir():
		root, err := os.OpenRoot(abs) // links do not lead out of it
		if err != nil {
			return nil, "", nil, err
		}
		return root.FS(), filepath.Base(abs), func() { root.Close() }, nil
	case !info.Mode().IsRegular():
		return nil, "", nil, usage.Errorf("", "%s is no folder, and no file either", source)
	case info.Size() > mostOfFile:
		return nil, "", nil, usage.Errorf("", "%s has %s, which is more than a lab has", source, wording.BinarySize(info.Size()))
	}
	b, err := os.ReadFile(abs)
	if err != nil {
		return nil, "", nil, err
	}
	fsys, err = txtar.FS(&txtar.Archive{Files: []txtar.File{{Name: filepath.Base(abs), Data: b}}})
	return fsys, strings.TrimSuffix(filepath.Base(abs), filepath.Ext(abs)), func() {}, err
}

// noLink refuses a link, as a clone of somebody else's repository may have.
func noLink(name string) error {
	if to, err := os.Readlink(name); err == nil {
		return usage.Errorf("", "%s is a link to %q: name what it leads to", name, to)
	}
	return nil
}

// Place returns the folder of the new handbook: the chosen one, or one that is
// called after the source. It lies apart from the source, which is not touched.
func Place(source, name, chosen string) (string, error) {
	out := cmp.Or(chosen, name+"-handbook")
	if chosen == "" { // what is there may have come with the source
		if err := noLink(out); err != nil {
			return "", err
		}
	}
	from, err := filepath.Abs(source)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(from, to); err == nil && (rel == "." || filepath.IsLocal(rel)) {
		return "", usage.Errorf("", "%s lies in %s, which is not touched: name a folder elsewhere with -o", out, source)
	}
	return to, nil
}
