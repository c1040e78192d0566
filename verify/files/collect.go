package files

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"handbook/content"
	"handbook/content/file"
)

// maxFiles is how many bytes of all files together a record keeps.
const maxFiles = 512 << 10

// Collect reads the files of the lab's directory as they are on the machine.
// The record has the contents of text files up to a size; of the other files it
// has the names. hide takes secrets out of a text.
func (f Server) Collect(ctx context.Context, dir string, hide func(string) string) ([]content.RecordFile, error) {
	listed, err := f.list(ctx, dir)
	if err != nil {
		return nil, err
	}
	var all []content.RecordFile
	bytesKept := 0
	for r := bytes.NewBuffer(listed); ; {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			return all, nil
		}
		found, err := parseListed(strings.TrimSuffix(line, "\n"))
		if err != nil { // a name with a newline in it, so the rest can't be parsed
			return all, nil
		}
		if found.Bytes <= MaxFile {
			b := r.Next(int(found.Bytes))
			if len(b) < int(found.Bytes) {
				return nil, fmt.Errorf("file %s: %w", found.Path, io.ErrUnexpectedEOF)
			}
			b = []byte(hide(string(b)))
			found.Digest = file.Digest(b)
			if bytesKept+len(b) <= maxFiles && utf8.Valid(b) && !bytes.ContainsRune(b, 0) {
				bytesKept += len(b)
				text := string(b)
				found.Text = &text
			}
		}
		all = append(all, found)
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
