package render

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/place"
)

// navTarget returns the URL of a link of the header, and the name of the
// published file that it leads to. The URL is nil if it leads out of the site.
func (t *targets) navTarget(item config.NavItem) (u *url.URL, name string) {
	if i, ok := t.index[strings.TrimPrefix(item.URL, "/")]; ok {
		return &url.URL{Path: item.URL}, place.Of(t.pages[i])
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

// checkNav checks that the links of the header lead somewhere. It must be
// called before the names of redirects are taken.
func (t *targets) checkNav(nav []config.NavItem, taken *place.Names, problems *problems) {
	for _, item := range nav {
		u, name := t.navTarget(item)
		fail := func(format string, args ...any) {
			problems.add(&content.Error{Pos: item.Pos, Msg: fmt.Sprintf(format, args...)})
		}
		if u == nil {
			if u, err := url.Parse(item.URL); err != nil || u.Scheme != "" && !linkSchemes[u.Scheme] {
				fail("nav: %q is not an address", item.URL)
			}
			continue
		}
		target := strings.Trim(path.Clean("/"+u.Path), "/")
		switch p := t.pageAt(target); {
		case p != nil && u.Fragment != "" && !t.outline(p).Anchors[u.Fragment]:
			fail("nav: %s has no anchor %q", p.File(), u.Fragment)
		case p == nil && t.drafts[target]:
			fail("nav: %q is a draft", item.URL)
		case p == nil && !taken.Has(name):
			msg := "nav: no page " + quote(item.URL)
			if near := t.nearest(target, false); near != "" {
				msg += " (did you mean " + quote(near) + "?)"
			}
			fail("%s", msg)
		}
	}
}
