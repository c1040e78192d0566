package shell

import (
	"bytes"
	"context"
	"strings"
	"time"

	"handbook/verify/screen"
)

// A watch follows one command until it has ended.
type watch struct {
	*terminal
	*display
	command Command
	first   bool  // there is no command yet: the shell's first prompt is waited for
	pipe    *pipe // where the command's output goes if not to the terminal; may be nil
	result  Result

	line    commandLine   // the command, typed at the shell's prompt
	input   input         // what is typed while it runs
	reader  reader        // whether it waits for that
	prompt  prompt        // that of the shell
	changed changedPrompt // one that the lab has changed
	// lastPrompt is the output up to where readline began to read a line.
	lastPrompt *screen.Output

	// Of a program that keeps the terminal:
	ready        readiness
	appeared     time.Time // when Command.Until was seen; programs may never rest
	at           string    // the prompt that the command was typed at
	nested       *status   // of the last command that was typed to a shell that keeps the terminal; nil if it is not known
	asksPosition bool      // it has asked for the cursor's position
}

// newWatch watches a command that is about to be typed at a terminal.
func newWatch(t *terminal, c Command) *watch {
	now := time.Now()
	d := &display{screen: screen.New(Columns, Rows), last: now}
	w := &watch{
		terminal: t, display: d, command: c,
		line:   commandLine{terminal: t, display: d},
		reader: reader{terminal: t, display: d, readsAt: -1},
		prompt: prompt{terminal: t},
	}
	w.input = input{terminal: t, display: d, reader: &w.reader, left: c.Typed, more: c.More, at: now}
	w.changed = changedPrompt{terminal: t, display: d, line: &w.line}
	return w
}

// wait follows what is printed until it shows that the command has ended, its
// time is up, or look, which is asked again and again, says that it is over.
func (w *watch) wait(ctx context.Context, look func(context.Context, time.Time) (over bool)) error {
	deadline := time.NewTimer(w.command.Timeout)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	rest := time.NewTimer(questionPause) // looks as soon as there is something to conclude
	defer rest.Stop()
	output := w.pipe.output()
	begun, typing, late := time.Now(), false, false
	for {
		if typing && w.phase != echoing { // the command's time begins when the shell has read it
			deadline.Reset(w.command.Timeout)
		}
		typing = w.phase == echoing
		select {
		case <-ctx.Done():
			return ctx.Err()
		case chunk, ok := <-w.chunks:
			if w.took(ctx, chunk, ok) {
				return nil
			}
			rest.Reset(questionPause)
		case chunk, ok := <-output:
			if !ok { // no process has the pipe open any more
				output = nil
				continue
			}
			w.screen.Write(chunk)
			w.last = time.Now()
		case now := <-rest.C:
			if w.over(ctx, now, look) {
				return nil
			}
			if rested := w.silent(now); rested < promptPause {
				rest.Reset(promptPause - rested)
			}
		case <-deadline.C:
			switch {
			case w.phase == echoing && time.Since(begun) < readTime: // its time has not begun
				deadline.Reset(w.command.Timeout)
			case w.printedMeanwhile(ctx):
				return nil
			case w.prompt.closed && !late: // the host's mark may be on its way
				late = true
				deadline.Reset(surePause)
			default:
				w.giveUp(ctx)
				return nil
			}
		case now := <-tick.C:
			if w.command.Progress != nil {
				w.command.Progress(w.screen)
			}
			if w.over(ctx, now, look) {
				return nil
			}
		}
	}
}

// printedMeanwhile reads what has been printed up to now, and reports whether that ends
// the command. Output may be waiting if this program got no processor time.
func (w *watch) printedMeanwhile(ctx context.Context) (over bool) {
	for range len(w.chunks) {
		chunk, ok := <-w.chunks
		if w.took(ctx, chunk, ok) {
			return true
		}
	}
	return false
}

// over reports whether the shell's prompt is there, or else what look says.
func (w *watch) over(ctx context.Context, now time.Time, look func(context.Context, time.Time) bool) bool {
	if !w.prompt.closed {
		return look(ctx, now)
	}
	if w.prompt.confirm(ctx) {
		return w.prompted(ctx)
	}
	if w.prompt.awaited != "" || now.Sub(w.prompt.closedAt) < surePause {
		return false
	}
	// A program may have printed it, and go on.
	if w.command.Stay && len(w.input.left) == 0 && w.reader.reading(ctx, now) {
		w.reopen()
		w.result.Ending = Stays
		return true
	}
	return w.halts(ctx, now)
}

// look finds out whether a command keeps its terminal, or waits for input that
// nobody types, or whether a prompt is there that the lab has changed.
func (w *watch) look(ctx context.Context, now time.Time) (over bool) {
	if w.phase == echoing {
		w.screen.Write(w.line.enter(ctx, now))
		return false
	}
	if w.first {
		return w.begun(ctx, now)
	}
	switch w.unmarked(ctx, now) {
	case promptThere:
		return true
	case promptComing:
		return false
	}
	if w.command.Stay && w.stays(ctx, now) {
		w.result.Ending = Stays
		return true
	}
	return w.halts(ctx, now)
}

// halts types what is to be typed, and ends the watch if the command waits for
// input that nobody will type.
func (w *watch) halts(ctx context.Context, now time.Time) bool {
	if !w.waits(ctx, now) {
		return false
	}
	w.reopen()
	w.result.Ending = Waits
	w.result.Waiting, _ = w.screen.Prompt()
	return true
}

