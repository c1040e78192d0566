package settings

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// What is not asked of the parser: its time grows with the square of these, its
// memory too. The lexer takes both in proportion to the text.
const (
	maxDepth = 50     // of lists and mappings in each other
	maxWords = 30_000 // as the lexer counts: a key, its colon and its value are three
)

// bounded notes a mistake where YAML goes beyond what is parsed, and reports
// whether it does not.
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
