// Package tty prints to terminals, and detects what they support.
package tty

import (
	"io"
	"os"

	"golang.org/x/term"
)

// A Colour is an SGR parameter.
type Colour string

const (
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
	Cyan   Colour = "36"
)

// Paint colours a text for a terminal, unless its user wants none
// (https://no-color.org).
func Paint(w io.Writer, c Colour, text string) string {
	if Of(w) == nil || os.Getenv("NO_COLOR") != "" {
		return text
	}
	return Escape("[1;"+string(c)+"m") + text + Escape("[0m")
}

// Of returns the terminal that a Writer writes to, or nil if it is not a
// terminal or does not support escape sequences.
func Of(w io.Writer) *os.File {
	if w, ok := w.(*Writer); ok {
		return w.terminal
	}
	return nil
}

func terminalOf(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && understandsANSI(f) {
		return f
	}
	return nil
}
