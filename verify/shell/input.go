package shell

import (
	"context"
	"regexp"
	"strings"
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

	keys       string    // what was typed last
	prompt     string    // what stood in the cursor's line then
	interrupts bool      // it ends programs
	pressed    string    // the key that was typed last, if it ends or stops programs
	group      group     // the process group that it was for
	at         time.Time // when something was typed last
}

// next types a line. An error shows up as the end of the output.
func (i *input) next(ctx context.Context) {
	keys := i.left[0]
	i.pressed, i.group = "", group{}
	if stops(keys) {
		i.pressed, i.group = keys, i.host.group(ctx, i.pid)
	}
	i.keys = keys
	i.prompt, _ = i.screen.Prompt()
	i.send(keys)
	i.typed()
	i.interrupts = interrupts(keys)
	i.left, i.own, i.at = i.left[1:], max(i.own-1, 0), i.last
}

// shown reports whether the terminal has echoed what was typed last, including the
// Enter key. Until then nothing on the screen is an answer, even if it looks like a
// prompt. A program that does not echo is believed after a pause.
func (i *input) shown(now time.Time) bool {
	line := strings.TrimRight(i.keys, "\r\n")
	silent := i.silent(now)
	if line == i.keys || silent >= silentPause { // a key, or nothing more comes
		return true
	}
	return (i.fed || silent >= surePause) && !i.echoes(line)
}

// echoes reports whether the cursor's line still shows part of the typed line, behind
// the prompt at which it was typed. If the line needs several rows, any part counts.
func (i *input) echoes(line string) bool {
	text, _ := i.screen.Prompt()
	rest, behind := strings.CutPrefix(text, i.prompt)
	rest = strings.TrimSpace(rest)
	rows := len(i.prompt)+len(line) >= Columns
	return rest != "" && (behind && strings.HasPrefix(line, rest) || rows && strings.Contains(line, text))
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
	if g := i.host.group(ctx, i.pid); g.isYounger(i.group) {
		i.group = g
		i.send(i.pressed)
	}
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
	case unfinished && i.fresh:
		pause := promptPause
		if asks {
			pause = questionPause
		}
		// A docker command whose container can't be seen may not have created it yet.
		unseen := silent >= surePause && prompts(i.screen) || silent > farPause
		return silent >= pause && i.reader.reads(ctx, askers) || unseen && i.reader.reads(ctx, dockers)
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
	return i.left[0] != detach || i.reader.mayWait(ctx, now, attached)
}

// mayTake reports whether a command waits, perhaps, for what is to be typed after its
// own lines: nothing tells what goes on behind a program such as ssh, which reads
// its terminal at all times.
func (i *input) mayTake(ctx context.Context, now time.Time) bool {
	return i.own == 0 && len(i.left) > 0 && !i.more && i.silent(now) >= farPause && i.reader.mayWait(ctx, now, pollers)
}
