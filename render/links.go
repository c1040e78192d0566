package render

import (
	"fmt"
	"image"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/wording"
	"handbook/render/imagesize"
	"handbook/render/outline"
	"handbook/render/place"
	"handbook/render/tree"
)

// targets are what links can lead to: pages, files and sections. They
// implement html.Site.
type targets struct {
	pages    []*content.Page   // the published ones, in reading order
	outlines []outline.Outline // of each page
	index    map[string]int    // path of a page → its index in pages
	drafts   map[string]bool   // paths of drafts, unless they are published
	files    map[string]bool   // paths of images and other files
	root     *tree.Section
	images   *imagesize.Sizes
}

func newTargets(site *content.Site, o Options, c *Cache) *targets {
	return newTargetsWith(site, o, c.outline)
}

// newTargetsWith is newTargets with the outlines that outlineOf returns.
func newTargetsWith(site *content.Site, o Options, outlineOf func(*content.Page) outline.Outline) *targets {
	t := &targets{index: make(map[string]int), drafts: make(map[string]bool), files: make(map[string]bool), images: imagesize.New(site.FS)}
	for _, p := range site.Pages {
		if p.Front.Draft && !o.Drafts {
			t.drafts[p.Path] = true
			continue
		}
		t.index[p.Path] = len(t.pages)
		t.pages = append(t.pages, p)
	}
	for _, f := range site.Files {
		if publishable(f) {
			t.files[f] = true
		}
	}
	t.outlines = make([]outline.Outline, len(t.pages))
	each(o.Workers, len(t.pages), func(i int) { t.outlines[i] = outlineOf(t.pages[i]) })
	t.root = tree.New(t.pages)
	return t
}

// paths returns the paths of the pages.
func (t *targets) paths() []string {
	paths := make([]string, len(t.pages))
	for i, p := range t.pages {
		paths[i] = p.Path
	}
	return paths
}

// outline returns the outline of a page.
func (t *targets) outline(p *content.Page) outline.Outline { return t.outlines[t.index[p.Path]] }

// linkSchemes are the schemes that links may have. GitHub allows more, which a
// handbook does not need.
var linkSchemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}

// ReasonForeignImage is the reason of an error about an image on another host.
const ReasonForeignImage content.Reason = "foreign-image"

// problem returns an error without a place.
func problem(format string, args ...any) *content.Error {
	return &content.Error{Msg: fmt.Sprintf(format, args...)}
}

// Link implements html.Site. It checks that the target of a link or an image
// exists.
func (t *targets) Link(from *content.Page, dest string, image bool) (string, *content.Error) {
	what := "link to"
	if image {
		what = "image"
	}
	u, err := url.Parse(dest)
	switch {
	case err != nil:
		return "", problem("%s %q: not a URL", what, dest)
	case image && (u.Scheme != "" || u.Host != ""):
		p := problem("%s %q lies on another host", what, dest)
		p.Reason = ReasonForeignImage
		return "", p
	case u.Scheme != "" && !linkSchemes[strings.ToLower(u.Scheme)]:
		meant := wording.DidYouMean(u.Scheme, slices.Concat(slices.Collect(maps.Keys(linkSchemes)), slices.Collect(maps.Keys(content.Schemes))))
		return "", problem("%s %q: scheme %q is not allowed%s", what, dest, u.Scheme, meant)
	case u.Scheme != "" || u.Host != "":
		return dest, nil
	case u.Path == "":
		return dest, t.anchor(from, dest, from, u.Fragment)
	}
	return t.local(from, dest, u, what, image)
}

