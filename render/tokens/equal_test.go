package tokens

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/dlclark/regexp2/v2"
)

// corpus are the files that Chroma tests its lexers with, by their path below
// its testdata.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/alecthomas/chroma/v2").Output()
	if err != nil {
		t.Fatal("looking for Chroma's source: ", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "lexers", "testdata")
	files := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".actual") {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal("reading Chroma's test files: ", err)
	}
	if len(files) < 300 {
		t.Fatalf("found %d files in %s, want 300 or more", len(files), dir)
	}
	return files
}

// chromaTokens is what Chroma makes of text: nil if it never stops.
func chromaTokens(l chroma.Lexer, text string) (tokens []chroma.Token, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	next, err := l.Tokenise(defaultOptions, text)
	if err != nil {
		return nil, err
	}
	for t := next(); t != chroma.EOF; t = next() {
		if tokens = append(tokens, t); len(tokens) > 4000+8*len(text) {
			return nil, errStuck
		}
	}
	return tokens, nil
}

// differs says where the tokens of text are not Chroma's, "" if they are.
// Chroma takes a pattern that took too long for one that does not match: on a
// slow computer it is given more time, from the first difference on.
func differs(l chroma.Lexer, text string) string {
	d := differsNow(l, text)
	if d != "" {
		regexp2.SetTimeoutCheckPeriod(20 * time.Second)
		d = differsNow(l, text)
	}
	return d
}

func differsNow(l chroma.Lexer, text string) string {
	want, wantErr := chromaTokens(l, text)
	got, err := try(quickly(l), &Budget{steps: 1 << 26, left: 1 << 20}, nil, text)
	if err == ErrTooMuch {
		return "" // it is plain text
	}
	if wantErr != nil || err != nil {
		if wantErr != nil && err != nil {
			return ""
		}
		return fmt.Sprintf("error %v, Chroma's %v", err, wantErr)
	}
	at := 0
	for i := range max(len(want), len(got)) {
		var g, w chroma.Token
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return fmt.Sprintf("token %d at byte %d is %v %.40q, Chroma's %v %.40q", i, at, g.Type, g.Value, w.Type, w.Value)
		}
		at += len(g.Value)
	}
	return ""
}

// ownLexer is the lexer that a file of the corpus is for.
func ownLexer(path string) chroma.Lexer {
	first, _, _ := strings.Cut(path, "/")
	for name := strings.TrimSuffix(first, ".actual"); name != ""; {
		if l := lexers.Get(name); l != nil {
			return l
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return nil
		}
		name = name[:i]
	}
	return nil
}

func TestOwnFiles(t *testing.T) {
	without := 0
	for path, text := range corpus(t) {
		l := ownLexer(path)
		if l == nil {
			without++
			t.Log("no lexer for ", path)
			continue
		}
		if d := differs(l, text); d != "" {
			t.Errorf("%s by %s: %s", path, l.Config().Name, d)
		}
	}
	if without > 20 {
		t.Errorf("%d files without a lexer", without)
	}
}

// seed is of the random choices: TOKENS_SEED, else one that never changes.
func seed(t testing.TB) *rand.Rand {
	n, _ := strconv.ParseUint(os.Getenv("TOKENS_SEED"), 10, 64)
	t.Logf("TOKENS_SEED=%d", n)
	return rand.New(rand.NewPCG(n, 1))
}

// share is how much of what could be tried is: TOKENS_SHARE times one of 100.
func share() float64 {
	if f, err := strconv.ParseFloat(os.Getenv("TOKENS_SHARE"), 64); err == nil {
		return f / 100
	}
	return 0.01
}

// sortedTexts are the corpus in an order that does not change, cut to a length
// that Chroma can be waited for.
func sortedTexts(t testing.TB) (paths, texts []string) {
	files := corpus(t)
	paths = slices.Sorted(maps.Keys(files))
	for _, path := range paths {
		texts = append(texts, files[path][:min(len(files[path]), 3000)])
	}
	return paths, texts
}

func TestOtherFiles(t *testing.T) {
	r := seed(t)
	paths, texts := sortedTexts(t)
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		for i, text := range texts {
			if r.Float64() > share() {
				continue
			}
			if d := differs(l, text); d != "" {
				t.Errorf("%s by %s: %s", paths[i], l.Config().Name, d)
			}
		}
	}
}

const marks = "\"'`(){}[]<>\\/*#-$%&|@:;=\n \t"

