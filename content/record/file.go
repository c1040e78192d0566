package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"handbook/content/file"
)

// maxSize is how many bytes the file of a record may have.
const maxSize = 64 << 20

// Suffix ends the names of records.
const Suffix = ".record.json"

// Path returns the path of a page's record.
func Path(page string) string { return strings.TrimSuffix(page, ".md") + Suffix }

// Is reports whether a file is a record, by its name.
func Is(name string) bool { return strings.HasSuffix(name, Suffix) }

// Encode returns the file of a record: indented, in a stable order, with a
// checksum that shows whether it was edited.
func Encode(r *Record) []byte {
	sealed := *r
	sealed.Sum = ""
	sealed.Sum = file.Digest(marshal(&sealed))
	return marshal(&sealed)
}

func marshal(r *Record) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		panic("record: a record that JSON can't hold: " + err.Error()) // only NaN and infinite floats
	}
	return b.Bytes()
}

// Decode reads the file of a record. A record that is truncated, edited or of
// a newer format is an error. Its white space may differ from that of Encode.
func Decode(b []byte) (*Record, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &head); errors.As(err, new(*json.UnmarshalTypeError)) {
		return nil, errors.New("not a record")
	} else if err != nil {
		return nil, fmt.Errorf("not a whole record: %w", err)
	}
	if head.Format > Format {
		return nil, fmt.Errorf("of format %d, but this handbook reads up to %d: a newer handbook wrote it", head.Format, Format)
	}
	if head.Format < 1 {
		return nil, errors.New("without a format")
	}
	r := new(Record)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("not a record: %w", err)
	}
	// The checksum covers what was decoded, and that is everything only if
	// encoding it gives the same file: package json ignores the case of keys
	// and takes the last of two equal ones.
	want, same := r.Sum, bytes.Equal(compact(marshal(r)), compact(b))
	r.Sum = ""
	if got := file.Digest(marshal(r)); got != want || !same {
		return nil, errors.New("edited since it was written")
	}
	r.Sum = want
	if r.Format == 1 {
		r.number()
	}
	r.Format = Format
	machines := map[[2]string]bool{}
	for _, results := range r.All() {
		if err := results.hasValues(); err != nil {
			return nil, err
		}
		m := [2]string{results.Machine.Docker, results.Machine.Platform}
		if machines[m] {
			return nil, fmt.Errorf("not a record: it has results on %q twice", strings.TrimSpace(m[0]+" "+m[1]))
		}
		machines[m] = true
	}
	return r, nil
}

// compact returns JSON without white space.
func compact(b []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, b) != nil {
		return nil
	}
	return out.Bytes()
}

// number sets the snippet numbers in the results of a record of format 1.
func (r *Record) number() {
	for i := range r.Snippets {
		r.Snippets[i].Number = i + 1
	}
	for i := range r.Images {
		r.Images[i].Snippet++
	}
	for i := range r.Builds {
		r.Builds[i].Snippet++
	}
}

// Read reads the record beside a page, and returns nil if there is none. The
// error says what is wrong with the record, as in "the record is …".
func Read(fsys fs.FS, page string) (*Record, error) {
	b, err := file.Read(fsys, Path(page), maxSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, errors.New("unreadable: " + file.Reason(err))
	}
	r, err := Decode(b)
	if err == nil && r.Page != page {
		return nil, fmt.Errorf("that of another page, %q", r.Page)
	}
	return r, err
}
