package shell

import (
	"context"
	"regexp"
	"strconv"
	"time"
)

// question finds out whether a line ends as questions do whose answer is
// typed behind them: "Username: ", "Are you sure? ", "Continue? [Y/n] ".
var question = regexp.MustCompile(`[:?\])]$`)

// progress finds out whether a line tells how far something is, whatever it ends
// with: "90% [2 Packages store 0 B]".
var progress = regexp.MustCompile(`^\d+ ?%[^?]*$`)

// waits types what is to be typed, and tells whether the command waits for
// input that nobody will type.
func (w *watch) waits(ctx context.Context, now time.Time) bool {
	silent := now.Sub(w.last)
	w.pressAgain(ctx, now)
	if len(w.typed) > 0 {
		if w.takes(ctx, now, silent) {
			w.typeNext(ctx)
		}
		return false
	}
	if w.command.Stay || silent < idlePause {
		return false
	}
	return w.ask(ctx, now, idlePause)
}

// pressAgain presses a key once more that was lost: that happens when the process
// group in the foreground has just ended, as in a loop of the shell, which then
// starts another one. If it is the same one as then, the key has reached it. If it
// is an older one, the shell is back, and the key would reach its prompt.
func (w *watch) pressAgain(ctx context.Context, now time.Time) {
	if w.pressed == "" || !w.fresh || now.Sub(w.typedLast) < surePause {
		return
	}
	w.typedLast = now
	if group := w.host.group(ctx, w.pid); isYounger(group, w.group) {
		w.group = group
		w.send(w.pressed)
	}
}

// isYounger reports whether a process, or group, was started after another one, of
// which the numbers tell. Those that are not known are not.
func isYounger(id, than string) bool {
	a, errA := strconv.Atoi(id)
	b, errB := strconv.Atoi(than)
	return errA == nil && errB == nil && a > b
}

// takes tells whether the command waits for the next line to be typed.
func (w *watch) takes(ctx context.Context, now time.Time, silent time.Duration) bool {
	// A program that keeps printing is never silent, and a key that ends or stops
	// it needs nobody who reads.
	if stops(w.typed[0]) && w.fresh && now.Sub(w.typedLast) >= silentPause && w.reaches(ctx, now) {
		return true
	}
	text, unfinished := w.screen.Prompt()
	if unfinished && progress.MatchString(text) {
		return w.reading(ctx, now)
	}
	asks := unfinished && w.fresh && question.MatchString(text)
	if w.command.More {
		// The docker command reads its terminal at all times, so the host
		// can't tell whether "docker login" waits.
		return asks && silent >= surePause && w.reads(ctx, dockers) || w.reading(ctx, now)
	}
	switch {
	case asks:
		return silent >= questionPause && w.reads(ctx, dockers)
	case unfinished && w.fresh:
		return silent >= promptPause && w.reads(ctx, dockers)
	case w.reading(ctx, now):
		return true
	case silent < silentPause || now.Sub(w.askedReads) < askPause:
		return false
	}
	if stops(w.typed[0]) {
		return w.reaches(ctx, now)
	}
	w.askedReads = now
	return w.reads(ctx, askers) || silent > farPause && w.reads(ctx, dockers)
}

// reaches tells whether a key reaches the program that it is for: those with which
// docker leaves a container are lost until that runs.
func (w *watch) reaches(ctx context.Context, now time.Time) bool {
	if w.typed[0] != detach {
		return true
	}
	if now.Sub(w.askedReads) < askPause {
		return false
	}
	w.askedReads = now
	return w.reads(ctx, attached)
}

// ask asks the host whether the command waits for input, unless it has done
// so just before.
func (w *watch) ask(ctx context.Context, now time.Time, pause time.Duration) bool {
	if w.waiting == nil || now.Sub(w.asked) < pause {
		return false
	}
	w.asked = now
	waits, _ := w.waiting(ctx, readers, "")
	return waits
}

// reading tells whether a program surely waits for input: what was typed has
// reached it, for it was shown, and a mark of the host has come behind all that
// the program has printed. What is not shown (a password) and a container's
// terminal, which gets no mark, take time.
func (w *watch) reading(ctx context.Context, now time.Time) bool {
	silent := now.Sub(w.last)
	if w.readsAt == w.events {
		return true
	}
	if w.waiting == nil || w.readMark != "" && w.askedAt == w.events || !w.fresh && silent < surePause || now.Sub(w.asked) < min(silent/2, askPause) {
		return false
	}
	mark := newHostMark()
	w.asked, w.askedAt = now, w.events
	waits, marked := w.waiting(ctx, readers, w.key+";"+mark)
	if w.readMark = ""; marked {
		w.readMark = mark
	}
	return waits && !marked && silent >= surePause
}

// reads asks the host whether a program may be waiting behind what looks like
// its prompt, or has long been silent.
func (w *watch) reads(ctx context.Context, which waiters) bool {
	if w.waiting == nil {
		return true
	}
	waits, _ := w.waiting(ctx, which, "")
	return waits
}

// typeNext types a line. An error shows up as the end of the output.
func (w *watch) typeNext(ctx context.Context) {
	w.pressed, w.group = "", ""
	if stops(w.typed[0]) {
		w.pressed, w.group = w.typed[0], w.host.group(ctx, w.pid)
	}
	_, _ = w.stream.Write([]byte(w.typed[0]))
	w.interrupts = interrupts(w.typed[0])
	w.typed, w.own, w.last, w.fresh = w.typed[1:], max(w.own-1, 0), time.Now(), false
	w.typedLast = w.last
	w.events++
}
