// Package folder reads the files of a folder that others may have filled: a
// course takes pull requests. Nothing outside the folder is read, whatever leads
// there, nothing in it whose name begins with a dot (.git/config may hold a
// password), and nothing that is not a file, such as a named pipe. Links within the
// folder work.
package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"handbook/content/wording"
)

// MaxFile is how many bytes a file may have.
const MaxFile = 1 << 30

// Reasons why a file is not read. They stand in an *fs.PathError.
var (
	ErrLoop   = errors.New("a link to a folder that it lies in")
	ErrPipe   = errors.New("a named pipe, not a file")
	ErrDevice = errors.New("a device or a socket, not a file")
)

// Open returns the files of a folder, but for those in the folders named by
// without (paths from dir, with slashes). If there is no such folder, its files
// say so.
func Open(dir string, without ...string) *Files {
	root, err := os.OpenRoot(dir)
	return &Files{root: root, err: err, without: without, listed: map[string][]string{}}
}

// Files are the files of a folder. They are an fs.FS, and what that can have besides.
type Files struct {
	root    *os.Root
	err     error // of opening it
	without []string

	mu sync.Mutex
	// listed has the folders that ReadDir has read, each with its links. What
	// is in such a folder and is no link can be opened as it is.
	listed map[string][]string
}

func (f *Files) Open(name string) (fs.File, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return file, nil
}

func (f *Files) open(name string) (*os.File, error) {
	real, err := f.resolve(name)
	if err != nil {
		return nil, err
	}
	// A pipe that nobody writes to would keep open waiting.
	file, err := f.root.OpenFile(real, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = mustBeFile(info.Mode())
	}
	// Where a folder on the way has become a link meanwhile, that may lead to
	// what is hidden.
	if at, _, moved := f.walk(real); err == nil && (moved != nil || at != real) {
		err = fs.ErrNotExist
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// mustBeFile returns an error for what is neither a file nor a folder.
func mustBeFile(mode fs.FileMode) error {
	switch {
	case mode.IsRegular() || mode.IsDir():
		return nil
	case mode&fs.ModeNamedPipe != 0:
		return ErrPipe
	}
	return ErrDevice
}

// ReadFile reads a whole file.
func (f *Files) ReadFile(name string) ([]byte, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, pathError("read", name, err)
	}
	defer file.Close()
	b, err := readAll(file)
	if err != nil {
		return nil, pathError("read", name, err)
	}
	return b, nil
}

func readAll(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > MaxFile {
		return nil, fmt.Errorf("%s, which is more than %s", wording.BinarySize(info.Size()), wording.BinarySize(MaxFile))
	}
	b := make([]byte, 0, info.Size()+1)
	for {
		n, err := file.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, err
		case len(b) > MaxFile: // it grows, or does not tell its size
			return nil, fmt.Errorf("more than %s", wording.BinarySize(MaxFile))
		case len(b) == cap(b):
			b = slices.Grow(b, len(b))
		}
	}
}

// Stat describes a file, or what a link leads to.
func (f *Files) Stat(name string) (fs.FileInfo, error) {
	real, err := f.resolve(name)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	info, err := f.root.Lstat(real)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return info, nil
}

// ReadDir lists a folder. A link is listed as what it leads to, or as a link if
// that can't be read: Stat then tells why.
func (f *Files) ReadDir(name string) ([]fs.DirEntry, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	defer file.Close()
	entries, err := file.ReadDir(-1)
	if err != nil {
		return nil, pathError("read", name, err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return f.hides(path.Join(name, e.Name())) })
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var links []string
	for i, e := range entries {
		if e.Type()&fs.ModeSymlink == 0 {
			continue
		}
		links = append(links, e.Name())
		at := path.Join(name, e.Name())
		if real, err := f.follow(at); err == nil {
			if info, err := f.root.Lstat(real); err == nil {
				entries[i] = linked{e.Name(), info}
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listed[name] = links
	return entries, nil
}

// linked is an entry of a folder: a link, listed as what it leads to.
type linked struct {
	name string
	fs.FileInfo
}

func (l linked) Name() string               { return l.name }
func (l linked) Type() fs.FileMode          { return l.Mode().Type() }
func (l linked) Info() (fs.FileInfo, error) { return l.FileInfo, nil }

// hides tells whether a path leads through a name that begins with a dot, or is
// left out.
func (f *Files) hides(name string) bool {
	return runtime.GOOS == "windows" && shortName.MatchString(name) || strings.HasPrefix(name, ".") && name != "." || strings.Contains(name, "/.") || slices.ContainsFunc(f.without, func(dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") })
}

// shortName matches paths through a name by which Windows knows a file whose own
// name may be longer, or begin with a dot: GIT~1 is .git.
var shortName = regexp.MustCompile(`(?:^|/)[^./]{1,7}~[0-9]+(?:\.[^./]{1,3})?(?:/|$)`)

// resolve returns the path of what a name leads to, without a link in it.
func (f *Files) resolve(name string) (string, error) {
	switch {
	case f.err != nil:
		return "", f.err
	case !fs.ValidPath(name):
		return "", fs.ErrInvalid
	case f.hides(name):
		return "", fs.ErrNotExist
	case name == "." || f.plain(name):
		return name, nil
	}
	return f.follow(name)
}

// plain tells whether a name is known to have no link in it.
func (f *Files) plain(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for dir := name; dir != "."; {
		base := path.Base(dir)
		dir = path.Dir(dir)
		links, known := f.listed[dir]
		if !known || slices.Contains(links, base) {
			return false
		}
	}
	return true
}

// maxLinks is how many links may be followed for one name, as in Linux.
const maxLinks = 40

// follow resolves a name link by link. What it leads to has to be within the
// folder, not hidden, and no folder that the name lies in.
func (f *Files) follow(name string) (string, error) {
	real, target, err := f.walk(name)
	switch {
	case err != nil || target == "":
		return real, err
	case f.hides(real):
		return "", fmt.Errorf("a link to %q, which is hidden", target)
	}
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		at, _, err := f.walk(dir)
		if err != nil {
			return "", err
		}
		if at == real {
			return "", ErrLoop
		}
		if dir == "." {
			return real, nil
		}
	}
}

// walk goes the way of a name. It returns the path of what that leads to, and
// the target of the last link on the way.
func (f *Files) walk(name string) (real, target string, err error) {
	real = "."
	links := 0
	for rest := name; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			if real == "." {
				return "", "", outside(target)
			}
			real = path.Dir(real)
			continue
		}
		at := path.Join(real, part)
		info, err := f.root.Lstat(at)
		if err != nil {
			return "", "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			real = at
			continue
		}
		if links++; links > maxLinks {
			return "", "", errors.New("a link that leads through too many others")
		}
		if target, err = f.root.Readlink(at); err != nil {
			return "", "", err
		}
		if filepath.IsAbs(target) {
			return "", "", outside(target)
		}
		rest = filepath.ToSlash(target) + "/" + rest
	}
	return real, target, nil
}

func outside(target string) error {
	return fmt.Errorf("a link to %q, which is outside the folder", target)
}

// pathError is an error about a file by the name under which it was asked for.
func pathError(op, name string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
