package starter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/usage"
	"handbook/content/settings"
)

const pageText = `---
title: %s
---

# %s

`

const labText = `---
title: %s
lab:
  dir: %s
---

# %s

## First step

` + "```bash\necho hello  # -> hello\n```\n"

// Lab writes the beginning of a new lab, and returns its file. The path is
// that of a file, or relative to the content root, as in messages and links.
func Lab(path string) (file string, err error) {
	return makePage(path, func(name string) string {
		return fmt.Sprintf(labText, settings.Quote(Title(name)), settings.Quote("~/"+name), Title(name))
	})
}

// Page writes the beginning of any other page, and returns its file.
func Page(path string) (file string, err error) {
	return makePage(path, func(name string) string {
		return fmt.Sprintf(pageText, settings.Quote(Title(name)), Title(name))
	})
}

// makePage writes a page whose text depends on its name.
func makePage(arg string, text func(name string) string) (file string, err error) {
	here, err := project.Find(".")
	if err != nil {
		return "", err
	}
	if path.Ext(arg) != ".md" {
		arg += ".md"
	}
	if file, err = filepath.Abs(arg); err != nil {
		return "", err
	}
	if !here.Contains(file) {
		if filepath.IsAbs(arg) || !filepath.IsLocal(filepath.FromSlash(arg)) {
			return "", usage.Errorf("", "%s lies outside of the site's pages, which are in %s", arg, project.Short(here.Content))
		}
		file = filepath.Join(here.Content, filepath.FromSlash(arg))
	}
	name := strings.TrimSuffix(filepath.Base(file), ".md")
	if err := makeFolder(here.Content, filepath.Dir(file)); err != nil {
		return "", err
	}
	err = writeNew(file, text(name))
	if errors.Is(err, fs.ErrExist) {
		return "", usage.Errorf("", "%s is there already", project.Short(file))
	}
	return file, err
}

// makeFolder makes a folder in root without following links out of it.
func makeFolder(root, dir string) error {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return err
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.MkdirAll(rel, 0o777); err != nil {
		return err
	}
	_, err = r.Stat(rel)
	return err
}
