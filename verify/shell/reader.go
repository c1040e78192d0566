package shell

import (
	"context"
	"time"
)

// A reader finds out whether what runs at a terminal waits for input there.
type reader struct {
	*terminal
	*display
	waiting waitingFunc // asks the host; may be nil

	readsAt    int       // display.events when a program surely waited for input
	mark       string    // the mark that tells this when it comes; "" if none is on its way
	askedAt    int       // display.events when the host was asked for that
	asked      time.Time // when it was asked whether a program surely waits
	askedMaybe time.Time // when it was asked whether one may wait
}

// ask asks the host whether the command surely waits for input, unless it has done so
// just before.
func (r *reader) ask(ctx context.Context, now time.Time, pause time.Duration) bool {
	if r.waiting == nil || now.Sub(r.asked) < pause {
		return false
	}
	r.asked = now
	return r.reads(ctx, readers)
}

// reading reports whether a program surely waits for input: what was typed has
// reached it, for it was shown, and a mark of the host has come behind all that
// the program has printed. What is not shown (a password) and a container's
// terminal, which gets no mark, take time.
func (r *reader) reading(ctx context.Context, now time.Time) bool {
	silent := r.silent(now)
	if r.readsAt == r.events {
		return true
	}
	if r.waiting == nil || r.mark != "" && r.askedAt == r.events && now.Sub(r.asked) < surePause || !r.fresh && silent < surePause || now.Sub(r.asked) < min(silent/2, askPause) {
		return false
	}
	mark := newHostMark()
	if r.mark != "" && r.askedAt == r.events {
		mark = r.mark // the first one may still arrive
	}
	r.asked, r.askedAt = now, r.events
	waits, marked := r.waiting(ctx, readers, r.key+";"+mark)
	if r.mark = ""; marked {
		r.mark = mark
	}
	return waits && !marked && silent >= surePause && r.shown()
}

// reads asks the host whether a program may be waiting behind what looks like
// its prompt, or has long been silent.
func (r *reader) reads(ctx context.Context, which waiters) bool {
	if r.waiting == nil {
		return true
	}
	waits, _ := r.waiting(ctx, which, "")
	return waits && (which == attached || r.shown()) // a key reaches what keeps printing, too
}

// shown reports whether the screen has all that the terminal has printed so far. An
// answer of the host takes time, in which a program may have begun that what the
// screen shows is not from.
func (r *reader) shown() bool { return len(r.chunks) == 0 }

// asksNow reports whether a program shows what looks like a prompt, and may wait there.
// One that surely waits may have printed more, which is on its way (see reading).
func (r *reader) asksNow(ctx context.Context) bool {
	text, _ := r.screen.Prompt()
	return r.fresh && prompts(r.screen) && !progress.MatchString(text) && r.reads(ctx, unsure)
}

// mayWait reports whether a program without a prompt may be waiting for input. It asks
// the host, but not more often than each askPause.
func (r *reader) mayWait(ctx context.Context, now time.Time, which waiters) bool {
	if r.tooSoon(now) {
		return false
	}
	r.askedMaybe = now
	return r.reads(ctx, which)
}

// tooSoon reports whether the host was asked just before whether a program may wait.
func (r *reader) tooSoon(now time.Time) bool { return now.Sub(r.askedMaybe) < askPause }

// passed takes a mark of the host.
func (r *reader) passed(mark string) {
	if mark != r.mark {
		return
	}
	if r.mark = ""; r.askedAt == r.events {
		r.readsAt = r.events
	}
}
