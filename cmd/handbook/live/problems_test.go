package live

import (
	"os"
	"path/filepath"
	"testing"

	"handbook/cmd/handbook/preview"
	"handbook/cmd/handbook/project"
	"handbook/content"
)

// A page with more mistakes than anybody reads costs no more to show than others:
// not all are shown, and the lines around them are read once.
func TestProblemsAreBounded(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("one\ntwo\nthree\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var wrong []Problem
	for range mostShown + 900 {
		wrong = append(wrong, Problem{Pos: content.Pos{File: "content/a.md", Line: 2, Col: 1}, Text: "wrong"})
	}
	s := &Site{Options: Options{
		Here:     &project.Project{Root: dir, Content: dir, Name: "content"},
		Problems: func(error) []Problem { return wrong },
	}}
	shown := s.problems(nil)
	if len(shown) != mostShown+1 || shown[mostShown].Text != "900 more problems" {
		t.Fatalf("%d are shown, the last is %+v", len(shown), shown[len(shown)-1])
	}
	if got := shown[mostShown-1]; got.Place != "content/a.md:2:1" || len(got.Lines) != 3 || got.Lines[1] != (preview.Line{Number: 2, Text: "two", Here: true}) {
		t.Errorf("%+v", got)
	}
	texts := map[string][]string{"a.md": {"read before"}}
	if got := s.linesAt(content.Pos{File: "content/a.md", Line: 1}, texts); len(got) != 1 || got[0].Text != "read before" {
		t.Errorf("the file is read again: %+v", got)
	}
}
