package config

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// matches reports whether a value goes through a pattern's states.
func matches(p *Pattern, value string) bool {
	next := p.States[0].Next
	for _, r := range value {
		var after []int
		for _, n := range next {
			s := p.States[n]
			for k := 0; n > 0 && k < len(s.Runes); k += 2 {
				if s.Runes[k] <= r && r <= s.Runes[k+1] {
					after = append(after, s.Next...)
				}
			}
		}
		slices.Sort(after)
		next = slices.Compact(after)
	}
	return slices.Contains(next, 0)
}

// The states of a pattern match what Go's regular expression matches.
func TestPatternStates(t *testing.T) {
	values := []string{"é", "K", "\u212a", "ſ", "日本", "a\nb"}
	for n := range 5 * 5 * 5 * 5 {
		var b strings.Builder
		for ; n > 0; n /= 5 {
			b.WriteByte("aB0-."[n%5])
		}
		values = append(values, b.String())
	}
	for _, expr := range []string{
		"[a-z0-9]{2,3}", "a|ab|(?:aB)*", "(a+)+", "(a|a)*-", "(?i)a*b", "(?i)k", "(?i:s)", `\w+`, `\d`, `\D\W`, `\s*`, ".", "(?s).*", "[^a]", "^a$", "^(a|^B)*", "a$|B$0", "a^b|-",
		`\A-\z`, "(?m)^a$", `\pL\PL`, "[[:alpha:]]+", `\Qa-\E`, `\x{e9}`, `(?P<name>a)?`, "a{0}", "(|a)+", "a*?", "(?U)a+", "[^\\x00-\\x{10FFFF}]|a",
	} {
		p, err := NewPattern(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		re := regexp.MustCompile(`\A(?:` + expr + `)\z`)
		for _, value := range values {
			if got := matches(p, value); got != re.MatchString(value) {
				t.Errorf("%s: %q matches: %t", expr, value, got)
			}
		}
	}
	p, err := NewPattern("[a-z_]+(0|$)")
	if err != nil || p.String() != "1;95-95,97-122:1,2,0;48-48:0" {
		t.Errorf("%v, %v", p, err)
	}
}

// What a page cannot match, or at length only, is an error at its place.
func TestPatternsWrong(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"A_B: '(a'", "1:17: the pattern of A_B is no regular expression: missing closing ): `(a`"},
		{"A_B: '(?=a)'", "1:17: the pattern of A_B is no regular expression: invalid or unsupported Perl syntax: `(?=`"},
		{`A_B: 'a\b'`, `1:17: the pattern of A_B asks for the ends of words (\b or \B), expected what characters the value can have`},
		{"A_B: 'x{0,1000}'", "1:17: the pattern of A_B is too large for a page"},
		{`A_B: '(\pL{999})*'`, "1:17: the pattern of A_B is too large for a page"},
		{"A_B: '" + strings.Repeat("(?:|^){999}", 180) + "a'", "1:17: the pattern of A_B is too large for a page"},
		{"A_B: '" + strings.Repeat("a", 2001) + "'", "1:17: the pattern of A_B is too large for a page"},
		{"A_B: ''", "1:17: expected a regular expression"},
		{"A_B: [a]", "1:17: expected a text, not a list"},
		{"ab: a", `1:12: "ab" is not a placeholder, expected capitals such as YOUR_NAME, or <your-name>`},
		{"ab: a, A_B: ''", `1:12: "ab" is not a placeholder, expected capitals such as YOUR_NAME, or <your-name>` + "\n:1:24: expected a regular expression"},
		{manyPatterns(), "1:364: this pattern and those above it are too large together: expected patterns that pages need"},
	} {
		_, errs := Read([]byte("patterns: {"+c.in+"}"), "")
		if got := strings.TrimPrefix(fmt.Sprint(errs), ":"); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

// manyPatterns are patterns of which each is small enough for a page.
func manyPatterns() string {
	var all []string
	for i := range 100 {
		all = append(all, fmt.Sprintf("A_%02d: 'a{900}'", i))
	}
	return strings.Join(all, ", ")
}

// A pattern that is too large is not compiled: a megabyte of them took minutes. That
// goes for what takes no character, too.
func TestPatternInstructions(t *testing.T) {
	for expr, want := range map[string]int{
		"abc": 3, "a{3}b?": 5, "(?:ab|cd){2,5}": 28, "(a)": 3, "a{2,}": 3, "a*": 2, "(ab){0}": 0, `\pL{1000}\pL{1000}`: 2000,
		"a{1000}a{1000}a{1000}a{1000}a{1000}": maxInstructions + 1, "(?:^|$){1000}(?:^|$){1000}": maxInstructions + 1,
	} {
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if got := instructions(tree); got != want {
			t.Errorf("%s: %d, want %d", expr, got, want)
		}
	}
}