// waits types what is to be typed, and reports whether the command waits for
// input that nobody will type.
func (w *watch) waits(ctx context.Context, now time.Time) bool {
	w.input.pressAgain(ctx, now)
	if len(w.input.left) > 0 {
		if w.input.takes(ctx, now) {
			w.input.next(ctx)
		}
		return false
	}
	if w.command.Stay || w.silent(now) < idlePause {
		return false
	}
	return w.reader.ask(ctx, now, idlePause)
}

// begun reports whether a shell that has no marks yet shows its first prompt.
func (w *watch) begun(ctx context.Context, now time.Time) bool {
	if !w.isBash || w.silent(now) < questionPause {
		return false
	}
	if a, _ := w.host.at(ctx, w.pid, ""); !w.pasting && !a.prompts() {
		return false
	}
	w.result.Ending = Ended
	return true
}

// unmarked reports whether the shell is at a prompt without marks, as a lab can
// make it, and finds out how the command has ended.
func (w *watch) unmarked(ctx context.Context, now time.Time) unmarkedPrompt {
	if is, known := w.changed.known(now); known {
		return is
	}
	w.changed.asked, w.changed.after = now, w.last
	a, _ := w.host.at(ctx, w.pid, "")
	switch {
	case a == gone: // a job in the background keeps the terminal open
		w.took(ctx, nil, false)
		return promptThere
	case a == stopped && w.leftStopped(ctx):
		w.result.Ending = Stopped
		return promptThere
	case !a.prompts() || !w.host.atLine(ctx, w.pid):
		return noPrompt
	case !w.changed.allRead(ctx, now):
		return promptComing
	}
	if len(w.line.left) > 0 { // it asks for the next line
		w.typeLine(ctx)
		return promptComing
	}
	if w.isBash = a == inReadline; w.isBash { // the lab may have put another shell in its place
		if w.lost, w.status = true, (status{exit: -1}); w.host.shows(ctx, w.pid) {
			w.status = w.recover(ctx, w.screen)
		}
	} else {
		var prompt string
		w.status, prompt = w.markSh(ctx, "D", "B", w.asksPosition)
		w.lost = w.status.exit < 0
		out := withoutPrompt(w.screen.Output(), prompt)
		w.changed.before = &out
	}
	w.result.Ending = Ended
	return promptThere
}

// leftStopped reports whether a stopped shell has no job that may continue it. The last
// job may have continued the shell and ended since the shell was seen to be stopped, so
// the shell is looked at again.
func (w *watch) leftStopped(ctx context.Context) bool {
	if jobs, told := w.host.jobs(ctx, w.pid); !told || len(jobs) > 0 {
		return false
	}
	a, _ := w.host.at(ctx, w.pid, "")
	return a == stopped
}

// took takes what was read, if ok, and reports whether the command has ended, or
// the shell.
func (w *watch) took(ctx context.Context, chunk []byte, ok bool) bool {
	if !ok {
		w.screen.Write(w.scanner.flush())
		w.ended, w.result.Ending = true, ShellEnded
		w.result.Exit, _ = w.stream.Wait(ctx)
		return true
	}
	w.scanner.scan(chunk, func(tok token) {
		if tok.kind != markToken || !bytes.HasPrefix(tok.text, []byte(hostMark)) {
			w.printed()
		}
		w.fed = w.fed || tok.kind == textToken && bytes.IndexByte(tok.text, '\n') >= 0
		w.token(tok)
	})
	return w.result.Ending != none || w.prompt.closed && w.prompt.confirm(ctx) && w.prompted(ctx)
}

// giveUp ends the wait for a command whose time is up.
func (w *watch) giveUp(ctx context.Context) {
	w.result.Ending = TimedOut
	if a, _ := w.host.at(ctx, w.pid, ""); a == stopped {
		w.result.Ending = Stopped
	}
	w.reopen() // a program has printed what looked like a prompt
	// What is half printed is no prompt, however long the rest takes.
	if time.Since(w.last) > promptPause && w.reader.reads(ctx, dockers) {
		w.result.Waiting, _ = w.screen.Prompt()
	}
	w.screen.Write(w.scanner.flush())
}

// typeLine types the next line of the command.
func (w *watch) typeLine(ctx context.Context) {
	w.lastPrompt = nil
	w.line.next(ctx)
}

// prompted types the next line at the shell's prompt, or ends the command with
// it.
func (w *watch) prompted(ctx context.Context) (over bool) {
	w.early = append(w.early, w.prompt.finish()...)
	switch {
	case len(w.line.left) > 0:
		w.typeLine(ctx)
		return false
	case w.prompt.more:
		w.result.Ending, w.result.Waiting = Waits, ">"
	default:
		w.status, w.lost, w.result.Ending = w.prompt.next, false, Ended
	}
	return true
}

// end says how the command has ended, as the prompt after it tells.
func (w *watch) end(r *Result, was status) {
	r.Exit, r.Parts = w.status.exit, w.status.parts
	// Bash counts the commands that it runs. One that it does not run, for
	// its history has no such event, leaves the status as it was.
	typed := strings.TrimSpace(w.command.Text)
	r.Refused = !w.lost && was.count != "" && w.status.count == was.count && typed != "" && !strings.HasPrefix(typed, "#")
}
