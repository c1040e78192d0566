package screen

import (
	"fmt"
	"strings"
	"testing"

	"handbook/content/sgr"
)

// seen writes down a view: the rows, with styles and wide characters marked, and the
// cursor.
func seen(v View) string {
	var rows []string
	for _, r := range v.Rows {
		row := ""
		for _, s := range r {
			switch {
			case s.Wide:
				row += "<" + s.Text + ">"
			case s.Style != sgr.Style{}:
				row += "[" + s.Text + "]"
			default:
				row += s.Text
			}
		}
		rows = append(rows, row)
	}
	return fmt.Sprintf("%s @%d,%d", strings.Join(rows, "|"), v.X, v.Y)
}

func TestView(t *testing.T) {
	s := NewAt(10, 3)
	for _, step := range []struct{ in, want string }{
		{"", " @0,0"},
		{"a\x1b[31mb\x1b[0mc日\r\n", "a[b]c<日>| @0,1"},
		{"two\r\nthree\r\nfour", "two|three|four @4,2"},
		{"\x1b[2;1Hx", "two|xhree|four @1,1"},
	} {
		s.Write([]byte(step.in))
		if got := seen(s.View()); got != step.want {
			t.Errorf("%q: %q, want %q", step.in, got, step.want)
		}
	}
	if v := s.View(); v.Above != 1 || strings.Join(s.Last(5), "|") != "a\x1b[31mb\x1b[0mc日" {
		t.Errorf("%d lines above, the last are %q", v.Above, s.Last(5))
	}
	s.Write([]byte("\x1b[?1h\x1b[?25l\x1b[?2004h\x1b[?1049h\x1b[Hall mine"))
	if v := s.View(); !v.AppKeys || !v.Hidden || !v.Paste || !v.Alternate || seen(v) != "all mine| @8,0" {
		t.Errorf("%+v", v)
	}
	s.Write([]byte("\x1b[6n\x1b[c\x1b[5n"))
	if got := string(s.Reply()); got != "\x1b[1;9R\x1b[?6c\x1b[0n" || s.Reply() != nil {
		t.Errorf("replies %q", got)
	}
	s.Write([]byte("\x1b[?1049l\x1b[?1l\x1b[?25h\x1b[?2004l\x1b[3J"))
	if v := s.View(); v.AppKeys || v.Hidden || v.Paste || v.Alternate || v.Cleared != 1 || v.Above != 1 || len(s.Last(5)) != 0 || seen(v) != "two|xhree|four @1,1" {
		t.Errorf("%+v", v)
	}
}

// What does not fit any more leaves a screen that gets smaller at its top, also while
// a program has it to itself.
func TestResize(t *testing.T) {
	for _, alternate := range []bool{false, true} {
		s := NewAt(10, 4)
		s.Write([]byte("one\r\ntwo\r\nthree\r\n0123456789"))
		if alternate {
			s.Write([]byte("\x1b[?1049h\x1b[2J\x1b[4;10Hx"))
		}
		s.Resize(6, 2)
		if alternate {
			if got := seen(s.View()); got != "| @5,1" {
				t.Errorf("a program's own: %q", got)
			}
			s.Write([]byte("\x1b[?1049l"))
		}
		if got := seen(s.View()); got != "three|012345 @5,1" || strings.Join(s.Last(9), "|") != "one|two" {
			t.Errorf("smaller: %q below %q", got, s.Last(9))
		}
		s.Resize(8, 3)
		s.Write([]byte("\r\nabcdefghi"))
		if got := seen(s.View()); got != "012345|abcdefgh|i @1,2" {
			t.Errorf("greater: %q", got)
		}
	}
}

// However a program draws and the window is resized, the screen holds.
func FuzzResize(f *testing.F) {
	f.Add([]byte("one\r\n\x1b[?1049htwo\x1b[2;3r\x1b[9;9H日\x1b7"), uint8(3), uint8(2))
	f.Fuzz(func(t *testing.T, in []byte, cols, rows uint8) {
		s := NewAt(20, 5)
		for i := range in {
			s.Write(in[i : i+1])
			if i%3 == 0 {
				s.Resize(2+int(cols+uint8(i))%40, 1+int(rows+uint8(i))%20)
			}
			if v := s.View(); v.Y >= s.height || v.X >= s.width || len(v.Rows) > s.height {
				t.Fatalf("%+v on a screen of %d × %d", v, s.width, s.height)
			}
		}
		s.Output()
	})
}
