//go:build unix

package oracle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mattn/go-runewidth"

	"handbook/verify/shell"
)

// Place is where shells are started: this computer or a machine of Docker.
type Place struct {
	Shell    []string   // "bash", "sh"
	Sh       string     // the program that sh is, "dash" or "busybox"; empty if it does not matter
	Machine  string     // a container's name or id; empty is this computer
	Host     shell.Host // the same machine, for the driver; nil is this computer
	Homes    string     // the folder for home folders
	Terminal *tmux
}

// marked are the prompts. They hold the status, and they are expansions only: no command is run,
// so that traces, traps and the history know nothing of them.
const (
	marked1 = `<<$?>>$ `
	marked2 = `<<+>>> `
)

var (
	mark1 = regexp.MustCompile(`<<(\d+)>>\$ ?`)
	mark2 = regexp.MustCompile(`<<\+>>> ?$`)
	// usual are the prompts of shells that nobody has told anything.
	usual = regexp.MustCompile(`^(\S*(bash|sh|dash|ash)\S*|\S*@\S+|[~/]\S*)? ?[#$>] ?$`)
)

// Times. Nothing is concluded from time alone where /proc can be read.
const (
	lineLimit = 30 * time.Second       // for one line
	quiet     = 700 * time.Millisecond // a screen without a change, where nothing else can be known
	noEcho    = 400 * time.Millisecond // typed text that has not come up by then is not shown
	keyDelay  = time.Second            // ^C to a program that goes on and on
	remote    = 3 * time.Second        // the same where it has to go through docker exec
	lastLimit = 3 * time.Second        // a program that waits for input when there is no more
)

// searchPath is PATH in both shells that are compared.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// nothing is to be typed next.
const nothing = "\x00"

var homeNumber atomic.Int64

// Run types lines into a fresh shell with a fresh home folder.
func (p Place) Run(ctx context.Context, lines []string) (results []Result, err error) {
	for range 5 {
		results, err = p.run(ctx, lines)
		if !errors.Is(err, errGone) {
			break
		}
		if err := p.Terminal.again(); err != nil {
			return nil, err
		}
	}
	return results, err
}

func (p Place) run(ctx context.Context, lines []string) (results []Result, err error) {
	home := path.Join(p.Homes, fmt.Sprintf("oracle-%d-%d", os.Getpid(), homeNumber.Add(1)))
	rc := "PS1='" + marked1 + "'\nPS2='" + marked2 + "'\nunset ENV\n"
	if err := p.exec("mkdir -p "+home+" && cat > "+home+"/.bashrc", rc); err != nil {
		return nil, err
	}
	programs := searchPath
	if p.Sh != "" {
		if err := p.exec("mkdir "+home+"/.bin && ln -s $(command -v "+p.Sh+") "+home+"/.bin/sh", ""); err != nil {
			return nil, err
		}
		programs = home + "/.bin:" + programs
	}
	env := []string{"HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC"}
	if path.Base(p.Shell[0]) != "bash" {
		env = append(env, "ENV="+home+"/.bashrc")
	}
	dir, command := home, append([]string{"env", "-i", "PATH=" + programs}, env...)
	if p.Machine != "" {
		dir, command = os.TempDir(), []string{"docker", "exec", "-it", "-w", home}
		for _, e := range env {
			command = append(command, "-e", e)
		}
		command = append(command, p.Machine)
	}
	command = append(command, p.Shell...)
	pane, err := p.Terminal.open(dir, command)
	if err != nil {
		return nil, err
	}
	s := &session{place: p, pane: pane, home: home, learned: map[string]bool{}}
	if p.Machine == "" {
		s.ends = openEnds(pane.serverPID, pane.tty)
	}
	defer func() {
		if s.ends != nil {
			s.ends.close()
		}
		pane.close()
		for _, pid := range atHome(home, pids()) { // what the snippet left behind
			syscall.Kill(pid, syscall.SIGKILL)
		}
		p.exec("rm -rf "+home, "")
	}()
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	for i, line := range lines {
		next := ""
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		r, err := s.typeLine(ctx, line, next, i+1 == len(lines))
		if err != nil {
			return results, fmt.Errorf("line %d, %q: %w", i+1, line, err)
		}
		results = append(results, r)
		if s.ended {
			break
		}
	}
	return results, nil
}

