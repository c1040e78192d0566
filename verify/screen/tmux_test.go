//go:build unix

package screen

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"handbook/verify/docker/testenv/need"
)

// A pane is a real terminal of 100 × 30: tmux's. Its first row is left to the
// prompt, as a Screen's is.
type pane struct {
	t      *testing.T
	socket string
	dir    string
	n      int
}

func newPane(t *testing.T) *pane {
	t.Helper()
	need.Program.Find(t, "tmux")
	p := &pane{t: t, dir: t.TempDir()}
	p.socket = filepath.Join(p.dir, "tmux")
	config := filepath.Join(p.dir, "tmux.conf")
	settings := "set -g status off\nset -g history-limit 100000\nset -g scroll-on-clear off\nset -g remain-on-exit on\nset -g default-shell /bin/sh\nset -g allow-set-title on\n"
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	p.tmux("-f", config, "new-session", "-d", "-x", "100", "-y", "30", "-s", "main", "sleep 1000")
	t.Cleanup(func() { p.tmux("kill-server") })
	return p
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", p.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

// show writes a stream to the terminal and returns what it then shows, with
// what has scrolled out.
func (p *pane) show(stream []byte) []string {
	p.t.Helper()
	p.n++
	name := fmt.Sprintf("w%d", p.n)
	file := filepath.Join(p.dir, name)
	// CAN ends what is left of a sequence, and the title tells that all has
	// been read.
	whole := append(append([]byte("\r\n"), stream...), "\x18\x1b\\\x1b[?1047l\x1b]2;"+name+"\x1b\\"...)
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.tmux("new-window", "-d", "-n", name, "-t", "main:", "stty raw -echo; cat '"+file+"'; sleep 1000")
	defer p.tmux("kill-window", "-t", "main:"+name)
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		if strings.TrimSpace(p.tmux("display-message", "-p", "-t", "main:"+name, "#{pane_title}")) == name {
			break
		}
		if time.Since(start) > 2*time.Minute {
			p.t.Fatalf("tmux does not come to the end of %q", stream)
		}
	}
	captured := p.tmux("capture-pane", "-e", "-J", "-p", "-S", "-", "-E", "-", "-t", "main:"+name)
	return canonical(captured)
}

// canonical writes styles as a Screen does.
func canonical(captured string) []string {
	lines := strings.Split(strings.TrimSuffix(captured, "\n"), "\n")
	s := New(20_000, len(lines)+3)
	for _, line := range lines {
		s.Write([]byte(line + "\r\n"))
	}
	out := s.Output().Lines
	for i := range out {
		// What tmux captures ends with the last character that was written:
		// erased cells behind it are left out, whatever their background.
		out[i] = strings.TrimRight(trailing.ReplaceAllString(out[i], ""), " ")
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	for len(out) > 0 && out[0] == "" { // the prompt's row
		out = out[1:]
	}
	return out
}

// trailing are blanks with a style at the end of a line.
var trailing = regexp.MustCompile(`(?:\x1b\[[0-9;]*m| )+$`)

// shown is what a Screen shows of a stream.
func shown(stream []byte) []string {
	s := New(100, 30)
	s.Write(stream)
	s.Write([]byte("\x18"))
	return canonical("\n" + strings.Join(s.Output().Lines, "\n"))
}

// What programs print that redraw their progress, recorded on terminals of this
// size.
func TestRecordedAgainstTmux(t *testing.T) {
	p := newPane(t)
	files, err := filepath.Glob("testdata/recorded/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded streams: ", err)
	}
	for _, file := range files {
		stream, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.show(stream), shown(stream)); diff != "" {
			t.Errorf("%s (-tmux +screen):\n%s", filepath.Base(file), diff)
		}
	}
}

var seeds = flag.Uint64("seeds", 100, "how many random streams are compared with tmux's picture")

func TestRandomAgainstTmux(t *testing.T) {
	p := newPane(t)
	failed := 0
	for seed := range *seeds {
		pieces := random(rand.New(rand.NewPCG(seed, 1)))
		stream := bytes.Join(pieces, nil)
		if !cmp.Equal(p.show(stream), shown(stream)) {
			small := bytes.Join(p.shrink(pieces), nil)
			t.Errorf("seed %d: %q (-tmux +screen):\n%s", seed, small, cmp.Diff(p.show(small), shown(small)))
			if failed++; failed > 5 {
				return
			}
		}
	}
}

// shrink leaves out what a difference does not depend on.
func (p *pane) shrink(pieces [][]byte) [][]byte {
	for size := len(pieces) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(pieces); {
			less := append(append([][]byte(nil), pieces[:i]...), pieces[i+size:]...)
			stream := bytes.Join(less, nil)
			if cmp.Equal(p.show(stream), shown(stream)) {
				i += size
			} else {
				pieces = less
			}
		}
	}
	return pieces
}

