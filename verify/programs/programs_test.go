package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Sessions of the programs that are known. A line is "$ COMMAND", an answer
// after two spaces, or what is typed: "=" and "! " if the answer is an error, the
// prompt, a tab, and the text.
func TestProgramSessions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[*Program]bool{}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := session(t, string(text))
			seen[p] = true
		})
	}
	for _, p := range programs {
		if !seen[p] || !strings.HasPrefix(p.source, "https://") {
			t.Errorf("%s has no session, or no source", p.name)
		}
	}
}

// session reads a session and returns the program that it is one of.
func session(t *testing.T, text string) (at *Program) {
	var printed []string
	typed, fails := "", false
	answered := func() {
		if typed == "" {
			return
		}
		if failed := at.failed(printed); fails != (failed >= 0) {
			t.Errorf("%s: failed at %d of %q", typed, failed, printed)
		}
		if problem := at.Judge(0, nil, printed); fails != (problem != "") {
			t.Errorf("%s: %q", typed, problem)
		}
	}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "  "):
			printed = append(printed, strings.TrimPrefix(line, "  "))
			continue
		case strings.HasPrefix(line, "#") || strings.HasPrefix(line, "$"):
			continue
		}
		answered()
		prompt, rest, _ := strings.Cut(line[2:], "\t")
		was := at
		if at = At(prompt, printed, was); at == nil || was != nil && at != was {
			t.Fatalf("line %d: at %q is %v", i+1, prompt, at)
		}
		typed, fails, printed = rest, line[0] == '!', nil
	}
	answered()
	return at
}

// Prompts of others are not taken for those of the programs that are known.
func TestOtherPrompts(t *testing.T) {
	for _, prompt := range []string{"$", "#", ">", "/ #", "root@3f2a:/#", "ftp>", "irb(main):001:0>", "scala>", "(gdb)", "In [1]:", "Password:", "Continue? [y/N]"} {
		if p := At(prompt, []string{"Welcome"}, nil); p != nil {
			t.Errorf("%q is taken for %s", prompt, p.name)
		}
	}
}

// An error is a failure unless the page says so.
func TestProgramErrors(t *testing.T) {
	python := programs[0]
	lines := []string{"Traceback (most recent call last):", `  File "<stdin>", line 1, in <module>`, "NameError: name 'x' is not defined"}
	for i, tt := range []struct {
		expect []string
		exit   int
		lines  []string
		want   string
	}{
		{nil, 0, lines, "Python tells of an error: NameError: name 'x' is not defined"},
		{[]string{"..."}, 0, lines, "Python tells of an error: NameError: name 'x' is not defined"},
		{[]string{"...", "NameError: name 'x' is not defined"}, 0, lines, ""},
		{[]string{"Traceback (most recent call last):", "..."}, 0, lines, ""},
		{nil, 1, lines, ""},
		{nil, 1, []string{"2"}, "Python tells of no error, expected one: exit=1"},
		{nil, 0, []string{"2"}, ""},
	} {
		if got := python.Judge(tt.exit, tt.expect, tt.lines); got != tt.want {
			t.Error(fmt.Sprint(i, ": "), got)
		}
	}
}
