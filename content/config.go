package content

import (
	"bytes"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"handbook/content/settings"
)

// ConfigFile is the name of a site's settings in the content root.
const ConfigFile = "handbook.yaml"

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

// defaultConfig returns the settings of a site without a handbook.yaml.
func defaultConfig() *Config {
	return &Config{
		Docker: Engines[:1], Title: "Handbook", Language: "en", HTML: "github", Scripts: "sandbox", Machine: MachineConfig{Timeout: DefaultTimeout, Network: "open"},
		Look: Look{Contents: DefaultContents},
	}
}

// parseConfig reads handbook.yaml. The name is that of the file in messages.
func parseConfig(src []byte, name string) (*Config, Errors) {
	c := defaultConfig()
	y := &configReader{file: name}
	keys := settings.Keys{
		"title":        y.Text(&c.Title),
		"description":  y.Text(&c.Description),
		"url":          y.webAddress(&c.URL),
		"repository":   y.webAddress(&c.Repository),
		"language":     y.language(c),
		"nav":          y.List(y.navItem(c)),
		"html":         y.OneOf(&c.HTML, "github", "unsafe"),
		"scripts":      y.OneOf(&c.Scripts, "sandbox", "refuse", "allow"),
		"placeholders": y.placeholders(&c.Placeholders),
		"patterns":     y.patterns(&c.Patterns),
		"env":          y.Table(&c.Env, variableName, "the name of a variable"),
		"machine":      y.machine(c),
	}
	maps.Copy(keys, y.look(&c.Look))
	y.Read(src, keys)
	y.engines(c)
	return c, y.errors()
}

// A configReader reads handbook.yaml or front matter.
type configReader struct {
	settings.Reader
	file  string
	skip  int      // lines of the file above the YAML
	known []string // names of engines
	named []engineName
}

// errors returns the mistakes with their places in the file.
func (y *configReader) errors() (errs Errors) {
	for _, m := range y.Mistakes {
		e := &Error{Pos: y.pos(m.Line, m.Col), Msg: m.Msg}
		if m.Known != nil {
			e.Reason, e.Detail = ReasonUnknownKey, strings.Join(m.Known, ", ")
		}
		errs = append(errs, e)
	}
	return errs
}

// pos returns the place in the file of one in the YAML.
func (y *configReader) pos(line, col int) Pos {
	if line == 0 {
		return Pos{File: y.file}
	}
	return Pos{y.file, line + y.skip, col}
}

// maxValue is how long the value of a placeholder may be: a page may use it as
// often as it likes.
const maxValue = 200

func (y *configReader) placeholders(to *Placeholders) func(settings.Node) {
	return func(n settings.Node) {
		y.Table((*map[string]string)(to), placeholderName, placeholderKind)(n)
		for _, name := range slices.Sorted(maps.Keys(*to)) {
			if size := len((*to)[name]); size > maxValue {
				y.Fail(n, "the value of %s has %d bytes, expected at most %d", name, size, maxValue)
			}
		}
	}
}

// patterns reads what readers can put in place of placeholders. Browsers match
// them, with nothing before and after.
func (y *configReader) patterns(to *map[string]string) func(settings.Node) {
	return func(n settings.Node) {
		y.Table(to, placeholderName, placeholderKind)(n)
		for _, name := range slices.Sorted(maps.Keys(*to)) {
			if _, err := regexp.Compile((*to)[name]); err != nil {
				y.Fail(n, "the pattern of %s is no regular expression: %v", name, err)
			}
		}
	}
}

func (y *configReader) webAddress(to *string) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(to)(n)
		u, err := url.Parse(*to)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			y.Fail(n, "expected an address such as https://example.org/handbook, not %q", *to)
		}
		*to = strings.TrimRight(*to, "/")
	}
}

func (y *configReader) language(c *Config) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(&c.Language)(n)
		c.LanguagePos = y.pos(settings.Place(n))
	}
}

func (y *configReader) navItem(c *Config) func(settings.Node) {
	return func(n settings.Node) {
		item := NavItem{Pos: y.pos(settings.Place(n))}
		y.Mapping(n, settings.Keys{"title": y.Text(&item.Title), "url": y.Text(&item.URL)})
		if item.URL == "" {
			y.Fail(n, "an entry of nav needs a url")
		}
		c.Nav = append(c.Nav, item)
	}
}

