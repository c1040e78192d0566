// Package session takes apart what people paste from their terminals: prompts of
// many kinds, what was typed at them, and what was printed below.
package session