// exec runs a small script at the place, away from the terminal.
func (p Place) exec(script, input string) error {
	command := []string{"sh", "-c", script}
	if p.Machine != "" {
		command = append([]string{"docker", "exec", "-i", p.Machine}, command...)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", script, err, out)
	}
	return nil
}

// Has says whether a command is there.
func (p Place) Has(name string) bool { return p.exec("command -v "+name, "") == nil }

// session is one shell in its terminal.
type session struct {
	place   Place
	pane    *pane
	home    string
	ends    *ends            // of the terminal; nil if they can't be looked at
	shell   int              // its pid, if it is known
	spent   int              // its processor time when a line was typed
	learned map[string]bool  // prompts that were seen
	set     []*regexp.Regexp // prompts that the snippet has set
	ended   bool
	bash    bool // a marked prompt of bash is there: it knows bracketed paste
	started bool // the prompts are marked
}

// stop is where a typed line has led to.
type stop int

const (
	stopPrompt   stop = iota // a marked prompt
	stopContinue             // a marked PS2
	stopShell                // a prompt of a shell, not marked
	stopProgram              // a program waits for what is typed next
	stopEnded                // the shell has ended
)

// start waits for the first prompt.
func (s *session) start(ctx context.Context) error {
	s.bash = path.Base(s.place.Shell[0]) == "bash"
	if _, _, err := s.wait(ctx, nil, nil, ""); err != nil {
		return err
	}
	if s.place.Machine != "" {
		// docker exec tells the size after the start, and bash writes its prompt again.
		for end := time.Now().Add(lineLimit); !sized(findShell(s.home, pids())) && time.Now().Before(end); {
			pause(ctx, 20*time.Millisecond)
		}
		var was *screen
		for still := time.Now(); time.Since(still) < 200*time.Millisecond; pause(ctx, 10*time.Millisecond) {
			now, err := s.pane.look()
			if err != nil {
				return err
			}
			if !now.same(was) {
				was, still = now, time.Now()
			}
		}
	}
	among := pids()
	if s.place.Machine == "" {
		among = family(s.pane.pid)
	}
	s.shell = findShell(s.home, among)
	s.started = true
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

var setsPrompt = regexp.MustCompile(`^PS[12]='([^']*)'$`)

// known says whether a text ends with a prompt that was seen or set, and with which.
func (s *session) known(text string) (prompt string, ok bool) {
	for p := range s.learned {
		if p != "" && strings.HasSuffix(text, p) && len(p) > len(prompt) {
			prompt = p
		}
	}
	for _, p := range s.set {
		if at := p.FindStringIndex(text); at != nil {
			prompt = text[at[0]:]
		}
	}
	return prompt, prompt != ""
}

// typeLine types one line and waits until the next one can be typed.
func (s *session) typeLine(ctx context.Context, line, next string, last bool) (Result, error) {
	before, err := s.pane.look()
	if err != nil {
		return Result{}, err
	}
	row, column := before.row(), before.x
	if k, ok := key(line); ok {
		if err := s.pane.send(string(k), false); err != nil {
			return Result{}, err
		}
	} else {
		s.ready(ctx)
		typed, shown, err := s.echo(ctx, before, line)
		if err != nil {
			return Result{}, err
		}
		s.spent = spent(s.shell)
		before, row, column = typed, typed.row(), typed.x
		if shown && (column > 0 || line == "") { // behind a line that fills its row the next row has begun
			row, column = row+1, 0
		}
		if err := s.pane.send("\r", false); err != nil {
			return Result{}, err
		}
	}
	if m := setsPrompt.FindStringSubmatch(line); m != nil && m[1] != "" {
		s.set = append(s.set, regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(m[1]), `\$\?`, `\d+`)+"$"))
	}
	if last {
		next = nothing
	}
	at, status, err := s.wait(ctx, before, &row, next)
	if err != nil {
		return Result{}, err
	}
	lines, cursor, err := s.pane.text(row)
	if err != nil {
		return Result{}, err
	}
	if row > cursor.row() || cursor.history < before.history { // jumped up or cleared
		column = 0
	}
	return s.result(line, lines, column, at, status, cursor), nil
}

