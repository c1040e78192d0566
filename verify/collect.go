package verify

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"handbook/content"
)

//go:embed collect.sh
var collectScript string

// Bounds of what a record keeps of a lab's files.
const (
	maxFile  = 64 << 10  // bytes of one file
	maxFiles = 512 << 10 // bytes of all
)

// collect reads the files of the lab's directory as they are on the machine.
// Only text is kept, up to a size: the rest is named.
func (l *lab) collect(ctx context.Context) ([]content.RecordFile, error) {
	s, err := l.m.Exec(ctx, Process{Args: []string{"sh", "-c", collectScript, "sh", l.plan.Lab.Dir, strconv.Itoa(maxFile)}})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var files []content.RecordFile
	all := 0
	r := bufio.NewReader(s)
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		f, err := parseListed(strings.TrimSuffix(line, "\n"))
		if err != nil { // a name with a newline in it: what follows can't be told apart
			return files, nil
		}
		if f.Bytes <= maxFile {
			b := make([]byte, f.Bytes)
			if _, err := io.ReadFull(r, b); err != nil {
				return nil, fmt.Errorf("file %s: %w", f.Path, err)
			}
			f.Digest = digest(b)
			if all+len(b) <= maxFiles && utf8.Valid(b) && !bytes.ContainsRune(b, 0) {
				all += len(b)
				text := l.secrets().Replace(string(b))
				f.Text = &text
			}
		}
		files = append(files, f)
	}
}

func parseListed(line string) (f content.RecordFile, err error) {
	mode, rest, _ := strings.Cut(line, " ")
	size, path, ok := strings.Cut(rest, " ")
	if f.Bytes, err = strconv.ParseInt(size, 10, 64); err != nil || !ok || path == "" || !utf8.ValidString(path) {
		return f, fmt.Errorf("%q is not a file", line)
	}
	f.Mode, f.Path = "0"+strings.TrimLeft(mode, "0"), path
	return f, nil
}
