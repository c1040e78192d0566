package files

import "testing"

func TestPatch(t *testing.T) {
	const text = "a\nb\nc\nd\n"
	tests := []struct{ name, text, diff, want, err string }{
		{"with headers", text, "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", "a\nB\nc\nd\n", ""},
		{"numbers that are off", text, "@@ -3,1 +3,1 @@\n-b\n+B\n", "a\nB\nc\nd\n", ""},
		{"no head", text, " b\n+new\n c\n", "a\nb\nnew\nc\nd\n", ""},
		{"two hunks", text, "@@ @@\n-a\n+A\n@@ @@\n-d\n+D\n", "A\nb\nc\nD\n", ""},
		{"insert at the start", text, "@@ -0,0 +1 @@\n+new\n", "new\na\nb\nc\nd\n", ""},
		{"insert behind a line", text, "@@ -1,0 +2 @@\n+new\n", "a\nnew\nb\nc\nd\n", ""},
		{"a new file", "", "@@ -0,0 +1 @@\n+new\n", "new\n", ""},
		{"all gone", "a\n", "-a\n", "", ""},
		{"no newline", "a\nb\n", "@@ -2 +2 @@\n-b\n+B\n\\ No newline at end of file\n", "a\nB", ""},
		{"not there", text, "-x\n+y\n", "", `the file has no line "x"`},
		{"twice", "a\nb\na\n", "-a\n+A\n", "", "the hunk fits at line 1 and at line 3 of the file: add lines around it"},
		{"out of order", text, "-b\n-a\n+x\n", "", "the lines of the hunk do not follow each other in the file"},
		{"changes nothing", text, " a\n", "", "a hunk that changes nothing"},
		{"empty", text, "", "", "an empty diff"},
		{"not a diff", text, "a\n", "", `a line of a diff starts with a space, "+" or "-", not "a"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := patch(tt.text, tt.diff)
			msg := ""
			if err != nil {
				msg = err.Error()
			}
			if got != tt.want || msg != tt.err {
				t.Errorf("got %q, %q", got, msg)
			}
		})
	}
}
