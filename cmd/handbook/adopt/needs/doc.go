// Package needs says how a command of an old lab has to be written so that it can
// be run: what keeps its terminal, what asks for input, what takes long, what can't
// be run on the machine and why, and which of its old output can be expected again.
package needs