// ready waits until a program reads what is typed: bash shows a prompt a moment
// before it does, and after ^C forgets what was typed in between.
func (s *session) ready(ctx context.Context) {
	for end := time.Now().Add(lineLimit); s.ends != nil && time.Now().Before(end) && ctx.Err() == nil; pause(ctx, time.Millisecond) {
		if w := foreground(s.shell); w.kind == waitRead || w.kind == waitSelect {
			return
		}
	}
}

// echo types a line without Enter and waits until it can be read on the screen. It says
// whether it could: what is typed at a password's question can't.
func (s *session) echo(ctx context.Context, before *screen, line string) (*screen, bool, error) {
	if line == "" {
		v, err := s.pane.look()
		return v, v != nil && (v.x > 0 || echoes(s.shell)), err
	}
	if err := s.pane.send(line, s.bash && strings.ContainsAny(line, "\t\x1b")); err != nil {
		return nil, false, err
	}
	want := squeeze(line)
	noEcho := noEcho
	if s.place.Machine != "" {
		noEcho = remote
	}
	start, lastChange := time.Now(), time.Now()
	var v *screen
	still := 0 // how often nothing more was to come
	for {
		over := s.ends != nil && s.echoed()
		now, err := s.pane.look()
		if err != nil {
			return nil, false, err
		}
		if still++; !over || !now.same(v) {
			still = 0
		}
		if !now.same(v) {
			v, lastChange = now, time.Now()
		}
		have := ""
		for i := max(0, before.row()-now.history); i <= now.y && i < len(now.rows); i++ {
			text := now.rows[i]
			if i == now.y {
				text = cutColumns(text, now.x)
			}
			have += text
		}
		if before.row() < now.history { // a long line has scrolled
			have = ""
			if len(now.rows) > 0 {
				have = strings.Join(now.rows[:min(now.y+1, len(now.rows))], "")
			}
			if squeezed := squeeze(have); len(squeezed) > 50 && strings.HasSuffix(want, squeezed[len(squeezed)-50:]) {
				return now, true, nil
			}
		}
		if strings.HasSuffix(squeeze(have), want) && (now.row() > before.row() || now.x > before.x) {
			return now, true, nil
		}
		if still >= rounds || s.ends == nil && time.Since(lastChange) > noEcho && time.Since(start) > noEcho {
			return now, now.row() > before.row() || now.x > before.x, nil
		}
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		pause(ctx, 2*time.Millisecond)
	}
}

// rounds is how often tmux is asked before what was sent to it has surely been
// passed on, and what it has read is on the screen.
const rounds = 3

// echoed reports whether all that is ever shown of what was typed has been printed.
func (s *session) echoed() bool {
	if s.ends.raw() {
		if !s.ends.read() {
			return false
		}
		if w := foreground(s.shell); w.kind != waitRead && w.kind != waitSelect {
			return false
		}
	}
	return s.ends.read() && s.ends.shown()
}

// squeeze is text without anything that a terminal may show in another way.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == 0xfffd || runewidth.RuneWidth(r) == 0 {
			return -1
		}
		return r
	}, s)
}

