// Package notes keeps what the author is told of a page: each guess, and what is
// wrong with the source.
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

// Notes are those of a page.
type Notes struct {
	Guesses  []Note
	Problems []foreign.Problem

	once map[Note]bool // the guesses that Once has told
}

// Note notes what a line was taken for.
func (n *Notes) Note(line int, taken, why string, args ...any) {
	n.Guesses = append(n.Guesses, Note{line, taken, fmt.Sprintf(why, args...)})
}

// Once notes a guess that is made each time that the page is laid out.
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

// Wrong notes what is wrong with the source. It may be told several times.
func (n *Notes) Wrong(p foreign.Problem) {
	if !slices.Contains(n.Problems, p) {
		n.Problems = append(n.Problems, p)
	}
}