// random makes a stream of text and control sequences, in pieces.
func random(r *rand.Rand) (pieces [][]byte) {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	number := func() string {
		return pick("", "", "1", "1", "2", "3", "0", fmt.Sprint(r.IntN(40)), fmt.Sprint(r.IntN(120)))
	}
	colour := func() string {
		return pick("0", "", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27", "29", "31", "39", "42", "49", "96", "104",
			"38;5;"+fmt.Sprint(r.IntN(256)), "48;5;"+fmt.Sprint(r.IntN(256)), "38;2;1;2;3", "48;2;4;5;6", "1;31", "38:5:9", "38:2::7:8:9")
	}
	s := New(100, 30)
	alternate := pick("1047", "1049") // only the second saves the cursor
	for range 3 + r.IntN(60) {
		var piece string
		switch n := r.IntN(100); {
		case n < 30:
			piece = pick("a", "hello", "some text ", "  ", "日本", "e\u0301", strings.Repeat("x", r.IntN(130)), strings.Repeat("wide ", r.IntN(30)))
		case n < 45:
			piece = pick("\r\n", "\r\n", "\r\n", "\n", "\r", "\b", "\t", "\v", "\f")
		case n < 55:
			piece = "\x1b[" + colour() + "m"
		case n < 80:
			piece = "\x1b[" + number() + pick("A", "B", "C", "D", "E", "F", "G", "d", "J", "K", "L", "M", "P", "@", "X", "S", "T", "`", "b", "Z")
		case n < 85:
			piece = "\x1b[" + number() + ";" + number() + pick("H", "f")
		case n < 88:
			piece = "\x1b[" + pick("", fmt.Sprint(1+r.IntN(10), ";", 12+r.IntN(18))) + "r"
		case n < 95:
			piece = pick("\x1b7", "\x1b8", "\x1bD", "\x1bE", "\x1bM", "\x1b[s", "\x1b[u", "\x1b[?25l", "\x1b[?25h", "\x1b(B", "\x1b=", "\x1b>")
		case n < 97:
			piece = "\x1b[?" + alternate + pick("h", "l")
		default:
			piece = pick("\x1bc", "\x1b[?7l", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1b[3J", "\x1b[?7h", "\x1b[?2004h", "\x1bP+q\x1b\\", "\x00", "\x7f", "\x1b[10;20t")
		}
		if piece != "" && !excepted(s, piece) {
			s.Write([]byte(piece))
			pieces = append(pieces, []byte(piece))
		}
	}
	return pieces
}

// exceptions are where tmux is not the terminal to learn from.
var exceptions = []struct {
	reason string
	is     func(s *Screen, piece string, final byte) bool
}{
	{"xterm does not insert or delete lines outside of the scroll region, tmux does", func(s *Screen, piece string, final byte) bool {
		return final > 0 && strings.IndexByte("LM", final) >= 0 && (s.y < s.top || s.y > s.bot)
	}},
	{"tmux forgets that a line is carried on by the next one when it inserts a line above them", func(s *Screen, piece string, final byte) bool {
		return (final == 'L' || final == 'T' || piece == "\x1bM" && s.y == s.top) && slices.ContainsFunc(s.rows, func(r row) bool { return r.soft })
	}},
	{"xterm keeps what scrolls out at the top of the screen, tmux also what scrolls out of a region below", func(s *Screen, piece string, final byte) bool {
		return s.top > 0 && (final == 'S' || s.y == s.bot && !strings.HasPrefix(piece, "\x1b[") && piece != "\x1bM")
	}},
	{"xterm's cursor stands on the last column when the next character wraps, tmux's behind it", func(s *Screen, piece string, final byte) bool {
		return s.wrapNext && (final > 0 && final != 'm' || piece[0] < ' ' && !strings.HasPrefix(piece, "\x1b[") && piece[0] != '\r')
	}},
	{"xterm's line is not carried on any more when its end is erased", func(s *Screen, piece string, final byte) bool {
		return s.rows[s.y].soft && (final == 'K' || final == 'J')
	}},
	{"xterm's backspace stays in its line, tmux's goes to the one that is carried on", func(s *Screen, piece string, final byte) bool {
		return piece == "\b" && s.x == 0 && s.y > 0 && s.rows[s.y-1].soft
	}},
	{"tmux does not erase all cells where more are inserted than stay", func(s *Screen, piece string, final byte) bool {
		n := 0
		fmt.Sscanf(piece, "\x1b[%d", &n)
		return final == '@' && n > (s.width-s.x)/2
	}},
	{"xterm restores the cursor whenever the alternate screen is left, even if it is not shown", func(s *Screen, piece string, final byte) bool {
		return piece == "\x1b[?1049l" && s.main == nil
	}},
	{"xterm repeats every character, this tmux those of ASCII, and none behind the end of a line", func(s *Screen, piece string, final byte) bool {
		n := 1
		fmt.Sscanf(piece, "\x1b[%d", &n)
		return final == 'b' && (s.printed >= utf8.RuneSelf || s.wrapNext || n > s.width-s.x)
	}},
	{"what is wider or narrower than one column, at the end of a line that does not wrap, is each terminal's own affair", func(s *Screen, piece string, final byte) bool {
		return s.noWrap && piece[len(piece)-1] >= utf8.RuneSelf
	}},
	{"xterm scrolls in rows of the background that is set also where a line wraps", func(s *Screen, piece string, final byte) bool {
		return s.pen.Bg != 0 && s.y == s.bot && piece[0] >= ' ' && s.x+len(piece) >= s.width
	}},
	{"tmux cuts a line of which a part has scrolled out when the alternate screen is shown", func(s *Screen, piece string, final byte) bool {
		return final == 'h' && s.past.open != nil
	}},
	{"tmux leaves one half of a wide character in the first column", func(s *Screen, piece string, final byte) bool {
		cells := s.rows[s.y].cells
		return s.x == 1 && s.x < len(cells) && cells[s.x].text == ""
	}},
	{"xterm blanks both halves of a wide character that is cut, tmux leaves one", func(s *Screen, piece string, final byte) bool {
		cells := s.rows[s.y].cells
		return final > 0 && strings.IndexByte("JKP@X", final) >= 0 && slices.ContainsFunc(cells, func(c cell) bool { return c.text == "" })
	}},
}

// excepted reports whether a piece is left out where a Screen is.
func excepted(s *Screen, piece string) bool {
	final := byte(0)
	if strings.HasPrefix(piece, "\x1b[") {
		final = piece[len(piece)-1]
	}
	for _, e := range exceptions {
		if e.is(s, piece, final) {
			return true
		}
	}
	return false
}
