package verify

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// setup makes a private folder on the machine, with the shell's start-up file
// and the pipe on which commands reach it, and then is that pipe's writer.
//
//go:embed shell_setup.sh
var setup string

// drivers are the shell's start-up files: a loop that takes commands from the
// pipe, not from the terminal, so that a command that reads its standard
// input finds the reader's keyboard there and never the next command.
var (
	//go:embed shell_driver.bash
	bashDriver string
	//go:embed shell_driver.sh
	shDriver string
)

// A shell is one live shell on a machine's terminal. Whatever a command
// leaves in it (its directory, variables, functions, jobs) is there for the
// next one.
type shell struct {
	terminal Stream
	commands Stream // to the driver
	nonce    string
	count    int
	pid      string // of the shell, on the machine

	chunks chan []byte // what the terminal prints; closed at its end
	early  []byte      // printed, but not yet looked at
	ended  bool
	kept   *kept // the command that keeps the terminal, or nil
}

// openShell starts a shell in a directory, which is made if it is not there.
func openShell(ctx context.Context, m Machine, dir string, env []string) (*shell, error) {
	random := make([]byte, 12)
	rand.Read(random) // never fails
	s := &shell{nonce: hex.EncodeToString(random), chunks: make(chan []byte, 64)}
	name := ".handbook-" + s.nonce[:8]
	var err error
	s.commands, err = m.Exec(ctx, Process{Args: []string{"sh", "-c", setup, "sh", name, s.fill(bashDriver), s.fill(shDriver)}})
	if err != nil {
		return nil, err
	}
	ready := make([]byte, 256)
	n, err := s.commands.Read(ready)
	where, kind, ok := strings.Cut(strings.TrimSpace(string(ready[:n])), " ")
	if !ok {
		s.close()
		return nil, fmt.Errorf("no shell on the machine: %s", strings.TrimSpace(string(ready[:n])+" "+errText(err)))
	}
	// An interactive shell says "bash: foo: command not found", as a reader's
	// does, and gives every command the terminal as its own foreground job.
	args := []string{"bash", "--noprofile", "--rcfile", where + "/rc", "-i"}
	if kind == "sh" {
		args = []string{"sh", "-i"}
		env = append(env[:len(env):len(env)], "ENV="+where+"/rc")
	}
	s.terminal, err = m.Exec(ctx, Process{Args: args, Env: env, TTY: true})
	if err != nil {
		s.close()
		return nil, err
	}
	go s.read()
	return s, s.enter(ctx, dir)
}

func errText(err error) string {
	if err == nil || err == io.EOF {
		return ""
	}
	return err.Error()
}

func (s *shell) fill(driver string) string {
	return strings.ReplaceAll(driver, "@NONCE@", s.nonce)
}

// enter makes the lab's directory and goes there.
func (s *shell) enter(ctx context.Context, dir string) error {
	quoted := quote(dir)
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		quoted = "~/" + quote(rest)
	} else if dir == "~" {
		quoted = dir
	}
	r, err := s.run(ctx, input{text: "mkdir -p -- " + quoted + " && cd -- " + quoted + " && echo $$", timeout: time.Minute})
	if err == nil && r.exit != 0 {
		err = fmt.Errorf("directory %s: %s", dir, strings.Join(r.lines, " "))
	}
	if n := len(r.lines); err == nil && n > 0 {
		s.pid = r.lines[n-1]
	}
	return err
}

// quote makes a word of any text.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// read passes on what the terminal prints.
func (s *shell) read() {
	defer close(s.chunks)
	for {
		buf := make([]byte, 32<<10)
		n, err := s.terminal.Read(buf)
		if n > 0 {
			s.chunks <- buf[:n]
		}
		if err != nil {
			return
		}
	}
}

// close gives the shell up. It ends with its machine.
func (s *shell) close() {
	if s.kept != nil {
		s.kept.stop()
	}
	for _, stream := range []Stream{s.commands, s.terminal} {
		if stream != nil {
			stream.Close()
		}
	}
	if s.terminal == nil {
		return
	}
	go func() { // the reader may wait for somebody to take a chunk
		for range s.chunks {
		}
	}()
}