// damages are what can happen to a text on its way to a lexer.
var damages = []func(r *rand.Rand, text, other string) string{
	func(r *rand.Rand, text, _ string) string { return text[:r.IntN(len(text)+1)] },
	func(r *rand.Rand, text, _ string) string { return text[r.IntN(len(text)+1):] },
	func(_ *rand.Rand, text, _ string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
	func(r *rand.Rand, text, other string) string { // the one inside the other
		return inserted(r, text, piece(r, other, 200))
	},
	func(r *rand.Rand, text, _ string) string { // bytes that are no text
		for range 1 + r.IntN(5) {
			text = inserted(r, text, string([]byte{byte(r.IntN(256)), byte(r.IntN(256))}))
		}
		return text
	},
	func(r *rand.Rand, text, _ string) string { // letters of other scripts, controls
		for range 1 + r.IntN(5) {
			text = inserted(r, text, []string{"é", "ß", "日本", "\x00", "\u2028", "\u00a0", "İ", "ſ", "\U0001F600", "\u0301", "\u200d", "\ufffd", "\v", "\r", "K"}[r.IntN(15)])
		}
		return text
	},
	func(r *rand.Rand, text, _ string) string { // something lost
		i := r.IntN(len(text) + 1)
		return text[:i] + text[min(len(text), i+1+r.IntN(10)):]
	},
	func(r *rand.Rand, text, _ string) string { // one long line
		return strings.ReplaceAll(text, "\n", " ")
	},
	func(r *rand.Rand, text, _ string) string { // deep inside something
		return strings.Repeat(piece(r, text, 3), 200) + text
	},
	func(r *rand.Rand, text, _ string) string { // quotes and brackets without their other half
		for range 1 + r.IntN(8) {
			i := r.IntN(len(marks))
			text = inserted(r, text, marks[i:i+1])
		}
		return text
	},
	func(r *rand.Rand, text, _ string) string { // shouted
		return strings.ToUpper(text)
	},
}

func piece(r *rand.Rand, text string, most int) string {
	i := r.IntN(len(text) + 1)
	return text[i:min(len(text), i+1+r.IntN(most))]
}

func inserted(r *rand.Rand, text, what string) string {
	i := r.IntN(len(text) + 1)
	return text[:i] + what + text[i:]
}

// TestDamaged runs each lexer over damaged pieces of its own files, or of
// those of others if it has none.
func TestDamaged(t *testing.T) {
	r := seed(t)
	paths, texts := sortedTexts(t)
	own := map[chroma.Lexer][]string{}
	for i, path := range paths {
		if l := ownLexer(path); l != nil {
			own[l] = append(own[l], texts[i])
		}
	}
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		for range int(600 * share()) {
			other := texts[r.IntN(len(texts))]
			text := other
			if list := own[l]; len(list) > 0 {
				text = list[r.IntN(len(list))]
			}
			i := r.IntN(len(text) + 1)
			text = text[i:min(len(text), i+800)]
			for range 1 + r.IntN(3) {
				text = damages[r.IntN(len(damages))](r, text, other)
			}
			if d := differs(l, text); d != "" {
				t.Errorf("%s: %s\n%q", l.Config().Name, d, text)
			}
		}
	}
}

// FuzzTokens is to be run with -fuzzminimizetime 1x: Chroma is slow.
func FuzzTokens(f *testing.F) {
	_, texts := sortedTexts(f)
	all := lexers.GlobalLexerRegistry.Lexers
	for i, text := range texts {
		f.Add(uint16(i), text)
	}
	f.Fuzz(func(t *testing.T, i uint16, text string) {
		l := all[int(i)%len(all)]
		if d := differs(l, text[:min(len(text), 4000)]); d != "" {
			t.Errorf("%s: %s\n%q", l.Config().Name, d, text)
		}
	})
}

// Lexers are used by many at once, from their first moment on.
func TestParallel(t *testing.T) {
	l := lexers.Get("python")
	text := fences["python"] + fences["html"]
	want, err := chromaTokens(l, text)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := newLexer(l.(*chroma.RegexLexer))
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if got, err := fresh.tokens(newBudget(text), nil, defaultOptions, text); err != nil || !slices.Equal(got, want) {
					t.Error("tokens differ, or ", err)
				}
			}
		})
	}
	group.Wait()
}

// Patterns that take exponential time in regexp2 do not here, or their text is
// refused.
func TestHostile(t *testing.T) {
	for _, test := range []struct {
		lang, text string
		want       int // tokens, 0 if it takes too much
	}{
		{"go", `"` + strings.Repeat(`\\`, 2000), 2000*2 + 1},
		{"d", strings.Repeat("a ", 5000), 10_000},
		{"ballerina", strings.Repeat("a ", 5000), 10_000},
		{"python", strings.Repeat("(", 50_000), 50_000},
		{"json", strings.Repeat(`{"a":[`, 20_000), 80_000},
		{"json", `"` + strings.Repeat("x", maxDepth/2) + `"`, 1},
		{"json", `"` + strings.Repeat("x", 4*maxDepth) + `"`, 0},
	} {
		got, err := NewBudget().Append(nil, lexers.Get(test.lang), test.text)
		if test.want == 0 && err == ErrTooMuch {
			continue
		}
		if err != nil {
			t.Errorf("%s %.10q: %v", test.lang, test.text, err)
		}
		if len(got) != test.want {
			t.Errorf("%s %.10q: %d tokens, want %d", test.lang, test.text, len(got), test.want)
		}
		if chroma.Stringify(got...) != test.text {
			t.Errorf("%s %.10q: text was lost", test.lang, test.text)
		}
	}
}

// What cannot be run here is known: everything else is.
func TestLeftToChroma(t *testing.T) {
	var left []string
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		switch made := quickly(l).(type) {
		case *lexer:
			for _, s := range made.states {
				if err := made.compile(s); err != nil {
					t.Errorf("%s, state %s: %v", l.Config().Name, s.name, err)
				}
			}
		case chromas:
			if made.Lexer == l {
				left = append(left, l.Config().Name)
			}
		}
	}
	want := []string{"Common Lisp", "EmacsLisp", "ERB", "Go HTML Template", "Haxe", "PHTML", "Raku", "Svelte", "YAML+Jinja"}
	if !slices.Equal(left, want) {
		t.Errorf("left to Chroma are %q, want %q", left, want)
	}
}