// wait waits until the line that was typed has led somewhere. before is the screen on which Enter was
// pressed; next what is to be typed next.
func (s *session) wait(ctx context.Context, before *screen, row *int, next string) (stop, int, error) {
	start, lastChange := time.Now(), time.Now()
	var seen *screen
	var lastProbe time.Time
	var was waiting
	var settled int // how often the programs were seen to wait, with nothing having changed
	step := time.Millisecond
	rest := 2
	if s.place.Machine != "" {
		rest = 8 // what a program has printed is still on its way
	}
	for round := 0; ; round++ {
		arrived := s.ends == nil && time.Since(start) > noEcho || s.ends != nil && round >= rounds && s.ends.read() && s.ends.shown()
		v, err := s.pane.look()
		if err != nil {
			return 0, 0, err
		}
		if !v.same(seen) {
			seen, lastChange, settled, step = v, time.Now(), 0, time.Millisecond
		}
		if m := ending.FindStringSubmatch(strings.Join(v.rows, "\n")); m != nil {
			s.ended = true
			status, _ := strconv.Atoi(m[1])
			return stopEnded, status, nil
		}
		moved := before == nil || !v.same(before)
		if moved && (before == nil || v.row() != before.row() || v.before() != before.before()) {
			text := strings.TrimRight(v.before(), " ")
			if m := mark1.FindAllStringSubmatchIndex(text, -1); len(m) > 0 && m[len(m)-1][1] == len(text) {
				status, _ := strconv.Atoi(text[m[len(m)-1][2]:m[len(m)-1][3]])
				return stopPrompt, status, nil
			}
			if mark2.MatchString(text) {
				return stopContinue, 0, nil
			}
		}
		if time.Since(start) > lineLimit || ctx.Err() != nil {
			return 0, 0, fmt.Errorf("no prompt, and nothing waits for input (%+v):\n%s", was, strings.TrimRight(strings.Join(v.rows, "\n"), "\n"))
		}
		if since := time.Since(start); s.started && since > 30*time.Millisecond && time.Since(lastProbe) > 25*time.Millisecond && (arrived || moved && s.ends == nil) {
			lastProbe = time.Now()
			now := foreground(s.shell)
			if now == was {
				settled++
			} else {
				settled = 0
			}
			was = now
			_, isKey := key(next)
			if settled >= rest || isKey && since > keyDelay && s.runs(now) {
				if at, status, ok := s.judge(now, v, row, next, time.Since(start), time.Since(lastChange)); ok {
					return at, status, nil
				}
			}
		}
		pause(ctx, step)
		if step < 20*time.Millisecond {
			step += time.Millisecond
		}
	}
}

// keyTicks is how much processor time a shell has spent when it surely works: 0.1 s.
const keyTicks = 10

// runs reports whether the command that was typed runs, so that a key reaches it:
// the shell waits for it, and it is no longer a copy of the shell; or it is the
// shell itself that works, or that waits for jobs.
func (s *session) runs(w waiting) bool {
	return w.launched || w.shell && (w.kind == waitAsleep || spent(s.shell) >= s.spent+keyTicks) || w.kind == waitUnknown
}

// judge says where a line has led to that came to no marked prompt, as far as that can be told.
func (s *session) judge(w waiting, v *screen, row *int, next string, since, still time.Duration) (stop, int, bool) {
	_, isKey := key(next)
	isShell := func(name string) bool {
		switch name {
		case "bash", "sh", "dash", "ash", "busybox":
			return true
		}
		return false
	}
	if next == nothing && since < lastLimit && !(w.kind == waitSelect && isShell(w.command)) {
		return 0, 0, false // it may end by itself
	}
	switch w.kind {
	case waitSelect:
		if isShell(w.command) {
			// Readline. What a background job printed may stand behind the prompt.
			if row != nil {
				if lines, _, err := s.pane.text(*row); err == nil {
					if m := mark1.FindAllStringSubmatch(strings.Join(lines, "\n"), -1); len(m) > 0 {
						status, _ := strconv.Atoi(m[len(m)-1][1])
						return stopPrompt, status, true
					}
				}
			}
			return stopShell, 0, true
		}
		return stopProgram, 0, true
	case waitRead:
		if _, known := s.known(v.before()); isShell(w.command) && (known || usual.MatchString(v.before())) {
			return stopShell, 0, true
		}
		return stopProgram, 0, true
	case waitAsleep, waitBusy:
		if isKey && next != "^D" && s.runs(w) && (w.launched || since > keyDelay) {
			return stopProgram, 0, true
		}
	case waitUnknown:
		if still > quiet {
			if _, known := s.known(v.before()); known || usual.MatchString(v.before()) {
				return stopShell, 0, true
			}
			return stopProgram, 0, true
		}
	}
	return 0, 0, false
}

