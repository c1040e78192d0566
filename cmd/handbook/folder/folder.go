// Package folder reads the files of a folder whose content can't be trusted,
// such as that of a course with pull requests. It never reads anything outside
// of the folder, nothing in it whose name begins with a dot (.git/config may
// contain a password), and nothing but regular files. Links within the folder
// work.
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

// Reasons why a file is not read, in an *fs.PathError.
var (
	ErrLoop   = errors.New("a link to a folder that it lies in")
	ErrPipe   = errors.New("a named pipe, not a file")
	ErrDevice = errors.New("a device or a socket, not a file")
)

// Open returns the files of a folder, except for those in the folders named by
// without (paths relative to dir, with slashes). If the folder can't be
// opened, reading its files returns the error.
func Open(dir string, without ...string) *Files {
	root, err := os.OpenRoot(dir)
	return &Files{root: root, err: err, without: without, listed: map[string][]string{}}
}

// Files are the files of a folder. They implement fs.FS and its extensions.
type Files struct {
	root    *os.Root
	err     error // error of opening the folder
	without []string

	mu sync.Mutex
	// listed has the folders that ReadDir has read, each with its links.
	// Everything else in such a folder can be opened without resolving links.
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
	// Opening a pipe without a writer would block.
	file, err := f.root.OpenFile(real, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = mustBeFile(info.Mode())
	}
	// A folder on the path may have become a link meanwhile, which may lead to
	// something hidden.
	if at, _, moved := f.walk(real); err == nil && (moved != nil || at != real) {
		err = fs.ErrNotExist
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// mustBeFile returns an error for anything but regular files and folders.
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
		case len(b) > MaxFile: // it grows, or does not report its size
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

// ReadDir lists a folder. A link is listed as its target, or as a link if that
// can't be read; Stat then returns the reason.
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

// linked is the entry of a link, which describes its target.
type linked struct {
	name string
	fs.FileInfo
}

func (l linked) Name() string               { return l.name }
func (l linked) Type() fs.FileMode          { return l.Mode().Type() }
func (l linked) Info() (fs.FileInfo, error) { return l.FileInfo, nil }

// hides reports whether a path contains a name that begins with a dot, or is
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

// plain reports whether a name is known to contain no link.
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

// follow resolves a name link by link. The target must be within the folder,
// not hidden, and not a parent of the name.
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

// walk resolves a name. It returns the path of the target, and the text of the
// last link on the way.
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

// pathError returns an error about a file by the name that the caller used.
func pathError(op, name string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
