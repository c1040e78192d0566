// Package progress shows what is happening while labs run.
package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"handbook/cmd/handbook/tty"
	"handbook/content/wording"
	"handbook/verify"
)

// A Display shows what is happening while labs run. On a terminal it keeps a line
// for each lab at the bottom of the screen. Elsewhere, for logs, it prints a line
// for each command that starts.
type Display struct {
	out  io.Writer // results
	err  io.Writer // progress
	live bool
	size func() (columns, rows int)

	mu      sync.Mutex
	labs    []*labLine
	drawn   int    // lines at the bottom of the screen
	note    string // what an engine is doing
	stop    chan struct{}
	stopped sync.WaitGroup
}

// A labLine is a lab that runs.
type labLine struct {
	page    string
	engine  string // engine on which it runs, "" if there is only one
	line    int
	text    string
	printed int // lines, by the command that runs
	since   time.Time
	started time.Time
}

// New starts to show progress; the caller must call End.
func New(out, err io.Writer) *Display {
	p := &Display{out: out, err: err, stop: make(chan struct{})}
	if f := tty.Of(err); f != nil {
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

func (p *Display) tick() {
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

// End removes the live lines.
func (p *Display) End() {
	close(p.stop)
	p.stopped.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// Start shows that a lab's machine is being made, and on which engine if there are
// several. page is the page as messages call it.
func (p *Display) Start(page, engine string) {
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

// Step shows what a lab is doing.
func (p *Display) Step(e verify.Event) {
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
	}
}

// Note shows what an engine is doing that takes long and belongs to no lab.
func (p *Display) Note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note = line
	if !p.live {
		fmt.Fprintln(p.err, line)
	}
}

// Done removes a lab's line and prints its result.
func (p *Display) Done(page, result string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.labs = slices.DeleteFunc(p.labs, func(l *labLine) bool { return l.page == page })
	p.note = ""
	p.erase()
	fmt.Fprintln(p.out, result)
}

// Drop removes the line of a lab that will be started again.
func (p *Display) Drop(page string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.labs = slices.DeleteFunc(p.labs, func(l *labLine) bool { return l.page == page })
}

// Aside returns a writer for lines that stay on the screen.
func (p *Display) Aside() io.Writer { return aside{p} }

type aside struct{ p *Display }

func (b aside) Write(text []byte) (int, error) {
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	b.p.erase()
	return b.p.err.Write(text)
}

// draw replaces the live lines in one write, so that they do not flicker. It
// turns wrapping off, since a wrapped line would take two rows.
func (p *Display) draw() {
	if !p.live || len(p.labs) == 0 && p.drawn == 0 {
		return
	}
	columns, rows := p.size()
	lines := p.lines()
	if room := max(rows-2, 0); len(lines) > room+1 { // one for the cursor
		lines = append(lines[:room:room], fmt.Sprintf("… and %d more", len(lines)-room))
	}
	var b strings.Builder
	b.WriteString(p.up() + tty.Escape("[?7l"))
	for _, l := range lines {
		b.WriteString(tty.Escape("[2K") + wording.Shorten(l, columns-1) + "\n")
	}
	b.WriteString(tty.Escape("[J") + tty.Escape("[?7h"))
	p.drawn = len(lines)
	io.WriteString(p.err, b.String())
}

func (p *Display) lines() []string {
	var all []string
	for _, l := range p.labs {
		all = append(all, l.String())
	}
	if p.note != "" && len(all) > 0 {
		all = append(all, "  "+p.note)
	}
	return all
}

func (p *Display) erase() {
	if p.drawn > 0 {
		io.WriteString(p.err, p.up()+tty.Escape("[J"))
		p.drawn = 0
	}
}

// up returns the sequence that moves the cursor to the first live line.
func (p *Display) up() string {
	if p.drawn == 0 {
		return ""
	}
	return tty.Escape(fmt.Sprintf("[%dF", p.drawn)) // to the first column (CPL)
}

func (l *labLine) String() string {
	where, printed := l.page, ""
	if l.line > 0 {
		where = fmt.Sprintf("%s:%d", l.page, l.line)
	}
	if l.printed > 0 {
		printed = ", " + wording.Count(l.printed, "line")
	}
	return fmt.Sprintf("%s  %s (lab %s)%s%s  %s", where,
		clock(time.Since(l.since)), clock(time.Since(l.started)), onEngine(l.engine), printed, l.text)
}

// clock formats an elapsed time in whole seconds.
func clock(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
