package link

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

// Targets are what links of a site can lead to: pages, files and sections. They
// implement html.Site.
type Targets struct {
	Pages []*content.Page // the published ones, in reading order
	Root  *tree.Section   // the same, in sections

	outlines []outline.Outline // of each page
	index    map[string]int    // path of a page → its index in Pages
	drafts   map[string]bool   // paths of pages that are not published
	files    map[string]bool   // paths of images and other files
	images   *imagesize.Sizes
}

// New returns the targets of a site that publishes these pages, whose outlines
// are given, and these files.
func New(site *content.Site, pages []*content.Page, outlines []outline.Outline, files []string) *Targets {
	t := &Targets{Pages: pages, Root: tree.New(pages), outlines: outlines, index: make(map[string]int), drafts: make(map[string]bool), files: make(map[string]bool), images: imagesize.New(site.FS)}
	for i, p := range pages {
		t.index[p.Path] = i
	}
	for _, p := range site.Pages {
		if _, published := t.index[p.Path]; !published {
			t.drafts[p.Path] = true
		}
	}
	for _, f := range files {
		t.files[f] = true
	}
	return t
}

// Index returns the index of a page in Pages; ok is false if it is not published.
func (t *Targets) Index(p *content.Page) (i int, ok bool) {
	i, ok = t.index[p.Path]
	return i, ok
}

// Outline returns the outline of a page, which must be published.
func (t *Targets) Outline(p *content.Page) outline.Outline { return t.outlines[t.index[p.Path]] }

// Files returns the paths of files that are published as they are, sorted.
func (t *Targets) Files() []string { return slices.Sorted(maps.Keys(t.files)) }

// Has reports whether a file is published as it is.
func (t *Targets) Has(file string) bool { return t.files[file] }

// Anchors returns the fragments that links to a page can have, sorted.
func (t *Targets) Anchors(p *content.Page) []string {
	if i, ok := t.index[p.Path]; ok {
		return slices.Sorted(maps.Keys(t.outlines[i].Anchors))
	}
	return nil
}

// Find returns what a link of a page leads to: a page, and the anchor on it,
// or the path of a file. All are empty if it leads out of the site, or
// nowhere.
func (t *Targets) Find(from *content.Page, dest string) (p *content.Page, anchor, file string) {
	u, err := url.Parse(dest)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return nil, "", ""
	}
	if u.Path == "" {
		return from, u.Fragment, ""
	}
	target := PathOf(from, u)
	if t.files[target] {
		return nil, "", target
	}
	return t.pageAt(target), u.Fragment, ""
}

// schemes are the URL schemes that links may have. GitHub allows more, which a
// handbook does not need.
var schemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}

// ReasonForeignImage is the reason of an error about an image on another host.
const ReasonForeignImage content.Reason = "foreign-image"

// problem returns an error without a place.
func problem(format string, args ...any) *content.Error {
	return &content.Error{Msg: fmt.Sprintf(format, args...)}
}

// Link implements html.Site. It checks that the target of a link or an image
// exists.
func (t *Targets) Link(from *content.Page, dest string, image bool) (string, *content.Error) {
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
	case u.Scheme != "" && !schemes[strings.ToLower(u.Scheme)]:
		meant := wording.DidYouMean(u.Scheme, slices.Concat(slices.Collect(maps.Keys(schemes)), slices.Collect(maps.Keys(content.Schemes))))
		return "", problem("%s %q: scheme %q is not allowed%s", what, dest, u.Scheme, meant)
	case u.Scheme != "" || u.Host != "":
		return dest, nil
	case u.Path == "":
		return dest, t.anchor(from, dest, from, u.Fragment)
	}
	return t.local(from, dest, u, what, image)
}

// local resolves a link to another file of the site.
func (t *Targets) local(from *content.Page, dest string, u *url.URL, what string, image bool) (string, *content.Error) {
	target := PathOf(from, u)
	if target == ".." || strings.HasPrefix(target, "../") {
		return "", problem("%s %q leads out of the site", what, dest)
	}
	if t.files[target] {
		return place.Relative(place.Of(from), target) + Suffix(u), nil
	}
	if !image {
		if p := t.pageAt(target); p != nil {
			return place.Relative(place.Of(from), place.Of(p)) + Suffix(u), t.anchor(from, dest, p, u.Fragment)
		}
		if s := t.Root.Find(target); s.Dir == target && s.Page == nil {
			return place.Relative(place.Of(from), place.At(s.URL())) + Suffix(u), nil
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

// PathOf returns the path, relative to the content root, that a link of a page
// names.
func PathOf(from *content.Page, u *url.URL) string {
	if strings.HasPrefix(u.Path, "/") {
		return path.Clean(u.Path)[1:]
	}
	return path.Join(path.Dir(from.Path), u.Path)
}

// anchor checks that a page has the anchor of a link, if the link has one.
func (t *Targets) anchor(from *content.Page, dest string, p *content.Page, fragment string) *content.Error {
	anchors := t.Outline(p).Anchors
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
func (t *Targets) Size(from *content.Page, dest string) (image.Point, bool) {
	u, err := url.Parse(dest)
	if err != nil {
		return image.Point{}, false
	}
	return t.images.Of(PathOf(from, u))
}

// Rooted are targets with links as settings have them: relative to the root of
// the site.
type Rooted struct{ *Targets }

// Nearest implements look.Files.
func (s Rooted) Nearest(name string) string { return s.nearest(name, true) }

// Link implements look.Files.
func (s Rooted) Link(dest string) (string, *content.Error) {
	if strings.HasPrefix(dest, "#") {
		return "", problem("link to %q: expected a page before the #", dest)
	}
	return s.Targets.Link(&content.Page{Path: "index.md", URL: "/"}, dest, false)
}

// pageAt returns the page that a link names by its path, its URL, or, if it is
// the page of a section, its folder.
func (t *Targets) pageAt(target string) *content.Page {
	for _, name := range []string{target, path.Join(target, "index.md"), target + ".md"} {
		if i, ok := t.index[name]; ok {
			return t.Pages[i]
		}
	}
	return nil
}

// nearest returns the file or page whose path is most like the target, or "".
func (t *Targets) nearest(target string, image bool) string {
	var names []string
	for f := range t.files {
		names = append(names, f)
	}
	if !image {
		for _, p := range t.Pages {
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

// Suffix returns the query and the fragment of a URL.
func Suffix(u *url.URL) string {
	s := ""
	if u.RawQuery != "" {
		s = "?" + u.RawQuery
	}
	if u.Fragment != "" {
		s += "#" + u.EscapedFragment()
	}
	return s
}
