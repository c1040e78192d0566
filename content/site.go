package content

import (
	"io/fs"
	"time"

	"github.com/yuin/goldmark/ast"
)

// A Site is a handbook as its authors wrote it: settings, pages in reading
// order, and the other files beside them.
type Site struct {
	Config *Config
	Pages  []*Page  // in reading order: section by section, by weight, then file name
	Files  []string // paths of images and other files, relative to the content root, sorted

	FS   fs.FS  // the content root
	Name string // how the content root is called in messages, e.g. "content"

	single bool             // a file outside a site: see LoadFile
	byPath map[string]*Page // nil while pages are being read
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

// A Page is one Markdown file. One that a Loader was told to read light has
// neither Doc, Snippets nor Measures: Parsed returns it with them.
type Page struct {
	Path   string // relative to the content root, with slashes: "labs/04-flask.md"
	URL    string // site-relative, without the base URL's path: "/labs/04-flask/"
	Source []byte // the file's bytes; line endings LF, no byte order mark
	Front  FrontMatter
	Title  string // of the front matter, else the first level-1 heading, else the file name
	Lab    *Lab   // settings of the lab, defaults of the site filled in; nil on pages that are not labs

	Doc      ast.Node   // Source as parsed by Parser, front matter left out; segments point into Source
	Snippets []*Snippet // every fenced block, in order
	Measures []*Measure // measured values in the text of a lab, in order

	Record *Record // results committed beside the page; nil if there are none or they can't be read
	State  State   // what the record is worth; set by whoever plans the page
	// Problem is why the record is of no use: a sentence for readers and authors.
	Problem string

	// Key stands for the page as its author wrote it: its path, its text, the
	// files that it includes, the lab's settings.
	Key Key

	pos      string            // what messages call the file
	included map[string]string // texts of the files that it includes, by path
}

// File returns what messages call the page's file, e.g. "content/labs/04-flask.md".
func (p *Page) File() string { return p.pos }

// IsSection tells whether the page stands for its folder (index.md).
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
	IsLab       bool // has a lab key, even an empty one
	Lines       int  // how many lines of the source the block takes, fences included
}

// Config is handbook.yaml.
type Config struct {
	Title        string
	Description  string
	URL          string // base URL; may have a sub-path; no trailing slash
	Repository   string // for edit links; may say where {path} stands in them
	Language     string // BCP 47, default "en"
	Nav          []NavItem
	HTML         string // what of raw HTML is let through: "github" or "unsafe"
	Placeholders map[string]string
	Env          map[string]string
	Machine      MachineConfig
}

// A NavItem is a link of the site's header.
type NavItem struct {
	Title string
	URL   string // a page's path ("guides/index.md"), a site-relative or an absolute URL
	Pos   Pos
}

// MachineConfig holds the limits and origins of lab machines.
type MachineConfig struct {
	Dockerfile string  // path relative to the content root; "" is the built-in one
	Memory     int64   // bytes; 0: no limit of its own
	CPUs       float64 // 0: no limit
	Pids       int64   // 0: the engine's default
	Disk       int64   // bytes; 0: no limit
	Timeout    time.Duration
	Network    string // "open" or "none"
	Mirror     string // URL; "": handbook runs its own where it needs one
	Runtime    string // OCI runtime, e.g. "sysbox-runc"
	CA         string // path of a PEM bundle that machines trust, for networks that re-sign TLS
}

// A Lab is the front matter's lab key with the site's defaults filled in.
type Lab struct {
	Machine      string // "docker", or the reference of an image
	Dir          string // where it starts, "~/…" or absolute
	Hub          string // user of the stand-in for Docker Hub, "" for none
	After        string // path of another page, relative to the content root
	Network      string // "open" or "none"
	Timeout      time.Duration
	Placeholders map[string]string
	Env          map[string]string
	Pos          Pos
}

// State tells what a page's record is worth.
type State int

const (
	NoLab  State = iota // not a lab
	None                // a lab without a record
	Stale               // the page says something else than what was verified
	Fresh               // verified as it stands
	Failed              // the last run failed; only ever seen in a preview
)

func (s State) String() string {
	return [...]string{"no lab", "none", "stale", "fresh", "failed"}[s]
}
