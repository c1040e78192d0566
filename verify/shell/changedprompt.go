package shell

import (
	"context"
	"time"

	"handbook/verify/screen"
)

// What is known of a prompt without marks.
type unmarkedPrompt int

const (
	noPrompt     unmarkedPrompt = iota
	promptComing                // the shell waits for input; its prompt may be on its way
	promptThere
)

// A changedPrompt is a prompt without marks, as a lab can make it, that is looked for.
type changedPrompt struct {
	*terminal
	*display
	line *commandLine

	asked   time.Time      // when the host was asked whether it is there
	after   time.Time      // when something was printed or typed before that
	suspect time.Time      // when something was printed before the host said so
	mark    string         // the mark that comes behind all that; "" if none is on its way
	marked  time.Time      // when the host was asked for it
	before  *screen.Output // what was printed before such a prompt of sh
}

// known returns what is known without asking the host again, if the host has not to
// be asked.
func (c *changedPrompt) known(now time.Time) (is unmarkedPrompt, known bool) {
	switch {
	case c.silent(now) < promptPause:
		return noPrompt, true
	case now.Sub(c.asked) >= askPause || c.after != c.last:
		return noPrompt, false
	case c.suspect == c.last:
		return promptComing, true
	}
	return noPrompt, true
}

// allRead reports whether the shell has read all that was typed, and all that it has
// printed before it waited has come: what the host tells may be ahead of that. It is
// asked again and again.
func (c *changedPrompt) allRead(ctx context.Context, now time.Time) bool {
	if c.suspect == c.last && (c.mark == "" || now.Sub(c.marked) < surePause) { // a key may have discarded the mark
		return c.mark == ""
	}
	c.asked = now.Add(promptPause - askPause)
	if c.silent(now) < idlePause && c.line.unread(ctx) {
		return false
	}
	mark := newHostMark()
	if c.suspect == c.last {
		mark = c.mark // the first one may still arrive
	}
	a, marked := c.host.at(ctx, c.pid, c.key+";"+mark)
	if !marked {
		mark = "" // the host can't print one
	}
	if a != busy {
		c.suspect, c.mark, c.marked = c.last, mark, now
	}
	return false
}

// passed takes a mark of the host.
func (c *changedPrompt) passed(mark string) {
	if mark == c.mark {
		c.mark = ""
	}
}
