// Package starter makes what authors begin with: a site with a first lab, and
// pages.
package starter

import (
	"cmp"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"handbook/cmd/handbook/usage"
	"handbook/content/config"
	"handbook/content/settings"
	"handbook/content/wording"
)

// files are those of the first site.
//
//go:embed content gitignore
var files embed.FS

// Site writes a first site into a folder that has none yet. Nothing that is there
// already is changed.
func Site(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "content", config.File)); err == nil {
		if filepath.Clean(dir) == "." {
			dir = "this folder"
		}
		return usage.Errorf("", "%s is a handbook already", dir)
	}
	root, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	title := Title(filepath.Base(root))
	fill := strings.NewReplacer("title: TITLE", "title: "+settings.Quote(title), "TITLE", title).Replace
	return fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(root, filepath.FromSlash(name))
		if name == "gitignore" { // embed takes hidden files only when all are asked for
			to = filepath.Join(root, ".gitignore")
		}
		if e.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if err := writeNew(to, fill(string(b))); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// Title makes the title of a site or a page of a file name.
func Title(name string) string { return cmp.Or(wording.Title(name), "Handbook") }

// writeNew writes a file that is not there yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
