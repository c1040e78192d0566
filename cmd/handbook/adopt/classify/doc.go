// Package classify guesses the purposes of fences in pages that were written
// for other systems: commands, a transcript, a file, an output and so on.
//
// Rules look at the info string, the shape of the lines, the text around the
// fence and the fences before it. Each rule that applies adds points to a
// class, with a reason; the class with most points wins, and its strongest
// reason is reported. The weights were set by hand: 10 is certain by itself, 5
// is strong, 1 is a hint that decides only if nothing else does.
package classify
