package highlight

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/render/testsite"
)

// chromaLines is what highlight returns, made by Chroma itself and written in
// the plainest way.
func chromaLines(t *testing.T, lang, code string) []string {
	code = strings.TrimSuffix(code, "\n")
	lexer := lexerOf(lang)
	if lexer == nil {
		return plainLines(code)
	}
	tokens, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: true}, code+"\n")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range chroma.SplitTokensIntoLines(tokens.Tokens()) {
		html, open := "", ""
		for _, token := range line {
			text := strings.TrimSuffix(token.Value, "\n")
			if class := tokenClass(token.Type); class != open && strings.Trim(text, " \t") != "" {
				if open != "" {
					html += "</span>"
				}
				if class != "" {
					html += `<span class="` + class + `">`
				}
				open = class
			}
			html += Escape(text)
		}
		if open != "" {
			html += "</span>"
		}
		lines = append(lines, html)
	}
	return lines
}

// Fences look as Chroma tells: those of this handbook, of the pages with a
// reviewed result, and of the big site that speed is measured with.
func TestFencesAreChromas(t *testing.T) {
	seen := map[string]bool{}
	check := func(page, lang, code string) {
		if seen[lang+code] {
			return
		}
		seen[lang+code] = true
		if diff := cmp.Diff(chromaLines(t, lang, code), NewPainter().Code(lang, code)); diff != "" {
			t.Errorf("%s, %s: -Chroma's +here\n%s%s", page, lang, diff, code)
		}
	}
	for _, root := range []fs.FS{os.DirFS("../../content"), os.DirFS("../testdata/site"), testsite.Content(40)} {
		err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			if lang := Language(name); lang != "" && len(data) < 10_000 {
				check(name, lang, string(data)) // pages too, as Markdown
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		site, _ := content.Load(root, "content")
		if site == nil {
			t.Fatal("no site")
		}
		for _, page := range site.Pages {
			for _, s := range page.Tree().Snippets {
				check(page.Path, s.Lang, s.Code)
			}
		}
	}
	if len(seen) < 600 {
		t.Errorf("only %d fences", len(seen))
	}
}

func TestHighlightLines(t *testing.T) {
	for _, test := range []struct {
		lang, in string
		want     []string
	}{
		{"", "a < b\n", []string{"a &lt; b"}},
		{"no-such-language", "a < b", []string{"a &lt; b"}},
		{"python", "", []string{""}},
		{"python", "\n\n", []string{"", ""}},
		{"python", "\"\"\"a\n<b>\n\"\"\"\n", []string{`<span class="s">"""a</span>`, `<span class="s">&lt;b&gt;</span>`, `<span class="s">"""</span>`}},
		{"dockerfile", "FROM x\n", []string{`<span class="k">FROM </span><span class="s">x</span>`}},
	} {
		if diff := cmp.Diff(test.want, NewPainter().Code(test.lang, test.in)); diff != "" {
			t.Errorf("%s %q: -want +got\n%s", test.lang, test.in, diff)
		}
	}
}

func BenchmarkHighlight(b *testing.B) {
	code := "import os\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n@app.route(\"/hello/<name>\")\ndef hello(name: str):\n    \"\"\"Say hello.\"\"\"\n    count = int(os.environ.get(\"COUNT\", 3))\n    return jsonify({\"hi\": f\"{name}!\", \"n\": count})\n"
	b.SetBytes(int64(len(code)))
	b.ReportAllocs()
	for b.Loop() {
		NewPainter().Code("python", code)
	}
}
