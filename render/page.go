package render

import (
	"net/url"
	"path"
	"strings"

	"handbook/content"
	"handbook/content/record"
	"handbook/render/html"
	"handbook/render/indexes"
	"handbook/render/link"
	"handbook/render/place"
)

// Page renders the files of one page of the site: its HTML, its Markdown, and of
// a lab the record, the script and the archive.
func (r *Renderer) Page(p *content.Page) (Files, error) {
	doc, err := r.docs.of(p)
	if err != nil {
		return nil, err
	}
	return r.files(p, doc)
}

// files renders the files of a page from its document.
func (r *Renderer) files(p *content.Page, doc *document) (_ Files, err error) {
	out := place.Of(p)
	s := r.targets.Root.Find(path.Dir(p.Path))
	v := r.frame.view(out, s, p)
	v.Title, v.Path, v.Description = p.Title, p.Path, p.Front.Description
	v.Kind = kind(p)
	v.Heading, v.HeadID, v.Body, v.Contents = doc.Heading, doc.HeadID, doc.Body, contents(doc.Contents)
	v.needs(doc.Style, doc.Diagrams, doc.Unsafe)
	v.Canonical = r.frame.address.Of(p.URL)
	v.Edit = r.frame.editURL(p)
	if u, err := url.Parse(doc.Picture); err == nil && doc.Picture != "" {
		v.Image = r.frame.address.Of(link.PathOf(p, u))
	}
	if at, ok := r.o.Updated[p.Path]; ok {
		v.Updated, v.Stamp = r.frame.theme.Words.Date(at), indexes.Stamp(at)
	}
	v.Twin = place.Relative(out, p.Path)
	v.Draft = p.Front.Draft
	v.Minutes, v.Steps = doc.Minutes, doc.Steps
	v.Prev, v.Next = r.around(out, p)
	v.Tags = tagLinks(out, p.Front.Tags)
	if v.Kind == "home" {
		r.frame.home(v)
	} else if p.IsSection() {
		v.Children = r.frame.menu.children(out, s)
	}
	files := Files{p.Path: doc.Twin}
	if p.Lab != nil {
		v.Brief = r.frame.brief(out, p, doc.Document)
		v.Proof = r.frame.proof(p)
		if len(p.Files) > 0 {
			if files[beside(out, startName)], err = startArchive(p); err != nil {
				return nil, err
			}
		}
		v.Proof.All = place.Relative(out, place.At(labsURL))
		if p.Record != nil {
			files[beside(out, recordName)] = record.Encode(p.Record)
		}
		if doc.Script != nil {
			files[beside(out, scriptName)] = doc.Script
			v.Proof.Script = scriptName
			if files[beside(out, archiveName)], err = archive(p, doc.Script, r.frame.theme.Words); err != nil {
				return nil, err
			}
			v.Proof.Archive = archiveName
		}
	}
	files[out], err = v.execute(p.Path)
	if err != nil {
		return nil, err
	}
	return files, nil
}

// contents returns the links of a page's table of contents.
func contents(headings []html.Heading) []Link {
	var links []Link
	for _, h := range headings {
		links = append(links, Link{Title: h.Text, URL: "#" + h.ID, Links: contents(h.Headings)})
	}
	return links
}

// around returns links to the pages before and after a page in reading order,
// among those in the same top-level folder.
func (r *Renderer) around(out string, p *content.Page) (prev, next *Link) {
	pages, part := r.targets.Pages, partOf(p)
	link := func(p *content.Page) *Link {
		l := r.frame.menu.pageLink(out, p)
		return &l
	}
	at, _ := r.targets.Index(p)
	for i := at - 1; i >= 0 && prev == nil; i-- {
		if partOf(pages[i]) == part {
			prev = link(pages[i])
		}
	}
	for i := at + 1; i < len(pages) && next == nil; i++ {
		if partOf(pages[i]) == part {
			next = link(pages[i])
		}
	}
	return prev, next
}

// partOf returns the top-level folder that a page is in, "" if it is in the
// root itself.
func partOf(p *content.Page) string {
	part, _, below := strings.Cut(p.Path, "/")
	if !below {
		return ""
	}
	return part
}

// Names of the files in the folder of a lab's page.
const (
	recordName  = "record.json"
	scriptName  = "lab.sh"
	archiveName = "files.zip"
	startName   = "start.zip" // what the lab has before its first command
)

// beside returns the name of a file in the folder of a published page.
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
