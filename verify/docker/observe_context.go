package docker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"handbook/verify"
)

// A buildPlace is where a build was asked for, as buildx keeps it in
// refs/BUILDER/NODE/REF of its directory.
type buildPlace struct {
	// LocalPath is the context: a directory's absolute path, "-", or a URL.
	LocalPath string
	// DockerfilePath is absolute, "" for the context's own, or "-".
	DockerfilePath string
}

// local tells whether the context is a directory of the machine.
func (p buildPlace) local() bool {
	return path.IsAbs(p.LocalPath) && !strings.Contains(p.LocalPath+p.DockerfilePath, "\n")
}

// ignoreFile is the ignore file that only this Dockerfile has, or "". If it
// is not there the context's .dockerignore holds.
func (p buildPlace) ignoreFile() string {
	switch {
	case p.DockerfilePath == "":
		return path.Join(p.LocalPath, "Dockerfile.dockerignore")
	case path.IsAbs(p.DockerfilePath):
		return p.DockerfilePath + ".dockerignore"
	}
	return ""
}

// contexts returns the sizes of builds' contexts in bytes, by ref: the sum of
// the sizes of the regular files that "COPY . ." would get, that is, all
// files of the directory but those that .dockerignore leaves out. (The
// Dockerfile and .dockerignore are two of them, as they are for COPY.)
//
// This is not what was sent. BuildKit fetches only the files that the
// Dockerfile names, and of these only what has changed since the last build
// from that directory: a Dockerfile with "COPY app.py ./" fetches a hundred
// bytes of a context of a gigabyte. What an author means by a smaller
// context is the context.
//
// The directory is looked at when the command that built has ended, not when
// it built.
//
// A build without a place, or whose context is no directory of the machine
// (standard input, a URL), is not in the result.
func (m *Machine) contexts(ctx context.Context, builds []built) (map[string]int64, error) {
	var sizes map[string]int64
	err := m.answers.Use(ctx, func(s *verify.Script) (err error) {
		sizes, err = askContexts(s, builds)
		return err
	})
	if err != nil && ctx.Err() == nil {
		return nil, m.failure("cannot measure the build contexts on the machine", err)
	}
	return sizes, err
}

// askContexts talks to machine/answer.
func askContexts(s *verify.Script, builds []built) (map[string]int64, error) {
	sizes := map[string]int64{}
	measured := map[buildPlace]int64{} // builds of one command often share one
	for _, b := range builds {
		var p buildPlace
		if _, err := io.WriteString(s, "build "+b.ref+"\n"); err != nil {
			return nil, err
		}
		line, err := s.Out.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if len(line) > 1 && json.Unmarshal(line, &p) != nil || !p.local() {
			continue // as good as none
		}
		size, ok := measured[p]
		if !ok {
			if _, err := io.WriteString(s, "context "+p.LocalPath+"\n"+p.ignoreFile()+"\n"); err != nil {
				return nil, err
			}
			if size, ok, err = readContext(s.Out); err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			measured[p] = size
		}
		sizes[b.ref] = size
	}
	return sizes, nil
}

// readContext reads an answer of machine/answer and returns the bytes of
// the files that are not ignored. It is not ok if there are no files, for the
// directory has gone, or if Docker does not understand the ignore file.
func readContext(in *bufio.Reader) (size int64, ok bool, err error) {
	var ignore strings.Builder
	if err := readPart(in, func(line string) { ignore.WriteString(line) }); err != nil {
		return 0, false, err
	}
	var matcher *patternmatcher.PatternMatcher
	patterns, bad := ignorefile.ReadAll(strings.NewReader(ignore.String()))
	if bad == nil {
		matcher, bad = patternmatcher.New(patterns)
	}
	add := func(bytes int64, name string) {
		ignored, err := matcher.MatchesOrParentMatches(name)
		if err != nil {
			bad = err
		} else if !ignored {
			size += bytes
		}
	}
	var name string
	var bytes int64
	flush := func() {
		if name != "" && bad == nil {
			ok = true
			add(bytes, strings.TrimPrefix(name, "./"))
		}
	}
	err = readPart(in, func(line string) {
		line = strings.TrimSuffix(line, "\n")
		first, rest, _ := strings.Cut(line, " ")
		n, notNumber := strconv.ParseInt(first, 10, 64)
		if notNumber != nil || !strings.HasPrefix(rest, "./") {
			name += "\n" + line // of a name with a line break
			return
		}
		flush()
		name, bytes = rest, n
	})
	flush()
	return size, ok && bad == nil, err
}

// readPart hands over the lines up to "\0\n".
func readPart(in *bufio.Reader, each func(line string)) error {
	for {
		line, err := in.ReadString('\n')
		switch {
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case line == "\x00\n":
			return nil
		}
		each(line)
	}
}
