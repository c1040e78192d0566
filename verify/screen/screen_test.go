package screen

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScreen(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"lines", "a\r\nb\r\n", "a\nb"},
		{"no newline at the end", "a\r\nb", "a\nb"},
		{"percentages", "10%\r50%\r100%\r\n", "100%"},
		{"shorter over longer", "long text\rab\x1b[K\r\n", "ab"},
		{"colours", "\x1b[31mred\x1b[0m plain\r\n", "<31>red<0> plain"},
		{"bright, palette, true colour", "\x1b[91ma\x1b[38;5;200mb\x1b[38;2;1;2;3mc\x1b[m", "<91>a<38;5;200>b<38;2;1;2;3>c<0>"},
		{"colons", "\x1b[38:2::1:2:3mc\x1b[m", "<38;2;1;2;3>c<0>"},
		{"bold off", "\x1b[1;31ma\x1b[22mb\x1b[0m", "<1;31>a<0;31>b<0>"},
		{"style over lines", "\x1b[32ma\r\nb\x1b[0m", "<32>a<0>\n<32>b<0>"},
		{"blanks at the end", "a  \x1b[31m  \x1b[0m\r\n", "a"},
		{"background at the end", "a\x1b[41m \x1b[0m\r\n", "a<41> <0>"},
		{"cursor up", "one\r\ntwo\r\n\x1b[2Ax\x1b[2B\r\n", "xne\ntwo\n"},
		{"erase below", "one\r\ntwo\r\nthree\x1b[2A\x1b[J\r\n", "one"},
		{"tabs", "a\tb\r\n", "a       b"},
		{"backspace", "ab\bc\r\n", "ac"},
		{"wide", "日本\r\n", "日本"},
		{"combining", "e\u0301x\r\n", "e\u0301x"},
		{"title and hyperlink", "\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\r\n", "link"},
		{"alternate screen", "before\r\n\x1b[?1049hvim\r\n~\x1b[?1049lafter\r\n", "before\nafter"},
		{"charset", "\x1b(Bplain\r\n", "plain"},
		{"not UTF-8", "a\xff\xfeb\x00\r\n", "a\ufffd\ufffdb"},
		{"soft wrap is one line", strings.Repeat("x", 25) + "\r\n", strings.Repeat("x", 25)},
		{"exactly the width", strings.Repeat("x", 20) + "\r\ny", strings.Repeat("x", 20) + "\ny"},
		{"insert and delete", "abc\x1b[2D\x1b[@X\r\n\x1b[1mdef\x1b[0m\r\x1b[P\r\n", "aXbc\n<1>ef<0>"},
		{"delete a line", "a\r\nb\r\nc\x1b[1A\x1b[M\r\n", "a\nc"},
		{"save and restore", "ab\x1b7cd\x1b8X\r\n", "abXd"},
		{"up from the first line", "\x1b[1A\x1b[1Bx\r\n", "x"},
		{"an empty line first", "\r\nx\r\n", "\nx"},
		{"cleared", "gone\r\n\x1b[2J\x1b[Hx\r\ny", "x\ny"},
		{"empty", "", ""},
		{"only blanks", "  \r\n\r\n", "\n"},
		{"unfinished sequence", "a\x1b[3", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, step := range []int{1, 3, len(tt.in) + 1} { // however it is cut into reads
				s := New(20, 5)
				for i := 0; i < len(tt.in); i += step {
					s.Write([]byte(tt.in[i:min(i+step, len(tt.in))]))
				}
				out := s.Output()
				lines, cut := out.Lines, out.Cut
				if diff := cmp.Diff(tt.want, visible(lines)); diff != "" || cut != 0 {
					t.Errorf("in steps of %d, cut %d (-want +got):\n%s", step, cut, diff)
				}
				// What is seen while more may come is the same, whole or in part.
				for _, n := range []int{1, 3, 1000} {
					recent, above := s.Recent(n)
					if want := lines[max(len(lines)-n, 0):]; visible(recent) != visible(want) || above != len(lines)-len(want) {
						t.Errorf("the last %d lines: %q below %d, want %q", n, recent, above, want)
					}
				}
			}
		})
	}
}

