// Package session splits transcripts that people paste from their terminals
// into prompts of many kinds, the commands typed at them, and the output
// below.
package session
