// Package starter creates new sites, with a first lab, and new pages.
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

// files are the files of a new site.
//
//go:embed content gitignore
var files embed.FS

// Site writes a new site into a folder without a site. It does not change
// existing files.
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
		if name == "gitignore" { // embedded without its dot, since embed skips hidden files
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

// writeNew writes a file that must not exist.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
