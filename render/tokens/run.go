package tokens

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// errStuck is returned if a lexer would loop forever without advancing.
var errStuck = errors.New("the lexer does not move on")

// A tokeniser makes tokens of a text, within a budget.
type tokeniser interface {
	tokens(b *Budget, to []chroma.Token, options *chroma.TokeniseOptions, text string) ([]chroma.Token, error)
}

// A run is the state of tokenising one text with one lexer.
type run struct {
	*lexer
	machine
	state  int
	stack  []int
	tokens []chroma.Token
}

var idle = sync.Pool{New: func() any { return new(run) }}

var defaultOptions = &chroma.TokeniseOptions{State: "root", EnsureLF: true}

// tokens appends the tokens of text, as Chroma's RegexLexer makes them.
func (l *lexer) tokens(b *Budget, to []chroma.Token, options *chroma.TokeniseOptions, text string) ([]chroma.Token, error) {
	b.spend(len(text))
	if options == nil {
		options = defaultOptions
	}
	if options.EnsureLF && strings.Contains(text, "\r") {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	end := 0
	if l.chroma.Config().EnsureNL && !options.Nested && !strings.HasSuffix(text, "\n") {
		text += "\n"
		end = -1
	}
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	root, ok := l.number[options.State]
	if !ok {
		return to, fmt.Errorf("unknown state %q", options.State)
	}
	r := idle.Get().(*run)
	r.lexer, r.text, r.tokens, r.room, r.budget = l, text, to, memoWords, b
	r.stack = append(r.stack[:0], root)
	err := r.all(root, len(text)+end)
	to = r.tokens
	r.lexer, r.text, r.tokens, r.pattern, r.memo, r.memos, r.budget = nil, "", nil, nil, nil, nil, nil
	idle.Put(r)
	return to, err
}

// all tokenises the text up to end.
func (r *run) all(root, end int) error {
	pos, still := 0, 0
	for pos < end && len(r.stack) > 0 {
		r.state = r.stack[len(r.stack)-1]
		s := r.states[r.state]
		if err := r.compile(s); err != nil {
			return err
		}
		rule, next := r.first(s, pos)
		if rule == nil {
			// As in Chroma and Pygments, an error at the end of a line resets
			// the state.
			if r.text[pos] == '\n' && r.state != root {
				r.stack = append(r.stack[:0], root)
				continue
			}
			w := runeWidth(r.text[pos])
			r.put(chroma.Error, r.text[pos:pos+w])
			pos += w
			continue
		}
		if next > pos {
			still = 0
		} else if still++; still > 1000+4*len(r.stack) {
			return errStuck
		} else {
			r.budget.spend(stillSteps)
		}
		pos = next
		if err := r.change(rule.mutate); err != nil {
			return err
		}
		if rule.emit != nil {
			if err := rule.emit.emit(r, r.caps); err != nil {
				return err
			}
		}
	}
	if pos != len(r.text) && len(r.stack) == 0 {
		r.put(chroma.Error, r.text[pos:])
	}
	return nil
}

// first returns the first rule that matches at pos, and where its match ends.
func (r *run) first(s *state, pos int) (*rule, int) {
	for _, rule := range s.lists[s.table[r.text[pos]]] {
		r.machine.begin(rule.pattern, pos)
		end := rule.entry.match(&r.machine, pos)
		r.budget.spend(1 + r.steps)
		if end >= 0 {
			r.caps[0], r.caps[1] = pos, end
			return rule, end
		}
	}
	return nil, 0
}

// begin prepares the machine for an attempt.
func (m *machine) begin(p *pattern, pos int) {
	m.start, m.steps, m.alarm, m.depth, m.pattern, m.memo = pos, 0, min(memoSteps, m.budget.steps), 0, p, nil
	if len(m.memos) > 0 {
		m.memo = m.memos[p]
	}
	if len(m.loops) < p.loops {
		m.loops = make([]loop, p.loops)
	}
	if cap(m.caps) < 2*p.groups {
		m.caps = make([]int, 2*p.groups)
		m.opens = make([]int, p.groups)
	}
	m.caps = m.caps[:2*p.groups]
	if p.keeps {
		for i := range m.caps {
			m.caps[i] = -1
		}
	}
}

// change applies the mutations of a rule to the stack.
func (r *run) change(mutations []mutation) error {
	for _, m := range mutations {
		if m.pop > len(r.stack) || m.pop < 0 {
			return errors.New("nothing to pop")
		}
		r.stack = r.stack[:len(r.stack)-m.pop]
		switch {
		case m.push == pushCurrent:
			r.stack = append(r.stack, r.state)
		case m.push == pushUnknown:
			return errors.New("unknown state")
		case m.push >= 0:
			r.stack = append(r.stack, m.push)
		}
	}
	return nil
}

// put appends a token.
func (r *run) put(t chroma.TokenType, text string) {
	if t == chroma.Ignore || t == chroma.EOFType && text == "" {
		return
	}
	r.tokens = append(r.tokens, chroma.Token{Type: t, Value: text})
}

// group returns the text of a group, empty if it did not match.
func (r *run) group(groups []int, i int) string {
	if groups[2*i] < 0 {
		return ""
	}
	return r.text[groups[2*i]:groups[2*i+1]]
}

// token is a type for all that matched.
type token chroma.TokenType

func (t token) emit(r *run, groups []int) error {
	r.put(chroma.TokenType(t), r.group(groups, 0))
	return nil
}

// byGroups has an emitter for each group, nil for those that are left out.
type byGroups []emitter

func (b byGroups) emit(r *run, groups []int) error {
	if len(b) != len(groups)/2-1 {
		return errors.New("more or fewer groups than emitters")
	}
	for i, e := range b {
		if e == nil {
			continue
		}
		if err := e.emit(r, groups[2*i+2:2*i+4]); err != nil {
			return err
		}
	}
	return nil
}

// using is another lexer for what matched.
type using struct{ lexer string }

var nested = &chroma.TokeniseOptions{State: "root", Nested: true}

func (u using) emit(r *run, groups []int) error {
	l := lookup(u.lexer)
	if l == nil {
		return fmt.Errorf("no such lexer %q", u.lexer)
	}
	return r.give(l, nested, r.group(groups, 0))
}

// give tokenises a part of the text with another tokeniser.
func (r *run) give(l tokeniser, options *chroma.TokeniseOptions, text string) error {
	var err error
	r.tokens, err = l.tokens(r.budget, r.tokens, options, text)
	return err
}

// usingSelf is the same lexer from another state.
type usingSelf struct{ state string }

func (u usingSelf) emit(r *run, groups []int) error {
	return r.give(r.lexer, &chroma.TokeniseOptions{State: u.state, Nested: true}, r.group(groups, 0))
}

// usingByGroup is a lexer whose name is a group, for another group.
type usingByGroup struct {
	name, code int
	emitters   []emitter
}

func (u *usingByGroup) emit(r *run, groups []int) error {
	if len(u.emitters) != len(groups)/2-1 {
		return errors.New("more or fewer groups than emitters")
	}
	l := lookup(r.group(groups, u.name))
	for i, e := range u.emitters {
		var err error
		switch {
		case i == u.code-1 && l != nil:
			err = r.give(l, nil, r.group(groups, u.code))
		case e == nil:
			err = errors.New("no emitter")
		default:
			err = e.emit(r, groups[2*i+2:2*i+4])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// calls is a function of Chroma's.
type calls struct{ function chroma.EmitterFunc }

func (c calls) emit(r *run, groups []int) error {
	r.budget.leave(len(r.group(groups, 0)))
	var texts []string
	for i := range len(groups) / 2 {
		texts = append(texts, r.group(groups, i))
	}
	next := c.function(texts, &chroma.LexerState{
		Lexer:          r.chroma,
		Registry:       lexers.GlobalLexerRegistry,
		State:          r.states[r.state].name,
		Groups:         texts,
		MutatorContext: map[any]any{},
	})
	for t := next(); t != chroma.EOF; t = next() {
		r.budget.spend(tokenSteps)
		r.put(t.Type, t.Value)
	}
	return nil
}
