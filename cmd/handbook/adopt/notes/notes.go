// Package notes collects the notes on a page for its author: each guess, and
// the mistakes of the source.
package notes

import (
	"fmt"
	"slices"

	"handbook/cmd/handbook/adopt/foreign"
)

// A Note is a guess.
type Note struct {
	Line  int
	Taken string // what the line was taken for
	Why   string
}

// Notes are the notes on a page.
type Notes struct {
	Guesses  []Note
	Problems []foreign.Problem

	once map[Note]bool // guesses noted by Once
}

// Note notes what a line was taken for.
func (n *Notes) Note(line int, taken, why string, args ...any) {
	n.Guesses = append(n.Guesses, Note{line, taken, fmt.Sprintf(why, args...)})
}

// Once notes a guess that is made repeatedly while the page is laid out.
func (n *Notes) Once(line int, taken, why string) {
	guess := Note{line, taken, why}
	if n.once[guess] {
		return
	}
	if n.once == nil {
		n.once = map[Note]bool{}
	}
	n.once[guess] = true
	n.Guesses = append(n.Guesses, guess)
}

// Wrong notes a mistake of the source. Duplicates are ignored.
func (n *Notes) Wrong(p foreign.Problem) {
	if !slices.Contains(n.Problems, p) {
		n.Problems = append(n.Problems, p)
	}
}
