package tokens

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
)

// errForeign is returned for lexers that only Chroma can run.
var errForeign = errors.New("a lexer of an unknown kind")

// The kinds of Chroma's emitters and mutators. Their types have no names
// outside Chroma, their fields have.
var (
	byGroupsKind     = reflect.TypeOf(chroma.ByGroups())
	usingKind        = reflect.TypeOf(chroma.Using(""))
	usingSelfKind    = reflect.TypeOf(chroma.UsingSelf(""))
	usingByGroupKind = reflect.TypeOf(chroma.UsingByGroup(0, 0))
	pushKind         = reflect.TypeOf(chroma.Push())
	popKind          = reflect.TypeOf(chroma.Pop(1))
	includeKind      = reflect.TypeOf(chroma.Include("").Mutator)
	combinedKind     = reflect.TypeOf(chroma.Combined())
	mutatorsKind     = reflect.TypeOf(chroma.Mutators())
)

// field is a field of a value that v points at.
func field[T any](v any, name string) T {
	return reflect.ValueOf(v).Elem().FieldByName(name).Interface().(T)
}

// A lexer is a compiled lexer of Chroma's. It is made once and used by several
// goroutines.
type lexer struct {
	chroma *chroma.RegexLexer
	flags  string
	states []*state
	number map[string]int // of states

	mu      sync.Mutex // held while a state is compiled
	classes map[string]*class
}

// A state is a list of rules. Its patterns are compiled when it is entered.
type state struct {
	name  string
	defs  []chroma.Rule // without includes
	once  sync.Once
	table [256]uint16 // of the byte at the position
	lists [][]*rule   // by table
	err   error
}

type rule struct {
	*pattern
	emit   emitter
	mutate []mutation
}

