package theme

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/locale"
	"handbook/render/look"
	"handbook/render/place"
	"handbook/templates"
)

// A Theme is the templates, assets and strings that a site is rendered with.
type Theme struct {
	Words *locale.Locale
	Look  *look.Look
	Head  template.JS // a script that pages contain instead of loading it

	html   *template.Template
	assets map[string]asset // by name within assets/
	policy string           // of pages without special needs
	key    content.Key      // of all files of the theme
	store  content.Store
}

// Options say how a theme is loaded.
type Options struct {
	Own      fs.FS                                       // files that replace those of the built-in theme; may be nil
	AsIs     bool                                        // assets are not minified
	Store    content.Store                               // of executed templates; may be nil
	Language Language                                    // of the site
	Look     func(styleSheet string) (*look.Look, error) // checks the site's settings against the theme's style sheet
}

// An asset is a file of the theme's assets folder.
type asset struct {
	name  string // of the published file
	bytes []byte
}

// headScript is the asset that pages contain instead of loading it. It sets the
// colour scheme before the first paint.
const headScript = "head.js"

// Load reads the theme.
func Load(o Options) (*Theme, error) {
	layers := []fs.FS{templates.FS}
	if o.Own != nil {
		layers = append(layers, o.Own)
	}
	files, err := overlay(layers)
	if err != nil {
		return nil, err
	}
	const style = "assets/handbook.css"
	looks, wrongLook := o.Look(string(files[style]))
	words, wrongWords := o.Language.words(layers)
	if err := errors.Join(wrongWords, wrongLook); err != nil {
		return nil, err
	}
	files[style] = append(files[style], looks.Colours...)
	if looks.Mermaid.At("") == "" {
		delete(files, "assets/diagrams.css")
		delete(files, "assets/diagrams.js")
	}
	parts := []string{words.Digest()}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts = append(parts, name, string(files[name]))
	}
	t := &Theme{store: o.Store, Words: words, Look: looks, key: content.KeyOf("theme", append(parts, fmt.Sprint(o.AsIs))...), html: template.New("").Option("missingkey=error").Funcs(template.FuncMap{"say": say(words)}), assets: make(map[string]asset)}
	small := minified
	if o.AsIs {
		small = func(_ string, b []byte) []byte { return b }
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b := files[name]
		if path.Ext(name) == ".js" {
			if b, err = withWords(name, b, words); err != nil {
				return nil, err
			}
		}
		switch dir, base := path.Split(name); {
		case dir == "" && path.Ext(base) == ".html":
			if _, err := t.html.New(name).Parse(string(b)); err != nil {
				return nil, explain(err, "", nil)
			}
		case name == "assets/"+headScript:
			t.Head = template.JS(small(name, b))
		case dir != "" && path.Ext(name) != ".css":
			t.addAsset(strings.TrimPrefix(name, "assets/"), small(name, b))
		}
	}
	// Style sheets come last, because they contain the names of other assets.
	// An imported one comes before the one that imports it.
	styles := &styleSheets{theme: t, files: files, small: small}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, "assets/") && path.Ext(name) == ".css" {
			styles.add(strings.TrimPrefix(name, "assets/"))
		}
	}
	t.policy = looks.Policy.Of(look.Inline{Script: string(t.Head)})
	return t, nil
}

func (t *Theme) addAsset(rel string, b []byte) {
	t.assets[rel] = asset{name: "assets/" + hashed(rel, b), bytes: b}
}

// styleSheets replaces the URLs in style sheets by those of published assets.
type styleSheets struct {
	theme *Theme
	files map[string][]byte
	small func(name string, b []byte) []byte
	begun []string // those in progress, which import others
}

// styleURL finds the URLs that a style sheet loads.
var styleURL = regexp.MustCompile(`(url\(\s*["']?|@import\s+["'])([^"')\s?#]+)`)

func (s *styleSheets) add(rel string) {
	if _, done := s.theme.assets[rel]; done || slices.Contains(s.begun, rel) {
		return
	}
	s.begun = append(s.begun, rel)
	b := styleURL.ReplaceAllFunc(s.files["assets/"+rel], func(m []byte) []byte {
		parts := styleURL.FindSubmatch(m)
		target := path.Join(path.Dir(rel), string(parts[2]))
		if path.Ext(target) == ".css" && s.files["assets/"+target] != nil {
			s.add(target)
		}
		if a, ok := s.theme.assets[target]; ok {
			return append(slices.Clone(parts[1]), place.Relative("assets/"+rel, a.name)...)
		}
		return m
	})
	s.theme.addAsset(rel, s.small(rel, b))
}

// overlay reads the files of all layers. Later layers replace files of earlier
// ones.
func overlay(layers []fs.FS) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, layer := range layers {
		err := fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && name != "." && name != "assets" && !strings.HasPrefix(name, "assets/"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasPrefix(name, "assets/") && path.Ext(name) != ".html":
				return nil
			}
			files[name], err = fs.ReadFile(layer, name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// hashed puts a digest into a file name: handbook.css → handbook.1f2e3d4c.css.
func hashed(name string, b []byte) string {
	sum := sha256.Sum256(b)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
}

// Asset returns the name of the published file of an asset, which is named by
// its path within the theme's folder assets.
func (t *Theme) Asset(name string) (file string, ok bool) {
	a, ok := t.assets[name]
	return a.name, ok
}

// Files returns the published files of all assets by name.
func (t *Theme) Files() map[string][]byte {
	files := make(map[string][]byte, len(t.assets))
	for _, a := range t.assets {
		files[a.name] = a.bytes
	}
	return files
}

// Policy returns the Content-Security-Policy of a page with these CSS rules of
// its own, and with or without diagrams, which need inline styles.
func (t *Theme) Policy(style string, diagrams bool) string {
	if style == "" && !diagrams {
		return t.policy
	}
	return t.Look.Policy.Of(look.Inline{Script: string(t.Head), Style: style, Styles: diagrams})
}

// Execute executes a template for a page with the value v. If the theme has a
// store, the result depends on nothing but the JSON of v and the strings more.
func (t *Theme) Execute(name, page string, v any, more ...string) ([]byte, error) {
	var key content.Key
	if t.store != nil {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		key = content.KeyOf("HTML", append([]string{string(t.key[:]), name, string(b)}, more...)...)
	}
	return content.Cached(t.store, key, func() ([]byte, error) {
		b := pageBuffers.Get().(*bytes.Buffer)
		defer pageBuffers.Put(b)
		b.Reset()
		if err := t.html.ExecuteTemplate(b, name, v); err != nil {
			return nil, explain(err, page, v)
		}
		return visible(b.Bytes()), nil
	})
}

// visible returns a copy of a document, in which what stands for control characters has
// taken their place: browsers show nothing of them, and terminals obey them. What
// templates have between elements stays. A copy saves memory: a preview keeps all pages,
// and the buffer of one may be larger.
func visible(document []byte) []byte {
	does := func(i int) bool {
		switch c := document[i]; {
		case c < ' ':
			return c != '\n' && c != '\t' && c != '\r' && c != '\f'
		case c == 0xc2: // U+0080 to U+009F
			return i+1 < len(document) && document[i+1] < 0xa0
		default:
			return c == 0x7f
		}
	}
	var b []byte
	done := 0
	for i := range document {
		if !does(i) {
			continue
		}
		r, size := utf8.DecodeRune(document[i:])
		b = append(append(b, document[done:i]...), wording.Shown(r)...)
		done = i + size
	}
	return append(b, document[done:]...)
}

var pageBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
