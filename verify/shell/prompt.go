package shell

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"
)

// hostMark is how marks begin that the host prints at a terminal.
const hostMark = "S;"

// newHostMark makes a mark that no lab can print in advance.
func newHostMark() string { return hostMark + rand.Text() }

// A prompt is one of the shell that is being printed, or that may be there.
type prompt struct {
	*terminal
	text      []byte    // of the prompt, and what came behind it
	end       int       // where that begins
	closed    bool      // it is whole
	closedAt  time.Time // since then
	confirmed bool      // the shell waits at it
	awaited   string    // the mark that comes behind all that was printed before the shell waited; "" if none
	askedAt   time.Time // when the host was asked to print it
	more      bool      // it asks for more of the command
	next      status    // what it says of the command before
}

// complete notes that the prompt is whole.
func (p *prompt) complete() {
	p.closed, p.confirmed, p.awaited = true, false, ""
	p.end, p.closedAt = len(p.text), time.Now()
}

// finish ends the prompt, and returns what came behind it.
func (p *prompt) finish() []byte {
	behind := p.text[p.end:]
	p.closed, p.text = false, nil
	return behind
}

// reopen takes back that a prompt was there, and returns what was taken for one: a
// program has printed it.
func (p *prompt) reopen() (printed []byte) {
	if p.closed {
		printed = p.text
	}
	p.closed, p.text = false, nil
	return printed
}

// confirm reports whether the shell waits at the prompt that was printed last. A
// program may have printed that, and the shell's own one may still be on its
// way: so the host is asked, and its mark is waited for, which comes behind all
// that was printed before. A host that does not tell is believed.
func (p *prompt) confirm(ctx context.Context) bool {
	if p.confirmed || p.awaited != "" && time.Since(p.askedAt) < surePause { // a key may have discarded the mark
		return p.confirmed
	}
	mark := cmp.Or(p.awaited, newHostMark()) // the first one may still arrive
	p.askedAt = time.Now()
	a, marked := p.host.at(ctx, p.pid, p.key+";"+mark)
	if marked {
		p.awaited = mark
	}
	p.confirmed = !marked && (a == unknownActivity || a.prompts())
	return p.confirmed
}

// passed takes a mark of the host.
func (p *prompt) passed(mark string) {
	if p.closed && mark == p.awaited {
		p.confirmed, p.awaited = true, ""
	}
}
