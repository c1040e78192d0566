package labs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/report"
)

// What failed in the last run is told at its line, wherever that is now, until it
// changes or the lab passes.
func TestFailed(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	dir := t.TempDir()
	text := "# Lab\n\n```bash\necho one\n# -> two\n```\n\n```bash\ntrue\n```\n"
	write := func(text string) *Lab {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "lab.md"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		site, err := content.Load(os.DirFS(dir), "")
		if err != nil {
			t.Fatal(err)
		}
		return &Lab{Site: &Site{Site: site, Dir: dir}, Page: site.Pages[0]}
	}
	l := write(text)
	at := func(line int, msg string, details ...string) *verify.Failure {
		return &verify.Failure{Pos: content.Pos{File: l.Page.File(), Line: line, Col: 1}, Msg: msg, Details: details}
	}
	fails := func(all ...*verify.Failure) {
		l.keepFailures(&report.Outcome{Run: report.Run{Err: &verify.Failures{All: all}}, Verdict: report.Failed})
	}
	told := func(text string) string {
		var s strings.Builder
		for _, e := range ReadFailed().Of(dir, write(text).Page) {
			fmt.Fprintf(&s, "%d:%d %s\n", e.Pos.Line, e.Pos.Col, e.Msg)
		}
		return s.String()
	}
	check := func(name, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	other := &verify.Failure{Pos: content.Pos{File: "other.md", Line: 2}, Msg: "not here"}
	fails(at(5, "prints something else", "- two", "+ one"), at(9, "exited with 1"), other)
	const first, second = "5:1 in the last run: prints something else\n- two\n+ one\n", "9:1 in the last run: exited with 1\n"
	check("as it was run", told(text), first+second)
	check("moved down", told("# Lab\n\nNew.\n"+strings.TrimPrefix(text, "# Lab\n")), strings.Replace(first, "5", "7", 1)+strings.Replace(second, "9", "11", 1))
	check("CRLF", told(strings.ReplaceAll(text, "\n", "\r\n")), first+second)
	check("the expectation is another", told(strings.Replace(text, "-> two", "-> one", 1)), second)
	check("the last command is another", told(strings.Replace(text, "true", "false", 1)), first)
	fails(at(9, "exited with 1"))
	check("one is mended", told(text), second)
	l.keepFailures(&report.Outcome{Verdict: report.Error, Run: report.Run{Err: os.ErrNotExist}})
	check("the engine was not there", told(text), second)
	l.keepFailures(&report.Outcome{Verdict: report.Passed})
	check("passed", told(text), "")
}
