package content

import (
	"io/fs"

	"handbook/content/config"
	"handbook/content/labfiles"
)

// A Site is a handbook as its authors wrote it: settings, pages in reading
// order, and the other files beside them.
type Site struct {
	Config  *config.Config
	Pages   []*Page  // in reading order: section by section, by weight, then file name
	Files   []string // paths of images and other files, relative to the content root, sorted
	LeftOut Errors   // what is left out since it is not a regular file, such as named pipes

	FS   fs.FS  // the content root
	Name string // of the content root in messages: "content"

	Clones []labfiles.Clone // repositories that labs clone from another place than the address on their pages

	single bool // from LoadFile
	finder *labfiles.Finder
	byPath map[string]*Page // nil until all pages are read
}

// Page returns the page of a path relative to the content root, or nil.
func (s *Site) Page(path string) *Page {
	if s.byPath != nil {
		return s.byPath[path]
	}
	for _, p := range s.Pages {
		if p.Path == path {
			return p
		}
	}
	return nil
}

// A Page is one Markdown file. It does not change once it is loaded.
type Page struct {
	Path   string // relative to the content root, with slashes: "labs/04-flask.md"
	URL    string // site-relative, without the base URL's path: "/labs/04-flask/"
	Source []byte // the file's bytes; line endings LF, no byte order mark
	Front  config.FrontMatter
	Title  string      // of the front matter, else the first level-1 heading, else the file name
	Lab    *config.Lab // settings of the lab, with the site's defaults; nil if the page is not a lab

	Files []labfiles.File // of a lab: put on its machine before its first command

	Next []Next // the labs that start where this one ends, in reading order

	Record   *Record // beside the page; nil if there is none, or none that can be used
	Unusable error   // why the record beside the page can't be used; nil if there is none

	// Key is a digest of everything that the author wrote: the path, the text,
	// the included files, the lab's settings, and the files that go to its machine.
	Key Key

	pos      string             // what messages call the file
	included map[string]*string // texts of the files that it includes, by path; nil: there was none
	named    []labfiles.Clone   // the site's clones that the text names
	tree     *Tree              // nil if the page was read light
}

// File returns the page's file as messages call it: "content/labs/04-flask.md".
func (p *Page) File() string { return p.pos }

// IsSection reports whether the page is that of its folder (index.md).
func (p *Page) IsSection() bool {
	return p.Path == "index.md" || len(p.Path) > len("/index.md") && p.Path[len(p.Path)-len("/index.md"):] == "/index.md"
}

// Next is a lab that comes after another one.
type Next struct {
	Path  string // relative to the content root
	Title string
}
