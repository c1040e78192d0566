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

// Check returns an error if git would treat a folder of the checkout, from dir
// upwards, as a bare repository, which is any folder with certain files such
// as HEAD. A stranger may have committed it, and its settings can name
// programs that git runs.
func Check(dir string) error {
	dir, err := filepath.EvalSymlinks(dir) // like git
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

// Tracked returns one of the files in a folder that git tracks. It returns ""
// if there is none, or no repository or git. It returns an error if git
// refuses to answer, as in a repository of another user.
func Tracked(ctx context.Context, root, folder string) (string, error) {
	out, err := run(ctx, root, "ls-files", "--", ":(icase,literal)"+folder)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && !bytes.Contains(failed.Stderr, []byte("not a git repository")) {
		why, _, _ := strings.Cut(string(failed.Stderr), "\n")
		return "", fmt.Errorf("git does not tell whether it tracks %s: %s", folder, why)
	}
	file, _, _ := strings.Cut(string(out), "\n")
	return file, nil
}
