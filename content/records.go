package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// RecordPath returns where the record of a page stands.
func RecordPath(page string) string {
	return strings.TrimSuffix(page, ".md") + ".record.json"
}

// EncodeRecord returns a record's file: indented, in a stable order, with a
// sum over all the rest, so that a record edited by hand is known as such.
func EncodeRecord(r *Record) []byte {
	sealed := *r
	sealed.Sum = ""
	sealed.Sum = sum(marshal(&sealed))
	return marshal(&sealed)
}

func marshal(r *Record) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		panic("content: a record that JSON can't hold: " + err.Error()) // only floats that are no numbers
	}
	return b.Bytes()
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(h[:])
}

// DecodeRecord reads a record's file strictly. A record that is truncated,
// edited by hand or of a newer format is an error.
func DecodeRecord(b []byte) (*Record, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("not a whole record: %w", err)
	}
	if head.Format > RecordFormat {
		return nil, fmt.Errorf("of format %d, but this handbook reads up to %d: a newer handbook wrote it", head.Format, RecordFormat)
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
	want := r.Sum
	r.Sum = ""
	if got := sum(marshal(r)); got != want {
		return nil, errors.New("edited since it was written")
	}
	r.Sum = want
	return r, nil
}

// readRecord reads the record beside a page. The problem is a sentence if
// there is a record that can't be used.
func readRecord(fsys fs.FS, page string) (r *Record, problem string) {
	b, err := fs.ReadFile(fsys, RecordPath(page))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ""
	case err != nil:
		return nil, "its record can't be read: " + reason(err)
	}
	if r, err = DecodeRecord(b); err != nil {
		return nil, "its record is " + err.Error()
	}
	return r, ""
}
