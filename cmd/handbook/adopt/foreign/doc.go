// Package foreign reads pages that were written for other systems: their front
// matter, their fences with what stands around them, and what the other system
// makes of a fence's info string. It changes nothing and guesses nothing about
// what a fence is for: that is package classify's.
package foreign
