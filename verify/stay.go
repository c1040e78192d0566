package verify

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A stay says when a command that keeps its terminal is ready.
type stay struct {
	until string // when this appears; "" is when it prompts or listens
	// listens asks whether what was started listens on a port. It may take
	// its time, and is not asked while an earlier question is open.
	listens func(ctx context.Context) bool

	asked  chan bool // the answer to the open question
	listen bool      // the answer
	last   time.Time // when it was asked last
}

// restListen is how long to wait between two questions.
const restListen = 300 * time.Millisecond

// promptEnd finds out whether a line ends as prompts do. A progress bar that
// rests a moment must not be taken for one.
var promptEnd = regexp.MustCompile(`[#$>%:?\])»❯] ?$`)

// stays tells whether a command is ready that keeps its terminal.
func (w *watch) stays(ctx context.Context, now time.Time) bool {
	rested := now.Sub(w.last) >= restPrompt
	if w.in.stay.until != "" {
		return rested && w.shows(w.in.stay.until)
	}
	if w.fresh && w.screen.prompts() && rested && len(w.typed) == 0 {
		return true
	}
	return w.in.stay.answer(ctx, now) && rested
}

// answer asks whether something listens, and returns the latest answer.
func (s *stay) answer(ctx context.Context, now time.Time) bool {
	if s.asked != nil {
		select {
		case s.listen = <-s.asked:
			s.asked, s.last = nil, now
		default:
		}
	}
	if !s.listen && s.asked == nil && s.listens != nil && now.Sub(s.last) > restListen {
		asked := make(chan bool, 1)
		s.asked = asked
		go func() { asked <- s.listens(ctx) }()
	}
	return s.listen
}

// open is where the answer to an open question will come.
func (s *stay) open() chan bool {
	if s == nil {
		return nil
	}
	return s.asked
}

// A kept is a command that keeps its terminal. Between two snippets that are
// typed to it, what it prints is taken as it comes: a server that nobody
// listens to would be held up.
type kept struct {
	watch    *watch
	prompted bool // it has a prompt, so what is typed to it is done when that is back
	done     chan struct{}
	stop     context.CancelFunc
	gone     bool // it has ended by itself
}

// keep leaves a command at its terminal.
func (s *shell) keep(w *watch, r *outcome) {
	prompted := w.screen.prompts()
	r.lines, r.cut, r.cutAt = w.screen.beforePrompt(prompted)
	if asked := w.in.stay.open(); asked != nil {
		<-asked // it may learn of what nobody else will be told
	}
	ctx, stop := context.WithCancel(context.Background())
	s.kept = &kept{watch: w, prompted: prompted, done: make(chan struct{}), stop: stop}
	w.screen = w.screen.carriedOn()
	go s.kept.listen(ctx)
}

// listen takes what the command prints until somebody else does.
func (k *kept) listen(ctx context.Context) {
	defer close(k.done)
	for {
		select {
		case <-ctx.Done():
			return
		case chunk, ok := <-k.watch.chunks:
			if !ok {
				k.watch.ended, k.watch.outcome.end = true, shellEnded
				return
			}
			if k.watch.take(chunk) {
				k.gone = true
				return
			}
		}
	}
}

// typeTo types a command's lines to the one that keeps the terminal, each at a
// prompt, and returns what was printed then.
func (s *shell) typeTo(ctx context.Context, in input) (outcome, error) {
	k := s.kept
	k.stop()
	<-k.done
	w := k.watch
	start := time.Now()
	w.at = ""
	if w.screen.prompts() {
		w.at, _ = w.screen.prompt()
	}
	r := outcome{end: shellEnded}
	switch {
	case w.ended:
	case k.gone:
		r.end, r.exit = gone, w.outcome.exit
	default:
		w.begin(in, start)
		err := w.wait(ctx, func(ctx context.Context, now time.Time) bool { return w.answered(ctx, now, k.prompted) })
		r = w.outcome
		if err != nil {
			return r, err
		}
	}
	s.kept = nil
	r.typed, r.at, r.seconds = true, w.at, time.Since(start).Seconds()
	if r.end == stayed {
		s.keep(w, &r)
		s.kept.prompted = s.kept.prompted || k.prompted
	} else {
		r.lines, r.cut, r.cutAt = w.screen.settled()
	}
	r.lines, r.cutAt = withoutEcho(r.lines, r.cutAt, w.at, strings.Split(in.text, "\n"))
	return r, nil
}