// What is seen is the end of the output at any time, also when much has scrolled
// out; and what a program draws on the alternate screen while that is there.
func TestRecent(t *testing.T) {
	s := New(20, 5)
	for i := range 3 * MaxLines {
		fmt.Fprintf(s, "line %d\r\n", i)
		if i < 10 || i%501 == 0 {
			all := s.Output().Lines
			for _, n := range []int{0, 1, 4, keepTail - 10} {
				n = min(n, len(all))
				if recent, _ := s.Recent(n); !slices.Equal(recent, all[len(all)-n:]) {
					t.Fatalf("behind line %d, of the last %d lines there are %d: %.200q", i, n, len(recent), recent)
				}
			}
		}
	}
	io.WriteString(s, strings.Repeat("x", 200)) // whose first rows have scrolled out
	if recent, _ := s.Recent(1); recent[0] != strings.Repeat("x", 200) {
		t.Errorf("a long line: %q", recent)
	}
	io.WriteString(s, "\r\nbefore\r\n\x1b[?1049h\x1b[Hdrawn")
	if recent, above := s.Recent(9); strings.Join(recent, "|") != "drawn" || above != 0 {
		t.Errorf("on the alternate screen: %q below %d", recent, above)
	}
	io.WriteString(s, "\x1b[?1049lafter")
	if recent, _ := s.Recent(2); strings.Join(recent, "|") != "before|after" {
		t.Errorf("behind it: %q", recent)
	}
}

// visible shows SGR sequences as <…>.
func visible(lines []string) string {
	s := strings.Join(lines, "\n")
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		codes, rest, _ := strings.Cut(after, "m")
		fmt.Fprintf(&b, "<%s>", codes)
		s = rest
	}
}

// BuildKit redraws its progress from the top; a student is left with the last
// picture.
func TestScreenRedraw(t *testing.T) {
	s := New(100, 30)
	for i := range 50 {
		if i > 0 {
			fmt.Fprintf(s, "\x1b[1A\x1b[1A\x1b[0G")
		}
		fmt.Fprintf(s, "\x1b[?25l[+] Building %d.0s (%d/50)\x1b[K\r\n => step %d\x1b[K\r\n\x1b[?25h", i, i, i)
	}
	lines := s.Output().Lines
	if got := strings.Join(lines, "\n"); got != "[+] Building 49.0s (49/50)\n => step 49" {
		t.Errorf("got %q", got)
	}
}

func TestScreenIsBounded(t *testing.T) {
	s := New(100, 30)
	line := []byte(strings.Repeat("y", 98) + "\r\n")
	const n = 200_000 // 20 MB
	for range n {
		s.Write(line)
	}
	fmt.Fprintf(s, "end\r\n")
	out := s.Output()
	lines, cut, at := out.Lines, out.Cut, out.CutAt
	if n := len(lines); n < keepHead+keepTail-2 || n > keepHead+keepTail || at != keepHead-1 || lines[len(lines)-1] != "end" {
		t.Errorf("%d lines, cut at %d, last %q", len(lines), at, lines[len(lines)-1])
	}
	if kept := int64(len(lines)-1)*99 + 4; cut != 99*n+4-kept {
		t.Errorf("cut %d bytes, want %d", cut, 99*n+4-kept)
	}
}

func TestScreenLongLine(t *testing.T) {
	s := New(100, 30)
	for range 1000 {
		s.Write(bytesOf('x', 10_000))
	}
	out := s.Output()
	lines, cut := out.Lines, out.Cut
	if len(lines) != 1 || len(lines[0]) > maxLine || cut == 0 {
		t.Errorf("%d lines, the first of %d bytes, cut %d", len(lines), len(lines[0]), cut)
	}
}

func bytesOf(b byte, n int) []byte { return []byte(strings.Repeat(string(b), n)) }

func FuzzScreen(f *testing.F) {
	for _, s := range []string{"a\x1b[2;3Hb", "\x1b[?1049h\x1b[L\x1b[M\x1b[5S\x1b[5T", "日\x1b[P\x1b[@\x1b[999C\x1b[J", "\x1b[3;4r\x1bM\x1bD\x1bc"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s := New(10, 4)
		s.Write(in)
		lines := s.Output().Lines
		for _, line := range lines {
			if strings.ContainsAny(line, "\n\r\x00\x07") || strings.Contains(strings.ReplaceAll(line, "\x1b[", ""), "\x1b") {
				t.Errorf("%q settles into %q", in, line)
			}
		}
	})
}

func BenchmarkScreen(b *testing.B) {
	line := []byte("\x1b[32m => [2/5] WORKDIR /app\x1b[0m   some more text of a usual line of output\r\n")
	b.SetBytes(int64(len(line)))
	s := New(100, 30)
	for b.Loop() {
		s.Write(line)
	}
}
