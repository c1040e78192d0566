package render

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/indexes"
	"handbook/render/link"
	"handbook/render/look"
	"handbook/render/place"
	"handbook/render/theme"
	"handbook/render/tree"
)

// A View is what the templates see of a page.
type View struct {
	Site    SiteView
	Title   string        // as text, for <title> and lists
	Heading template.HTML `json:"-"`
	HeadID  string        // id of the heading
	Body    template.HTML `json:"-"`
	Kind    string        // "home", "section", "page", "lab", "print" or "missing"
	Path    string        // relative to the content root; "" if the page has no source file

	Description string
	Canonical   string // absolute URL, or ""
	Twin        string // URL of the page as Markdown, or ""
	Edit        string // URL at which the source can be changed, or ""
	Feed        string // URL of the site's feed, or ""
	Print       string // URL of the page that contains all others, or ""
	Image       string // absolute URL of a picture for link previews, or ""
	Updated     string // when the page was last changed, for readers; "" if that is not known
	Stamp       string // the same, for programs
	Diagrams    string // URL of mermaid, on pages with diagrams
	Policy      string // Content-Security-Policy, or ""
	Style       template.CSS
	Root        string // URL of the site's root as seen from the page, with a slash at its end unless ""

	Trail    []Link
	Sidebar  []Link
	Contents []Link
	Children []Link
	Start    *Link // the first lab, on the home page
	Tags     []Link
	Labs     []LabView // all of the site's, on the page that lists them
	Prev     *Link
	Next     *Link
	Proof    *Proof
	Brief    *Brief // of a lab, or nil
	Minutes  int    // time that the page's steps take, 0 if they don't say
	Steps    int    // of a lab
	Preview  bool
	Draft    bool
	Version  string

	theme *theme.Theme
	out   string
}

// SiteView is what the templates see of the site.
type SiteView struct {
	Title       string
	Description string
	Language    string
	Dir         string // "ltr" or "rtl"
	Home        string
	Nav         []Link
	Logo        *LogoView     // or nil
	Styles      []string      // URLs of style sheets of the site's own
	Scripts     []string      // and of scripts
	Head        template.HTML // what the settings add to <head>
	Footer      template.HTML // what the settings add below the page
}

// LogoView is what the templates see of the site's logo: its URL, and that on dark
// pages.
type LogoView struct{ Light, Dark string }

// Asset returns the URL of a file of the theme's assets folder.
func (v *View) Asset(name string) (string, error) {
	file, ok := v.theme.Asset(name)
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return v.Root + place.Escape(file), nil
}

// needs sets the CSS rules and scripts that a page needs, and a policy that
// allows them. A page with unsafe HTML has no policy, since such HTML may need anything.
func (v *View) needs(style string, diagrams, unsafe bool) {
	v.Style, v.Diagrams, v.Policy = template.CSS(style), "", ""
	if diagrams {
		v.Diagrams = v.theme.Look.Mermaid.At(v.Root)
	}
	if !unsafe {
		v.Policy = v.theme.Policy(style, diagrams)
	}
}

// HeadScript returns the script that runs before the first paint.
func (v *View) HeadScript() template.JS { return v.theme.Head }

// execute executes the template of pages for the view of a page.
func (v *View) execute(page string) ([]byte, error) {
	return v.theme.Execute("page.html", page, v, string(v.Heading), string(v.Body))
}

// A frame makes the views of a site's pages.
type frame struct {
	site    *content.Site
	o       Options
	address place.Address
	theme   *theme.Theme
	targets *link.Targets
	menu    *menu
	feeds   bool // there is a feed
	prints  bool // there is a page that contains all others
}

func newFrame(site *content.Site, fresh content.Freshness, o Options, t *link.Targets, theme *theme.Theme) *frame {
	f := &frame{site: site, o: o, theme: theme, targets: t, menu: newMenu(t.Root, fresh, theme.Words), address: place.NewAddress(cmp.Or(o.BaseURL, site.Config.URL))}
	f.feeds, f.prints = f.indexes().HasFeed(), f.hasPrint()
	return f
}

// indexes returns the site as package indexes needs it.
func (f *frame) indexes() *indexes.Site {
	return &indexes.Site{Config: f.site.Config, Pages: f.targets.Pages, Root: f.targets.Root, Updated: f.o.Updated, Address: f.address, Words: f.theme.Words}
}

// view returns a view with what every page has: the header, the sidebar, the
// trail. s is the page's section; p is nil if the page has no source file.
func (f *frame) view(out string, s *tree.Section, p *content.Page) *View {
	v := &View{theme: f.theme, out: out, Preview: f.o.Preview, Version: f.o.Version}
	v.needs("", false, false)
	v.Root = strings.Repeat("../", strings.Count(out, "/"))
	c := f.site.Config
	v.Site = SiteView{
		Title: cmp.Or(c.Title, "Handbook"), Description: c.Description,
		Language: f.theme.Words.Language, Dir: f.theme.Words.Dir, Home: place.Relative(out, "index.html"),
	}
	f.rootLinks(v)
	for _, item := range c.Nav {
		v.Site.Nav = append(v.Site.Nav, f.navLink(out, item))
	}
	v.Sidebar = f.menu.sidebar(out, s, p)
	v.Trail = f.menu.trail(out, s, p)
	return v
}

// rootLinks sets the links that start at v.Root.
func (f *frame) rootLinks(v *View) {
	l := f.theme.Look
	v.Site.Logo, v.Site.Styles, v.Site.Scripts = nil, urls(l.CSS, v.Root), urls(l.JS, v.Root)
	if light := l.Logo.Light.At(v.Root); light != "" {
		v.Site.Logo = &LogoView{light, l.Logo.Dark.At(v.Root)}
	}
	v.Site.Head, v.Site.Footer = l.Head.At(v.Root), l.Footer.At(v.Root)
	if f.feeds {
		v.Feed = v.Root + indexes.FeedName
	}
	if f.prints {
		v.Print = v.Root + place.At(printURL)
	}
}

func urls(assets []look.Asset, root string) (all []string) {
	for _, a := range assets {
		all = append(all, a.At(root))
	}
	return all
}

// navLink returns a link of the header.
func (f *frame) navLink(out string, item config.NavItem) Link {
	u, name := f.targets.Nav(item)
	if u == nil {
		return Link{Title: item.Title, URL: item.URL, External: true}
	}
	l := Link{Title: item.Title, URL: place.Relative(out, name) + link.Suffix(u)}
	if folder, ok := strings.CutSuffix(name, "index.html"); ok && folder != "" {
		l.Current = strings.HasPrefix(out, folder)
	}
	return l
}

// editURL returns the URL at which the page's source can be edited: the setting
// with {path} filled in, or else GitHub's. GitLab's editor needs the name of a
// branch, which is not known here, so there it is the page of the source.
func (f *frame) editURL(p *content.Page) string {
	repo := strings.TrimRight(f.site.Config.Repository, "/")
	if repo == "" {
		return ""
	}
	file := place.Escape(f.o.Folder + p.Path)
	if strings.Contains(repo, "{path}") {
		return strings.ReplaceAll(repo, "{path}", file)
	}
	if u, err := url.Parse(repo); err == nil && strings.HasPrefix(u.Hostname(), "gitlab.") {
		return repo + "/-/blob/HEAD/" + file
	}
	return repo + "/edit/HEAD/" + file
}
