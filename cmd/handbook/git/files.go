package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A File is a file that git does not ignore.
type File struct {
	Name    string // relative to the root, with slashes
	Tracked bool
}

// Listed are the files of a repository.
type Listed struct {
	Root  string // of its working tree
	Files []File
	None  bool // there is no repository
}

// ErrNoGit says that git, which knows the ignored files, is not installed.
var ErrNoGit = errors.New("git is not installed, and only git tells which files it ignores")

// Files lists the files that git does not ignore in the repository of a
// folder, with those of its submodules. If there is no repository, it lists
// the files of the folder around, all as tracked.
func Files(ctx context.Context, dir, around string) (*Listed, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, ErrNoGit
	}
	top, err := run(ctx, dir, "rev-parse", "--show-toplevel")
	switch failed, ok := errors.AsType[*exec.ExitError](err); {
	case err == nil:
		root := strings.TrimSuffix(string(top), "\n")
		if at := nearest(dir); at != "" && !same(at, root) {
			return nil, fmt.Errorf("the settings of the repository %s say that its files are in %s, and those are not read", at, root)
		}
		return filesOf(ctx, root)
	case ok && bytes.Contains(failed.Stderr, []byte("not a git repository")):
		return filesOfNone(ctx, around)
	}
	return nil, told(err)
}

// nearest returns the first folder with a .git from a folder upwards, "" if
// there is none. The result of git itself can't be trusted: the settings of a
// downloaded .git may claim a parent folder, such as one of the user's own
// repositories.
func nearest(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// same reports whether two paths lead to one folder.
func same(a, b string) bool {
	one, err := os.Stat(a)
	other, errOther := os.Stat(b)
	return err == nil && errOther == nil && os.SameFile(one, other)
}

func filesOf(ctx context.Context, root string) (*Listed, error) {
	l := &Listed{Root: root}
	tracked, err := run(ctx, root, "ls-files", "-z", "--cached", "--recurse-submodules")
	if err != nil {
		return nil, told(err)
	}
	l.add(tracked, true)
	others, err := run(ctx, root, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, told(err)
	}
	l.add(others, false)
	return l, nil
}

// filesOfNone lists the files that git would track if the folder were a
// repository.
func filesOfNone(ctx context.Context, root string) (*Listed, error) {
	empty, err := os.MkdirTemp("", "handbook-git-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(empty)
	if _, err := run(ctx, empty, "init", "-q", "--bare", "--template=", "repository"); err != nil {
		return nil, told(err)
	}
	all, err := run(ctx, root, "--git-dir="+filepath.Join(empty, "repository"), "--work-tree="+root, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, told(err)
	}
	l := &Listed{Root: root, None: true}
	l.add(all, true)
	return l, nil
}

func (l *Listed) add(names []byte, tracked bool) {
	for name := range strings.SplitSeq(string(names), "\x00") {
		if name != "" {
			l.Files = append(l.Files, File{name, tracked})
		}
	}
}

// told returns an error of git with git's own message.
func told(err error) error {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		if why, _, _ := strings.Cut(string(failed.Stderr), "\n"); why != "" {
			return fmt.Errorf("git does not tell which files it ignores: %s", why)
		}
	}
	return fmt.Errorf("git does not tell which files it ignores: %w", err)
}
