package look

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"handbook/content/config"
)

// A Policy is the Content-Security-Policy of a site's pages.
type Policy struct {
	own    []config.Source
	hashes map[string][]string // hashes of scripts and styles in the head, by directive
}

func newPolicy(own []config.Source) Policy { return Policy{own, map[string][]string{}} }

// basis allows each page to load what belongs to the site. It includes file:,
// because 'self' does not cover file: pages in every browser. Over HTTP that
// allows nothing more, since browsers do not load file: URLs there.
var basis = []struct{ directive, sources string }{
	{"default-src", "'none'"}, {"base-uri", "'none'"}, {"form-action", "'none'"}, {"object-src", "'none'"},
	{"connect-src", "'self' file:"}, {"font-src", "'self' file:"}, {"img-src", "'self' file: data:"}, {"manifest-src", "'self'"},
	{"script-src", "'self' file:"}, {"style-src", "'self' file:"},
}

// Inline is the inline content of a page that a policy must allow.
type Inline struct {
	Script string
	Style  string
	Styles bool // any inline styles, which scripts that draw diagrams need
}

// Of returns the policy of a page.
func (p Policy) Of(in Inline) string {
	var parts []string
	named := map[string]bool{}
	for _, b := range basis {
		sources := []string{b.sources}
		switch b.directive {
		case "script-src":
			sources = append(sources, Hash(in.Script))
		case "style-src":
			if in.Styles { // hashes would disable it
				sources = append(sources, "'unsafe-inline'")
			} else if in.Style != "" {
				sources = append(sources, Hash(in.Style))
			}
		}
		if b.directive != "style-src" || !in.Styles {
			sources = append(sources, p.hashes[b.directive]...)
		}
		named[b.directive] = true
		parts = append(parts, b.directive+" "+strings.Join(p.with(b.directive, sources), " "))
	}
	for _, s := range p.own {
		if !named[s.Directive] {
			named[s.Directive] = true
			parts = append(parts, s.Directive+" "+strings.Join(p.with(s.Directive, nil), " "))
		}
	}
	return strings.Join(parts, "; ")
}

// with adds the sources of the settings for a directive.
func (p Policy) with(directive string, sources []string) []string {
	for _, s := range p.own {
		if s.Directive == directive && !slices.Contains(sources, s.Text) {
			sources = append(sources, s.Text)
		}
	}
	return sources
}

// Allows reports whether the settings let pages load something from a URL on
// another host.
func (p Policy) Allows(directive, to string) bool {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "" { // as in //example.org: the scheme of the page
		u.Scheme = "https"
	}
	for _, s := range p.own {
		from, err := url.Parse(s.Text)
		if s.Directive != directive || err != nil || from.Scheme != u.Scheme {
			continue
		}
		whole, any := strings.CutPrefix(from.Host, "*.")
		sameHost := from.Host == u.Host || any && strings.HasSuffix(u.Host, "."+whole)
		below := from.Path == "" || from.Path == u.Path || strings.HasSuffix(from.Path, "/") && strings.HasPrefix(u.Path, from.Path)
		if sameHost && below {
			return true
		}
	}
	return false
}

// Hash returns the source that allows an inline script or style.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