// result is what stands under a typed line, from what the screen shows from there to the cursor.
func (s *session) result(line string, lines []string, column int, at stop, status int, v *screen) Result {
	if len(lines) == 0 {
		lines = []string{""}
	}
	began := column > 0 // the text stands behind something
	if began {
		lines[0] = cutFrom(lines[0], column)
	}
	if _, ok := key(line); ok {
		if rest, cut := strings.CutPrefix(lines[0], line); cut {
			lines[0], began = rest, true
		}
	}
	r := Result{Exit: status, ExitKnown: at == stopPrompt || at == stopEnded}
	end := len(lines) - 1
	switch at {
	case stopPrompt:
		// The last mark; what stands behind it came from a background job.
		for i := end; i >= 0; i-- {
			if m := mark1.FindAllStringIndex(lines[i], -1); len(m) > 0 {
				head, tail := lines[i][:m[len(m)-1][0]], lines[i][m[len(m)-1][1]:]
				late := append([]string{}, lines[i+1:]...)
				if tail != "" {
					late = append([]string{tail}, late...)
				}
				lines = lines[:i]
				if strings.TrimSpace(head) != "" {
					lines = append(lines, head)
				}
				if n := len(late); n > 0 && late[n-1] == "" {
					late = late[:n-1]
				}
				lines = append(lines, late...)
				break
			}
		}
	case stopContinue:
		lines[end] = mark2.ReplaceAllString(strings.TrimRight(lines[end], " ")+" ", "")
		lines = dropEmpty(lines)
	case stopShell:
		prompt, known := s.known(lines[end])
		if !known {
			prompt = lines[end]
			s.learned[prompt] = true
		}
		lines[end] = strings.TrimSuffix(lines[end], prompt)
		lines = dropEmpty(lines)
	case stopProgram:
		lines = dropEmpty(lines)
	case stopEnded:
		for i, l := range lines {
			if ending.MatchString(l) {
				lines = lines[:i]
				break
			}
		}
		for n := -1; n != len(lines); {
			n = len(lines)
			lines = dropEmpty(lines)
		}
	}
	// The rest of the row in which something was typed that is not shown.
	if began && len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	if len(lines) > 0 {
		r.Lines = lines
	}
	return r
}

// dropEmpty drops an empty last line: the one in which the cursor is.
func dropEmpty(lines []string) []string {
	if n := len(lines); n > 0 && strings.TrimSpace(lines[n-1]) == "" {
		return lines[:n-1]
	}
	return lines
}

// width is how many columns a text takes.
func width(s string) int { return runewidth.StringWidth(s) }

// cutColumns is the text in the first columns of a row.
func cutColumns(s string, n int) string {
	at := 0
	for i, r := range s {
		if at >= n && runewidth.RuneWidth(r) > 0 {
			return s[:i]
		}
		at += runewidth.RuneWidth(r)
	}
	if at < n {
		return s + strings.Repeat(" ", n-at)
	}
	return s
}

// cutFrom is the text of a row from a column on.
func cutFrom(s string, n int) string {
	at := 0
	for i, r := range s {
		if at >= n {
			return s[i:]
		}
		at += runewidth.RuneWidth(r)
	}
	return ""
}

// homes is the folder in which home folders are made here.
func homes() string { return filepath.Clean(os.TempDir()) }