// local resolves a link to another file of the site.
func (t *targets) local(from *content.Page, dest string, u *url.URL, what string, image bool) (string, *content.Error) {
	target := targetOf(from, u)
	if target == ".." || strings.HasPrefix(target, "../") {
		return "", problem("%s %q leads out of the site", what, dest)
	}
	if t.files[target] {
		return place.Relative(place.Of(from), target) + suffix(u), nil
	}
	if !image {
		if p := t.pageAt(target); p != nil {
			return place.Relative(place.Of(from), place.Of(p)) + suffix(u), t.anchor(from, dest, p, u.Fragment)
		}
		if s := t.root.Find(target); s.Dir == target && s.Page == nil {
			return place.Relative(place.Of(from), place.At(s.URL())) + suffix(u), nil
		}
	}
	if t.drafts[target] {
		return "", problem("%s %q: that page is a draft", what, dest)
	}
	meant := ""
	if near := t.nearest(target, image); near != "" {
		meant = fmt.Sprintf(" (did you mean %q?)", place.Relative(from.Path, near))
	}
	if strings.HasPrefix(dest, "www.") {
		meant = fmt.Sprintf(" (did you mean %q?)", "https://"+dest)
	}
	return "", problem("%s %q: no such %s%s", what, dest, noun(target, image), meant)
}

// targetOf returns the path, relative to the content root, that a link of a page
// names.
func targetOf(from *content.Page, u *url.URL) string {
	if strings.HasPrefix(u.Path, "/") {
		return path.Clean(u.Path)[1:]
	}
	return path.Join(path.Dir(from.Path), u.Path)
}

// anchor checks that a page has the anchor of a link, if the link has one.
func (t *targets) anchor(from *content.Page, dest string, p *content.Page, fragment string) *content.Error {
	anchors := t.outline(p).Anchors
	if fragment == "" || anchors[fragment] {
		return nil
	}
	where := "the page"
	if p.Path != from.Path {
		where = p.File()
	}
	var names []string
	for name := range anchors {
		names = append(names, name)
	}
	meant := ""
	if near := wording.Closest(fragment, names); near != "" {
		meant = fmt.Sprintf(" (did you mean %q?)", "#"+near)
	}
	return problem("link to %q: %s has no anchor %q%s", dest, where, fragment, meant)
}

// Size implements html.Site.
func (t *targets) Size(from *content.Page, dest string) (image.Point, bool) {
	u, err := url.Parse(dest)
	if err != nil {
		return image.Point{}, false
	}
	return t.images.Of(targetOf(from, u))
}

// rooted are the targets with links as settings have them: relative to the
// root of the site.
type rooted struct{ *targets }

// Has implements look.Files.
func (s rooted) Has(name string) bool { return s.files[name] }

// Nearest implements look.Files.
func (s rooted) Nearest(name string) string { return s.nearest(name, true) }

// Link implements look.Files.
func (s rooted) Link(dest string) (string, *content.Error) {
	if strings.HasPrefix(dest, "#") {
		return "", problem("link to %q: expected a page before the #", dest)
	}
	return s.targets.Link(&content.Page{Path: "index.md", URL: "/"}, dest, false)
}

// pageAt returns the page that a link names by its path, its URL, or, if it is
// the page of a section, its folder.
func (t *targets) pageAt(target string) *content.Page {
	for _, name := range []string{target, path.Join(target, "index.md"), target + ".md"} {
		if i, ok := t.index[name]; ok {
			return t.pages[i]
		}
	}
	return nil
}

// nearest returns the file or page whose path is most like the target, or "".
func (t *targets) nearest(target string, image bool) string {
	var names []string
	for f := range t.files {
		names = append(names, f)
	}
	if !image {
		for _, p := range t.pages {
			names = append(names, p.Path)
		}
	}
	return wording.Closest(target, names)
}

func noun(target string, image bool) string {
	switch {
	case image:
		return "file"
	case path.Ext(target) == ".md":
		return "page"
	}
	return "page or file"
}

// suffix returns the query and the fragment of a URL.
func suffix(u *url.URL) string {
	s := ""
	if u.RawQuery != "" {
		s = "?" + u.RawQuery
	}
	if u.Fragment != "" {
		s += "#" + u.EscapedFragment()
	}
	return s
}
