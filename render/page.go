package render

import (
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"

	"handbook/content"
)

// A View is what the templates see of a page.
type View struct {
	Site    SiteView
	Title   string // as text, for <title> and lists
	Heading template.HTML
	HeadID  string // id of the heading
	Body    template.HTML
	Kind    string // "home", "section", "page", "lab", "print" or "missing"
	Path    string // relative to the content root; "" where no file stands behind the page

	Description string
	Canonical   string // absolute URL, or ""
	Twin        string // URL of the page as Markdown, or ""
	Edit        string // URL at which the source can be changed, or ""
	Feed        string // URL of the site's feed, or ""
	Print       string // URL of the page to print everything, or ""
	Image       string // absolute URL of a picture that stands for the page, or ""
	Updated     string // when the page was last changed, for readers; "" if nobody knows
	Stamp       string // the same, for programs
	Policy      string // Content-Security-Policy, or ""
	Style       template.CSS
	Root        string // URL of the site's root as seen from the page, with a slash at its end unless ""

	Trail    []Link
	Sidebar  []Link
	Contents []Link
	Children []Link
	Tags     []Link
	Labs     []LabView // all of the site's, on the page that lists them
	Prev     *Link
	Next     *Link
	Proof    *Proof
	Minutes  int // time that the page's steps take, 0 if they don't say
	Steps    int // of a lab
	Preview  bool
	Draft    bool
	Version  string

	theme *theme
	out   string
}

// SiteView is what the templates see of the site.
type SiteView struct {
	Title       string
	Description string
	Language    string
	Home        string
	Nav         []Link
}

// Asset is the URL of a file of the theme's assets folder.
func (v *View) Asset(name string) (string, error) {
	a, ok := v.theme.assets[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return v.Root + escapePath(a.name), nil
}

// HeadScript is the script that runs before the first paint.
func (v *View) HeadScript() template.JS { return v.theme.head }

// Page renders one page, with the record that is published beside it. The
// page must be one of the site's.
func (r *Renderer) Page(p *content.Page) (Files, error) {
	out := outName(p)
	doc, err := r.document(p)
	if err != nil {
		return nil, err
	}
	s := r.tree.find(path.Dir(p.Path))
	v := r.view(out, s, p)
	v.Title, v.Path, v.Description = p.Title, p.Path, p.Front.Description
	v.Kind = kind(p)
	v.Heading, v.HeadID, v.Body, v.Contents = doc.heading, doc.headID, doc.body, doc.contents
	v.Style = template.CSS(doc.style)
	if v.Policy = r.theme.policy(doc.style); doc.unsafe {
		v.Policy = "" // whatever it forbade, such HTML may need
	}
	v.Canonical = r.absolute(p.URL)
	v.Edit = r.editURL(p)
	if doc.image != "" {
		v.Image = r.absolute(doc.image)
	}
	if at, ok := r.o.Updated[p.Path]; ok {
		v.Updated, v.Stamp = date(at), stamp(at)
	}
	v.Twin = relative(out, p.Path)
	v.Draft = p.Front.Draft
	v.Minutes, v.Steps = doc.minutes, doc.steps
	v.Prev, v.Next = r.around(out, p)
	v.Tags = tagLinks(out, p.Front.Tags)
	if p.IsSection() {
		v.Children = r.children(out, s)
	}
	files := Files{p.Path: doc.twin}
	if p.Lab != nil {
		v.Proof = r.proof(p)
		v.Proof.All = relative(out, outNameOf(labsURL))
		if p.Record != nil {
			files[beside(out, recordName)] = content.EncodeRecord(p.Record)
		}
		if doc.script != nil {
			files[beside(out, scriptName)] = doc.script
			v.Proof.Script = scriptName
			if files[beside(out, archiveName)], err = archive(p, doc.script); err != nil {
				return nil, err
			}
			v.Proof.Archive = archiveName
		}
	}
	files[out], err = r.theme.execute("page.html", p.Path, v)
	if err != nil {
		return nil, err
	}
	return files, nil
}

// view is the part of a View that every page has.
func (r *Renderer) view(out string, s *section, p *content.Page) *View {
	v := &View{theme: r.theme, out: out, Preview: r.o.Preview, Version: r.o.Version, Policy: r.theme.policy("")}
	v.Root = strings.Repeat("../", strings.Count(out, "/"))
	r.rootLinks(v)
	c := r.site.Config
	v.Site = SiteView{
		Title: firstOf(c.Title, "Handbook"), Description: c.Description,
		Language: firstOf(c.Language, "en"), Home: relative(out, "index.html"),
	}
	for _, item := range c.Nav {
		v.Site.Nav = append(v.Site.Nav, r.navLink(out, item))
	}
	v.Sidebar = r.sidebar(out, s, p)
	v.Trail = r.trail(out, s, p)
	return v
}

// rootLinks are those that every page has, from the root as it sees it.
func (r *Renderer) rootLinks(v *View) {
	if r.feeds {
		v.Feed = v.Root + feedName
	}
	if r.prints {
		v.Print = v.Root + outNameOf(printURL)
	}
}

// navLink is a link of the header; its URL may name a page by its path.
func (r *Renderer) navLink(out string, item content.NavItem) Link {
	u, name := r.navTarget(item)
	if u == nil {
		return Link{Title: item.Title, URL: item.URL, External: true}
	}
	l := Link{Title: item.Title, URL: relative(out, name) + suffix(u)}
	if folder, ok := strings.CutSuffix(name, "index.html"); ok && folder != "" {
		l.Current = strings.HasPrefix(out, folder)
	}
	return l
}

// navTarget is the published file that a link of the header leads to, nil if
// it leads out of the site.
func (r *Renderer) navTarget(item content.NavItem) (u *url.URL, name string) {
	if i, ok := r.index[strings.TrimPrefix(item.URL, "/")]; ok {
		return &url.URL{Path: item.URL}, outName(r.pages[i])
	}
	u, err := url.Parse(item.URL)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return nil, ""
	}
	target := strings.Trim(path.Clean("/"+u.Path), "/")
	if p := r.pageAt(target); p != nil {
		return u, outName(p)
	}
	if path.Ext(target) != "" {
		return u, target
	}
	return u, path.Join(target, "index.html")
}

