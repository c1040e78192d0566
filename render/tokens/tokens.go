package tokens

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// Append appends the tokens of text, the same ones that lexer makes. It
// returns an error where Chroma would panic or never stop, and ErrTooMuch if
// the text would exceed its own limits or what is left of the budget.
func (page *Budget) Append(to []chroma.Token, lexer chroma.Lexer, text string) ([]chroma.Token, error) {
	b := page.share(text)
	defer page.add(b)
	tokens, err := try(quickly(lexer), b, to, text)
	if err == nil || err == errStuck || err == ErrTooMuch {
		return tokens, err
	}
	return try(chromas{Lexer: lexer}, b, to, text)
}

// try turns a panic into an error. Chroma panics if its rules contradict each
// other, and a machine if it reaches a limit.
func try(l tokeniser, b *Budget, to []chroma.Token, text string) (tokens []chroma.Token, err error) {
	defer func() {
		if p := recover(); p != nil {
			if tokens = to; p == any(ErrTooMuch) {
				err = ErrTooMuch
			} else {
				err = fmt.Errorf("tokenising: %v", p)
			}
		}
	}()
	return l.tokens(b, to, defaultOptions, text)
}

// chromas is a lexer that Chroma runs.
type chromas struct {
	chroma.Lexer
	around bool // it wraps a lexer that is run here and gets most of the text
}

func (c chromas) tokens(b *Budget, to []chroma.Token, options *chroma.TokeniseOptions, text string) ([]chroma.Token, error) {
	if c.around {
		b.leave(len(text) / 4)
	} else {
		b.leave(len(text))
	}
	next, err := c.Tokenise(options, text)
	if err != nil {
		return to, err
	}
	for t := next(); t != chroma.EOF; t = next() {
		b.spend(tokenSteps)
		to = append(to, t)
	}
	return to, nil
}

// quick makes a tokeniser a lexer of Chroma's.
type quick struct{ chroma.Lexer }

func (q quick) Tokenise(options *chroma.TokeniseOptions, text string) (chroma.Iterator, error) {
	tokens, err := quickly(q.Lexer).tokens(newBudget(text), nil, options, text)
	if err != nil {
		return nil, err
	}
	return chroma.Literator(tokens...), nil
}

// made are the tokenisers of Chroma's lexers: chroma.Lexer → *making.
var made sync.Map

type making struct {
	once sync.Once
	tokeniser
}

// quickly returns the fastest tokeniser for a lexer.
func quickly(l chroma.Lexer) tokeniser {
	entry, ok := made.Load(l)
	if !ok {
		entry, _ = made.LoadOrStore(l, new(making))
	}
	m := entry.(*making)
	m.once.Do(func() { m.tokeniser = newTokeniser(l) })
	return m.tokeniser
}

func newTokeniser(l chroma.Lexer) tokeniser {
	if regexLexer, ok := l.(*chroma.RegexLexer); ok {
		if compiled, err := newLexer(regexLexer); err == nil {
			return compiled
		}
		return chromas{Lexer: l}
	}
	// A lexer around another one, in an exported field.
	v := reflect.ValueOf(l)
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		v = v.Elem()
		if v.NumField() == 1 && v.Type().Field(0).Anonymous && v.Field(0).CanInterface() {
			if inner, ok := v.Field(0).Interface().(chroma.Lexer); ok {
				around := reflect.New(v.Type())
				around.Elem().Field(0).Set(reflect.ValueOf(quick{inner}))
				return chromas{around.Interface().(chroma.Lexer), true}
			}
		}
	}
	return chromas{Lexer: l}
}

// named are the lexers that were looked up by name, string → tokeniser.
var named sync.Map

// lookup finds a lexer by its name, nil if there is none.
func lookup(name string) tokeniser {
	if known, ok := named.Load(name); ok {
		return known.(tokeniser)
	}
	l := lexers.Get(name)
	if l == nil {
		return nil
	}
	t := quickly(l)
	named.Store(name, t)
	return t
}
