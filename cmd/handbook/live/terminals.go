package live

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"handbook/cmd/handbook/live/edit"
	"handbook/cmd/handbook/live/terminal"
	"handbook/cmd/handbook/preview"
)

// terminals are the open terminals of windows.
type terminals struct {
	mu  sync.Mutex
	all map[string]opened // by their IDs
}

type opened struct {
	*terminal.Terminal
	close context.CancelFunc
}

func (t *terminals) add(o opened) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]opened{}
	}
	t.all[o.ID] = o
}

func (t *terminals) remove(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, id)
}

// act performs an action of a window on its terminal: what.What has the
// terminal's ID, and what is typed, or the size.
func (t *terminals) act(what preview.Action) error {
	t.mu.Lock()
	o, ok := opened{}, false
	if len(what.What) > 0 {
		o, ok = t.all[what.What[0]]
	}
	t.mu.Unlock()
	if !ok {
		return errors.New("the terminal is closed")
	}
	switch args := what.What[1:]; {
	case what.Do == "close":
		o.close()
		return nil
	case what.Do == "type" && len(args) == 1:
		return o.Type([]byte(args[0]))
	case what.Do == "resize" && len(args) == 2:
		columns, err := strconv.Atoi(args[0])
		rows, err2 := strconv.Atoi(args[1])
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		o.Resize(ctx, columns, rows)
		return nil
	}
	return errors.New("nothing is typed")
}

// Terminal implements preview.Labs.
func (p pages) Terminal(ctx context.Context, file string, at preview.Place, tell func(any) error) {
	err := p.visit(ctx, file, at, func(f terminal.Frame) error { return tell(f) })
	last := terminal.Frame{Over: true}
	if err != nil {
		last.Error = err.Error()
	}
	_ = tell(last) // the window may be gone
}

// visit lets a window use a machine of its lab.
func (p pages) visit(ctx context.Context, file string, at preview.Place, told func(terminal.Frame) error) error {
	path, line, err := p.where(file, at.ID)
	if err != nil {
		return err
	}
	t := terminal.New(at.Columns, at.Rows)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.site.terminals.add(opened{t, cancel})
	defer p.site.terminals.remove(t.ID)
	showing, shown := context.WithCancel(ctx)
	var window sync.WaitGroup
	window.Go(func() {
		if t.Show(showing, told) != nil {
			cancel() // it is gone
		}
	})
	err = p.site.Labs.Visit(ctx, path, line, t)
	shown()
	window.Wait()
	if errors.Is(err, context.Canceled) { // it was closed
		return nil
	}
	return err
}

// where returns the path of the lab that a file shows, and the line of a
// snippet in its last saved text, 0 if the ID is "".
func (p pages) where(file, id string) (path string, line int, err error) {
	if err := p.site.look(); err != nil {
		return "", 0, err
	}
	path, ok := p.site.Board.Path(file)
	if !ok {
		return "", 0, errNoLab
	}
	if id == "" {
		return path, 0, nil
	}
	if line, ok = edit.LineOf(p.site.Board.Page(file), id); !ok {
		return "", 0, errors.New("the page has no such snippet any more")
	}
	return path, line, nil
}
