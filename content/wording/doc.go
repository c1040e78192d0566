// Package wording writes parts of messages and pages: counts with their nouns,
// sizes, durations, texts cut to a width, and suggestions for misspelled
// names.
package wording
