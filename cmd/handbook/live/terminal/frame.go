package terminal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"handbook/content/sgr"
	"handbook/content/wording"
	"handbook/verify/screen"
)

// A Progress is the progress of the lab before the shell starts.
type Progress struct {
	Done   int    `json:"done"` // snippets
	All    int    `json:"all"`
	Note   string `json:"note,omitempty"`   // current activity
	Failed string `json:"failed,omitempty"` // the failure that stopped the lab
}

// A Frame is a message to a window with the changes since the frame before.
type Frame struct {
	ID        string                  `json:"id,omitempty"` // ID of the terminal, in the first frame
	Progress  *Progress               `json:"progress,omitempty"`
	Open      bool                    `json:"open,omitempty"` // the shell has started, and the fields below are set
	Columns   int                     `json:"columns,omitempty"`
	Height    int                     `json:"height,omitempty"` // rows
	Rows      map[int]json.RawMessage `json:"rows,omitempty"`   // rows that have changed, by their numbers
	X         int                     `json:"x"`                // the cursor
	Y         int                     `json:"y"`
	Hidden    bool                    `json:"hidden,omitempty"` // the cursor is hidden
	AppKeys   bool                    `json:"appKeys,omitempty"`
	Paste     bool                    `json:"paste,omitempty"`
	Alternate bool                    `json:"alternate,omitempty"` // the alternate screen is shown
	Forget    bool                    `json:"forget,omitempty"`    // remove the lines above
	Above     []json.RawMessage       `json:"above,omitempty"`     // lines that have scrolled out
	Missing   int                     `json:"missing,omitempty"`   // number of skipped lines before these
	Over      bool                    `json:"over,omitempty"`
	Error     string                  `json:"error,omitempty"` // why the terminal has ended
}

const (
	framePause = time.Second / 30 // between two frames, at least
	abovePause = time.Second / 2  // between two frames with lines above, while much is printed
	quiet      = 60 * time.Millisecond
	mostAbove  = 1000 // lines
)

// A teller makes the frames for a window.
type teller struct {
	*Terminal
	rows                  [][]byte // rows that the window has
	progress              Progress
	last                  Frame // without the fields that are about a single frame
	above, cleared        int
	aboveTold, aboveMoved time.Time
	seen                  int // number of lines that had scrolled out at aboveMoved
}

// Show sends a window what the terminal shows, until the shell or the context
// ends.
func (t *Terminal) Show(ctx context.Context, told func(Frame) error) error {
	w := &teller{Terminal: t}
	if err := told(Frame{ID: t.ID}); err != nil {
		return err
	}
	var later <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
		case <-later:
		}
		f, again := w.next()
		if f != nil {
			if err := told(*f); err != nil || f.Over {
				return err
			}
		}
		later = nil
		if again > 0 {
			later = time.After(again)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(framePause):
		}
	}
}

// next returns the next frame, nil if nothing has changed, and when to call it
// again even if nothing happens; 0 is never.
func (w *teller) next() (f *Frame, again time.Duration) {
	t := w.Terminal
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return &Frame{Over: true, Error: t.failed}, 0
	}
	if t.screen == nil {
		if t.progress == w.progress {
			return nil, 0
		}
		w.progress = t.progress
		p := t.progress
		return &Frame{Progress: &p}, 0
	}
	v := t.screen.View()
	f = &Frame{Open: true, Columns: t.columns, Height: t.rows, X: v.X, Y: v.Y, Hidden: v.Hidden, AppKeys: v.AppKeys, Paste: v.Paste, Alternate: v.Alternate}
	news := fmt.Sprint(*f) != fmt.Sprint(w.last)
	w.last = *f
	for y := range max(len(v.Rows), len(w.rows)) {
		b := []byte("[]")
		if y < len(v.Rows) {
			b = spansOf(v.Rows[y])
		}
		if y == len(w.rows) {
			w.rows = append(w.rows, []byte("[]"))
		}
		if bytes.Equal(b, w.rows[y]) {
			continue
		}
		if f.Rows == nil {
			f.Rows = map[int]json.RawMessage{}
		}
		w.rows[y], f.Rows[y] = b, b
	}
	again = w.tellAbove(v, f)
	if !news && f.Rows == nil && f.Above == nil && !f.Forget {
		return nil, again
	}
	return f, again
}

// tellAbove adds lines that have scrolled out, when scrolling stops, or from
// time to time.
func (w *teller) tellAbove(v screen.View, f *Frame) (again time.Duration) {
	if v.Cleared != w.cleared {
		w.cleared, f.Forget = v.Cleared, true
		w.above = v.Above - len(w.screen.Last(mostAbove))
	}
	n := v.Above - w.above
	if n == 0 {
		return 0
	}
	now := time.Now()
	if v.Above != w.seen {
		w.seen, w.aboveMoved = v.Above, now
	}
	if now.Sub(w.aboveMoved) < quiet && now.Sub(w.aboveTold) < abovePause {
		return quiet
	}
	lines := w.screen.Last(min(n, mostAbove))
	for _, line := range lines {
		f.Above = append(f.Above, spansOfLine(line))
	}
	w.above, w.aboveTold, f.Missing = v.Above, now, n-len(lines)
	return 0
}

// spansOf encodes a row as a list of [text, colour, background, attributes,
// columns], without default values at the end.
func spansOf(row []screen.Span) []byte {
	all := make([][]any, len(row))
	for i, s := range row {
		all[i] = span(s.Text, s.Style, s.Wide)
	}
	b, _ := json.Marshal(all) // only texts and numbers
	return b
}

func spansOfLine(line string) json.RawMessage {
	all := [][]any{}
	for text, style := range sgr.Styled(line) {
		all = append(all, span(text, style, false))
	}
	b, _ := json.Marshal(all)
	return b
}

func span(text string, s sgr.Style, wide bool) []any {
	text = strings.Map(func(r rune) rune {
		if wording.Obeyed(r) {
			return -1
		}
		return r
	}, text)
	switch {
	case wide:
		return []any{text, colour(s.Fg), colour(s.Bg), s.Attrs, 2}
	case s != sgr.Style{}:
		return []any{text, colour(s.Fg), colour(s.Bg), s.Attrs}
	}
	return []any{text}
}

// colour returns the number of a colour of the palette, the code of any other
// colour, or nil for the default.
func colour(c sgr.Colour) any {
	if n, ok := c.Palette(); ok {
		return n
	}
	if rgb, ok := c.RGB(); ok {
		return fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
	}
	return nil
}
