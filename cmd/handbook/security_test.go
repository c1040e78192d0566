package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/verify"
	"handbook/verify/docker/daemon"
)

// attacks are those that were asked for, by their numbers: words that are to be
// found in a row of the guide's table.
var attacks = map[string][]string{
	"1": {"page, a picture or another file", "`/proc/self/environ`", "`.git/config`", "`include=`", "links within the content", "`files`", "named pipe", "socket", "device", "too large"},
	"2": {"search.js", "Host", "Origin", "Sec-Fetch-Site", "Cross-Origin-Resource-Policy", "Content-Security-Policy", "frame-ancestors", "changes something",
		"a link that leads to the preview", "forwarded port", "`--allow-host`", "editor's built-in browser", "without a slash", "same size in the same second"},
	"3": {"`verify -n`", "progress", "errors", "file names", "engine's messages", "one writer"},
	"4": {"`janet` with 10,000 backticks", "`objectpascal` with 5,000 zeros", "`java` with 80,000 empty lines", "`markless`", "`raku`", "297 languages, with a generator",
		"`[` × 40,000", "× 100,000", "10,000 equal headings", "2,000 nested lists", "20,000 footnotes", "`[a](` × 20,000", "`c* ` × 20,000", "500 MB", "SIGTERM and Ctrl-C",
		"fuzz targets fail on time"},
	"5": {"`search.js.md`", "`/robots.txt/x/`", "`Foo.md` beside `foo.md`", "NFC beside the same in NFD", "a file beside a folder of its name", "`/.git/`", "`javascript:", "bad port",
		"`.html`", "`.svg`"},
	"6":         {"caches, seals, history and records", "cut in half", "1,000 random damages", "full disk", "folder with `.git`"},
	"7":         {"in another case, or twice", "of another page", "of a platform"},
	"isolation": {"`mount -t proc`", "limits lifted from inside", "refused", "cgroup v2", "previewed or checked", "`machine load`"},
	"links":     {"redirect", "password", "cookie"},
	"pages":     {"`<script>`"},
}

// Each row of the guide's table of attacks names tests that are there, which look
// for what the guide quotes; and each attack has a row.
func TestSecurityGuide(t *testing.T) {
	guide, err := os.ReadFile("../../content/guides/security.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsByName(t)
	_, table, _ := strings.Cut(string(guide), "\n| no. | attack |")
	var rows [][]string
	for row := range strings.Lines(table) {
		if cells := strings.Split(strings.Trim(row, "|\n "), " | "); len(cells) == 4 && attacks[cells[0]] != nil {
			rows = append(rows, cells)
		} else if len(rows) > 0 {
			t.Errorf("no row of an attack: %s", row)
		}
	}
	for _, cells := range rows {
		var source strings.Builder
		for name := range strings.SplitSeq(cells[3], ", ") {
			name = strings.Trim(name, "` ")
			if len(tests[name]) == 0 {
				t.Errorf("no test %s: %s", name, cells[1])
			}
			source.WriteString(strings.Join(tests[name], "\n") + "\n")
		}
		for _, quoted := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1) {
			if !looksFor(source.String(), quoted[1]) {
				t.Errorf("%s does not look for %s", cells[3], quoted[1])
			}
		}
	}
	for number, words := range attacks {
		for _, word := range words {
			if !slices.ContainsFunc(rows, func(cells []string) bool { return cells[0] == number && strings.Contains(cells[1]+cells[2], word) }) {
				t.Errorf("no row of %s for: %s", number, word)
			}
		}
	}
}

// testsByName returns the text of the test functions and of the scripts that there
// are with each name.
func testsByName(t *testing.T) map[string][]string {
	t.Helper()
	tests := map[string][]string{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../..", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		isScript := strings.HasSuffix(name, ".txtar")
		if !isScript && !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if isScript {
			script := strings.TrimSuffix(e.Name(), ".txtar")
			tests[script] = append(tests[script], string(b))
		}
		for _, m := range declared.FindAllSubmatch(b, -1) {
			tests[string(m[1])] = append(tests[string(m[1])], string(b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

// looksFor tells whether a line of a test has a sentence, in which "…" stands for
// anything. What quotes characters in Go and in regular expressions is left out.
func looksFor(source, sentence string) bool {
	plain := strings.NewReplacer(`\`, "", "$(", "(")
	parts := strings.Split(plain.Replace(sentence), "…")
	for line := range strings.Lines(plain.Replace(source)) {
		found := true
		for _, part := range parts {
			_, after, ok := strings.Cut(line, part)
			found, line = found && ok, after
		}
		if found {
			return true
		}
	}
	return false
}

// Whatever an engine answers, it is text.
func TestEngineMessage(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, "content/a.md", "---\nlab: {}\n---\n# A\n\n```bash\ntrue\n```\n")
	open := func(context.Context, *labs.Site, string, func(string)) (verify.Engine, error) {
		return nil, &daemon.Error{Msg: "cannot start: \x1b[2J\r\u202e"}
	}
	for _, args := range [][]string{{"verify"}, {"doctor"}, {"shell", "a.md"}} {
		var out bytes.Buffer
		if code := run(args, &out, &out, open); code == 0 || !strings.Contains(out.String(), "cannot start: ␛[2J␍\\u202e") || strings.ContainsAny(out.String(), "\x1b\r") {
			t.Errorf("%v: %d, %q", args, code, &out)
		}
	}
}

// Labs that are adopted with --strangers run on machines that hold, too.
func TestAdoptStrangers(t *testing.T) {
	var asked []bool
	open := func(_ context.Context, site *labs.Site, _ string, _ func(string)) (verify.Engine, error) {
		asked = append(asked, site.Strangers)
		return nil, &daemon.Error{Msg: "none here"}
	}
	for _, args := range [][]string{{"adopt", "old"}, {"adopt", "--strangers", "old"}} {
		t.Chdir(t.TempDir())
		save(t, "old/a.md", "# A\n\n```console\n$ docker ps\n```\n")
		var out bytes.Buffer
		if code := run(args, &out, &out, open); code != noMachine {
			t.Errorf("%v: %d, %s", args, code, &out)
		}
	}
	if !slices.Equal(asked, []bool{false, true}) {
		t.Errorf("machines for strangers were asked for: %v", asked)
	}
}

// All that is printed goes through the one writer that shows control characters
// as what they are: only the file that makes it names the process's outputs.
func TestOneWriter(t *testing.T) {
	direct := regexp.MustCompile(`\bos\.(?:Stdout|Stderr)\b|\bfmt\.Print|\blog\.(?:Print|Fatal|Panic)|(?m:^\s*print(?:ln)?\()`)
	var found []string
	err := filepath.WalkDir("../..", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		b, err := os.ReadFile(name)
		if direct.Match(b) {
			found = append(found, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(found, " "); got != "../../cmd/handbook/main.go" {
		t.Errorf("what prints by itself: %s", got)
	}
}
