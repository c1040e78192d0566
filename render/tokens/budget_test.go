package tokens

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// atoms are what a hostile text repeats.
var atoms = strings.Split("\n| |\t|a|0|a |a\n|0 |é|é |\\|\\\\|/*|//|<|<a |<a>|</|<!--|<%|{{|{%|${|#{|(|[|{|)|]|}|a(|a[|a{|(a |\"|'|`|\"a|'a|\"\"\"|'''|"+
	"a=|a: |a.|a,|a;|a-|a::|*|**|_|#|# |@|@a |$|$a |%|%a|&|~|^|!|?|:|- |= |<<a|<<<|->|=>|\\a|\\{|a b c\n|0.|1e|0x|--|'\n|\"\n|Aa|-a |.a|a/|/a/|"+
	"begin |if |(*|{-|--[[|[[|q{|%w(|=begin\n|\r\n| \n|R\"a(|@\"|$\"|\\begin{a}|``|```\n|~~~\n|;", "|")

// steps returns what a text takes in steps, of what it may take. A hang would
// last for minutes.
func steps(t testing.TB, l chroma.Lexer, text string) (taken, most int, err error) {
	hang := time.AfterFunc(5*time.Minute, func() { panic(fmt.Sprintf("%s hangs on %q", l.Config().Name, text)) })
	defer hang.Stop()
	b := newBudget(text)
	most = b.steps
	tokens, err := try(quickly(l), b, nil, text)
	if err != nil && err != ErrTooMuch && err != errStuck {
		_, err = try(chromas{Lexer: l}, b, nil, text)
	}
	if len(tokens) > most/8 {
		t.Errorf("%s: %d bytes have %d tokens", l.Config().Name, len(text), len(tokens))
	}
	return most - b.steps, most, err
}

// No lexer takes more than its budget on any construct: what it takes above is
// what a single attempt is about to take when it is stopped.
func TestBudget(t *testing.T) {
	r := seed(t)
	refused := 0
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		for _, atom := range atoms {
			if r.Float64() > 2*share() {
				continue
			}
			text := atoms[r.IntN(len(atoms))] + strings.Repeat(atom, 10_000/len(atom))
			taken, most, err := steps(t, l, text)
			if taken > most+len(text)+8*memoWords {
				t.Errorf("%s, %q: %d steps, at most %d are wanted", l.Config().Name, text[:20], taken, most)
			}
			if err == ErrTooMuch {
				refused++
			}
		}
	}
	if refused == 0 {
		t.Error("no text was refused")
	}
}

// What was found to take minutes is refused, at once or when a page has too much
// of it.
func TestAttacks(t *testing.T) {
	for _, test := range []struct{ lang, text string }{
		{"janet", strings.Repeat("`", 10_000)},
		{"objectpascal", strings.Repeat("0", 5_000)},
		{"java", strings.Repeat("\n", 80_000)},
		{"markless", strings.Repeat(":", 5_000) + "\n"},
		{"raku", strings.Repeat("<", 5_000)},
		{"svelte", strings.Repeat("{", 1<<20)},
		{"http", "POST / HTTP/1.1\nContent-Type: text/html\n\n" + strings.Repeat("<", 100_000)},
		{"rst", ".. code-block:: html\n\n" + strings.Repeat("    <\n", 20_000)},
	} {
		if _, _, err := steps(t, lexers.Get(test.lang), test.text); err != ErrTooMuch {
			t.Errorf("%s: %v", test.lang, err)
		}
	}
	page := NewBudget()
	n := 0
	for ; n < 100_000; n++ {
		if _, err := page.Append(nil, lexers.Get("janet"), strings.Repeat("`", 80)); err != nil {
			break
		}
	}
	if n < 1000 || n == 100_000 {
		t.Errorf("%d texts on a page, then no more", n)
	}
}

// The steps of what authors write are far below the budget.
func TestBudgetIsLarge(t *testing.T) {
	for path, text := range corpus(t) {
		if l := ownLexer(path); l != nil {
			if taken, most, err := steps(t, l, text); err == ErrTooMuch && len(text) < 4000 || err == nil && taken > most/4 {
				t.Errorf("%s: %d steps of %d, %v", path, taken, most, err)
			}
		}
	}
}

// FuzzBudget fails on texts that take long.
func FuzzBudget(f *testing.F) {
	all := lexers.GlobalLexerRegistry.Lexers
	for i, atom := range atoms {
		f.Add(uint16(i), "", atom)
	}
	f.Fuzz(func(t *testing.T, i uint16, before, atom string) {
		if atom == "" {
			return
		}
		l := all[int(i)%len(all)]
		text := before[:min(len(before), 1000)] + strings.Repeat(atom, 3000/len(atom))
		if taken, most, _ := steps(t, l, text); taken > most+len(text)+8*memoWords {
			t.Errorf("%s, %q, %q: %d steps, at most %d are wanted", l.Config().Name, before, atom, taken, most)
		}
	})
}
