package docker

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
)

// tick is how often a machine is told that handbook lives. It waits much
// longer than that (machine/init), for a handbook that is stopped (Ctrl-Z),
// or a busy computer, is not dead.
const tick = 20 * time.Second

// A control is the line between handbook and process 1 of a machine: the
// standard streams of its container. The engine closes them when handbook
// ends in whatever way, and the machine then ends itself.
type control struct {
	conn  types.HijackedResponse
	lines chan string   // what the machine says; closed at its end
	ended chan struct{} // closed when the machine has ended

	mu   sync.Mutex // of writes, and of what follows
	stop chan struct{}
	done bool
	why  string // why the machine ended by itself, "" if it did not say
	what string // the limit that it has exceeded, as settings call it
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
		if what, ok := strings.CutPrefix(in.Text(), "exceeded "); ok {
			c.exceed(what)
		}
		select {
		case c.lines <- in.Text():
		default: // nobody listens; a machine never says that much
		}
	}
}

// hasEnded tells whether the machine has ended, and why if it said so.
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

// exceed notes the limit for which the machine is ended.
func (c *control) exceed(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.what = what
}

func (c *control) hasExceeded() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.what
}

// ready waits until the machine is up. If it can't be, the error has its
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
				return errors.New(why + c.rest())
			case what == "mirror":
				return &EngineError{Msg: why, elsewhere: true}
			case what == "ready":
				go c.ticks()
				return nil
			}
		}
	}
}

// rest returns all that an ending machine still says, indented.
func (c *control) rest() string {
	var last tail
	late := time.After(2 * time.Second)
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				return last.quote()
			}
			last.add(line)
		case <-late:
			return last.quote()
		}
	}
}

func (c *control) ticks() {
	t := time.NewTicker(tick)
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

// keep tells the machine to stay when handbook leaves.
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

// close hangs up.
func (c *control) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.done {
		c.done = true
		close(c.stop)
		c.conn.Close()
	}
}
