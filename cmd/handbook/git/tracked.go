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

// Check returns an error if git would take a folder of the checkout, from dir
// upwards, for a repository of its own: a bare one is a folder that holds a file
// HEAD. Its settings name programs that git runs, and a stranger can have
// committed it.
func Check(dir string) error {
	dir, err := filepath.EvalSymlinks(dir) // as git goes
	if err != nil {
		return err
	}
	for at, below := dir, ""; at != below; at, below = filepath.Dir(at), at {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return nil
		}
		if _, err := os.Lstat(filepath.Join(at, "HEAD")); err == nil {
			return fmt.Errorf("%s holds a file HEAD, with which git takes the folder for a repository and runs what its settings say", at)
		}
	}
	return nil
}

// Tracked returns one of the files in a folder that git tracks, "" if there is
// none, if there is no repository, or no git. The error is that git does not
// tell, as in a repository of somebody else's.
func Tracked(ctx context.Context, root, folder string) (string, error) {
	out, err := run(ctx, root, "ls-files", "--", ":(icase,literal)"+folder)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && !bytes.Contains(failed.Stderr, []byte("not a git repository")) {
		why, _, _ := strings.Cut(string(failed.Stderr), "\n")
		return "", fmt.Errorf("git does not tell whether it tracks %s: %s", folder, why)
	}
	file, _, _ := strings.Cut(string(out), "\n")
	return file, nil
}
