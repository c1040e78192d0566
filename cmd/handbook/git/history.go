// Package git asks git about the files of a site.
package git

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"handbook/cmd/handbook/cache"
)

// A History is what git knows about a site's files. Without git, without a
// repository, or in a shallow clone, it is empty; pages then do not show when
// they were last changed.
type History struct {
	Folder  string               // path of the content root relative to the repository's root, with a slash at its end unless ""
	Updated map[string]time.Time // when a file was last changed by a commit; names are relative to the content root
}

// ReadHistory runs git once for the whole site, and caches the result in the
// folder dir for as long as the same commit is checked out. It returns nil if
// there is no git or no repository.
func ReadHistory(ctx context.Context, contentRoot, dir string) *History {
	out, err := run(ctx, contentRoot, headQuery...)
	lines := strings.Split(string(out), "\n")
	if err != nil || len(lines) < 3 {
		return nil
	}
	h := &History{Folder: lines[1]}
	if lines[0] != "false" {
		return h // in a shallow clone, every file would seem to be as old as the oldest commit
	}
	head := lines[2]
	file := filepath.Join(dir, "history")
	if log, ok := cache.ReadSummed(file); ok && bytes.HasPrefix(log, []byte(head+" "+h.Folder+"\n")) {
		h.Updated = parseLog(log[len(head)+len(h.Folder)+2:])
		return h
	}
	log, err := run(ctx, contentRoot, "-c", "log.showSignature=false", "log", "--format=%x01%ct", "--name-only",
		"--no-renames", "--relative", "-z", head, "--", ".")
	if err != nil {
		return h
	}
	h.Updated = parseLog(log)
	h.save(file, head)
	return h
}

// Head returns a text that changes whenever the history does; "" without a
// repository.
func Head(ctx context.Context, dir string) string {
	out, _ := run(ctx, dir, headQuery...)
	return string(out)
}

var headQuery = []string{"rev-parse", "--is-shallow-repository", "--show-prefix", "--verify", "HEAD"}

// run runs a git command that only reads.
func run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	if err := Check(dir); err != nil {
		return nil, err
	}
	// A folder may have been downloaded with its .git, whose settings may name
	// programs to run. Versions of git without GIT_NO_LAZY_FETCH are denied
	// all protocols.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "LC_ALL=C")
	return cmd.Output()
}

// parseLog reads commits, newest first: \x01, seconds, then names that end
// with NUL bytes.
func parseLog(log []byte) map[string]time.Time {
	updated := make(map[string]time.Time)
	for commit := range bytes.SplitSeq(log, []byte{1}) {
		at, names, _ := strings.Cut(string(commit), "\x00")
		seconds, err := strconv.ParseInt(strings.TrimSpace(at), 10, 64)
		if err != nil {
			continue
		}
		for name := range strings.SplitSeq(names, "\x00") {
			name = strings.TrimPrefix(name, "\n")
			if _, newer := updated[name]; name != "" && !newer {
				updated[name] = time.Unix(seconds, 0).UTC()
			}
		}
	}
	return updated
}

// save writes the history in the form of a log with one file in each commit.
// It is only a cache: if it can't be written, git runs again.
func (h *History) save(file, head string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\n", head, h.Folder)
	for name, at := range h.Updated {
		fmt.Fprintf(&b, "\x01%d\x00%s\x00", at.Unix(), name)
	}
	_ = cache.WriteSummed(file, b.Bytes())
}
