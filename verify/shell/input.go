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
// with: "90% [2 Packages store 0 B]", or of a layer that docker pulls
// "717540e919bc: Extracting [==>", which it writes piece by piece.
var progress = regexp.MustCompile(`^\d+ ?%[^?]*$|^[0-9a-f]{12}:(?: [A-Z][^?]*)?$`)

// An input is what is typed while a command runs, a line or key for each time that it
// waits for input.
type input struct {
	*terminal
	*display
	reader *reader

	left []string // not typed yet
	own  int      // how many of these are the command's own lines
	more bool     // see Command.More

	interrupts bool      // what was typed last ends programs
	pressed    string    // the key that was typed last, if it ends or stops programs
	group      string    // the process group that it was for
	at         time.Time // when something was typed last
}

// next types a line. An error shows up as the end of the output.
func (i *input) next(ctx context.Context) {
	keys := i.left[0]
	i.pressed, i.group = "", ""
	if stops(keys) {
		i.pressed, i.group = keys, i.host.group(ctx, i.pid)
	}
	i.send(keys)
	i.typed()
	i.interrupts = interrupts(keys)
	i.left, i.own, i.at = i.left[1:], max(i.own-1, 0), i.last
}

// pressAgain presses a key once more that was lost: that happens when the process
// group in the foreground has just ended, as in a loop of the shell, which then
// starts another one. If it is the same one as then, the key has reached it. If it
// is an older one, the shell is back, and the key would reach its prompt.
func (i *input) pressAgain(ctx context.Context, now time.Time) {
	if i.pressed == "" || !i.fresh || now.Sub(i.at) < surePause {
		return
	}
	i.at = now
	if group := i.host.group(ctx, i.pid); isYounger(group, i.group) {
		i.group = group
		i.send(i.pressed)
	}
}

// isYounger reports whether a process, or group, was started after another one, of
// which the numbers tell. Those that are not known are not.
func isYounger(id, than string) bool {
	a, errA := strconv.Atoi(id)
	b, errB := strconv.Atoi(than)
	return errA == nil && errB == nil && a > b
}

// takes reports whether the command waits for the next line to be typed.
func (i *input) takes(ctx context.Context, now time.Time) bool {
	silent := i.silent(now)
	// A program that keeps printing is never silent, and a key that ends or stops
	// it needs nobody who reads.
	if stops(i.left[0]) && i.fresh && now.Sub(i.at) >= silentPause && i.reaches(ctx, now) {
		return true
	}
	text, unfinished := i.screen.Prompt()
	if unfinished && progress.MatchString(text) {
		return i.reader.reading(ctx, now)
	}
	asks := unfinished && i.fresh && question.MatchString(text)
	if i.more {
		// The docker command reads its terminal at all times, so the host
		// can't tell whether "docker login" waits.
		return asks && silent >= surePause && i.reader.reads(ctx, dockers) || i.reader.reading(ctx, now)
	}
	switch {
	case asks:
		return silent >= questionPause && i.reader.reads(ctx, dockers)
	case unfinished && i.fresh:
		return silent >= promptPause && i.reader.reads(ctx, dockers)
	case i.reader.reading(ctx, now):
		return true
	case silent < silentPause || i.reader.tooSoon(now):
		return false
	}
	if stops(i.left[0]) {
		return i.reaches(ctx, now)
	}
	i.reader.askedMaybe = now
	return i.reader.reads(ctx, askers) || silent > farPause && i.reader.reads(ctx, dockers)
}

// reaches reports whether a key reaches the program that it is for: those with which
// docker leaves a container are lost until that runs.
func (i *input) reaches(ctx context.Context, now time.Time) bool {
	if i.left[0] != detach {
		return true
	}
	if i.reader.tooSoon(now) {
		return false
	}
	i.reader.askedMaybe = now
	return i.reader.reads(ctx, attached)
}

// mayTake reports whether a command waits, perhaps, for what is to be typed after its
// own lines: nothing tells what goes on behind a program such as ssh, which reads
// its terminal at all times.
func (i *input) mayTake(ctx context.Context, now time.Time) bool {
	if i.own > 0 || len(i.left) == 0 || i.more || i.silent(now) < farPause || i.reader.tooSoon(now) {
		return false
	}
	i.reader.askedMaybe = now
	return i.reader.reads(ctx, pollers)
}
