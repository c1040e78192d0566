package render

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestNoEnglish renders the sample, which has verified and stale labs, in
// Arabic: whatever stands there in Latin letters is what its author has written,
// what was printed, or a name.
func TestNoEnglish(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/site")); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "handbook.yaml")
	b, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, append(b, "\nlanguage: ar\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	site := sampleSiteOf(t, os.DirFS(dir))
	fresh := maps.Clone(sampleFresh)
	delete(fresh, "labs/07-compose.md") // previews alone know of labs that failed
	files, err := Site(site, fresh, Options{})
	if err != nil {
		t.Fatal(err)
	}

	latin := regexp.MustCompile(`[A-Za-z]{3,}`)
	var written strings.Builder // by the author, or printed
	for _, p := range site.Pages {
		written.Write(p.Source)
		if p.Record != nil {
			b, err := json.Marshal(p.Record)
			if err != nil {
				t.Fatal(err)
			}
			written.WriteString(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\n`, "\n", `\"`, `"`).Replace(string(b)))
		}
	}
	for _, name := range site.Files {
		b, err := fs.ReadFile(site.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		written.Write(b)
	}
	written.Write(b)
	names := strings.Fields("Docker Engine Hub BuildKit CACHED Esc Markdown files zip lab record json linux amd64 overlay overlayfs Dockerfile sha")
	said := func(name, text string) {
		t.Helper()
		text = strings.TrimSpace(text)
		if strings.Contains(written.String(), text) {
			return
		}
		// A sentence of the theme with something of the author's in it: each word
		// has to be one of theirs, and English ones of the theme are none.
		for _, word := range latin.FindAllString(text, -1) {
			if !slices.Contains(names, word) && !regexp.MustCompile(`\b`+word).MatchString(written.String()) {
				t.Errorf("%s: %q in %q", name, word, text)
			}
		}
	}
	// Measured values in the text are written as those in tables.
	sizes := 0
	measured := regexp.MustCompile(`<data class="measured"[^>]*>([^<]*)</data>`)
	for _, name := range files.Names() {
		for _, m := range measured.FindAllSubmatch(files[name], -1) {
			value := string(m[1])
			switch {
			case strings.ContainsAny(value, "B"):
				sizes++
				if !strings.HasPrefix(value, "\u2066") {
					t.Errorf("%s: the size %q is not apart from the text around it, which runs the other way", name, value)
				}
			case latin.MatchString(value) || strings.HasSuffix(value, " s"):
				t.Errorf("%s: measured %q", name, value)
			}
		}
	}
	if sizes == 0 {
		t.Error("no sizes are measured")
	}
	english := map[string]bool{}
	for _, text := range saidInEnglish(t) {
		english[text] = !strings.Contains(written.String(), text)
	}
	for _, name := range files.Names() {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		z := html.NewTokenizer(bytes.NewReader(files[name]))
		skip := 0
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			token := z.Token()
			switch hidden := slices.Contains([]string{"script", "style", "pre", "code", "template", "kbd"}, token.Data); {
			case kind == html.StartTagToken && hidden:
				skip++
			case kind == html.EndTagToken && hidden:
				skip--
			case kind == html.TextToken && skip == 0:
				if english[strings.TrimSpace(token.Data)] {
					t.Errorf("%s: %q", name, token.Data)
				}
				said(name, token.Data)
			}
			for _, a := range token.Attr {
				if slices.Contains([]string{"aria-label", "title", "placeholder"}, a.Key) && skip == 0 {
					if english[a.Val] {
						t.Errorf("%s: %s=%q", name, a.Key, a.Val)
					}
					said(name, a.Val)
				}
			}
		}
	}
}

// saidInEnglish returns what the theme says in English, where that is more than a name.
func saidInEnglish(t *testing.T) (all []string) {
	words := english(t)
	for _, key := range words.Keys() {
		if text := words.Text(key, "n", 2); len(text) > 2 && !strings.Contains(text, "{") && text != "Docker" {
			all = append(all, text)
		}
	}
	return all
}
