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

// prompts reports whether the cursor stands behind what looks like a prompt.
func prompts(s *screen.Screen) bool {
	text, ok := s.Prompt()
	return ok && (promptEnd.MatchString(text) || text == "...") // the second is Python's within a block
}

// stays reports whether a command is ready that keeps its terminal.
func (w *watch) stays(ctx context.Context, now time.Time) bool {
	rested := w.silent(now) >= promptPause
	if w.command.Until != "" {
		if w.appeared.IsZero() && w.shows(w.command.Until) {
			w.appeared = now
		}
		return !w.appeared.IsZero() && (rested || now.Sub(w.appeared) >= surePause)
	}
	typed := len(w.input.left) == 0 && w.input.shown(now)
	if rested && typed && w.reader.asksNow(ctx) {
		return true
	}
	return w.ready.ask(ctx, now) && w.arrived(ctx, now) && rested || typed && w.reader.reading(ctx, now)
}

// arrived reports whether everything has been read that was printed before the command
// was found to be ready. A mark of the host follows it. Output of a container does not
// pass through the host's terminal, so the mark may overtake it.
func (w *watch) arrived(ctx context.Context, now time.Time) bool {
	r := &w.ready
	if r.marked.IsZero() {
		r.marked = now
		if mark := newHostMark(); w.host.print(ctx, w.pid, w.key+";"+mark) {
			r.mark = mark
		}
	}
	return r.mark == "" || now.Sub(r.marked) >= surePause
}

// shows reports whether a command has printed a text. What the terminal shows
// of what was typed does not count.
func (w *watch) shows(text string) bool {
	out := w.screen.Output()
	if w.at != "" {
		out = withoutEcho(out, w.at, strings.Split(w.command.Text, "\n"))
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

	mark   string    // the mark that comes behind what was printed before that answer; "" if none is on its way
	marked time.Time // when the host was asked for it
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

// passed takes a mark of the host.
func (r *readiness) passed(mark string) {
	if mark == r.mark {
		r.mark = ""
	}
}

// finish waits for the answer to an open question: asking may change what the
// next one to ask is told.
func (r *readiness) finish() {
	if r.asked != nil {
		<-r.asked
		r.asked = nil
	}
}
