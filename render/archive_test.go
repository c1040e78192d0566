package render

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"handbook/content"
)

// Nothing of a download lands anywhere but in its own folder, on any system.
func TestArchive(t *testing.T) {
	text := "x"
	page := &content.Page{URL: `/labs/a\..\..\b/`, Record: &content.Record{Results: content.Results{Files: []content.RecordFile{
		{Path: "a", Mode: "6755", Text: &text},
		{Path: "a", Mode: "644", Text: &text},
		{Path: "../up", Mode: "644", Text: &text},
		{Path: "/root", Mode: "644", Text: &text},
		{Path: `..\..\up`, Mode: "644", Text: &text},
		{Path: "C:up", Mode: "644", Text: &text},
		{Path: "x\n\x1b[2J", Mode: "644", Text: &text},
		{Path: "large", Mode: "644", Bytes: 3e6},
	}}}}
	b, err := archive(page, []byte("script"), english(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range r.File {
		got.WriteString(f.Name + " " + f.Mode().String() + "\n")
		if f.Name != "lab/LEFT-OUT.txt" {
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		note, err := io.ReadAll(in)
		want := "\na, 0 B\n..\\\\..\\\\up, 0 B\nC:up, 0 B\nx\\n\\x1b[2J, 0 B\nlarge, 3 MB\n"
		if _, list, _ := strings.Cut(string(note), ":\n"); list != want || err != nil {
			t.Errorf("%q, %v, want %q", list, err, want)
		}
	}
	if want := "lab/a -rwxr-xr-x\nlab/lab.sh -rwxr-xr-x\nlab/LEFT-OUT.txt -rw-r--r--\n"; got.String() != want {
		t.Errorf("%s, want %s", &got, want)
	}
}
