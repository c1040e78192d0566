// Package foreign reads pages that were written for other systems: their front
// matter, their fences with the text around them, and the info strings in the
// syntax of the other system. Guessing the purpose of a fence is left to
// package classify.
package foreign
