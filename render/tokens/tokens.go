package tokens

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// Append appends the tokens of text, the same ones that lexer makes. Where
// Chroma would panic, or never stop, there is an error.
func Append(to []chroma.Token, lexer chroma.Lexer, text string) ([]chroma.Token, error) {
	tokens, err := try(quickly(lexer), to, text)
	if err == nil || err == errStuck {
		return tokens, err
	}
	return try(chromas{lexer}, to, text)
}

// try makes an error of a panic: Chroma panics where its rules contradict
// each other, and a machine when a bound is reached.
func try(l tokeniser, to []chroma.Token, text string) (tokens []chroma.Token, err error) {
	defer func() {
		if p := recover(); p != nil {
			if tokens = to; p == any(tooMuch{}) {
				err = tooMuch{}
			} else {
				err = fmt.Errorf("tokenising: %v", p)
			}
		}
	}()
	return l.tokens(to, defaultOptions, text)
}

// chromas is a lexer that Chroma runs.
type chromas struct{ chroma.Lexer }

func (c chromas) tokens(to []chroma.Token, options *chroma.TokeniseOptions, text string) ([]chroma.Token, error) {
	next, err := c.Tokenise(options, text)
	if err != nil {
		return to, err
	}
	for t := next(); t != chroma.EOF; t = next() {
		to = append(to, t)
	}
	return to, nil
}

// quick is a lexer that Chroma believes to be one of its own.
type quick struct{ chroma.Lexer }

func (q quick) Tokenise(options *chroma.TokeniseOptions, text string) (chroma.Iterator, error) {
	tokens, err := quickly(q.Lexer).tokens(nil, options, text)
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

// quickly is the fastest tokeniser there is for a lexer.
func quickly(l chroma.Lexer) tokeniser {
	entry, ok := made.Load(l)
	if !ok {
		entry, _ = made.LoadOrStore(l, new(making))
	}
	m := entry.(*making)
	m.once.Do(func() { m.tokeniser = newTokeniser(l) })
	return m.tokeniser
}

var (
	delegatingKind = reflect.TypeOf(chroma.DelegatingLexer(nil, nil))
	remappingKind  = reflect.TypeOf(chroma.RemappingLexer(nil, nil))
)

func newTokeniser(l chroma.Lexer) tokeniser {
	if regexLexer, ok := l.(*chroma.RegexLexer); ok {
		if compiled, err := newLexer(regexLexer); err == nil {
			return compiled
		}
		return chromas{l}
	}
	v := reflect.ValueOf(l)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return chromas{l}
	}
	v = v.Elem()
	switch {
	case v.Addr().Type() == delegatingKind:
		root, ok1 := hidden[chroma.Lexer](v, "root")
		language, ok2 := hidden[chroma.Lexer](v, "language")
		if ok1 && ok2 {
			return chromas{chroma.DelegatingLexer(quick{root}, quick{language})}
		}
	case v.Addr().Type() == remappingKind:
		inner, ok1 := hidden[chroma.Lexer](v, "lexer")
		mapper, ok2 := hidden[func(chroma.Token) []chroma.Token](v, "mapper")
		if ok1 && ok2 {
			return chromas{chroma.RemappingLexer(quick{inner}, mapper)}
		}
	case v.NumField() == 1 && v.Type().Field(0).Anonymous && v.Field(0).CanInterface():
		// A lexer around another one.
		if inner, ok := v.Field(0).Interface().(chroma.Lexer); ok {
			around := reflect.New(v.Type())
			around.Elem().Field(0).Set(reflect.ValueOf(quick{inner}))
			return chromas{around.Interface().(chroma.Lexer)}
		}
	}
	return chromas{l}
}

// hidden reads a field that Chroma does not export, if it is still there and
// still of its type.
func hidden[T any](v reflect.Value, name string) (T, bool) {
	f := v.FieldByName(name)
	if f.IsValid() && f.Type() == reflect.TypeFor[T]() {
		return *(*T)(unsafe.Pointer(f.UnsafeAddr())), true
	}
	var none T
	return none, false
}

// named are the lexers that texts name, string → tokeniser.
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
