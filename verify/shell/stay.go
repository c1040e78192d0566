package shell

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"handbook/content/sgr"
	"handbook/verify/screen"
)

// promptEnd finds out whether a line ends as prompts do. A progress bar that
// rests a moment must not be taken for one.
var promptEnd = regexp.MustCompile(`[#$>%:?\])»❯] ?$`)

// prompts tells whether the cursor stands behind what looks like a prompt.
func prompts(s *screen.Screen) bool {
	text, ok := s.Prompt()
	return ok && (promptEnd.MatchString(text) || text == "...") // the second is Python's within a block
}

// stays tells whether a command is ready that keeps its terminal.
func (w *watch) stays(ctx context.Context, now time.Time) bool {
	rested := now.Sub(w.last) >= promptPause
	if w.command.Until != "" {
		if w.appeared.IsZero() && w.shows(w.command.Until) {
			w.appeared = now
		}
		return !w.appeared.IsZero() && (rested || now.Sub(w.appeared) >= surePause)
	}
	if rested && len(w.typed) == 0 && w.asksNow(ctx) {
		return true
	}
	return w.ready.ask(ctx, now) && rested || len(w.typed) == 0 && w.reading(ctx, now)
}

// asksNow tells whether a program shows what looks like a prompt, and may wait there.
// One that surely waits may have printed more, which is on its way (see reading).
func (w *watch) asksNow(ctx context.Context) bool {
	text, _ := w.screen.Prompt()
	return w.fresh && prompts(w.screen) && !progress.MatchString(text) && w.reads(ctx, unsure)
}

// shows tells whether a command has printed a text. What the terminal shows
// of what was typed does not count.
func (w *watch) shows(text string) bool {
	out := w.screen.Output()
	if w.prompt != "" {
		out = withoutEcho(out, w.prompt, strings.Split(w.command.Text, "\n"))
	}
	return slices.ContainsFunc(out.Lines, func(line string) bool { return strings.Contains(sgr.Unstyled(line), text) })
}

// A readiness asks, again and again, whether what a command has started
// listens. A question may take its time, so it is asked beside the command, and
// no other one meanwhile.
type readiness struct {
	listens func(ctx context.Context) bool

	asked  chan bool // the answer to the open question, or nil
	answer bool
	last   time.Time // when it was asked last
}

// ask returns the latest answer.
func (r *readiness) ask(ctx context.Context, now time.Time) bool {
	const pause = 300 * time.Millisecond
	if r.asked != nil {
		select {
		case r.answer = <-r.asked:
			r.asked, r.last = nil, now
		default:
		}
	}
	if !r.answer && r.asked == nil && r.listens != nil && now.Sub(r.last) > pause {
		asked := make(chan bool, 1)
		r.asked = asked
		go func() { asked <- r.listens(ctx) }()
	}
	return r.answer
}

// finish waits for the answer to an open question: asking may change what the
// next one to ask is told.
func (r *readiness) finish() {
	if r.asked != nil {
		<-r.asked
	}
}

// A program is one that keeps its terminal. Between two commands that are
// typed to it, what it prints is taken as it comes: a server whose output is
// not read would stop.
type program struct {
	watch    *watch
	prompted bool // it has a prompt, so what is typed to it is done when that is back
	done     chan struct{}
	stop     context.CancelFunc
	gone     bool // it has ended by itself
}

// leave leaves a program at its terminal.
func (t *terminal) leave(w *watch, r *Result) {
	prompted := prompts(w.screen)
	if prompted {
		r.Waiting, _ = w.screen.Prompt()
	}
	if r.Output = beforePrompt(w.screen.Output(), prompted); prompted && w.lastPrompt != nil {
		r.Output = *w.lastPrompt
	}
	w.ready.finish()
	ctx, stop := context.WithCancel(context.Background())
	w.result = Result{}
	t.program = &program{watch: w, prompted: prompted, done: make(chan struct{}), stop: stop}
	w.screen = w.screen.CarriedOn()
	go t.program.listen(ctx)
}

// listen takes what the program prints until somebody else does.
func (p *program) listen(ctx context.Context) {
	defer close(p.done)
	tick := time.NewTicker(promptPause)
	defer tick.Stop()
	w := p.watch
	for w.result.Ending == none {
		select {
		case <-ctx.Done():
			return
		case chunk, ok := <-w.chunks:
			w.took(ctx, chunk, ok)
		case <-tick.C:
			if w.closed && w.confirm(ctx) {
				w.prompted()
			}
		}
	}
	p.gone = w.result.Ending == Ended
}

