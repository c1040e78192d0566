package config

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// File is the name of a site's settings in the content root.
const File = "handbook.yaml"

// Limits that apply unless the site or the lab sets others.
const (
	DefaultTimeout        = 15 * time.Minute // of a lab
	DefaultCommandTimeout = 2 * time.Minute  // of a command
)

var (
	variableName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString
	placeholderName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{2,}$|^<[a-zA-Z][a-zA-Z0-9_ -]*>$`).MatchString
)

const placeholderKind = "a placeholder, expected capitals such as YOUR_NAME, or <your-name>"

// Config is handbook.yaml.
type Config struct {
	Title        string
	Description  string
	URL          string      // base URL; may have a sub-path; no trailing slash
	Repository   string      // for edit links; may contain {path}
	Language     string      // BCP 47, default "en"
	LanguagePos  mistake.Pos // of its value
	Nav          []NavItem
	HTML         string // which raw HTML pages may have: "github" or "unsafe"
	Scripts      string // what is done with files of the content that may contain scripts: "sandbox", "refuse" or "allow"
	Placeholders Placeholders
	Patterns     Patterns
	Env          map[string]string
	Clones       []Clone // where to find the files of Git repositories that labs clone
	Machine      Machine
	Docker       []string          // names of the engines that labs run on; pages show the first
	Engines      map[string]Engine // the site's own engines, by name; "" is the engine of all its machines
	Look         Look
}

// A NavItem is a link of the site's header.
type NavItem struct {
	Title string
	URL   string // a page's path ("guides/index.md"), a site-relative or an absolute URL
	Pos   mistake.Pos
}

// Machine says how machines are made and which resources they may use.
type Machine struct {
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

// Default returns the settings of a site without a handbook.yaml.
func Default() *Config {
	return &Config{
		Docker: Engines[:1], Title: "Handbook", Language: "en", HTML: "github", Scripts: "sandbox", Machine: Machine{Timeout: DefaultTimeout, Network: "open"},
		Look: Look{Contents: DefaultContents},
	}
}

// Read reads handbook.yaml. The name is that of the file in messages.
func Read(src []byte, name string) (*Config, mistake.Errors) {
	c := Default()
	y := &reader{file: name}
	y.Foreign = foreignSettings
	y.Read(src, y.site(c))
	y.engines(c)
	return c, y.errors()
}

// foreignSettings are the names of settings in Hugo, Docusaurus, Starlight,
// MkDocs and Quarto, in lower case.
var foreignSettings = map[string]string{
	"site_name": "title", "tagline": "description", "site_description": "description",
	"baseurl": "url", "site_url": "url", "site-url": "url",
	"repo_url": "repository", "repo-url": "repository", "edit_uri": "repository", "editurl": "repository", "editlink": "repository",
	"lang": "language", "languagecode": "language", "locale": "language",
	"navbar": "nav", "menu": "nav", "menus": "nav",
	"palette": "colors", "copyright": "footer", "page-footer": "footer",
	"extra_css": "css", "customcss": "css", "stylesheets": "css", "styles": "css",
	"extra_javascript": "js", "javascript": "js", "include-in-header": "head",
	"toc": "contents", "toc-depth": "contents", "toc_depth": "contents", "tableofcontents": "contents",
}

// Shape describes what handbook.yaml can contain.
func Shape() *settings.Shape { return settings.ShapeOf(new(reader).site(Default())) }

// site returns the keys of handbook.yaml.
func (y *reader) site(c *Config) settings.Keys {
	keys := settings.Keys{
		"title":        y.Words(&c.Title),
		"description":  y.Words(&c.Description),
		"url":          y.webAddress(&c.URL),
		"repository":   y.webAddress(&c.Repository),
		"language":     y.language(c),
		"nav":          y.List(y.navItem(c)),
		"html":         y.OneOf(&c.HTML, "github", "unsafe"),
		"scripts":      y.OneOf(&c.Scripts, "sandbox", "refuse", "allow"),
		"placeholders": y.placeholders(&c.Placeholders, nil),
		"patterns":     y.patterns(&c.Patterns),
		"env":          y.Table(&c.Env, variableName, "the name of a variable"),
		"clones":       y.clones(&c.Clones),
		"machine":      y.machine(c),
	}
	maps.Copy(keys, y.look(&c.Look))
	return keys
}

// ReasonUnknownKey is the Reason of an error about an unknown key; the Detail
// lists the known ones.
const ReasonUnknownKey mistake.Reason = "unknown-key"

// A reader reads handbook.yaml or front matter.
type reader struct {
	settings.Reader
	file  string
	skip  int      // lines of the file above the YAML
	known []string // names of engines
	named []engineName
}

// errors returns the mistakes with their places in the file.
func (y *reader) errors() (errs mistake.Errors) {
	for _, m := range y.Mistakes {
		e := &mistake.Error{Pos: y.pos(m.Line, m.Col), Msg: m.Msg}
		if m.Known != nil {
			e.Reason, e.Detail = ReasonUnknownKey, strings.Join(m.Known, ", ")
		}
		errs = append(errs, e)
	}
	return errs
}

// pos returns the place in the file of one in the YAML.
func (y *reader) pos(line, col int) mistake.Pos {
	if line == 0 {
		return mistake.Pos{File: y.file}
	}
	return mistake.Pos{File: y.file, Line: line + y.skip, Col: col}
}

// maxValue is how long the value of a placeholder may be: a page may use it as
// often as it likes.
const maxValue = 200

// placeholders reads placeholders. If values may come from outputs of the lab,
// those placeholders are added to sources. Everything but a run leaves them as
// they are.
func (y *reader) placeholders(to *Placeholders, sources *map[string]From) func(settings.Node) {
	return func(n settings.Node) {
		all := Placeholders{}
		maps.Copy(all, *to)
		y.Each(func(name string, at, value settings.Node) {
			var text string
			var from From
			read := y.Text(&text)
			if sources != nil {
				read = y.OrMapping(read, y.from(&from))
			}
			before := len(y.Mistakes)
			read(value)
			switch {
			case !placeholderName(name):
				y.Mistakes = y.Mistakes[:before]
				y.Fail(at, "%q is not %s", name, placeholderKind)
			case sources != nil && len(*sources) == maxFroms && settings.IsMapping(value):
				y.Fail(at, "more than %d values that the lab shows", maxFroms)
			case sources == nil || !settings.IsMapping(value):
				all[name] = text
			case len(y.Mistakes) == before && y.checkFrom(value, name, from):
				all[name] = name
				if *sources == nil {
					*sources = map[string]From{}
				}
				(*sources)[name] = from
			}
		})(n)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if size := len(all[name]); size > maxValue {
				y.Fail(n, "the value of %s has %d bytes, expected at most %d", name, size, maxValue)
			}
			if !isLine(all[name]) {
				y.Fail(n, "the value of %s has a line break or another control character, expected a line of text", name)
			}
		}
		if _, ok := n.(*settings.Shape); !ok {
			*to = all
		}
	}
}

// isLine reports whether a value is a line of text. With a line break, one command
// would become two.
func isLine(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || wording.Turns(r) })
}

func (y *reader) webAddress(to *string) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(to)(n)
		u, err := url.Parse(*to)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			y.Fail(n, "expected an address such as https://example.org/handbook, not %q", *to)
		}
		*to = strings.TrimRight(*to, "/")
	}
}

func (y *reader) language(c *Config) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(&c.Language)(n)
		c.LanguagePos = y.pos(settings.Place(n))
	}
}

func (y *reader) navItem(c *Config) func(settings.Node) {
	return func(n settings.Node) {
		item := NavItem{Pos: y.pos(settings.Place(n))}
		y.Mapping(n, settings.Keys{"title": y.Words(&item.Title), "url": y.Text(&item.URL)})
		if item.URL == "" {
			y.Fail(n, "an entry of nav needs a url")
		}
		c.Nav = append(c.Nav, item)
	}
}

func (y *reader) machine(c *Config) func(settings.Node) {
	m := &c.Machine
	return func(n settings.Node) {
		y.Mapping(n, settings.Keys{
			"docker":     y.dockerNames(&c.Docker),
			"engines":    y.engineTable(c),
			"dockerfile": y.Text(&m.Dockerfile),
			"image":      y.ownImage(c),
			"memory":     y.Size(&m.Memory),
			"cpus":       y.Decimal(&m.CPUs),
			"pids":       y.Count(&m.Pids),
			"disk":       y.Size(&m.Disk),
			"timeout":    y.Duration(&m.Timeout),
			"network":    y.OneOf(&m.Network, "open", "none"),
			"mirror":     y.webAddress(&m.Mirror),
			"runtime":    y.Text(&m.Runtime),
			"ca":         y.Text(&m.CA),
		})
		if _, image := c.Engines[""]; image && m.Dockerfile != "" {
			y.Fail(n, "expected either an image or a dockerfile for all machines")
		}
	}
}
