// Package classify tells what the fences of a page that was written for another
// system are for: commands, a transcript, a file, an output and so on.
//
// Rules look at the info string, the shape of the lines, the text around the
// fence and the fences before it. Each that applies adds points to a class, with
// a reason; the class with most points wins, and the strongest of its reasons is
// told. The weights were set by hand: 10 is certain by itself, 5 is strong, 1 is
// a hint that decides only where nothing else does.
package classify
