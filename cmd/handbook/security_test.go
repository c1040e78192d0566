package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each row of the guide's table of attacks names a test that is there.
func TestSecurityGuide(t *testing.T) {
	guide, err := os.ReadFile("../../content/guides/security.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = filepath.WalkDir("../..", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(name, ".txtar"):
			known[strings.TrimSuffix(e.Name(), ".txtar")] = true
		case strings.HasSuffix(name, "_test.go"):
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range declared.FindAllSubmatch(b, -1) {
				known[string(m[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(guide), "| attack |")
	rows := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(row, "|\n "), " | ")
		if len(cells) != 3 || strings.HasPrefix(cells[0], "what") || strings.HasPrefix(cells[0], "---") {
			continue
		}
		rows++
		for name := range strings.SplitSeq(cells[2], ", ") {
			if !known[strings.Trim(name, "` |")] {
				t.Errorf("no test %s: %s", name, cells[0])
			}
		}
	}
	if rows < 18 {
		t.Errorf("only %d rows", rows)
	}
}
