// Package project finds a site on the disk and reads it.
package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/folder"
	"handbook/cmd/handbook/git"
	"handbook/cmd/handbook/repository"
	"handbook/cmd/handbook/usage"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/mistake"
)

// A Project is a site on the disk.
type Project struct {
	Root    string // the folder that public/ and .cache/ belong to
	Content string // the content root, with handbook.yaml
	Name    string // name of the content root in messages: its path relative to the working directory
}

// ReasonNotFound is the reason of an error that says that there is no site.
const ReasonNotFound content.Reason = "no site here"

// Find looks for a site in dir and its parents: a folder content/ with a
// handbook.yaml, or a handbook.yaml itself; otherwise a folder content/
// without one.
func Find(dir string) (*Project, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for _, at := range upwards(dir) {
		if isFile(filepath.Join(at, "content", config.File)) {
			return newProject(dir, at, filepath.Join(at, "content"))
		}
		if isFile(filepath.Join(at, config.File)) {
			root := at
			if filepath.Base(at) == "content" {
				root = filepath.Dir(at)
			}
			return newProject(dir, root, at)
		}
	}
	for _, at := range upwards(dir) {
		if info, err := os.Stat(filepath.Join(at, "content")); err == nil && info.IsDir() {
			return newProject(dir, at, filepath.Join(at, "content"))
		}
	}
	return nil, usage.Errorf(ReasonNotFound, "no handbook here: neither %s nor a folder around it has a %s",
		dir, filepath.Join("content", config.File))
}

func newProject(dir, root, contentRoot string) (*Project, error) {
	name, err := filepath.Rel(dir, contentRoot)
	if err != nil {
		name = contentRoot
	}
	if name == "." {
		name = "" // messages then start with the path of the page
	}
	p := &Project{root, contentRoot, filepath.ToSlash(name)}
	return p, p.check()
}

// Reasons of errors about unsafe things that a stranger may have put into a
// project.
const (
	ReasonOutside content.Reason = "a folder of the project is elsewhere"
	ReasonTracked content.Reason = "git tracks the cache"
)

// check looks for things that would make handbook read, write or run something
// outside of the project: folders that are links, a cache that was committed,
// a folder that git would treat as a repository.
func (p *Project) check() error {
	for _, dir := range []string{p.Content, p.ThemeDir(), p.CacheDir()} {
		if err := p.Within(dir); err != nil {
			return err
		}
	}
	if err := git.Check(p.Content); err != nil {
		return usage.Errorf("", "%w", err)
	}
	if _, err := os.Lstat(p.CacheDir()); err == nil {
		file, err := git.Tracked(context.Background(), p.Root, filepath.Base(p.CacheDir()))
		if err != nil {
			return usage.Errorf("", "%w", err)
		}
		if file != "" {
			return usage.Errorf(ReasonTracked, "git tracks %q: pages would be published as somebody else has made them", file)
		}
	}
	return nil
}

// Within returns an error if a folder of the project is a link that leads out
// of it, or to something hidden.
func (p *Project) Within(dir string) error {
	root, err := filepath.EvalSymlinks(p.Root)
	if err != nil {
		return err
	}
	target, err := os.Readlink(dir)
	if err != nil {
		return nil // not a link, or missing
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return usage.Errorf("", "%s is a link to %q, which cannot be read", Short(dir), target)
	}
	rel, err := filepath.Rel(root, real)
	switch {
	case err != nil || !filepath.IsLocal(rel):
		return usage.Errorf(ReasonOutside, "%s is a link to %q, which is outside the project", Short(dir), target)
	case strings.Contains(string(filepath.Separator)+rel, string(filepath.Separator)+".") && rel != ".":
		return usage.Errorf(ReasonOutside, "%s is a link to %q, which is hidden", Short(dir), target)
	}
	return nil
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

// Public returns the folder where a site is published by default.
func (p *Project) Public() string { return filepath.Join(p.Root, "public") }

// Trees returns all files that a site is made from.
func (p *Project) Trees(without ...string) []cache.Tree {
	hidden := p.hidden(without...)
	all := []cache.Tree{{Dir: p.Content, Without: func(p string, e fs.DirEntry) bool {
		return e.IsDir() && (e.Name() == ".git" || e.Name() == ".cache" || e.Name() == "node_modules" || slices.Contains(hidden, p))
	}}}
	if p.Root != p.Content {
		all = append(all, cache.Tree{Dir: p.ThemeDir()})
	}
	return all
}

// CacheDir returns the folder of the site's cache.
func (p *Project) CacheDir() string { return filepath.Join(p.Root, ".cache") }

// Load reads the site, without the folders named by without, such as the
// output of an earlier build if the content root is the project itself.
func (p *Project) Load(without ...string) (*content.Site, error) {
	return content.Load(p.FS(without...), p.Name)
}

// FS has the files of the content root. See Load for without.
func (p *Project) FS(without ...string) *repository.Files {
	read := folder.Open(p.Content, p.hidden(without...)...)
	return repository.New(read, p.Content, p.Root, append(without, p.Public(), p.CacheDir())...)
}

// hidden returns the folders in the content root that are not part of the
// site, as paths relative to it.
func (p *Project) hidden(without ...string) (all []string) {
	for _, dir := range append(without, p.Public()) {
		if rel, err := filepath.Rel(p.Content, dir); err == nil && filepath.IsLocal(rel) && rel != "." {
			all = append(all, filepath.ToSlash(rel))
		}
	}
	return all
}

// Theme returns the folder whose files replace those of the theme, nil if the
// site has none. If the content root is the project itself, a folder of that
// name is a section.
func (p *Project) Theme() fs.FS {
	if p.Root == p.Content {
		return nil
	}
	dir := p.ThemeDir()
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil
	}
	return folder.Open(dir)
}

func (p *Project) ThemeDir() string { return filepath.Join(p.Root, "templates") }

// Contains reports whether a folder is the content root or within it.
func (p *Project) Contains(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(p.Content, dir)
	return err == nil && (rel == "." || filepath.IsLocal(rel))
}

// Readable turns an error of the file system into one about the site.
func (p *Project) Readable(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok && mistake.All(err) == nil {
		return fmt.Errorf("%s: %w", path.Join(p.Name, at.Path), at.Err)
	}
	return err
}

// History returns what git knows about the site's files. If git knows nothing,
// it only has the path from the project to the content root.
func (p *Project) History(ctx context.Context) *git.History {
	if known := git.ReadHistory(ctx, p.Content, p.CacheDir()); known != nil {
		return known
	}
	folder := ""
	if rel, err := filepath.Rel(p.Root, p.Content); err == nil && rel != "." {
		folder = filepath.ToSlash(rel) + "/"
	}
	return &git.History{Folder: folder}
}

// Short returns a path relative to the working directory if that is shorter.
func Short(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(dir, path)
	if err != nil || strings.Count(rel, "..") > 2 {
		return path
	}
	return rel
}
