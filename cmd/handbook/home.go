package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"handbook/cmd/handbook/cache"
	"handbook/content"
)

// A home is where a site is on the disk.
type home struct {
	root    string // the folder that public/ and .cache/ belong to
	content string // the content root, with handbook.yaml
	name    string // what messages call the content root: its way from the working directory
}

// findHome looks for a site from dir upwards: a folder content/ with a
// handbook.yaml, or a handbook.yaml itself; else a folder content/ without one.
func findHome(dir string) (*home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for _, at := range upwards(dir) {
		if isFile(filepath.Join(at, "content", content.ConfigFile)) {
			return newHome(dir, at, filepath.Join(at, "content"))
		}
		if isFile(filepath.Join(at, content.ConfigFile)) {
			root := at
			if filepath.Base(at) == "content" {
				root = filepath.Dir(at)
			}
			return newHome(dir, root, at)
		}
	}
	for _, at := range upwards(dir) {
		if info, err := os.Stat(filepath.Join(at, "content")); err == nil && info.IsDir() {
			return newHome(dir, at, filepath.Join(at, "content"))
		}
	}
	return nil, misused(fmt.Errorf("no handbook here: neither %s nor a folder around it has a %s",
		dir, filepath.Join("content", content.ConfigFile)),
		`"handbook init DIR" makes a new one; "-C DIR" names the folder of another one`)
}

func newHome(dir, root, contentRoot string) (*home, error) {
	name, err := filepath.Rel(dir, contentRoot)
	if err != nil {
		name = contentRoot
	}
	if name == "." {
		name = "" // messages then start with the page's own path
	}
	return &home{root, contentRoot, filepath.ToSlash(name)}, nil
}

func upwards(dir string) []string {
	all := []string{dir}
	for parent := filepath.Dir(dir); parent != dir; parent = filepath.Dir(dir) {
		dir = parent
		all = append(all, dir)
	}
	return all
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// public is where a site is published unless told otherwise.
func (h *home) public() string { return filepath.Join(h.root, "public") }

// trees are all files that a site is made from.
func (h *home) trees(without ...string) []cache.Tree {
	var hidden []string
	for _, dir := range append(without, h.public()) {
		if rel, err := filepath.Rel(h.content, dir); err == nil && filepath.IsLocal(rel) && rel != "." {
			hidden = append(hidden, filepath.ToSlash(rel))
		}
	}
	all := []cache.Tree{{Dir: h.content, Without: func(p string, e fs.DirEntry) bool {
		return e.IsDir() && (e.Name() == ".git" || e.Name() == ".cache" || e.Name() == "node_modules" || slices.Contains(hidden, p))
	}}}
	if h.root != h.content {
		all = append(all, cache.Tree{Dir: h.themeDir()})
	}
	return all
}

// cacheFolder is where what was worked out of the site is kept.
func (h *home) cacheFolder() string { return filepath.Join(h.root, ".cache") }

// load reads the site. What lies in the folders named by without is not a
// part of it: an earlier build's output, where the content root is the
// project itself.
func (h *home) load(without ...string) (*content.Site, error) {
	return content.Load(h.fs(without...), h.name)
}

func (h *home) fs(without ...string) fs.FS {
	fsys := os.DirFS(h.content)
	for _, dir := range append(without, h.public()) {
		if rel, err := filepath.Rel(h.content, dir); err == nil && filepath.IsLocal(rel) && rel != "." {
			fsys = withoutFolder{fsys, filepath.ToSlash(rel)}
		}
	}
	return fsys
}

// theme is the folder whose files take the place of the theme's own, nil if
// the site has none. Where the content root is the project itself, a folder of
// that name is a section.
func (h *home) theme() fs.FS {
	if h.root == h.content {
		return nil
	}
	dir := h.themeDir()
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil
	}
	return os.DirFS(dir)
}

func (h *home) themeDir() string { return filepath.Join(h.root, "templates") }

// inside tells whether a folder is the content root or lies in it.
func (h *home) inside(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(h.content, dir)
	return err == nil && (rel == "." || filepath.IsLocal(rel))
}

// withoutFolder is a file system that does not show one of its folders.
type withoutFolder struct {
	fs.FS
	folder string
}

func (w withoutFolder) Open(name string) (fs.File, error) {
	if w.hides(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return w.FS.Open(name)
}

func (w withoutFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	if w.hides(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	entries, err := fs.ReadDir(w.FS, name)
	shown := entries[:0]
	for _, e := range entries {
		if !w.hides(path.Join(name, e.Name())) {
			shown = append(shown, e)
		}
	}
	return shown, err
}

func (w withoutFolder) hides(name string) bool {
	return name == w.folder || strings.HasPrefix(name, w.folder+"/")
}

// readable turns the file system's own errors into one about the site.
func (h *home) readable(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok && content.AllErrors(err) == nil {
		return fmt.Errorf("%s: %w", path.Join(h.name, at.Path), at.Err)
	}
	return err
}