// input is one command for a shell.
type input struct {
	text    string
	timeout time.Duration
	typed   []string // typed at its prompts, one after the other
	noTTY   bool     // standard input is empty, and output is no terminal
	// waiting asks the machine whether the command that runs waits for its
	// reader to type; nil if it can't be asked.
	waiting func(ctx context.Context) bool
	printed func(screen *screen) // called now and then while it runs
	stay    *stay                // the command is to keep the terminal
	ends    bool                 // it is to end the command that keeps the terminal
	key     bool                 // text is a key to press, where a command keeps the terminal
}

// outcome is what became of it.
type outcome struct {
	exit    int
	lines   []string
	cut     int64
	cutAt   int
	seconds float64
	end     ending
	prompt  string // what it waited at
	typed   bool   // it was typed to a command that keeps the terminal
	at      string // at this prompt, if that has one
}

// ending says how a command ended.
type ending int

const (
	finished ending = iota
	timedOut        // was still running when its time was up
	starved         // waited for somebody to type
	shellEnded
	stayed // keeps the terminal, as it is meant to
	gone   // what it was to be typed to had ended
)

// How long output has to rest before something is concluded from it.
const (
	restQuestion = 40 * time.Millisecond  // what ends as questions do is one
	restPrompt   = 120 * time.Millisecond // a prompt is complete
	restSilent   = 3 * time.Second        // a command that reads without a prompt
	restHungry   = 8 * time.Second        // a command that waits for input nobody types
)

// run runs one command. An error means that the machine failed or that ctx
// ended; the outcome then holds what was seen until then.
func (s *shell) run(ctx context.Context, in input) (outcome, error) {
	if s.kept != nil {
		return s.typeTo(ctx, in)
	}
	if s.ended {
		return outcome{end: shellEnded}, nil
	}
	s.count++
	mode := "t"
	if in.noTTY {
		mode = "n"
	}
	start := time.Now()
	if _, err := s.commands.Write(s.encode(mode, in.text)); err != nil {
		return outcome{}, fmt.Errorf("the machine does not take commands any more: %w", err)
	}
	w := watch{shell: s, in: in, screen: newScreen(Columns, Rows), typed: in.typed, start: start, last: start}
	err := w.wait(ctx, w.look)
	r := w.outcome
	r.seconds = time.Since(start).Seconds()
	if r.end == stayed {
		s.keep(&w, &r)
		return r, err
	}
	r.lines, r.cut, r.cutAt = w.screen.settled()
	return r, err
}

// encode makes the message that the drivers read: a line with the mode, the
// command's number and its number of lines, then these.
func (s *shell) encode(mode, text string) []byte {
	text = strings.ReplaceAll(text, "\x00", "") // can't be typed
	return fmt.Appendf(nil, "%s %d %d\n%s\n", mode, s.count, strings.Count(text, "\n")+1, text)
}

// marker starts what the driver prints behind a command's output: an
// operating system command (ECMA-48, 8.3.89) that no command can know.
func (s *shell) marker() []byte { return fmt.Appendf(nil, "\x1b]7777;%s;%d;", s.nonce, s.count) }

// watch follows one command until it has ended.
type watch struct {
	*shell
	in      input
	screen  *screen
	outcome outcome
	held    []byte   // output that may be the start of the marker
	at      string   // the prompt that the command was typed at, if it was typed to another one
	typed   []string // not typed yet
	fresh   bool     // something was printed since something was typed
	start   time.Time
	last    time.Time // when something was printed or typed last
	asked   time.Time
}

// wait follows what is printed until it shows that the command has ended, its
// time is up, or look, which is asked again and again, says that it is over.
func (w *watch) wait(ctx context.Context, look func(context.Context, time.Time) (over bool)) error {
	deadline := time.NewTimer(w.in.timeout)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	rest := time.NewTimer(restQuestion) // looks as soon as there is something to conclude
	defer rest.Stop()
	if len(w.early) > 0 {
		early := w.early
		w.early = nil
		if w.take(early) {
			return nil
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case chunk, ok := <-w.chunks:
			if w.took(chunk, ok) {
				return nil
			}
			rest.Reset(restQuestion)
		case now := <-rest.C:
			if look(ctx, now) {
				return nil
			}
			if rested := now.Sub(w.last); rested < restPrompt {
				rest.Reset(restPrompt - rested)
			}
		case <-deadline.C:
			w.giveUp()
			return nil
		case now := <-tick.C:
			if w.in.printed != nil {
				w.in.printed(w.screen)
			}
			if look(ctx, now) {
				return nil
			}
		}
	}
}

