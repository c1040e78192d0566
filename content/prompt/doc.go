// Package prompt splits code into what a reader types at one prompt after the
// other. It knows the shell's language (Shell), sessions as a terminal shows
// them (Console), and what is typed to a program that stays in its terminal
// (Program). It works on text alone; places are offsets.
package prompt