// begin types the first line, without waiting: whoever keeps the terminal has
// been found ready before.
func (w *watch) begin(in input, now time.Time) {
	lines := strings.Split(in.text, "\n")
	for i := range lines {
		lines[i] += "\r" // what the Enter key sends
	}
	if in.key {
		lines = keystrokes(in.text)
	}
	w.in, w.typed, w.start, w.outcome = in, append(lines, in.typed...), now, outcome{}
	w.typeNext()
}

// typeNext types a line. An error shows up as the end of the output.
func (w *watch) typeNext() {
	_, _ = w.terminal.Write([]byte(w.typed[0]))
	w.typed, w.last, w.fresh = w.typed[1:], time.Now(), false
}

// answered types the next line when the last one is done, and tells whether
// that was the last: the prompt is back, or what was typed keeps the terminal
// in its turn.
func (w *watch) answered(ctx context.Context, now time.Time, prompted bool) bool {
	over := false
	if w.in.stay != nil && len(w.typed) == 0 {
		over = w.stays(ctx, now)
	} else if w.lineDone(now, prompted) {
		over = len(w.typed) == 0
		if !over {
			w.typeNext()
		}
	}
	if over {
		w.outcome.end = stayed
	}
	return over
}

// lineDone tells whether what was typed last is done.
func (w *watch) lineDone(now time.Time, prompted bool) bool {
	rest := now.Sub(w.last)
	back := w.fresh && rest >= restPrompt && w.screen.prompts()
	silent := !prompted && rest > restSilent && !w.in.ends
	return back || silent
}

// prompts tells whether the cursor stands behind what looks like a prompt.
func (s *screen) prompts() bool {
	text, ok := s.prompt()
	return ok && (promptEnd.MatchString(text) || text == "...") // the second is Python's within a block
}

// shows tells whether a command has printed a text. That the terminal shows
// what was typed is not meant.
func (w *watch) shows(text string) bool {
	lines, _, _ := w.screen.settled()
	if w.at != "" {
		lines, _ = withoutEcho(lines, 0, w.at, strings.Split(w.in.text, "\n"))
	}
	return slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(plainText(line), text) })
}

// beforePrompt returns the settled lines, without the last one if that is a
// prompt.
func (s *screen) beforePrompt(prompted bool) (lines []string, cut int64, cutAt int) {
	lines, cut, cutAt = s.settled()
	if n := len(lines); prompted && n > 0 {
		lines = lines[:n-1]
		for n--; n > 0 && lines[n-1] == ""; n-- {
			lines = lines[:n-1]
		}
	}
	return lines, cut, min(cutAt, len(lines))
}

// carriedOn returns an empty screen whose cursor stands behind what the line
// of this one's cursor shows, as when a reader has cleared what was above.
func (s *screen) carriedOn() *screen {
	next := newScreen(s.cols, s.rows)
	next.grid[1] = s.grid[s.y]
	next.grid[1].soft = false
	next.x, next.pen = s.x, s.pen
	next.state, next.params, next.seqLen, next.partial = s.state, s.params, s.seqLen, s.partial
	return next
}

// withoutEcho drops what the terminal shows of what was typed: the line of the
// prompt, and for more lines those that follow it.
func withoutEcho(lines []string, cutAt int, prompt string, typed []string) ([]string, int) {
	for i, line := range lines {
		if !strings.HasSuffix(plainText(line), typed[0]) || !strings.HasPrefix(plainText(line), prompt) {
			continue
		}
		n := 1
		for n < len(typed) && i+n < len(lines) && strings.HasSuffix(plainText(lines[i+n]), typed[n]) {
			n++
		}
		lines = append(lines[:i:i], lines[i+n:]...)
		if cutAt > i {
			cutAt = max(cutAt-n, i)
		}
		break
	}
	return lines, cutAt
}
