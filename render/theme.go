package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"handbook/content"
	"handbook/templates"
)

// A theme is the templates and assets that a site is rendered with.
type theme struct {
	html   *template.Template
	assets map[string]asset // by name within assets/
	head   template.JS      // assets/head.js
	key    content.Key      // of all that the theme is made of
	store  content.Store    // keeps what templates make; may be nil
}

// An asset is a file of the theme's assets folder.
type asset struct {
	name  string // what it is published as
	bytes []byte
}

// headScript is the asset that pages contain rather than load: it sets the
// colour scheme before anything is painted.
const headScript = "head.js"

// loadTheme reads the built-in theme, with files of own in place of those of
// the same name, which are made small unless they are asked for as they are.
func loadTheme(own fs.FS, asIs bool) (*theme, error) {
	layers := []fs.FS{templates.FS}
	if own != nil {
		layers = append(layers, own)
	}
	files, err := overlay(layers)
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts = append(parts, name, string(files[name]))
	}
	t := &theme{key: content.KeyOf("theme", append(parts, fmt.Sprint(asIs))...), html: template.New("").Option("missingkey=error"), assets: make(map[string]asset)}
	small := minified
	if asIs {
		small = func(_ string, b []byte) []byte { return b }
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b := files[name]
		switch dir, base := path.Split(name); {
		case dir == "" && path.Ext(base) == ".html":
			if _, err := t.html.New(name).Parse(string(b)); err != nil {
				return nil, templateError(err, "")
			}
		case name == "assets/"+headScript:
			t.head = template.JS(small(name, b))
		case dir != "" && path.Ext(name) != ".css":
			t.addAsset(strings.TrimPrefix(name, "assets/"), small(name, b))
		}
	}
	// Style sheets come last, as they name other assets; one that is named by
	// others comes before them.
	styles := &styleSheets{theme: t, files: files, small: small}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, "assets/") && path.Ext(name) == ".css" {
			styles.add(strings.TrimPrefix(name, "assets/"))
		}
	}
	return t, nil
}

func (t *theme) addAsset(rel string, b []byte) {
	t.assets[rel] = asset{name: "assets/" + hashed(rel, b), bytes: b}
}

// styleSheets gives style sheets the names under which the assets they load
// are published.
type styleSheets struct {
	theme *theme
	files map[string][]byte
	small func(name string, b []byte) []byte
	begun []string // those that wait for the ones they name
}

// styleURL finds what a style sheet loads.
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
			return append(slices.Clone(parts[1]), relative("assets/"+rel, a.name)...)
		}
		return m
	})
	s.theme.addAsset(rel, s.small(rel, b))
}

// overlay reads the files of all layers; later ones win.
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

func (t *theme) publish(files Files) {
	for _, a := range t.assets {
		files[a.name] = a.bytes
	}
}

// execute fills in a template for a page.
func (t *theme) execute(name, page string, v *View) ([]byte, error) {
	var key content.Key
	if t.store != nil {
		bytesOf(v, func(b []byte) { key = content.KeyOf("HTML", string(t.key[:]), name, string(b)) })
	}
	return content.Keep(t.store, key, func() ([]byte, error) {
		b := pageBuffers.Get().(*bytes.Buffer)
		defer pageBuffers.Put(b)
		b.Reset()
		if err := t.html.ExecuteTemplate(b, name, v); err != nil {
			return nil, templateError(err, page)
		}
		return bytes.Clone(b.Bytes()), nil // no larger than it has to be: all pages are kept until they are written
	})
}

var pageBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// policy is the Content-Security-Policy of a page with these inline styles.
// Scripts of file: pages have no origin that 'self' could mean in every
// browser, so file: is named; over HTTP it allows nothing, as no browser loads
// file: URLs there.
func (t *theme) policy(style string) string {
	styles := "'self' file:"
	if style != "" {
		styles += " " + hashSource(style)
	}
	return "default-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'; connect-src 'self' file:; " +
		"font-src 'self' file:; img-src 'self' file: data:; manifest-src 'self'; " +
		"script-src 'self' file: " + hashSource(string(t.head)) + "; style-src " + styles
}

func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// templateErrorRE takes html/template's message apart: place, then what.
var templateErrorRE = regexp.MustCompile(`(?s)^(?:html/)?template: ?([^:]+:\d+(?::\d+)?): (.*)$`)

// templateError names the template, its line, and the page it was filled in for.
func templateError(err error, page string) error {
	place, msg := "templates", err.Error()
	if m := templateErrorRE.FindStringSubmatch(msg); m != nil {
		place, msg = "templates/"+m[1], m[2]
	}
	if page != "" {
		return fmt.Errorf("%s: %s (on %s)", place, msg, page)
	}
	return fmt.Errorf("%s: %s", place, msg)
}
