//go:build unix

package oracle

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Snippet is lines to be typed into a fresh shell.
type Snippet struct {
	Name     string // file/name
	Lines    []string
	Needs    []string // commands it needs
	Collapse bool     // equal lines one below the other are compared as one
	Linux    bool     // needs a full system
}

var nameOK = regexp.MustCompile(`^[a-z0-9-]+$`)

// snippets are the snippets of a folder, in the order of its files.
func snippets(t testing.TB, dir string) []Snippet {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no snippets (%v)", dir, err)
	}
	var all []Snippet
	seen := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		theme := strings.TrimSuffix(filepath.Base(name), ".txt")
		for n, line := range strings.Split(string(text), "\n") {
			header, ok := strings.CutPrefix(line, "=== ")
			if !ok {
				if len(all) > 0 && strings.HasPrefix(all[len(all)-1].Name, theme+"/") {
					last := &all[len(all)-1]
					last.Lines = append(last.Lines, line)
				}
				continue
			}
			words := strings.Fields(header)
			s := Snippet{Name: theme + "/" + words[0]}
			if !nameOK.MatchString(words[0]) || seen[s.Name] {
				t.Fatalf("%s:%d: bad or repeated name %q", name, n+1, words[0])
			}
			seen[s.Name] = true
			for _, option := range words[1:] {
				need, isNeed := strings.CutPrefix(option, "needs:")
				switch {
				case isNeed:
					s.Needs = append(s.Needs, need)
				case option == "collapse":
					s.Collapse = true
				case option == "linux":
					s.Linux = true
				default:
					t.Fatalf("%s:%d: unknown option %q", name, n+1, option)
				}
			}
			all = append(all, s)
		}
	}
	for i := range all {
		lines := all[i].Lines
		for len(lines) > 0 && lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		if len(lines) == 0 {
			t.Fatalf("%s: nothing to type", all[i].Name)
		}
		all[i].Lines = slices.Clip(lines)
	}
	return all
}

// key is the byte of a line that is a key: ^C, ^D, ^Z, ^\.
func key(line string) (byte, bool) {
	if len(line) == 2 && line[0] == '^' && strings.IndexByte(`CDZ\`, line[1]) >= 0 {
		return line[1] & 0x1f, true
	}
	return 0, false
}
