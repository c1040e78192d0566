// Package place says where a site's pages and files are published: the names
// of files, the URLs from one to another, and which names clash.
package place

import (
	"net/url"
	"path"
	"strings"

	"handbook/content"
)

// Of returns the name of the published file of a page.
func Of(p *content.Page) string { return At(p.URL) }

// At returns the name of the published file at a site-relative URL.
func At(u string) string {
	u = strings.TrimPrefix(u, "/")
	if u == "" || strings.HasSuffix(u, "/") {
		return u + "index.html"
	}
	return u
}

// Relative returns the URL of a published file, relative to another one.
func Relative(from, to string) string {
	dir := path.Dir(from)
	up := ""
	for dir != "." && !strings.HasPrefix(to, dir+"/") {
		up += "../"
		dir = path.Dir(dir)
	}
	rest := to
	if dir != "." {
		rest = to[len(dir)+1:]
	}
	rel := up + Escape(rest)
	// A colon in the first segment would make it a scheme.
	if i := strings.IndexAny(rel, ":/"); i >= 0 && rel[i] == ':' {
		rel = "./" + rel
	}
	return rel
}

// Escape escapes a path for a URL.
func Escape(p string) string { return (&url.URL{Path: p}).EscapedPath() }

// An Address is the base URL of a site without a slash at its end, "" if it is
// not known.
type Address string

// NewAddress returns the address of a base URL, escaped where necessary.
func NewAddress(base string) Address {
	if u, err := url.Parse(base); err == nil {
		base = u.String()
	}
	return Address(strings.TrimRight(base, "/"))
}

// Of returns the absolute URL of a site-relative one, or "" if the address is not
// known.
func (a Address) Of(u string) string {
	if a == "" {
		return ""
	}
	return string(a) + "/" + Escape(strings.TrimPrefix(u, "/"))
}

// Path returns the path of the address, with a slash at its end.
func (a Address) Path() string {
	u, err := url.Parse(string(a))
	if err != nil {
		return "/"
	}
	return strings.TrimRight(u.EscapedPath(), "/") + "/"
}
