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

// mostOfFile is the maximum size of a single file that is adopted.
const mostOfFile = 16 << 20

// Open opens the folder or file to adopt. name is the name for the handbook.
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
		root, err := os.OpenRoot(abs) // a Root does not follow links out of it
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

// noLink returns an error for a link, which a repository of somebody else may
// contain.
func noLink(name string) error {
	if to, err := os.Readlink(name); err == nil {
		return usage.Errorf("", "%s is a link to %q: name what it leads to", name, to)
	}
	return nil
}

// Place returns the folder of the new handbook: the chosen one, or one named
// after the source. It must be outside of the source, which is not changed.
func Place(source, name, chosen string) (string, error) {
	out := cmp.Or(chosen, name+"-handbook")
	if chosen == "" { // an existing folder may be part of the source
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
