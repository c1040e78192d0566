// Package info reads the info strings of fenced blocks: the language, the
// options, and the Role that both give a snippet. Split cuts an info string into
// words, Parse says what they mean; type Options lists all of them. It knows
// nothing of pages: mistakes have offsets in the info string.
package info
