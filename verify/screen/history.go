package screen

import (
	"slices"
	"strings"
)

// A history holds the lines that have scrolled out at the top of the screen, the
// first and the last ones of them, up to MaxLines.
type history struct {
	head    []string
	tail    []string         // once head is full
	open    *strings.Builder // the line whose first rows have scrolled out, nil if there is none
	cutAt   int              // always len(head) once something was cut
	dropped int64            // bytes of text that were dropped
	taken   int              // lines that were ended, ever
	cleared int              // how often they were forgotten
}

// take takes a row that has left the screen.
func (h *history) take(r row) {
	if h.open == nil {
		h.open = new(strings.Builder)
	}
	text := r.text()
	if h.open.Len()+len(text) > maxLine {
		h.dropped += int64(len(text))
	} else {
		h.open.WriteString(text)
	}
	if !r.soft {
		h.endLine()
	}
}

// endLine ends the line whose first rows have scrolled out, if there is one.
func (h *history) endLine() {
	if h.open == nil {
		return
	}
	line := strings.TrimRight(h.open.String(), " ")
	h.open = nil
	h.taken++
	if len(h.head) < keepHead {
		h.head = append(h.head, line)
		return
	}
	if h.tail = append(h.tail, line); len(h.tail) >= 2*keepTail {
		h.cut()
	}
}

// cut leaves no more than the last lines in the tail.
func (h *history) cut() {
	n := len(h.tail) - keepTail
	if n <= 0 {
		return
	}
	for _, line := range h.tail[:n] {
		h.dropped += int64(len(line)) + 1
	}
	h.tail = append(h.tail[:0], h.tail[n:]...)
	h.cutAt = len(h.head)
}

// clear forgets all lines, as a terminal's "erase saved lines" does.
func (h *history) clear() {
	h.head, h.tail, h.open, h.cutAt = nil, nil, nil, 0
	h.cleared++
}

func (h *history) clone() *history {
	c := *h
	c.head, c.tail = slices.Clone(h.head), slices.Clone(h.tail)
	if h.open != nil {
		c.open = new(strings.Builder)
		c.open.WriteString(h.open.String())
	}
	return &c
}

// len is how many whole lines are kept.
func (h *history) len() int { return len(h.head) + len(h.tail) }

// last returns the last n lines that are kept.
func (h *history) last(n int) []string {
	if n <= len(h.tail) {
		return h.tail[len(h.tail)-n:]
	}
	return slices.Concat(h.head[len(h.head)-(n-len(h.tail)):], h.tail)
}

// output returns what is kept as a command's output.
func (h *history) output() Output {
	h.cut()
	lines := slices.Concat(h.head, h.tail)
	cutAt := h.cutAt
	if h.startsBlank() {
		lines = lines[1:]
		cutAt = max(cutAt-1, 0)
	}
	if cutAt == 0 && h.dropped > 0 {
		cutAt = len(lines)
	}
	return Output{lines, h.dropped, cutAt}
}

// startsBlank reports whether the first line is empty, as it is if nothing was drawn
// over the prompt's row.
func (h *history) startsBlank() bool {
	return len(h.head) > 0 && h.head[0] == ""
}
