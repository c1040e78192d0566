// Package repository has the files of the Git repository around a site that
// may go to the machines of labs. It reads nothing outside the repository and
// nothing that git ignores, and follows no links.
package repository

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"handbook/cmd/handbook/git"
	"handbook/content/labfiles"
	"handbook/content/record"
)

// Files are the files of a folder as a site reads them, and those of the repository
// around it. It implements labfiles.Repository.
type Files struct {
	Folder
	folder string   // on the disk
	around string   // the folder that replaces the repository if there is none
	hidden []string // folders on the disk that are left out

	mu    sync.Mutex
	asked *asked // nil until needed
}

// asked is the cached answer of git and the disk about the repository.
type asked struct {
	root *os.Root
	kept *labfiles.Kept
	err  error
}

// A Folder reads the files of a folder.
type Folder interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.StatFS
}

// New returns the files of a folder, which it reads with read, and those of
// its repository. If there is no Git repository, the folder around replaces
// it. The files in the folders hidden are left out.
func New(read Folder, folder, around string, hidden ...string) *Files {
	return &Files{Folder: read, folder: folder, around: around, hidden: hidden}
}

// Kept implements labfiles.Repository.
func (f *Files) Kept() (*labfiles.Kept, error) {
	a := f.ask()
	return a.kept, a.err
}

// Forget clears the cached list of files.
func (f *Files) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = nil // its root is closed by the garbage collector, since files may be in use
}

func (f *Files) ask() *asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked == nil {
		f.asked = new(asked)
		f.asked.root, f.asked.kept, f.asked.err = f.open()
	}
	return f.asked
}

func (f *Files) open() (*os.Root, *labfiles.Kept, error) {
	listed, err := git.Files(context.Background(), f.folder, f.around)
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(listed.Root)
	if err != nil {
		return nil, nil, err
	}
	kept := &labfiles.Kept{NoGit: listed.None}
	if kept.Content, err = place(listed.Root, f.folder); err != nil {
		return nil, nil, err
	}
	var hidden []string
	for _, dir := range f.hidden {
		if at, err := place(listed.Root, dir); err == nil {
			hidden = append(hidden, at)
		}
	}
	for _, file := range listed.Files {
		name := strings.TrimSuffix(file.Name, "/") // a nested repository
		if !record.Is(name) && !slices.ContainsFunc(hidden, func(dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }) {
			kept.Files = append(kept.Files, labfiles.KeptFile{Path: name, Tracked: file.Tracked})
		}
	}
	kept.Sort()
	return root, kept, nil
}

// place returns the path of a folder relative to the repository's root. It
// need not exist.
func place(root, dir string) (string, error) {
	for _, p := range []*string{&root, &dir} {
		real, err := filepath.EvalSymlinks(*p)
		if err == nil {
			*p = real
		} else if parent, err := filepath.EvalSymlinks(filepath.Dir(*p)); err == nil {
			*p = filepath.Join(parent, filepath.Base(*p))
		}
	}
	rel, err := filepath.Rel(root, dir)
	if err == nil && rel != "." && !filepath.IsLocal(rel) {
		err = errors.New("a folder that is not in its repository")
	}
	return filepath.ToSlash(rel), err
}

// LstatKept implements labfiles.Repository.
func (f *Files) LstatKept(name string) (fs.FileInfo, error) {
	a := f.ask()
	if a.err != nil {
		return nil, a.err
	}
	return a.lstat(name)
}

func (a *asked) lstat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) || slices.Contains(strings.Split(strings.ToLower(name), "/"), ".git") {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		info, err := a.root.Lstat(dir)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, &fs.PathError{Op: "lstat", Path: name, Err: errors.New("behind a link, and links are not followed")}
		}
	}
	return a.root.Lstat(name)
}

// OpenKept implements labfiles.Repository.
func (f *Files) OpenKept(name string) (fs.File, error) {
	a := f.ask()
	if a.err != nil {
		return nil, a.err
	}
	before, err := a.lstat(name)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() && !before.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a file")}
	}
	// If a pipe has replaced the file, a blocking open would hang.
	file, err := a.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if now, err := file.Stat(); err != nil || !os.SameFile(before, now) {
		file.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it was exchanged meanwhile")}
	}
	return file, nil
}
