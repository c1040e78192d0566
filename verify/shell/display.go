package shell

import (
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

// Time limits for a shell that gets little processor time, or is far away.
const (
	readTime   = time.Minute      // to read a command
	answerTime = 10 * time.Second // to report how a command ended
)

// A display is what a terminal shows of a command, and when that has changed.
type display struct {
	screen *screen.Screen
	last   time.Time // when something was printed or typed last
	fresh  bool      // something was printed since something was typed
	fed    bool      // a line feed was printed since something was typed
	events int       // how often something was printed or typed
}

// printed notes that something was printed.
func (d *display) printed() {
	d.last, d.fresh = time.Now(), true
	d.events++
}

// typed notes that something was typed.
func (d *display) typed() {
	d.last, d.fresh, d.fed = time.Now(), false, false
	d.events++
}

// silent is how long nothing was printed or typed.
func (d *display) silent(now time.Time) time.Duration { return now.Sub(d.last) }
