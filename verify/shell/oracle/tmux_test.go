//go:build unix

package oracle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"handbook/verify/docker/testenv/need"
)

// Columns and rows of the terminal, those of a lab's machine.
const columns, rows = 100, 30

// tmux is a tmux server of our own, with a control client: commands cost no process.
type tmux struct {
	mu     sync.Mutex
	in     io.WriteCloser
	out    *bufio.Reader
	dir    string // for what is pasted
	number int
	server int   // how many were started
	err    error // it has gone
	client *exec.Cmd
}

// errGone is a tmux server that has ended in the middle, and with it all of its terminals.
var errGone = errors.New("tmux has ended")

// newTmux starts a server, which ends with the test.
func newTmux(t testing.TB) *tmux {
	t.Helper()
	need.Program.Find(t, "tmux")
	x := &tmux{dir: t.TempDir()}
	if err := x.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		x.do("kill-server")
		x.in.Close()
		x.client.Wait()
	})
	return x
}

// again starts another server if this one has ended.
func (x *tmux) again() error {
	x.mu.Lock()
	gone := x.err != nil
	if gone {
		x.in.Close()
		x.client.Process.Kill()
		x.client.Wait()
		x.err = nil
	}
	x.mu.Unlock()
	if !gone {
		return nil
	}
	return x.start()
}

func (x *tmux) start() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.server++
	cmd := exec.Command("tmux", "-S", filepath.Join(x.dir, fmt.Sprint("socket", x.server)), "-f", "/dev/null", "-C",
		"new-session", "-s", "control", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "cat")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TMUX") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	var err error
	if x.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	x.client = cmd
	x.out = bufio.NewReaderSize(out, 1<<16)
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := x.block(); err != nil { // the new-session
		return err
	}
	// If this process dies, its client goes, and the server with it.
	for _, c := range []string{
		"set-hook -g client-detached kill-server",
		"set -g status off", "set -g history-limit 200000",
		"set -g allow-rename off",
	} {
		if _, err := x.run(c); err != nil {
			return err
		}
	}
	return nil
}

// do runs commands of tmux one after the other, with nothing in between, and returns what each printed.
func (x *tmux) do(commands ...string) ([][]string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.run(commands...)
}

func (x *tmux) run(commands ...string) ([][]string, error) {
	if x.err != nil {
		return nil, x.err
	}
	if _, x.err = io.WriteString(x.in, strings.Join(commands, " ; ")+"\n"); x.err != nil {
		x.err = fmt.Errorf("%w: %w", errGone, x.err)
		return nil, x.err
	}
	var all [][]string
	for range commands {
		lines, err := x.block()
		if err != nil {
			return nil, fmt.Errorf("tmux: %s: %w", strings.Join(commands, " ; "), err)
		}
		all = append(all, lines)
	}
	return all, nil
}

// block reads the answer to one command.
func (x *tmux) block() ([]string, error) {
	line := func() (string, error) {
		l, err := x.out.ReadString('\n')
		if err != nil {
			x.err = fmt.Errorf("%w: %w", errGone, err)
		}
		return strings.TrimSuffix(l, "\n"), x.err
	}
	var id string
	for id == "" {
		l, err := line()
		if err != nil {
			return nil, err
		}
		id, _ = strings.CutPrefix(l, "%begin ")
		if id == l {
			id = ""
		}
	}
	var lines []string
	for {
		l, err := line()
		switch {
		case err != nil:
			return nil, err
		case l == "%end "+id:
			return lines, nil
		case l == "%error "+id:
			return nil, fmt.Errorf("%s", strings.Join(lines, "; "))
		}
		lines = append(lines, l)
	}
}

// pane is a terminal with a program in it.
type pane struct {
	x   *tmux
	id  string
	tty string // its terminal
	pid int    // the process that it has started

	server    int
	serverPID int
}

// do runs commands of tmux, unless the pane's server has gone.
func (p *pane) do(commands ...string) ([][]string, error) {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	if p.server != p.x.server {
		return nil, errGone
	}
	return p.x.run(commands...)
}

// open starts a shell in a new terminal.
func (x *tmux) open(dir string, command []string) (*pane, error) {
	words := make([]string, len(command))
	for i, w := range command {
		words[i] = quoted(w)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	server := x.server
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, err := x.run(fmt.Sprintf("new-session -d -P -F '#{pane_id} #{pane_tty} #{pane_pid} #{pid}' -x %d -y %d -c %s -e %s=1 -- %s %s",
		columns, rows, quoted(dir), startsShell, quoted(program), strings.Join(words, " ")))
	if err != nil {
		return nil, err
	}
	p := &pane{x: x, server: server}
	if _, err := fmt.Sscan(out[0][0], &p.id, &p.tty, &p.pid, &p.serverPID); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *pane) close() { p.do("kill-pane -t " + p.id) }

// quoted is a word as tmux reads it.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// screen is what a pane shows at one moment.
type screen struct {
	history int      // lines that have scrolled away
	x, y    int      // the cursor
	rows    []string // what is seen, a row a string
}

// row is the cursor's row, counted from the first line that ever scrolled away.
func (s *screen) row() int { return s.history + s.y }

// before is the text left of the cursor, with the row above if that runs on into this one.
func (s *screen) before() string {
	text := ""
	if s.y > 0 && s.y <= len(s.rows) && width(s.rows[s.y-1]) >= columns-1 {
		text = s.rows[s.y-1]
	}
	if s.y < len(s.rows) {
		text += cutColumns(s.rows[s.y], s.x)
	}
	return text
}

func (s *screen) same(o *screen) bool {
	return o != nil && s.history == o.history && s.x == o.x && s.y == o.y &&
		strings.Join(s.rows, "\n") == strings.Join(o.rows, "\n")
}

func (p *pane) look() (*screen, error) {
	out, err := p.do(
		"display-message -p -t "+p.id+` "#{history_size} #{cursor_x} #{cursor_y}"`,
		"capture-pane -p -t "+p.id)
	if err != nil {
		return nil, err
	}
	var s screen
	if _, err := fmt.Sscanf(out[0][0], "%d %d %d", &s.history, &s.x, &s.y); err != nil {
		return nil, fmt.Errorf("%q: %w", out[0][0], err)
	}
	s.rows = out[1]
	return &s, nil
}

// text is the lines from a row (of all that ever were) to the cursor's, the rows that wrapped joined.
func (p *pane) text(from int) ([]string, *screen, error) {
	for {
		s, err := p.look()
		if err != nil {
			return nil, nil, err
		}
		if from < 0 || from > s.row() { // the screen was cleared
			from = s.history
		}
		out, err := p.do(fmt.Sprintf("capture-pane -p -J -t %s -S %d -E %d", p.id, from-s.history, s.y))
		if err != nil {
			return nil, nil, err
		}
		again, err := p.look()
		if err != nil {
			return nil, nil, err
		}
		if again.same(s) {
			return out[0], s, nil
		}
	}
}

// send types bytes as they are. In a bracketed paste a tab is a tab and no wish for completion.
func (p *pane) send(text string, bracketed bool) error {
	if text == "" {
		return nil
	}
	p.x.mu.Lock()
	p.x.number++
	n := p.x.number
	p.x.mu.Unlock()
	file := filepath.Join(p.x.dir, strconv.Itoa(n))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	defer os.Remove(file)
	flags := "-d -r"
	if bracketed {
		flags += " -p"
	}
	_, err := p.do(fmt.Sprintf("load-buffer -b typed%d %s", n, quoted(file)), fmt.Sprintf("paste-buffer %s -b typed%d -t %s", flags, n, p.id))
	return err
}
