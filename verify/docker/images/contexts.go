package images

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

	"handbook/verify/shell"
)

// A buildPlace is where a build was started, as buildx keeps it in the file
// refs/BUILDER/NODE/REF of its directory (docker/buildx, localstate).
type buildPlace struct {
	// LocalPath is the context: a directory's absolute path, "-", or a URL.
	LocalPath string
	// DockerfilePath is absolute, "" for the context's own, or "-".
	DockerfilePath string
}

// local reports whether the context is a directory of the machine.
func (p buildPlace) local() bool {
	return path.IsAbs(p.LocalPath) && !strings.Contains(p.LocalPath+p.DockerfilePath, "\n")
}

// ignoreFile returns the path of the ignore file that belongs to this
// Dockerfile alone, or "". Without that file the context's .dockerignore is
// used.
func (p buildPlace) ignoreFile() string {
	switch {
	case p.DockerfilePath == "":
		return path.Join(p.LocalPath, "Dockerfile.dockerignore")
	case path.IsAbs(p.DockerfilePath):
		return p.DockerfilePath + ".dockerignore"
	}
	return ""
}

// contextSizes returns the sizes of builds' contexts in bytes, by ref: the sum
// of the sizes of the regular files that "COPY . ." would copy, that is, of all
// files in the directory except those that .dockerignore leaves out. (COPY
// copies the Dockerfile and .dockerignore, too.)
//
// This is not what was transferred. BuildKit fetches only the files that the
// Dockerfile names, and only what has changed since the last build from that
// directory: for "COPY app.py ./" it fetches a hundred bytes of a context of a
// gigabyte. When authors speak of a smaller context, they mean the directory.
//
// The directory is measured when the command that built has ended, not when it
// built.
//
// The result leaves out builds whose context is not a directory of the machine
// (but standard input, or a URL), or of which buildx has kept nothing.
func contextSizes(ctx context.Context, answers *shell.KeptScript, builds []build) (map[string]int64, error) {
	var sizes map[string]int64
	err := answers.Use(ctx, func(s *shell.Script) (err error) {
		sizes, err = askContexts(s, builds)
		return err
	})
	if err != nil {
		return nil, &Error{Op: "cannot measure the build contexts on the machine", Err: err}
	}
	return sizes, nil
}

// askContexts asks a process that runs machine/answer.
func askContexts(s *shell.Script, builds []build) (map[string]int64, error) {
	sizes := map[string]int64{}
	measured := map[buildPlace]int64{} // builds of one command often have the same
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
			continue // it has no local context
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

// readContext reads an answer of machine/answer and returns the size in bytes
// of the files that are not ignored. It is not ok if there are no files because
// the directory is gone, or if Docker does not understand the ignore file.
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
			name += "\n" + line // the name has a line break
			return
		}
		flush()
		name, bytes = rest, n
	})
	flush()
	return size, ok && bad == nil, err
}

// readPart calls each for the lines before "\0\n".
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
