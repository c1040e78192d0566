package render

import (
	"fmt"
	"html/template"
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
	Kind    string // "home", "section", "page", "lab" or "missing"
	Path    string // relative to the content root; "" where no file stands behind the page

	Description string
	Canonical   string // absolute URL, or ""
	Twin        string // URL of the page as Markdown, or ""
	Edit        string // URL at which the source can be changed, or ""
	Policy      string // Content-Security-Policy
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
	v.Policy = r.theme.policy(doc.style)
	v.Canonical = r.absolute(p.URL)
	v.Edit = r.editURL(p)
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

// navLink is a link of the header; its URL may name a page by its path.
func (r *Renderer) navLink(out string, item content.NavItem) Link {
	if i, ok := r.index[strings.TrimPrefix(item.URL, "/")]; ok {
		u := r.pages[i].URL
		return Link{Title: item.Title, URL: relative(out, outNameOf(u)),
			Current: u != "/" && strings.HasPrefix("/"+out, u)}
	}
	if strings.HasPrefix(item.URL, "/") {
		return Link{Title: item.Title, URL: relative(out, outNameOf(item.URL))}
	}
	return Link{Title: item.Title, URL: item.URL, External: true}
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

// editURL is where the page's source can be changed. GitHub's form of the URL
// is understood by GitLab, Gitea and Forgejo too.
func (r *Renderer) editURL(p *content.Page) string {
	repo := strings.TrimRight(r.site.Config.Repository, "/")
	if repo == "" || r.site.Name == "" {
		return ""
	}
	return repo + "/edit/HEAD/" + escapePath(r.site.Name+"/"+p.Path)
}
