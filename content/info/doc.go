// Package info cuts the info strings of fenced blocks into words. What the words
// mean is told by package content.
package info
