package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"

	"handbook/verify"
)

// A progress tells what is happening while labs run. On a terminal it keeps a
// line for each lab at the bottom of the screen; elsewhere it prints a line
// for each command that starts, as logs are read later.
type progress struct {
	out  io.Writer // results
	err  io.Writer // what is only of interest now
	live bool
	size func() (columns, rows int)

	mu      sync.Mutex
	labs    []*labLine
	drawn   int    // lines at the bottom of the screen that are ours
	note    string // what the engine is at
	stop    chan struct{}
	stopped sync.WaitGroup
}

// A labLine is a lab that runs.
type labLine struct {
	page    string
	engine  string // that it runs on, "" if there is only one
	line    int
	text    string
	printed int // lines, by the command that runs
	since   time.Time
	started time.Time
}

// newProgress starts to show progress; end has to be called.
func newProgress(out, err io.Writer) *progress {
	p := &progress{out: out, err: err, stop: make(chan struct{})}
	if f := terminal(err); f != nil {
		p.live = true
		p.size = func() (int, int) {
			if columns, rows, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 && rows > 0 {
				return columns, rows
			}
			return 80, 24
		}
		p.stopped.Go(p.tick)
	}
	return p
}

func (p *progress) tick() {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		case <-p.stop:
			return
		}
	}
}

// end takes the live lines away.
func (p *progress) end() {
	close(p.stop)
	p.stopped.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// start tells that a lab's machine is being made, on which engine if there
// are several. Labs go by the name that messages have for their pages.
func (p *progress) start(page, engine string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.labs = append(p.labs, &labLine{page: page, engine: engine, text: startingText, since: now, started: now})
	if !p.live {
		fmt.Fprintf(p.err, "%s: %s%s\n", page, startingText, onEngine(engine))
	}
}

const startingText = "starting a machine"

func onEngine(engine string) string {
	if engine == "" {
		return ""
	}
	return " on " + engine
}

// event tells what a lab is at.
func (p *progress) event(e verify.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.labs, func(l *labLine) bool { return l.page == e.Page })
	if i < 0 {
		return
	}
	l := p.labs[i]
	switch e.State {
	case verify.StepStarted:
		l.line, l.text, l.printed, l.since = e.Line, e.Command, 0, time.Now()
		if !p.live {
			fmt.Fprintf(p.err, "%s:%d: %s\n", l.page, l.line, l.text)
		}
	case verify.StepRunning:
		l.printed = e.Lines
	case verify.StepWaiting:
		l.text, l.printed, l.since = "waiting until it listens: "+e.Command, 0, time.Now()
	}
}

// engine tells what the engine is at that takes long and belongs to no lab.
func (p *progress) engine(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note = line
	if !p.live {
		fmt.Fprintln(p.err, line)
	}
}

// done takes a lab's line away and prints its result.
func (p *progress) done(page, result string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.labs = slices.DeleteFunc(p.labs, func(l *labLine) bool { return l.page == page })
	p.note = ""
	p.erase()
	fmt.Fprintln(p.out, result)
}

// drop takes a lab's line away: it will be started anew.
func (p *progress) drop(page string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.labs = slices.DeleteFunc(p.labs, func(l *labLine) bool { return l.page == page })
}

// aside is a writer for lines that stay.
func (p *progress) aside() io.Writer { return besideProgress{p} }

type besideProgress struct{ p *progress }

func (b besideProgress) Write(text []byte) (int, error) {
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	b.p.erase()
	return b.p.err.Write(text)
}

// draw replaces the live lines in one write, so that they do not flicker.
// Lines do not wrap meanwhile, for then there would be more than are counted.
func (p *progress) draw() {
	if !p.live || len(p.labs) == 0 && p.drawn == 0 {
		return
	}
	columns, rows := p.size()
	lines := p.lines()
	if room := max(rows-2, 0); len(lines) > room+1 { // one for the cursor
		lines = append(lines[:room:room], fmt.Sprintf("… and %d more", len(lines)-room))
	}
	var b strings.Builder
	b.WriteString(p.up() + "\x1b[?7l")
	for _, l := range lines {
		b.WriteString("\x1b[2K" + cut(l, columns-1) + "\n")
	}
	b.WriteString("\x1b[J\x1b[?7h")
	p.drawn = len(lines)
	io.WriteString(p.err, b.String())
}

func (p *progress) lines() []string {
	var all []string
	for _, l := range p.labs {
		all = append(all, l.String())
	}
	if p.note != "" && len(all) > 0 {
		all = append(all, "  "+p.note)
	}
	return all
}

func (p *progress) erase() {
	if p.drawn > 0 {
		io.WriteString(p.err, p.up()+"\x1b[J")
		p.drawn = 0
	}
}

// up brings the cursor to the first of the live lines.
func (p *progress) up() string {
	if p.drawn == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA", p.drawn)
}

func (l *labLine) String() string {
	where, printed := l.page, ""
	if l.line > 0 {
		where = fmt.Sprintf("%s:%d", l.page, l.line)
	}
	if l.printed > 0 {
		printed = ", " + count(l.printed, "line")
	}
	return fmt.Sprintf("%s  %s (lab %s)%s%s  %s", where,
		clock(time.Since(l.since)), clock(time.Since(l.started)), onEngine(l.engine), printed, l.text)
}

// clock is a time that goes on: whole seconds, as it is looked at.
func clock(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// cut shortens a line to the width of the terminal, and shows control
// characters as what they are: a command is data.
func cut(s string, width int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '·'
		}
		return r
	}, s))
	if len(runes) <= width || width < 1 {
		return string(runes)
	}
	return string(runes[:width-1]) + "…"
}
