package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// A colour is an SGR parameter.
type colour string

const (
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
	cyan   colour = "36"
)

// paint colours a text for a terminal, unless its user wants none
// (https://no-color.org).
func paint(w io.Writer, c colour, text string) string {
	if terminal(w) == nil || os.Getenv("NO_COLOR") != "" {
		return text
	}
	return "\x1b[1;" + string(c) + "m" + text + "\x1b[0m"
}

// terminal returns the terminal that w writes to, or nil if it is none, or
// one that takes no escape sequences.
func terminal(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && understandsANSI(f) {
		return f
	}
	return nil
}
