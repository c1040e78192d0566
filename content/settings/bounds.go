package settings

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// Limits on what is passed to the parser, whose time and memory grow with the
// square of these. Those of the lexer grow in proportion to the text.
const (
	maxDepth = 50     // of nested lists and mappings
	maxWords = 30_000 // as the lexer counts: a key, its colon and its value are three
)

// bounded adds a mistake where YAML exceeds a limit, and reports whether it is
// within all of them.
func (y *Reader) bounded(words token.Tokens) bool {
	brackets := 0
	var dashes []int // columns of the lists around a word
	for i, w := range words {
		switch w.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(brackets-1, 0)
		case token.SequenceEntryType, token.MappingKeyType:
			for len(dashes) > 0 && dashes[len(dashes)-1] >= w.Position.Column {
				dashes = dashes[:len(dashes)-1]
			}
			dashes = append(dashes, w.Position.Column)
		}
		if i == maxWords {
			y.add(w, fmt.Sprintf("YAML: more than %d keys and values", maxWords/3))
			return false
		}
		if brackets+len(dashes) > maxDepth {
			y.add(w, fmt.Sprintf("YAML: more than %d lists and mappings in each other", maxDepth))
			return false
		}
	}
	return true
}