// checkNav tells which links of the header lead nowhere. files are those of
// no single page.
func (r *Renderer) checkNav(files Files, problems *problems) {
	for _, item := range r.site.Config.Nav {
		u, name := r.navTarget(item)
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
		switch p := r.pageAt(target); {
		case p != nil && u.Fragment != "" && !r.anchors[r.index[p.Path]][u.Fragment]:
			fail("nav: %s has no anchor %q", p.File(), u.Fragment)
		case p == nil && r.drafts[target]:
			fail("nav: %q is a draft", item.URL)
		case p == nil && files[name] == nil:
			msg := "nav: no page " + quote(item.URL)
			if near := r.nearest(target, false); near != "" {
				msg += " (did you mean " + quote(near) + "?)"
			}
			fail("%s", msg)
		}
	}
}

// around are the pages before and after a page in reading order.
func (r *Renderer) around(out string, p *content.Page) (prev, next *Link) {
	i := r.index[p.Path]
	if i > 0 {
		l := r.pageLink(out, r.pages[i-1])
		prev = &l
	}
	if i+1 < len(r.pages) {
		l := r.pageLink(out, r.pages[i+1])
		next = &l
	}
	return prev, next
}

// Names of what is published beside a lab's page.
const (
	recordName  = "record.json"
	scriptName  = "lab.sh"
	archiveName = "files.zip"
)

// beside is the name of a file in the folder of a published page.
func beside(out, name string) string { return path.Join(path.Dir(out), name) }

func kind(p *content.Page) string {
	switch {
	case p.URL == "/":
		return "home"
	case p.Lab != nil:
		return "lab"
	case p.IsSection():
		return "section"
	}
	return "page"
}

// editURL is where the page's source can be changed: where the settings say
// so with {path}, else where GitHub has it. GitLab's own form wants the name of
// a branch, which nobody knows here, so that its page of the source is linked.
func (r *Renderer) editURL(p *content.Page) string {
	repo := strings.TrimRight(r.site.Config.Repository, "/")
	if repo == "" {
		return ""
	}
	file := escapePath(r.o.Folder + p.Path)
	if strings.Contains(repo, "{path}") {
		return strings.ReplaceAll(repo, "{path}", file)
	}
	if u, err := url.Parse(repo); err == nil && strings.HasPrefix(u.Hostname(), "gitlab.") {
		return repo + "/-/blob/HEAD/" + file
	}
	return repo + "/edit/HEAD/" + file
}
