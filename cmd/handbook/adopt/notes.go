package adopt

import (
	"fmt"

	"handbook/cmd/handbook/adopt/foreign"
)

// notes are what the author is told of a page: each guess, and what is wrong with
// the source.
type notes struct {
	page     *Page
	noted    map[Note]bool // by once
	problems []foreign.Problem
	told     map[foreign.Problem]bool // those that are among them, by nowhere
}

// note notes what a line was taken for.
func (n *notes) note(line int, taken, why string, args ...any) {
	n.page.Notes = append(n.page.Notes, Note{line, taken, fmt.Sprintf(why, args...)})
}

// once notes a guess that is made each time that the page is laid out.
func (n *notes) once(line int, taken, why string) {
	guess := Note{line, taken, why}
	if n.noted[guess] {
		return
	}
	if n.noted == nil {
		n.noted = map[Note]bool{}
	}
	n.noted[guess] = true
	n.page.Notes = append(n.page.Notes, guess)
}

// nowhere tells a link that leads nowhere, each time that the page is laid out.
func (n *notes) nowhere(line int, to string) {
	p := foreign.Problem{Path: n.page.Source, Line: n.page.Origin(line), Msg: "a link to " + to + ", which is not there"}
	if n.told[p] {
		return
	}
	if n.told == nil {
		n.told = map[foreign.Problem]bool{}
	}
	n.told[p] = true
	n.problems = append(n.problems, p)
}
