package link

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/place"
)

// Nav returns the URL of a link of the header, and the name of the
// published file that it leads to. The URL is nil if it leads out of the site.
func (t *Targets) Nav(item config.NavItem) (u *url.URL, name string) {
	if i, ok := t.index[strings.TrimPrefix(item.URL, "/")]; ok {
		return &url.URL{Path: item.URL}, place.Of(t.Pages[i])
	}
	u, err := url.Parse(item.URL)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return nil, ""
	}
	target := strings.Trim(path.Clean("/"+u.Path), "/")
	if p := t.pageAt(target); p != nil {
		return u, place.Of(p)
	}
	if path.Ext(target) != "" {
		return u, target
	}
	return u, path.Join(target, "index.html")
}

// CheckNav checks that the links of the header lead somewhere. published reports
// whether there is a published file, other than a redirect, under a name.
func (t *Targets) CheckNav(nav []config.NavItem, published func(name string) bool) (errs content.Errors) {
	for _, item := range nav {
		u, name := t.Nav(item)
		fail := func(format string, args ...any) {
			errs = append(errs, &content.Error{Pos: item.Pos, Msg: fmt.Sprintf(format, args...)})
		}
		if u == nil {
			if u, err := url.Parse(item.URL); err != nil || u.Scheme != "" && !schemes[u.Scheme] {
				fail("nav: %q is not an address", item.URL)
			}
			continue
		}
		target := strings.Trim(path.Clean("/"+u.Path), "/")
		switch p := t.pageAt(target); {
		case p != nil && u.Fragment != "" && !t.Outline(p).Anchors[u.Fragment]:
			fail("nav: %s has no anchor %q", p.File(), u.Fragment)
		case p == nil && t.drafts[target]:
			fail("nav: %q is a draft", item.URL)
		case p == nil && !published(name):
			meant := ""
			if near := t.nearest(target, false); near != "" {
				meant = fmt.Sprintf(" (did you mean %q?)", near)
			}
			fail("nav: no page %q%s", item.URL, meant)
		}
	}
	return errs
}
