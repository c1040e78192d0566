package tty

import (
	"bytes"
	"strings"
	"testing"
)

// Nothing that a page holds does anything at a terminal.
func TestWriter(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain\ttext, größe, 日本語 🐳\n", "plain\ttext, größe, 日本語 🐳\n"},
		{"\x1b[2J\x1b]0;title\a\x1b[31m", "␛[2J␛]0;title␇␛[31m"},
		{"\x1b]52;c;aGk=\x1b\\", "␛]52;c;aGk=␛\\"},
		{"a\rb", "a␍b"},
		{"a\r\nb\r\n", "a\r\nb\r\n"},
		{"\b\b\x00\x7f", "␈␈␀␡"},
		{"\u009b2J \u0085", `\u009b2J \u0085`},
		{"\x9b2J\xff", `\x9b2J\xff`},
		{"a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`},
		{Escape("[1m") + "bold\x1b[8m" + Escape("[0m"), "\x1b[1mbold␛[8m\x1b[0m"},
		{"\x1b" + strings.Repeat("A", len(key)) + "[2J", "␛" + strings.Repeat("A", len(key)) + "[2J"},
		{"::add-mask::x", "::add-mask::x"},
		{"", ""},
	} {
		var out bytes.Buffer
		if n, err := NewWriter(&out).Write([]byte(c.in)); n != len(c.in) || err != nil {
			t.Errorf("%q: %d, %v", c.in, n, err)
		}
		if out.String() != c.want {
			t.Errorf("%q: %q, want %q", c.in, &out, c.want)
		}
	}
}

// In a workflow's log, what a lab prints is no command to the runner, which
// takes them behind blanks, too.
func TestWriterInWorkflow(t *testing.T) {
	for _, name := range []string{"GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "true")
			testWorkflow(t)
		})
	}
}

func testWorkflow(t *testing.T) {
	const in = "::stop-commands::x\n    ::add-mask::x\nstd::string a::b\n##[group]x ##vso[task]y ##teamcity[x\n"
	var out bytes.Buffer
	w := NewWriter(&out)
	w.Write([]byte(in))
	if want := ": :stop-commands::x\n    : :add-mask::x\nstd::string a::b\n# #[group]x # #vso[task]y # #teamcity[x\n"; out.String() != want {
		t.Errorf("%q, want %q", &out, want)
	}
	out.Reset()
	Commands(w).Write([]byte(in))
	if out.String() != in {
		t.Errorf("%q, want %q", &out, in)
	}
}
