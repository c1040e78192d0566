package render

import (
	"net/url"
	"path"
	"strings"

	"handbook/content"
)

// outName returns the name of the published file of a page.
func outName(p *content.Page) string { return outNameOf(p.URL) }

// outNameOf returns the name of the published file at a site-relative URL.
func outNameOf(u string) string {
	u = strings.TrimPrefix(u, "/")
	if u == "" || strings.HasSuffix(u, "/") {
		return u + "index.html"
	}
	return u
}

// relative returns the URL of a published file, relative to another one.
func relative(from, to string) string {
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
	rel := up + escapePath(rest)
	// A colon in the first segment would make it a scheme.
	if i := strings.IndexAny(rel, ":/"); i >= 0 && rel[i] == ':' {
		rel = "./" + rel
	}
	return rel
}

func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }

// An address is the base URL of a site without a slash at its end, "" if it is
// not known.
type address string

// newAddress returns the address of a base URL, escaped where necessary.
func newAddress(base string) address {
	if u, err := url.Parse(base); err == nil {
		base = u.String()
	}
	return address(strings.TrimRight(base, "/"))
}

// of returns the absolute URL of a site-relative one, or "" if the address is not
// known.
func (a address) of(u string) string {
	if a == "" {
		return ""
	}
	return string(a) + "/" + escapePath(strings.TrimPrefix(u, "/"))
}

// path returns the path of the address, with a slash at its end.
func (a address) path() string {
	u, err := url.Parse(string(a))
	if err != nil {
		return "/"
	}
	return strings.TrimRight(u.EscapedPath(), "/") + "/"
}
