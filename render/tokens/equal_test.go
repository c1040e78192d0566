package tokens

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
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
func differs(l chroma.Lexer, text string) string {
	want, wantErr := chromaTokens(l, text)
	got, err := try(quickly(l), nil, text)
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

func TestOtherFiles(t *testing.T) {
	r := seed(t)
	share, _ := strconv.ParseFloat(os.Getenv("TOKENS_SHARE"), 64)
	if share == 0 {
		share = 0.01
	}
	files := corpus(t)
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		for path, text := range files {
			if r.Float64() > share {
				continue
			}
			if len(text) > 3000 {
				text = text[:3000]
			}
			if d := differs(l, text); d != "" {
				t.Errorf("%s by %s: %s", path, l.Config().Name, d)
			}
		}
	}
}
