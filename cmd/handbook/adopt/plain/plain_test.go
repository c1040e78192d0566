package plain

import (
	"strings"
	"testing"
)

func TestIsLab(t *testing.T) {
	for in, want := range map[string]bool{
		"flask==3.0.3\nredis==5\nrequests==2\n":                                                         false,
		"Notes on pears and other fruit of the valley.\nThey are sweet and they are green and round.\n": false,
		"First look at what runs on this computer now:\ndocker ps\nThen build the image of the app again:\ndocker build -t x .\nThen run it once more and look at it:\ndocker run x\n": true,
	} {
		if IsLab(in) != want {
			t.Errorf("%q: %v", in, !want)
		}
	}
}

// What a text has lost is named at its line.
func TestDoubts(t *testing.T) {
	text := "Pears\ncat > app.py <<'PY'\ndef main():\nprint(1)\nPY\ncat > c.yaml <<'E'\nservices:\nweb:\nimage: x\nE\ncat > f <<'E'\nnever\n"
	out, _, doubts := Markdown(text)
	var got []string
	for _, d := range doubts {
		if d.Problem {
			got = append(got, strings.TrimSpace(d.Why))
		}
	}
	want := []string{
		`the text has lost the indentation of Python; proposed: "    print(1)"`,
		"c.yaml has lost its indentation, and YAML means nothing without it",
		"the here-document never ends: E is missing",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
	if !strings.Contains(out, "    print(1)\n") {
		t.Error(out)
	}
	if doubts[0].Line != 4 {
		t.Errorf("line %d, want 4", doubts[0].Line)
	}
}

// No text makes it panic or loses lines of code.
func FuzzMarkdown(f *testing.F) {
	f.Add("A\n1) B\ndocker ps\n```\nx\n")
	f.Fuzz(func(t *testing.T, text string) {
		out, origin, _ := Markdown(text)
		if lines := strings.Count(out, "\n"); len(origin) < lines-1 {
			t.Errorf("%d lines, %d origins", lines, len(origin))
		}
	})
}
