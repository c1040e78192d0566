package look

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/config"
)

// A Look is the look of a site, made from its settings.
type Look struct {
	Colours string // rules that set the theme's colours, or ""
	Logo    Logo
	CSS, JS []Asset
	Head    Rooted
	Mermaid Asset // its URL is "" if diagrams stay text
	Policy  Policy
	Footer  Rooted
}

// A Logo is a picture for light pages and one for dark pages, which may be the
// same. Their URLs are "" if there is none.
type Logo struct{ Light, Dark Asset }

// An Asset is a file that pages load.
type Asset struct {
	url     string // relative to the root of the site, or absolute
	outward bool
}

// At returns the asset's URL on a page from which the site's root is at root; ""
// if there is no asset.
func (a Asset) At(root string) string {
	if a.outward || a.url == "" {
		return a.url
	}
	return root + a.url
}

// Files are the other files of a site, as settings name them.
type Files interface {
	// Has reports whether there is a file that is published.
	Has(name string) bool
	// Nearest returns the file with the most similar name, or "".
	Nearest(name string) string
	// Link returns the URL, relative to the root, of the target of a link of
	// the footer. The problem has no place; the caller adds it.
	Link(dest string) (href string, problem *content.Error)
}

// New checks the settings of a site. css is the theme's style sheet. The error
// lists all mistakes, as content.Errors.
func New(site *content.Site, files Files, css string) (*Look, error) {
	c := &checker{site: site, files: files, policy: newPolicy(site.Config.Look.Policy)}
	s := &site.Config.Look
	l := &Look{
		Colours: c.colours(s.Colors, css),
		Logo:    c.logo(s.Logo),
		Mermaid: c.mermaid(s.Mermaid),
		Head:    c.head(s.Head),
		Footer:  c.footer(s.Footer),
	}
	for _, v := range s.CSS {
		l.CSS = append(l.CSS, c.styleSheet(v))
	}
	for _, v := range s.JS {
		l.JS = append(l.JS, c.script(v))
	}
	l.Policy = c.policy
	return l, c.errs.Sorted()
}

// A checker checks settings and collects mistakes.
type checker struct {
	site   *content.Site
	files  Files
	policy Policy
	errs   content.Errors
}

func (c *checker) fail(at content.Pos, format string, args ...any) {
	c.errs = append(c.errs, &content.Error{Pos: at, Msg: fmt.Sprintf(format, args...)})
}

// read returns the bytes of a file of the site that a setting names, and false
// if there are none.
func (c *checker) read(what string, v config.Value) ([]byte, bool) {
	name := path.Clean(strings.TrimPrefix(v.Text, "/"))
	if strings.Contains(v.Text, "://") || !fs.ValidPath(name) {
		c.fail(v.Pos, "%s: expected a file in %s/, not %q", what, c.site.Name, v.Text)
		return nil, false
	}
	if !c.files.Has(name) {
		meant := ""
		if near := c.files.Nearest(name); near != "" {
			meant = fmt.Sprintf(" (did you mean %q?)", near)
		}
		c.fail(v.Pos, "%s: there is no file %q in %s/%s", what, v.Text, c.site.Name, meant)
		return nil, false
	}
	b, err := fs.ReadFile(c.site.FS, name)
	if err != nil {
		c.fail(v.Pos, "%s: %q cannot be read: %v", what, v.Text, err)
		return nil, false
	}
	return b, true
}

// asset returns a file of the site with a digest of its bytes in the URL, so
// that browsers load it again when it has changed.
func asset(v config.Value, b []byte) Asset {
	sum := sha256.Sum256(b)
	u := url.URL{Path: path.Clean(strings.TrimPrefix(v.Text, "/")), RawQuery: hex.EncodeToString(sum[:4])}
	return Asset{url: u.String()}
}

// pictures are the file name extensions of logos.
var pictures = []string{".svg", ".png", ".webp", ".avif", ".jpg", ".jpeg", ".gif"}

func (c *checker) logo(s config.Shades) Logo {
	one := func(v config.Value) Asset {
		if v.Text == "" {
			return Asset{}
		}
		if !slices.Contains(pictures, strings.ToLower(path.Ext(v.Text))) {
			c.fail(v.Pos, "logo: %q is no picture, expected a file that ends with %s", v.Text, strings.Join(pictures, ", "))
			return Asset{}
		}
		b, ok := c.read("logo", v)
		if !ok {
			return Asset{}
		}
		return asset(v, b)
	}
	l := Logo{Light: one(s.Light)}
	if l.Dark = l.Light; s.Dark != s.Light {
		l.Dark = one(s.Dark)
	}
	return l
}

// outwards reports whether a setting is an address on another host.
func outwards(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Host != "" || u.Scheme != "")
}

// script checks a script of the site's own.
func (c *checker) script(v config.Value) Asset {
	if outwards(v.Text) {
		c.allowed(v, "script-src", "the script")
		return Asset{url: v.Text, outward: true}
	}
	b, ok := c.read("js", v)
	if !ok {
		return Asset{}
	}
	return asset(v, b)
}

func (c *checker) mermaid(v config.Value) Asset {
	if v.Text == "" {
		return Asset{}
	}
	if outwards(v.Text) {
		c.fail(v.Pos, "mermaid: expected a file of the site, such as assets/mermaid.min.js, which is in npm's package mermaid in the folder dist, not %q", v.Text)
		return Asset{}
	}
	b, ok := c.read("mermaid", v)
	switch {
	case !ok:
		return Asset{}
	case path.Ext(v.Text) == ".mjs":
		c.fail(v.Pos, "mermaid: %q is a module that loads others, expected mermaid.min.js, which has all in one file", v.Text)
	case !bytes.Contains(b, []byte("mermaid")):
		c.fail(v.Pos, "mermaid: %q is something else, expected mermaid.min.js of npm's package mermaid", v.Text)
	}
	return asset(v, b)
}

// allowed checks that pages may load something from another host.
func (c *checker) allowed(v config.Value, directive, what string) {
	if c.policy.Allows(directive, v.Text) {
		return
	}
	u, err := url.Parse(v.Text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		c.fail(v.Pos, "%s %q: expected a file of the site, or an address such as https://example.org/x", what, v.Text)
		return
	}
	c.fail(v.Pos, "%s %q lies on another host, and pages load nothing from there unless the settings say so: csp: {%s: %s}", what, v.Text, directive, u.Scheme+"://"+u.Host)
}