// newLexer takes a lexer's rules from Chroma.
func newLexer(from *chroma.RegexLexer) (*lexer, error) {
	rules, err := from.Rules()
	if err != nil {
		return nil, err
	}
	l := &lexer{chroma: from, number: map[string]int{}, classes: map[string]*class{}}
	config := from.Config()
	if !config.NotMultiline {
		l.flags += "m"
	}
	if config.CaseInsensitive {
		l.flags += "i"
	}
	if config.DotAll {
		l.flags += "s"
	}
	for name := range rules {
		l.numberOf(name)
	}
	for name := range rules {
		defs, err := expand(rules, name, 0)
		if err != nil {
			return nil, err
		}
		l.states[l.number[name]].defs = defs
	}
	// Combined states are states of their own, and may combine states again.
	for i := 0; i < len(l.states); i++ {
		for _, def := range l.states[i].defs {
			if err := l.know(def, rules); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

func (l *lexer) numberOf(name string) int {
	n, ok := l.number[name]
	if !ok {
		n = len(l.states)
		l.number[name] = n
		l.states = append(l.states, &state{name: name})
	}
	return n
}

// expand returns a state's rules with the rules that they include.
func expand(rules chroma.Rules, name string, depth int) ([]chroma.Rule, error) {
	list, ok := rules[name]
	if !ok || depth > 100 {
		return nil, fmt.Errorf("state %q is unknown, or includes itself", name)
	}
	var defs []chroma.Rule
	for _, def := range list {
		if reflect.TypeOf(def.Mutator) != includeKind {
			defs = append(defs, def)
			continue
		}
		included, err := expand(rules, field[string](def.Mutator, "State"), depth+1)
		if err != nil {
			return nil, err
		}
		defs = append(defs, included...)
	}
	return defs, nil
}

// know checks that a rule is of a kind that can be run here, and makes the
// states that it combines.
func (l *lexer) know(def chroma.Rule, rules chroma.Rules) error {
	if reflect.TypeOf(def.Mutator) == combinedKind {
		states := field[[]string](def.Mutator, "States")
		s := l.states[l.numberOf(combinedName(states))]
		if s.defs != nil {
			return nil
		}
		for _, name := range states {
			defs, err := expand(rules, name, 0)
			if err != nil {
				return err
			}
			s.defs = append(s.defs, defs...)
		}
	}
	if _, err := l.mutations(def.Mutator, nil); err != nil {
		return err
	}
	_, err := l.emitter(def.Type)
	return err
}

func combinedName(states []string) string {
	return "__combined_" + strings.Join(states, "__")
}

// compile makes the patterns of a state.
func (l *lexer) compile(s *state) error {
	s.once.Do(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		s.err = l.compileState(s)
	})
	return s.err
}

func (l *lexer) compileState(s *state) error {
	rules := make([]*rule, len(s.defs))
	for i, def := range s.defs {
		var err error
		if rules[i], err = l.rule(def); err != nil {
			return err
		}
	}
	known := map[string]uint16{}
	for b := range s.table {
		var key []byte
		var list []*rule
		for i, r := range rules {
			if r.first.has(byte(b)) {
				key = append(key, byte(i), byte(i>>8))
				list = append(list, r)
			}
		}
		at, ok := known[string(key)]
		if !ok {
			at = uint16(len(s.lists))
			known[string(key)] = at
			s.lists = append(s.lists, list)
		}
		s.table[b] = at
	}
	return nil
}

func (l *lexer) rule(def chroma.Rule) (*rule, error) {
	emit, err := l.emitter(def.Type)
	if err != nil {
		return nil, err
	}
	mutate, err := l.mutations(def.Mutator, nil)
	if err != nil {
		return nil, err
	}
	expr := "(?:" + def.Pattern + ")"
	if l.flags != "" {
		expr = "(?" + l.flags + ")" + expr
	}
	p, err := compilePattern(`\G`+expr, needsGroups(emit), l.classes)
	if err != nil {
		return nil, err
	}
	return &rule{p, emit, mutate}, nil
}

// A mutation changes the stack of states.
type mutation struct {
	pop  int
	push int // a state, or one of these
}

const (
	pushNone    = -1
	pushCurrent = -2
	pushUnknown = -3
)

func (l *lexer) mutations(m chroma.Mutator, to []mutation) ([]mutation, error) {
	if m == nil {
		return to, nil
	}
	switch reflect.TypeOf(m) {
	case pushKind:
		states := field[[]string](m, "States")
		if len(states) == 0 {
			to = append(to, mutation{0, pushCurrent})
		}
		for _, name := range states {
			if name == "#pop" {
				to = append(to, mutation{1, pushNone})
			} else if n, ok := l.number[name]; ok {
				to = append(to, mutation{0, n})
			} else {
				to = append(to, mutation{0, pushUnknown})
			}
		}
		return to, nil
	case popKind:
		return append(to, mutation{field[int](m, "Depth"), pushNone}), nil
	case combinedKind:
		return append(to, mutation{0, l.number[combinedName(field[[]string](m, "States"))]}), nil
	case mutatorsKind:
		for _, m := range field[[]chroma.Mutator](m, "Mutators") {
			if reflect.TypeOf(m) == combinedKind {
				return nil, errForeign
			}
			var err error
			if to, err = l.mutations(m, to); err != nil {
				return nil, err
			}
		}
		return to, nil
	}
	return nil, errForeign
}

// An emitter makes tokens of what a rule matched.
type emitter interface {
	emit(r *run, groups []int) error
}

func needsGroups(e emitter) bool {
	switch e.(type) {
	case nil, token, using, usingSelf:
		return false
	}
	return true
}

func (l *lexer) emitter(e chroma.Emitter) (emitter, error) {
	if e == nil {
		return nil, nil
	}
	switch e := e.(type) {
	case chroma.TokenType:
		return token(e), nil
	case chroma.EmitterFunc:
		return calls{e}, nil
	}
	switch reflect.TypeOf(e) {
	case byGroupsKind:
		list, err := l.emitters(field[chroma.Emitters](e, "Emitters"))
		return byGroups(list), err
	case usingKind:
		return using{field[string](e, "Lexer")}, nil
	case usingSelfKind:
		return usingSelf{field[string](e, "State")}, nil
	case usingByGroupKind:
		list, err := l.emitters(field[chroma.Emitters](e, "Emitters"))
		return &usingByGroup{field[int](e, "SublexerNameGroup"), field[int](e, "CodeGroup"), list}, err
	}
	return nil, errForeign
}

func (l *lexer) emitters(from chroma.Emitters) ([]emitter, error) {
	list := make([]emitter, len(from))
	for i, e := range from {
		var err error
		if list[i], err = l.emitter(e); err != nil {
			return nil, err
		}
	}
	return list, nil
}
