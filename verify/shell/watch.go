package shell

import (
	"bytes"
	"context"
	"crypto/rand"
	"time"

	"handbook/verify/screen"
)

// How long a terminal has to be silent before something is concluded from it.
const (
	questionPause = 40 * time.Millisecond  // a line that ends as questions do is one
	promptPause   = 120 * time.Millisecond // any other unfinished line is a prompt
	surePause     = time.Second            // a question is one even where that matters more
	silentPause   = 3 * time.Second        // a command waits for input without a prompt
	farPause      = 20 * time.Second       // and so does what docker is attached to, though it can't be seen
	idlePause     = 8 * time.Second        // it is time to ask whether a command waits for input that nobody types
	askPause      = 500 * time.Millisecond // between two questions to the host
)

// A watch follows one command until it has ended.
type watch struct {
	*terminal
	command Command
	first   bool     // there is no command yet: the shell's first prompt is waited for
	lines   []string // of the command, not typed yet
	pasted  bool     // the line that is typed was pasted
	echo    []byte   // what the shell has shown of the line that is typed, where it does not paste
	line    string   // the line that was typed last
	slept   string   // how often the shell had gone to sleep before the Enter key, where it does not paste; "" if that is not known
	skip    string   // what readline prints behind the line that it has read
	pipe    *pipe    // where the command's output goes if not to the terminal; may be nil
	// lastPrompt is the output up to where readline began to read a line.
	lastPrompt *screen.Output
	beforeLost *screen.Output // what was printed before a prompt of sh that had lost its marks
	waiting    waitingFunc    // asks the host whether the command waits for input; may be nil
	screen     *screen.Screen
	result     Result
	prompt     string // the prompt that the command was typed at, if a program kept the terminal

	typed      []string  // not typed yet
	own        int       // how many of these are the command's own lines
	interrupts bool      // what was typed last ends programs
	pressed    string    // the key that was typed last, if it ends or stops programs
	group      string    // the process group that it was for
	fresh      bool      // something was printed since something was typed
	events     int       // how often something was printed or typed
	readsAt    int       // events when a program surely waited for input
	readMark   string    // the mark that tells this when it comes; "" if none is on its way
	askedAt    int       // events when the host was asked for that
	last       time.Time // when something was printed or typed last
	typedLast  time.Time // when something was typed last
	asked      time.Time
	askedReads time.Time
	ready      readiness
	appeared   time.Time // when Command.Until was seen; programs may never rest

	// The prompt that is being printed, or that may be there.
	promptText  []byte    // its text, and what came behind it
	promptEnd   int       // where that begins
	closed      bool      // it is whole
	closedAt    time.Time // since then
	confirmed   bool      // the shell waits at it
	awaited     string    // the mark that comes behind all that was printed before the shell waited; "" if none
	more        bool      // it asks for more of the command
	next        status    // what it says of the command before
	askedPrompt time.Time // when the host was asked whether it is there
	askedAfter  time.Time // when something was printed or typed before that
	suspect     time.Time // when something was printed before the host said so
	suspectMark string    // the mark that comes behind all that; "" if none is on its way

	nested       *status // of the last command that was typed to a shell that keeps the terminal; nil if it is not known
	asksPosition bool    // the program that keeps the terminal has asked for the cursor's position
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
	typing := false
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
			if rested := now.Sub(w.last); rested < promptPause {
				rest.Reset(promptPause - rested)
			}
		case <-deadline.C:
			w.giveUp(ctx)
			return nil
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

// over tells whether the shell's prompt is there, or else what look says.
func (w *watch) over(ctx context.Context, now time.Time, look func(context.Context, time.Time) bool) bool {
	if !w.closed {
		return look(ctx, now)
	}
	if w.confirm(ctx) {
		return w.prompted()
	}
	if w.awaited != "" || now.Sub(w.closedAt) < surePause {
		return false
	}
	// A program may have printed it, and go on.
	if w.command.Stay && len(w.typed) == 0 && w.reading(ctx, now) {
		w.reopen()
		w.result.Ending = Stays
		return true
	}
	return w.halts(ctx, now)
}

// hostMark is how marks begin that the host prints at a terminal.
const hostMark = "S;"

// newHostMark makes a mark that no lab can print in advance.
func newHostMark() string { return hostMark + rand.Text() }

// confirm tells whether the shell waits at the prompt that was printed last. A
// program may have printed that, and the shell's own one may still be on its
// way: so the host is asked, and its mark is waited for, which comes behind all
// that was printed before. A host that does not tell is believed.
func (w *watch) confirm(ctx context.Context) bool {
	if w.confirmed || w.awaited != "" {
		return w.confirmed
	}
	mark := newHostMark()
	a, marked := w.host.at(ctx, w.pid, w.key+";"+mark)
	if marked {
		w.awaited = mark
	}
	w.confirmed = !marked && (a == unknownActivity || a.prompts())
	return w.confirmed
}

// look finds out whether a command keeps its terminal, or waits for input that
// nobody types, or whether a prompt is there that the lab has changed.
func (w *watch) look(ctx context.Context, now time.Time) (over bool) {
	if w.phase == echoing {
		w.enter(ctx, now)
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

// begun tells whether a shell that has no marks yet shows its first prompt.
func (w *watch) begun(ctx context.Context, now time.Time) bool {
	if !w.isBash || now.Sub(w.last) < questionPause {
		return false
	}
	if a, _ := w.host.at(ctx, w.pid, ""); !w.pasting && !a.prompts() {
		return false
	}
	w.result.Ending = Ended
	return true
}

// What is known of a prompt without marks.
type unmarkedPrompt int

const (
	noPrompt     unmarkedPrompt = iota
	promptComing                // the shell waits for input; its prompt may be on its way
	promptThere
)

// unmarked tells whether the shell is at a prompt without marks, as a lab can
// make it, and finds out how the command has ended.
func (w *watch) unmarked(ctx context.Context, now time.Time) unmarkedPrompt {
	if now.Sub(w.last) < promptPause {
		return noPrompt
	}
	if now.Sub(w.askedPrompt) < askPause && w.askedAfter == w.last {
		if w.suspect == w.last {
			return promptComing
		}
		return noPrompt
	}
	w.askedPrompt, w.askedAfter = now, w.last
	a, _ := w.host.at(ctx, w.pid, "")
	switch {
	case a == gone: // a job in the background keeps the terminal open
		w.took(ctx, nil, false)
		return promptThere
	case a == stopped && len(w.host.jobs(ctx, w.pid)) == 0: // no job of its own continues it
		w.result.Ending = Stopped
		return promptThere
	case !w.host.atLine(ctx, w.pid):
		return noPrompt
	case !w.allRead(ctx, now):
		return promptComing
	}
	if len(w.lines) > 0 { // it asks for the next line
		w.typeLine()
		return promptComing
	}
	if w.isBash = a == inReadline; w.isBash { // the lab may have put another shell in its place
		if w.lost, w.status = true, (status{exit: -1}); w.host.shows(ctx, w.pid) {
			w.status = w.recover(ctx)
		}
	} else {
		var prompt string
		w.status, prompt = w.markSh(ctx, "D", "B")
		w.lost = w.status.exit < 0
		out := withoutPrompt(w.screen.Output(), prompt)
		w.beforeLost = &out
	}
	w.result.Ending = Ended
	return promptThere
}

// allRead tells whether the shell has read all that was typed, and all that it has
// printed before it waited has come: what the host tells may be ahead of that. It is
// asked again and again.
func (w *watch) allRead(ctx context.Context, now time.Time) bool {
	if w.suspect == w.last {
		return w.suspectMark == "" // which may be on its way
	}
	w.askedPrompt = now.Add(promptPause - askPause)
	if !w.pasted && (w.phase == entered || w.slept != "" && w.host.slept(ctx, w.pid) == w.slept) && now.Sub(w.last) < idlePause {
		return false // the Enter key
	}
	mark := newHostMark()
	a, marked := w.host.at(ctx, w.pid, w.key+";"+mark)
	if !marked {
		mark = "" // the host can't print one
	}
	if a != busy {
		w.suspect, w.suspectMark = w.last, mark
	}
	return false
}

// took takes what was read, if ok, and tells whether the command has ended, or
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
			w.last, w.fresh = time.Now(), true
			w.events++
		}
		w.token(tok)
	})
	return w.result.Ending != none || w.closed && w.confirm(ctx) && w.prompted()
}

// giveUp ends the wait for a command whose time is up.
func (w *watch) giveUp(ctx context.Context) {
	w.result.Ending = TimedOut
	if a, _ := w.host.at(ctx, w.pid, ""); a == stopped {
		w.result.Ending = Stopped
	}
	w.reopen() // a program has printed what looked like a prompt
	// What is half printed is no prompt, however long the rest takes.
	if time.Since(w.last) > promptPause && w.reads(ctx, dockers) {
		w.result.Waiting, _ = w.screen.Prompt()
	}
	w.screen.Write(w.scanner.flush())
}

// prompted types the next line at the shell's prompt, or ends the command with
// it.
func (w *watch) prompted() (over bool) {
	w.early = append(w.early, w.promptText[w.promptEnd:]...)
	w.closed, w.promptText = false, nil
	switch {
	case len(w.lines) > 0:
		w.typeLine()
		return false
	case w.more:
		w.result.Ending, w.result.Waiting = Waits, ">"
	default:
		w.status, w.lost, w.result.Ending = w.next, false, Ended
	}
	return true
}
