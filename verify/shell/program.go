package shell

import (
	"context"
	"strings"
	"time"

	"handbook/content/sgr"
	"handbook/verify/screen"
)

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
			if w.prompt.closed && w.prompt.confirm(ctx) {
				w.prompted(ctx)
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
	w.at = ""
	if prompts(w.screen) {
		w.at, _ = w.screen.Prompt()
	}
	r := Result{Ending: ShellEnded, Left: c.Typed}
	switch {
	case w.ended:
	case p.gone:
		r.Ending, r.Exit = Gone, w.status.exit
	default:
		w.reader.waiting, w.ready = waiting, readiness{listens: listens}
		p.begin(ctx, c)
		err := w.wait(ctx, p.answered)
		w.ready.finish()
		r = w.result
		r.Left, r.Interrupts = w.input.left[w.input.own:], w.input.interrupts
		if err != nil {
			return r, err
		}
	}
	t.program = nil
	r.ToProgram, r.Prompt, r.Seconds = true, w.at, time.Since(start).Seconds()
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
	r.Output = withoutEcho(r.Output, w.at, strings.Split(c.Text, "\n"))
	return r, nil
}

// begin types the first line, without waiting: the program that keeps the
// terminal has been found ready before.
func (p *program) begin(ctx context.Context, c Command) {
	lines := strings.Split(c.Text, "\n")
	for i := range lines {
		lines[i] += "\r" // what the Enter key sends
	}
	if c.Key {
		lines = []string{pressed(c.Text)}
	}
	w := p.watch
	w.command, w.result = c, Result{}
	w.input.left, w.input.own, w.input.more = append(lines, c.Typed...), len(lines), c.More
	w.nested, w.asksPosition, w.lastPrompt, w.appeared = nil, false, nil, time.Time{}
	w.input.next(ctx)
}

// answered types the next line when the last one is done, and reports whether
// that was the last: the prompt is back, or what was typed keeps the terminal
// in its turn.
func (p *program) answered(ctx context.Context, now time.Time) bool {
	w, over := p.watch, false
	w.input.pressAgain(ctx, now)
	if w.command.Stay && len(w.input.left) == 0 {
		over = w.stays(ctx, now)
	} else if p.lineDone(ctx, now) {
		over = len(w.input.left) == 0 || w.input.own == 0 && w.command.More && !p.asksAnew()
		if !over {
			w.input.next(ctx)
		}
	}
	if over {
		w.result.Ending = Stays
	}
	return over
}

// asksAnew reports whether the cursor stands behind another prompt than the one
// that the command was typed at, so it is the command that waits.
func (p *program) asksAnew() bool {
	text, _ := p.watch.screen.Prompt()
	return text != p.watch.at && prompts(p.watch.screen)
}

// lineDone reports whether what was typed last is done.
func (p *program) lineDone(ctx context.Context, now time.Time) bool {
	w := p.watch
	rest := w.silent(now)
	shown := w.input.shown(now)
	back := rest >= promptPause && shown && w.reader.asksNow(ctx)
	silent := !p.prompted && !w.input.interrupts && (rest > silentPause && w.reader.mayWait(ctx, now, dockers) || rest > farPause)
	return back || silent || w.fresh && shown && w.reader.reading(ctx, now) || w.input.mayTake(ctx, now)
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

// shows reports whether a line ends with what was typed, tabs as the terminal
// shows them.
func shows(line, typed string) bool {
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.HasSuffix(words(sgr.Unstyled(line)), words(typed))
}