// typeTo types a command's lines to the program that keeps the terminal, each
// at a prompt, and returns what was printed then.
func (t *terminal) typeTo(ctx context.Context, c Command, waiting waitingFunc, listens func(context.Context) bool) (Result, error) {
	p := t.program
	p.stop()
	<-p.done
	w := p.watch
	start := time.Now()
	w.prompt = ""
	if prompts(w.screen) {
		w.prompt, _ = w.screen.Prompt()
	}
	r := Result{Ending: ShellEnded, Left: c.Typed}
	switch {
	case w.ended:
	case p.gone:
		r.Ending, r.Exit = Gone, w.status.exit
	default:
		w.waiting, w.ready = waiting, readiness{listens: listens}
		w.begin(ctx, c)
		err := w.wait(ctx, func(ctx context.Context, now time.Time) bool { return w.answered(ctx, now, p.prompted) })
		r = w.result
		r.Left, r.Interrupts = w.typed[w.own:], w.interrupts
		if err != nil {
			return r, err
		}
	}
	t.program = nil
	r.ToProgram, r.Prompt, r.Seconds = true, w.prompt, time.Since(start).Seconds()
	if r.Ending == Stays {
		w.askStatus(ctx)
		if r.Exit = -1; w.nested != nil {
			r.Exit, r.Parts = w.nested.exit, w.nested.parts
		}
		t.leave(w, &r)
		t.program.prompted = t.program.prompted || p.prompted
	} else {
		r.Output = w.screen.Output()
	}
	if r.Ending == Ended {
		r.Exit, r.Parts = t.status.exit, t.status.parts
	}
	r.Output = withoutEcho(r.Output, w.prompt, strings.Split(c.Text, "\n"))
	return r, nil
}

// begin types the first line, without waiting: the program that keeps the
// terminal has been found ready before.
func (w *watch) begin(ctx context.Context, c Command) {
	lines := strings.Split(c.Text, "\n")
	for i := range lines {
		lines[i] += "\r" // what the Enter key sends
	}
	if c.Key {
		lines = []string{pressed(c.Text)}
	}
	w.command, w.typed, w.own, w.result = c, append(lines, c.Typed...), len(lines), Result{}
	w.nested, w.asksPosition, w.lastPrompt, w.appeared = nil, false, nil, time.Time{}
	w.typeNext(ctx)
}

// answered types the next line when the last one is done, and tells whether
// that was the last: the prompt is back, or what was typed keeps the terminal
// in its turn.
func (w *watch) answered(ctx context.Context, now time.Time, prompted bool) bool {
	over := false
	w.pressAgain(ctx, now)
	if w.command.Stay && len(w.typed) == 0 {
		over = w.stays(ctx, now)
	} else if w.lineDone(ctx, now, prompted) {
		over = len(w.typed) == 0 || w.own == 0 && w.command.More && !w.asksAnew()
		if !over {
			w.typeNext(ctx)
		}
	}
	if over {
		w.result.Ending = Stays
	}
	return over
}

// asksAnew tells whether the cursor stands behind another prompt than the one
// that the command was typed at, so it is the command that waits.
func (w *watch) asksAnew() bool {
	text, _ := w.screen.Prompt()
	return text != w.prompt && prompts(w.screen)
}

// lineDone tells whether what was typed last is done.
func (w *watch) lineDone(ctx context.Context, now time.Time, prompted bool) bool {
	rest := now.Sub(w.last)
	back := rest >= promptPause && w.asksNow(ctx)
	silent := !prompted && rest > silentPause && !w.interrupts
	return back || silent || w.fresh && w.reading(ctx, now) || w.mayRead(ctx, now)
}

// mayRead tells whether a command waits, perhaps, for what is to be typed after its
// own lines: nothing tells what goes on behind a program such as ssh, which reads
// its terminal at all times.
func (w *watch) mayRead(ctx context.Context, now time.Time) bool {
	if w.own > 0 || len(w.typed) == 0 || w.command.More || now.Sub(w.last) < farPause || now.Sub(w.askedReads) < askPause {
		return false
	}
	w.askedReads = now
	return w.reads(ctx, pollers)
}

// beforePrompt leaves out the last line if that is a prompt.
func beforePrompt(out screen.Output, prompted bool) screen.Output {
	if n := len(out.Lines); prompted && n > 0 {
		out.Lines = out.Lines[:n-1]
	}
	out.CutAt = min(out.CutAt, len(out.Lines))
	return out
}

// withoutEcho leaves out what the terminal shows of what was typed: the line
// of the prompt, and for more lines those that follow it.
func withoutEcho(out screen.Output, prompt string, typed []string) screen.Output {
	drop := func(i, n int) {
		out.Lines = append(out.Lines[:i:i], out.Lines[i+n:]...)
		if out.CutAt > i {
			out.CutAt = max(out.CutAt-n, i)
		}
	}
	for i, line := range out.Lines {
		if !shows(line, typed[0]) || !strings.HasPrefix(strings.TrimSpace(sgr.Unstyled(line)), prompt) {
			continue
		}
		n := 1
		for n < len(typed) && i+n < len(out.Lines) && shows(out.Lines[i+n], typed[n]) {
			n++
		}
		drop(i, n)
		return out
	}
	// What is typed may not be shown, as with a password: then the prompt
	// stands before what comes next.
	if prompt == "" || len(out.Lines) == 0 {
		return out
	}
	if rest, ok := strings.CutPrefix(strings.TrimSpace(sgr.Unstyled(out.Lines[0])), prompt); ok {
		if out.Lines[0] = strings.TrimSpace(rest); out.Lines[0] == "" {
			drop(0, 1)
		}
	}
	return out
}

// shows tells whether a line ends with what was typed, tabs as the terminal
// shows them.
func shows(line, typed string) bool {
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.HasSuffix(words(sgr.Unstyled(line)), words(typed))
}
