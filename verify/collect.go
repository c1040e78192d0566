package verify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"handbook/content"
)

// Bounds of what a record keeps of a lab's files.
const (
	maxFile  = 64 << 10  // bytes of one file
	maxFiles = 512 << 10 // bytes of all
)

// collect reads the files of the lab's directory as they are on the machine.
// Only text is kept, up to a size: the rest is named.
func (l *lab) collect(ctx context.Context) ([]content.RecordFile, error) {
	listed, err := l.files.list(ctx, l.plan.Lab.Dir)
	if err != nil {
		return nil, err
	}
	var files []content.RecordFile
	all := 0
	for r := bytes.NewBuffer(listed); ; {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			return files, nil
		}
		f, err := parseListed(strings.TrimSuffix(line, "\n"))
		if err != nil { // a name with a newline in it: what follows can't be told apart
			return files, nil
		}
		if f.Bytes <= maxFile {
			b := r.Next(int(f.Bytes))
			if len(b) < int(f.Bytes) {
				return nil, fmt.Errorf("file %s: %w", f.Path, io.ErrUnexpectedEOF)
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