func (y *configReader) machine(c *Config) func(settings.Node) {
	m := &c.Machine
	return func(n settings.Node) {
		y.Mapping(n, settings.Keys{
			"docker":     y.dockerNames(&c.Docker),
			"engines":    y.engineTable(c),
			"dockerfile": y.Text(&m.Dockerfile),
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
	}
}

// splitFront finds the YAML block at the head of a page. It returns the text
// between the fences, and how many lines and bytes the block takes with them.
// closed is false if the second fence is missing.
func splitFront(source []byte) (block []byte, lines, size int, closed bool) {
	s := string(source)
	first, _, _ := strings.Cut(s, "\n")
	if strings.TrimRight(first, " \t") != "---" {
		return nil, 0, 0, true
	}
	start := min(len(first)+1, len(s))
	size, lines = start, 1
	for line := range strings.Lines(s[start:]) {
		lines++
		if t := strings.TrimRight(line, " \t\n"); t == "---" || t == "..." {
			return source[start:size], lines, size + len(line), true
		}
		size += len(line)
	}
	return nil, lines, len(s), false
}

// yamlKey finds the beginning of a mapping.
var yamlKey = regexp.MustCompile(`^\s*(?:#.*\n\s*)*[A-Za-z_][\w-]*:(?:\s|$)`)

// notFront returns the mistake of a page whose front matter would not be read:
// in TOML, or not at the very beginning. Else it returns nil.
func (p *Page) notFront() *Error {
	body := bytes.TrimLeft(p.Source, " \t\n")
	line := 1 + bytes.Count(p.Source[:len(p.Source)-len(body)], []byte("\n"))
	first, _, _ := bytes.Cut(body, []byte("\n"))
	switch string(bytes.TrimRight(first, " \t")) {
	case "+++":
		return &Error{Pos: Pos{p.pos, line, 1}, Msg: `front matter in TOML is not read, expected YAML between two lines "---", at the beginning of the file`}
	case "---":
		if block, _, _, closed := splitFront(body); closed && yamlKey.Match(block) && len(body) < len(p.Source) {
			return &Error{Pos: Pos{p.pos, line, 1}, Msg: `front matter is read only at the beginning of the file, expected this "---" there, with nothing before it`}
		}
	}
	return nil
}

// parseFront reads a page's front matter and returns the offset of what follows
// it.
func (p *Page) parseFront(c *Config) (offset int, errs Errors) {
	if e := p.notFront(); e != nil {
		return 0, Errors{e}
	}
	block, lines, size, closed := splitFront(p.Source)
	if !closed {
		return size, Errors{{Pos: Pos{p.pos, 1, 1}, Msg: `the front matter is never closed, expected a line "---"`}}
	}
	f := &p.Front
	f.Lines = lines
	y := &configReader{file: p.pos, skip: 1}
	y.known = c.engineNames()
	y.Read(block, settings.Keys{
		"title":       y.Text(&f.Title),
		"description": y.Text(&f.Description),
		"weight":      y.Whole(&f.Weight),
		"draft":       y.Bool(&f.Draft),
		"aliases":     y.Texts(&f.Aliases),
		"tags":        y.Texts(&f.Tags),
		"reference":   y.Bool(&f.Reference),
		"contents":    func(n settings.Node) { f.Contents = new(int); y.contents(f.Contents)(n) },
		"lab":         func(n settings.Node) { f.IsLab = true; p.Lab = y.lab(n, c) },
	})
	return size, y.errors()
}

// DockerMachine is what lab.machine calls the machine that has a Docker Engine
// of its own.
const DockerMachine = "docker"

// defaultLab returns the settings of a lab whose front matter sets none.
func defaultLab(c *Config) *Lab {
	return &Lab{
		Machine: DockerMachine, Docker: c.Docker, Dir: "~/lab", Cleanup: true, Network: c.Machine.Network, Timeout: c.Machine.Timeout,
		Placeholders: c.Placeholders, Env: c.Env,
	}
}

func (y *configReader) lab(n settings.Node, c *Config) *Lab {
	l := defaultLab(c)
	l.Pos = y.pos(settings.Place(n))
	if !settings.IsEmpty(n) && !settings.IsMapping(n) {
		y.Fail(n, "expected the settings of a lab, such as {dir: ~/labs/flask}, or {} for none")
		return l
	}
	var docker settings.Node
	y.Mapping(n, settings.Keys{
		"machine":      y.Text(&l.Machine),
		"docker":       func(n settings.Node) { docker = n; y.dockerNames(&l.Docker)(n); y.knowEngines() },
		"dir":          y.labDir(&l.Dir),
		"hub":          y.Text(&l.Hub),
		"after":        y.Text(&l.After),
		"cleanup":      y.onOff(&l.Cleanup),
		"network":      y.OneOf(&l.Network, "open", "none"),
		"timeout":      y.Duration(&l.Timeout),
		"placeholders": y.placeholders(&l.Placeholders),
		"env":          y.Table(&l.Env, variableName, "the name of a variable"),
	})
	if l.Machine != DockerMachine {
		l.Docker = nil
		if docker != nil {
			y.Fail(docker, "the lab's machine is of the image %q, so it has no Docker Engine of its own to choose", l.Machine)
		}
	}
	return l
}

// onOff reads on or off.
func (y *configReader) onOff(to *bool) func(settings.Node) {
	return func(n settings.Node) {
		word := "on"
		y.OneOf(&word, "on", "off")(n)
		*to = word == "on"
	}
}

func (y *configReader) labDir(to *string) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(to)(n)
		if !strings.HasPrefix(*to, "/") && !strings.HasPrefix(*to, "~/") && *to != "~" {
			y.Fail(n, "expected a directory such as ~/labs/flask or /srv/lab, not %q", *to)
		}
		if strings.Contains("/"+*to+"/", "/../") || strings.ContainsAny(*to, "\n\x00") {
			y.Fail(n, "expected a plain directory, not %q", *to)
		}
	}
}
