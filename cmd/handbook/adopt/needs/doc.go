// Package needs finds out what a command of an old lab needs to be run:
// whether it keeps its terminal, asks for input, takes long, or can't be run
// on the machine and why, and which of its old output can be expected again.
package needs
