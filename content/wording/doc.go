// Package wording writes what messages and pages are made of: counts with their
// nouns, sizes, durations, texts cut to a width, and the name that was probably
// meant.
package wording
