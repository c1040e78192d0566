package render

import (
	"net/url"
	"path"
	"strings"

	"handbook/content"
)

// outName is the name of the file that a page is published as.
func outName(p *content.Page) string { return outNameOf(p.URL) }

// outNameOf is the name of the file behind a site-relative URL.
func outNameOf(u string) string {
	u = strings.TrimPrefix(u, "/")
	if u == "" || strings.HasSuffix(u, "/") {
		return u + "index.html"
	}
	return u
}

// relative is the URL of one published file as written in another one.
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
	// A first segment with a colon would read as a scheme.
	if i := strings.IndexAny(rel, ":/"); i >= 0 && rel[i] == ':' {
		rel = "./" + rel
	}
	return rel
}

func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }

// absolute is the full URL of a site-relative one, or "" if nobody knows
// where the site will be.
func (r *Renderer) absolute(u string) string {
	if r.base == "" {
		return ""
	}
	return r.base + "/" + escapePath(strings.TrimPrefix(u, "/"))
}

// basePath is the path below which the site will be, with a slash at its end.
func (r *Renderer) basePath() string {
	u, err := url.Parse(r.base)
	if err != nil {
		return "/"
	}
	return strings.TrimRight(u.EscapedPath(), "/") + "/"
}

// cleanBase is a base URL with everything escaped that has to be, and no
// slash at its end.
func cleanBase(base string) string {
	if u, err := url.Parse(base); err == nil {
		base = u.String()
	}
	return strings.TrimRight(base, "/")
}
