package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"handbook/cmd/handbook/cache"
)

// A history is what git knows of a site's files. Where there is no git, or no
// repository, or only a part of its history, nothing is known, which is no
// error: pages then say nothing of when they were changed.
type history struct {
	folder  string               // way from the repository's root to the content root, with a slash at its end unless ""
	updated map[string]time.Time // when a file was last changed by a commit; names are relative to the content root
}

// readHistory asks git once for the whole site. What it answers is kept in
// the folder cache for as long as the same commit is checked out.
func readHistory(ctx context.Context, contentRoot, cache string) *history {
	out, err := git(ctx, contentRoot, historyQuery...)
	lines := strings.Split(string(out), "\n")
	if err != nil || len(lines) < 3 {
		return nil
	}
	h := &history{folder: lines[1]}
	if lines[0] != "false" {
		return h // every file would seem to be as old as the oldest commit that is there
	}
	head := lines[2]
	kept := filepath.Join(cache, "history")
	if log, err := os.ReadFile(kept); err == nil && bytes.HasPrefix(log, []byte(head+" "+h.folder+"\n")) {
		h.updated = parseLog(log[len(head)+len(h.folder)+2:])
		return h
	}
	log, err := git(ctx, contentRoot, "-c", "log.showSignature=false", "log", "--format=%x01%ct", "--name-only",
		"--no-renames", "--relative", "-z", head, "--", ".")
	if err != nil {
		return h
	}
	h.updated = parseLog(log)
	h.keep(kept, head)
	return h
}

// historyQuery asks for what tells whether a history is the same.
var historyQuery = []string{"rev-parse", "--is-shallow-repository", "--show-prefix", "--verify", "HEAD"}

// git runs a command that only reads.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	cmd.Stderr = io.Discard
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

// keep writes what is known in the form of a log of one file a commit. It is
// only a cache: if it can't be written, git is asked again.
func (h *history) keep(file, head string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\n", head, h.folder)
	for name, at := range h.updated {
		fmt.Fprintf(&b, "\x01%d\x00%s\x00", at.Unix(), name)
	}
	_ = cache.File(file, b.Bytes())
}

// history is what git knows of the site, or that it knows nothing.
func (h *home) history(ctx context.Context) *history {
	if known := readHistory(ctx, h.content, filepath.Join(h.root, ".cache")); known != nil {
		return known
	}
	folder := ""
	if rel, err := filepath.Rel(h.root, h.content); err == nil && rel != "." {
		folder = filepath.ToSlash(rel) + "/"
	}
	return &history{folder: folder}
}
