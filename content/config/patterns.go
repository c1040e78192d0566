package config

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"handbook/content/settings"
)

// Patterns say which values readers can give to placeholders, by the names of
// these.
type Patterns map[string]*Pattern

// A Pattern is a regular expression that must match a whole value. Browsers do
// not run it as a JavaScript expression, which has another syntax and can
// backtrack for ages. They step through States.
type Pattern struct {
	Source string
	States []State // the first one is before the value
	size   int     // see maxPattern
}

// A State is reached when one more character of the value has matched.
type State struct {
	Runes []rune // the characters that lead here: the first and the last of each range
	Next  []int  // the states that can follow; 0: the value can end here
}

// maxPattern is how many ranges and followers a pattern can have in total,
// since they are part of pages. maxPatterns is the limit of all patterns of a
// site. Expressions of more than maxInstructions exceed it anyway, unless most
// of their instructions match no character.
const (
	maxPattern      = 2000
	maxPatterns     = 20 * maxPattern
	maxInstructions = 2 * maxPattern
)

// NewPattern returns the pattern of a regular expression.
func NewPattern(expr string) (*Pattern, error) {
	if len(expr) > maxPattern {
		return nil, errors.New("is too large for a page")
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		var wrong *syntax.Error
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("is no regular expression: %s: `%s`", wrong.Code, wrong.Expr)
		}
		return nil, err
	}
	if instructions(tree) > maxInstructions { // compiling it would take long
		return nil, errors.New("is too large for a page")
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	p := &patternReader{prog: prog, states: map[uint32]int{}}
	pattern := &Pattern{Source: expr, States: []State{{Next: p.after(uint32(prog.Start), true)}}}
	for i := 0; i < len(p.order); i++ {
		inst := &prog.Inst[p.order[i]]
		s := State{runes(inst), p.after(inst.Out, false)}
		pattern.States = append(pattern.States, s)
		if pattern.size += len(s.Runes)/2 + len(s.Next); pattern.size > maxPattern {
			return nil, errors.New("is too large for a page")
		}
	}
	if p.words {
		return nil, errors.New(`asks for the ends of words (\b or \B), expected what characters the value can have`)
	}
	return pattern, nil
}

// instructions estimates how many instructions an expression is compiled to.
// It returns more than maxInstructions if there are too many.
func instructions(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCapture:
		n = 2
	case syntax.OpAlternate:
		n = len(re.Sub) - 1
	case syntax.OpConcat, syntax.OpRepeat:
	default:
		n = 1
	}
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	switch {
	case re.Op == syntax.OpRepeat && re.Max < 0: // without an end
		n = n*max(re.Min, 1) + 1
	case re.Op == syntax.OpRepeat:
		n = n*re.Max + re.Max - re.Min
	}
	return min(n, maxInstructions+1)
}

// A patternReader numbers the instructions of a program that take a character.
type patternReader struct {
	prog   *syntax.Prog
	states map[uint32]int // from 1 on
	order  []uint32
	words  bool // the program has word boundaries
}

// after returns the states that can follow at an instruction.
func (p *patternReader) after(pc uint32, start bool) (next []int) {
	type at struct {
		pc  uint32
		end bool // only the value's end can follow
	}
	seen := map[at]bool{}
	var follow func(at)
	follow = func(a at) {
		if seen[a] {
			return
		}
		seen[a] = true
		switch inst := &p.prog.Inst[a.pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			follow(at{inst.Out, a.end})
			follow(at{inst.Arg, a.end})
		case syntax.InstCapture, syntax.InstNop:
			follow(at{inst.Out, a.end})
		case syntax.InstEmptyWidth:
			empty := syntax.EmptyOp(inst.Arg)
			p.words = p.words || empty&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
			if empty&(syntax.EmptyBeginText|syntax.EmptyBeginLine) != 0 && !start {
				return // a value has no lines
			}
			follow(at{inst.Out, a.end || empty&(syntax.EmptyEndText|syntax.EmptyEndLine) != 0})
		case syntax.InstMatch:
			if !slices.Contains(next, 0) {
				next = append(next, 0)
			}
		case syntax.InstFail:
		default:
			if a.end {
				return
			}
			n, known := p.states[a.pc]
			if !known {
				n = len(p.states) + 1
				p.states[a.pc] = n
				p.order = append(p.order, a.pc)
			}
			if !slices.Contains(next, n) {
				next = append(next, n)
			}
		}
	}
	follow(at{pc: pc})
	return next
}

// runes returns the ranges of characters that an instruction takes.
func runes(inst *syntax.Inst) []rune {
	switch inst.Op {
	case syntax.InstRuneAny:
		return []rune{0, unicode.MaxRune}
	case syntax.InstRuneAnyNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	if len(inst.Rune) != 1 {
		return inst.Rune
	}
	r := inst.Rune[0]
	ranges := []rune{r, r}
	if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			ranges = append(ranges, other, other)
		}
	}
	return ranges
}

// String returns the states for the theme's script: "0,2;97-122:1,0" for [a-z]+,
// each with its ranges and its followers.
func (p *Pattern) String() string {
	var b strings.Builder
	for i, s := range p.States {
		if i > 0 {
			b.WriteString(";")
			for k := 0; k < len(s.Runes); k += 2 {
				if k > 0 {
					b.WriteString(",")
				}
				b.WriteString(strconv.Itoa(int(s.Runes[k])) + "-" + strconv.Itoa(int(s.Runes[k+1])))
			}
			b.WriteString(":")
		}
		for k, n := range s.Next {
			if k > 0 {
				b.WriteString(",")
			}
			b.WriteString(strconv.Itoa(n))
		}
	}
	return b.String()
}

// patterns reads the patterns of placeholders.
func (y *reader) patterns(to *Patterns) func(settings.Node) {
	size := 0 // of all
	return y.Each(func(name string, at, value settings.Node) {
		if size > maxPatterns { // reported already
			return
		}
		var expr string
		before := len(y.Mistakes)
		y.Text(&expr)(value)
		pattern, err := NewPattern(expr)
		if err == nil {
			size += pattern.size
		}
		switch {
		case size > maxPatterns:
			y.Fail(at, "this pattern and those above it are too large together: expected patterns that pages need")
		case len(y.Mistakes) > before: // it is no text
		case expr == "":
			y.Fail(value, "expected a regular expression")
		case !placeholderName(name):
			y.Fail(at, "%q is not %s", name, placeholderKind)
		case err != nil:
			y.Fail(value, "the pattern of %s %v", name, err)
		default:
			if *to == nil {
				*to = Patterns{}
			}
			(*to)[name] = pattern
		}
	})
}
