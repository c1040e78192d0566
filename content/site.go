package content

import (
	"io/fs"
	"time"
)

// A Site is a handbook as its authors wrote it: settings, pages in reading
// order, and the other files beside them.
type Site struct {
	Config  *Config
	Pages   []*Page  // in reading order: section by section, by weight, then file name
	Files   []string // paths of images and other files, relative to the content root, sorted
	LeftOut Errors   // what in the content root is left out, since it is not a file: named pipes, say

	FS   fs.FS  // the content root
	Name string // of the content root in messages: "content"

	single bool             // from LoadFile
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
	Front  FrontMatter
	Title  string // of the front matter, else the first level-1 heading, else the file name
	Lab    *Lab   // settings of the lab, with the site's defaults; nil if the page is not a lab

	Next []Next // of a lab, those that start from its end state, in reading order

	Record   *Record // beside the page; nil if there is none, or none that can be used
	Unusable error   // why the record beside the page can't be used; nil if there is none

	// Key is a digest of everything that the author wrote: the path, the text,
	// the included files, the lab's settings.
	Key Key

	pos      string             // what messages call the file
	included map[string]*string // texts of the files that it includes, by path; nil: there was none
	tree     *Tree              // nil if the page was read light
}

// File returns the page's file as messages call it: "content/labs/04-flask.md".
func (p *Page) File() string { return p.pos }

// IsSection reports whether the page is that of its folder (index.md).
func (p *Page) IsSection() bool {
	return p.Path == "index.md" || len(p.Path) > len("/index.md") && p.Path[len(p.Path)-len("/index.md"):] == "/index.md"
}

// FrontMatter is the YAML block at the head of a page.
type FrontMatter struct {
	Title       string
	Description string
	Weight      int
	Draft       bool
	Aliases     []string
	Tags        []string
	Contents    *int // as Look.Contents; nil: as the site has it
	Reference   bool // is looked things up in, and not worked through
	IsLab       bool // has a lab key, even an empty one
	Lines       int  // how many lines of the source the block takes, fences included
}

// Config is handbook.yaml.
type Config struct {
	Title        string
	Description  string
	URL          string // base URL; may have a sub-path; no trailing slash
	Repository   string // for edit links; may contain {path}
	Language     string // BCP 47, default "en"
	LanguagePos  Pos    // of its value
	Nav          []NavItem
	HTML         string // which raw HTML pages may have: "github" or "unsafe"
	Scripts      string // what becomes of files of the content that may hold scripts: "sandbox", "refuse" or "allow"
	Placeholders Placeholders
	Patterns     map[string]string // regular expressions of what readers can put in place of placeholders, by their names
	Env          map[string]string
	Machine      MachineConfig
	Docker       []string                // names of the engines that labs run on; pages show the first
	Engines      map[string]EngineConfig // engines of the site's own, by name
	Look         Look
}

// Engines are the names of the Docker Engines with which machines are built in,
// the default first.
var Engines = []string{"28", "29", "26"}

// An EngineConfig says what machines with an engine of the site's own are made
// of: an image, or a Dockerfile.
type EngineConfig struct {
	Dockerfile string // path relative to the content root
	Image      string // reference
	Pos        Pos
}

// A NavItem is a link of the site's header.
type NavItem struct {
	Title string
	URL   string // a page's path ("guides/index.md"), a site-relative or an absolute URL
	Pos   Pos
}

// MachineConfig says what machines are made of and what they may use.
type MachineConfig struct {
	Dockerfile string  // path relative to the content root; "" is the built-in one
	Memory     int64   // bytes; 0: no limit of its own
	CPUs       float64 // 0: no limit
	Pids       int64   // 0: the engine's default
	Disk       int64   // bytes; 0: no limit
	Timeout    time.Duration
	Network    string // "open" or "none"
	Mirror     string // URL; "": handbook runs its own if it needs one
	Runtime    string // OCI runtime, e.g. "sysbox-runc"
	CA         string // path of a PEM bundle that machines trust, for networks that re-sign TLS
}

// Next is a lab that comes after another one.
type Next struct {
	Path  string // relative to the content root
	Title string
}

// A Lab is the front matter's lab key with the site's defaults filled in.
type Lab struct {
	Machine string // "docker", or the reference of an image
	// Docker has the names of the engines that it runs on, the one that its page
	// shows first. The only name is "" where the site has a Dockerfile for its
	// machines. It is empty on a lab whose machine has no engine.
	Docker       []string
	Dir          string // where it starts, "~/…" or absolute
	Hub          string // user of the stand-in for Docker Hub, "" for none
	After        string // path of another page, relative to the content root
	Cleanup      bool   // what the lab leaves is listed, and removed by commands made for it
	Network      string // "open" or "none"
	Timeout      time.Duration
	Placeholders Placeholders
	Env          map[string]string
	Pos          Pos
}
