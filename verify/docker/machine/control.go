package machine

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types"

	"handbook/verify"
	"handbook/verify/docker/daemon"
	"handbook/verify/docker/hub"
)

// tickInterval is how often a machine is told that handbook is alive. The
// machine's timeout is much longer (machine/init), as handbook may be stopped
// (Ctrl-Z) or its computer busy.
const tickInterval = 20 * time.Second

// A control is the connection to process 1 of a machine: the standard streams
// of its container. The engine closes them when handbook ends in whatever way,
// and the machine then ends itself.
type control struct {
	conn  types.HijackedResponse
	lines chan string   // from the machine; closed at the end
	ended chan struct{} // closed when the machine has ended

	mu     sync.Mutex // of writes, and of the following fields
	stop   chan struct{}
	closed bool
	why    string // why the machine has ended by itself; "" if it did not say
	limit  string // the limit that it has exceeded, as the settings call it
}

func newControl(conn types.HijackedResponse) *control {
	c := &control{
		conn:  conn,
		lines: make(chan string, 64),
		ended: make(chan struct{}),
		stop:  make(chan struct{}),
	}
	go c.read()
	return c
}

func (c *control) read() {
	defer close(c.ended)
	defer close(c.lines)
	in := bufio.NewScanner(demultiplex(c.conn.Reader))
	for in.Scan() {
		if why, ok := strings.CutPrefix(in.Text(), "ended "); ok {
			c.mu.Lock()
			c.why = why
			c.mu.Unlock()
		}
		if limit, ok := strings.CutPrefix(in.Text(), "exceeded "); ok {
			c.setExceeded(limit)
		}
		select {
		case c.lines <- in.Text():
		default: // nobody reads; a machine never prints that much
		}
	}
}

// hasEnded reports whether the machine has ended, and why if it has said so.
func (c *control) hasEnded() (why string, ended bool) {
	select {
	case <-c.ended:
	default:
		return "", false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why, true
}

// setExceeded notes the limit for which the machine is ended.
func (c *control) setExceeded(limit string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = limit
}

func (c *control) exceeded() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// ready waits until the machine is up. If it can't come up, the error has its
// sentence and the last lines of its log.
func (c *control) ready(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, ok := <-c.lines:
			what, why, _ := strings.Cut(line, " ")
			switch {
			case !ok:
				return errors.New("the machine ended before it was ready")
			case what == "failed":
				return errors.New(why + Quote(c.rest()))
			case what == "lacking":
				return &daemon.Error{Msg: why, Reason: ReasonNoEngine}
			case what == "mirror":
				return &daemon.Error{Msg: why, Reason: hub.ReasonMirror}
			case what == "gone":
				return &verify.LabError{Msg: why, Reason: hub.ReasonGone}
			case what == "ready":
				go c.ticks()
				return nil
			case noInterpreter(line):
				return &daemon.Error{Msg: "bash", Reason: ReasonNoEngine}
			}
		}
	}
}

// rest returns the lines that an ending machine still prints.
func (c *control) rest() []string {
	var lines []string
	timeout := time.After(10 * time.Second)
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				return lines
			}
			lines = append(lines, line)
		case <-timeout:
			return lines
		}
	}
}

func (c *control) ticks() {
	t := time.NewTicker(tickInterval)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if c.say("tick") != nil {
				return
			}
		case <-c.stop:
			return
		case <-c.ended:
			return
		}
	}
}

func (c *control) say(word string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := io.WriteString(c.conn.Conn, word+"\n")
	return err
}

// keep tells the machine to stay when handbook ends.
func (c *control) keep(ctx context.Context) error {
	if err := c.say("keep"); err != nil {
		return err
	}
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				return errors.New("the machine has ended")
			}
			if line == "kept" {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *control) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		close(c.stop)
		c.conn.Close()
	}
}