// look finds out whether a command keeps its terminal, or waits for input that
// nobody types.
func (w *watch) look(ctx context.Context, now time.Time) (over bool) {
	if w.in.stay != nil && w.stays(ctx, now) {
		w.outcome.end = stayed
		return true
	}
	if w.idle(ctx, now) {
		w.outcome.end = starved
		w.outcome.prompt, _ = w.screen.prompt()
		return true
	}
	return false
}

// took takes what was read, if ok, and tells whether the command has ended, or
// the shell.
func (w *watch) took(chunk []byte, ok bool) bool {
	if !ok {
		w.screen.Write(w.held)
		w.ended, w.outcome.end = true, shellEnded
		return true
	}
	w.last, w.fresh = time.Now(), true
	return w.take(chunk)
}

// giveUp ends the wait for a command whose time is up.
func (w *watch) giveUp() {
	w.outcome.end = timedOut
	if time.Since(w.last) > restPrompt { // what is half printed is no prompt
		w.outcome.prompt, _ = w.screen.prompt()
	}
	w.screen.Write(w.held)
}

// take looks at a piece of output and tells whether the command has ended.
func (w *watch) take(chunk []byte) bool {
	data := chunk
	if len(w.held) > 0 {
		data = append(w.held, chunk...)
	}
	mark := w.marker()
	if i := bytes.Index(data, mark); i >= 0 {
		if end := bytes.IndexByte(data[i:], 0x07); end >= 0 {
			w.screen.Write(data[:i])
			w.outcome.exit = exitOf(string(data[i+len(mark) : i+end]))
			w.early = bytes.Clone(data[i+end+1:])
			return true
		}
		w.screen.Write(data[:i])
		w.held = bytes.Clone(data[i:])
		return false
	}
	keep := 0 // the longest end of data that may start the marker
	for n := min(len(mark)-1, len(data)); n > 0; n-- {
		if bytes.HasSuffix(data, mark[:n]) {
			keep = n
			break
		}
	}
	w.screen.Write(data[:len(data)-keep])
	w.held = bytes.Clone(data[len(data)-keep:])
	return false
}

// question finds out whether a line ends as questions do whose answer is
// typed behind them: "Username: ", "Are you sure? ", "Continue? [Y/n] ".
var question = regexp.MustCompile(`[:?\])]$`)

// idle types what is to be typed, and finds out whether the command waits for
// something that nobody will type.
func (w *watch) idle(ctx context.Context, now time.Time) (hungry bool) {
	rest := now.Sub(w.last)
	text, prompted := w.screen.prompt()
	if len(w.typed) > 0 {
		enough := restPrompt
		if question.MatchString(text) {
			enough = restQuestion
		}
		if rest >= enough && prompted && w.fresh || rest > restSilent {
			w.typeNext()
		}
		return false
	}
	if w.in.waiting == nil || w.in.stay != nil || rest < restHungry || now.Sub(w.asked) < restHungry {
		return false
	}
	w.asked = now
	return w.in.waiting(ctx)
}

// exitOf reads the end of a marker: the exit status, ";", and the exit status
// of every part of the pipeline. A part that ends because nobody reads on
// (SIGPIPE, as in "yes | head -1") has not failed.
func exitOf(s string) int {
	status, parts, _ := strings.Cut(s, ";")
	exit, err := strconv.Atoi(status)
	if err != nil {
		return 255
	}
	const sigpipe = 128 + 13
	all := strings.Fields(parts)
	if exit != sigpipe || len(all) < 2 || all[len(all)-1] != "0" {
		return exit
	}
	for _, part := range all {
		if part != "0" && part != strconv.Itoa(sigpipe) {
			return exit
		}
	}
	return 0
}

// keystrokes cuts what is typed into lines, each typed at a prompt of its own,
// and resolves "^C" and its like.
func keystrokes(typed string) []string {
	for c := '@'; c <= '_'; c++ {
		switch c {
		case 'C', 'D', 'Z', '\\':
			typed = strings.ReplaceAll(typed, "^"+string(c), string(c&0x1f))
		}
	}
	var lines []string
	for line := range strings.Lines(typed) {
		lines = append(lines, line)
	}
	return lines
}
