package sgr

import (
	"fmt"
	"testing"
)

// The same sequences set the same style everywhere: on the screen of a lab,
// in the record, and on the page.
func TestStyle(t *testing.T) {
	for _, c := range []struct{ in, want string }{ // want: as it is printed
		{"", ""},
		{"0", ""},
		{"1", "1"},
		{"1;31", "1;31"},
		{"31;1;4", "1;4;31"},
		{"1;2;22", ""},
		{"3;23", ""},
		{"4;24", ""},
		{"21", "4"},
		{"21;24", ""},
		{"4:3", "4"},
		{"4;4:0", ""},
		{"5;25", ""},
		{"6;25", ""},
		{"7;27", ""},
		{"8;28", ""},
		{"9;29", ""},
		{"9;26", "9"},
		{"31;39", ""},
		{"44;49", ""},
		{"31;0", ""},
		{"31;", ""},
		{"97", "97"},
		{"103", "103"},
		{"38;5;3", "33"},
		{"38;5;11", "93"},
		{"48;5;11", "103"},
		{"38;5;208", "38;5;208"},
		{"38:5:208", "38;5;208"},
		{"38;2;255;0;128", "38;2;255;0;128"},
		{"38;2;0;0;0", "38;2;0;0;0"},
		{"38:2:255:0:128", "38;2;255;0;128"},
		{"38:2::255:0:128", "38;2;255;0;128"},
		{"48;2;;;7", "48;2;0;0;7"},
		{"38;2;1;2;3;1", "1;38;2;1;2;3"},
		{"58;5;1", ""},
		{"58;2;1;7;3;4", "4"},
		{"58:2::1:7:3;4", "4"},
		{"38", ""},
		{"38;5", ""},
		{"38;5;999;1", "1"},
		{"38;9;1", "1"},
		{"38;2;256;0;0;1", "1"},
		{"38;2;1", ""},
		{"x;1", "1"},
		{"10;20;30", "30"},
		{"-1;1", "1"},
	} {
		var s Style
		s.Apply(c.in)
		want := ""
		if c.want != "" {
			want = "\x1b[" + c.want + "m"
		}
		if got := s.From(Style{}); got != want {
			t.Errorf("%q: %q, want %q", c.in, got, want)
		}
		// What is printed sets the same style.
		var back Style
		back.Apply(c.want)
		if back != s {
			t.Errorf("%q: %+v is read back as %+v", c.in, s, back)
		}
	}
}

func TestStyleFrom(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"1", "1", ""},
		{"1", "0", "\x1b[0m"},
		{"1", "1;31", "\x1b[31m"},
		{"1;31", "31", "\x1b[0;31m"},
		{"31", "32", "\x1b[32m"},
		{"31;42", "31", "\x1b[0;31m"},
		{"1;31", "1;4;31;42", "\x1b[4;42m"},
	} {
		var old, new Style
		old.Apply(c.old)
		new.Apply(c.new)
		if got := new.From(old); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.old, c.new, got, c.want)
		}
	}
}

func TestColour(t *testing.T) {
	for _, c := range []struct {
		in      string
		palette int // -1: none
		rgb     string
	}{
		{"39", -1, ""},
		{"30", 0, ""},
		{"97", 15, ""},
		{"38;5;15", 15, ""},
		{"38;5;16", -1, "000000"},
		{"38;5;21", -1, "0000ff"},
		{"38;5;208", -1, "ff8700"},
		{"38;5;231", -1, "ffffff"},
		{"38;5;232", -1, "080808"},
		{"38;5;255", -1, "eeeeee"},
		{"38;2;1;2;3", -1, "010203"},
	} {
		var s Style
		s.Apply(c.in)
		n, ok := s.Fg.Palette()
		if !ok {
			n = -1
		}
		rgb := ""
		if of, ok := s.Fg.RGB(); ok {
			rgb = fmt.Sprintf("%02x%02x%02x", of[0], of[1], of[2])
		}
		if n != c.palette || rgb != c.rgb {
			t.Errorf("%s: palette %d, rgb %s, want %d, %s", c.in, n, rgb, c.palette, c.rgb)
		}
	}
}

func TestStyled(t *testing.T) {
	for _, c := range []struct{ in, want, plain string }{
		{"", "", ""},
		{"plain", "[plain]", "plain"},
		{"a\x1b[1mb\x1b[0mc", "[a]\x1b[1m[b][c]", "abc"},
		{"\x1b[1m\x1b[31mb", "\x1b[1;31m[b]", "b"},
		{"a\x1b[2Kb\x1b[1;5Hc", "[a][b][c]", "abc"},
		{"\x1b]0;title\atext", "[text]", "text"},
		{"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "[link]", "link"},
		{"\x1bPdevice\x1b\\text", "[text]", "text"},
		{"\x1b7text", "[text]", "text"},
		{"\x1b\x01text", "[\x01text]", "\x01text"},
		{"\x1b[3\x01text", "[\x01text]", "\x01text"},
		{"cut \x1b[3", "[cut ]", "cut "},
		{"cut \x1b]0;t", "[cut ]", "cut "},
		{"cut \x1b", "[cut ]", "cut "},
		{"\xff\t\x00 stay", "[\xff\t\x00 stay]", "\xff\t\x00 stay"},
	} {
		got := ""
		for text, style := range Styled(c.in) {
			got += style.From(Style{}) + "[" + text + "]"
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
		if got := Unstyled(c.in); got != c.plain {
			t.Errorf("%q: %q, want %q", c.in, got, c.plain)
		}
	}
}
