package content

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// ConfigFile is the name of a site's settings in the content root.
const ConfigFile = "handbook.yaml"

// Limits of a lab that says nothing else.
const (
	DefaultTimeout        = 15 * time.Minute // of a lab
	DefaultCommandTimeout = 2 * time.Minute  // of a command
)

var (
	variableName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString
	placeholderName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{2,}$|^<[a-zA-Z][a-zA-Z0-9_ -]*>$`).MatchString
)

const placeholderKind = "a placeholder, expected capitals such as YOUR_NAME, or <your-name>"

// defaultConfig is the config of a site without handbook.yaml.
func defaultConfig() *Config {
	return &Config{Title: "Handbook", Language: "en", HTML: "github", Machine: MachineConfig{Timeout: DefaultTimeout, Network: "open"}}
}

// parseConfig reads handbook.yaml; name is what messages call it.
func parseConfig(src []byte, name string) (*Config, Errors) {
	c := defaultConfig()
	y := &yamlReader{file: name}
	y.read(src, keys{
		"title":        y.text(&c.Title),
		"description":  y.text(&c.Description),
		"url":          y.webAddress(&c.URL),
		"repository":   y.webAddress(&c.Repository),
		"language":     y.text(&c.Language),
		"nav":          y.list(y.navItem(c)),
		"html":         y.oneOf(&c.HTML, "github", "unsafe"),
		"placeholders": y.table(&c.Placeholders, placeholderName, placeholderKind),
		"env":          y.table(&c.Env, variableName, "the name of a variable"),
		"machine":      y.machine(&c.Machine),
	})
	return c, y.errs
}

func (y *yamlReader) webAddress(to *string) func(ast.Node) {
	return func(n ast.Node) {
		y.text(to)(n)
		u, err := url.Parse(*to)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			y.fail(n, "expected an address such as https://example.org/handbook, not %q", *to)
		}
		*to = strings.TrimRight(*to, "/")
	}
}

func (y *yamlReader) navItem(c *Config) func(ast.Node) {
	return func(n ast.Node) {
		item := NavItem{Pos: y.at(n)}
		y.mapping(n, keys{"title": y.text(&item.Title), "url": y.text(&item.URL)})
		if item.URL == "" {
			y.fail(n, "an entry of nav needs a url")
		}
		c.Nav = append(c.Nav, item)
	}
}

func (y *yamlReader) machine(m *MachineConfig) func(ast.Node) {
	return func(n ast.Node) {
		y.mapping(n, keys{
			"dockerfile": y.text(&m.Dockerfile),
			"memory":     y.size(&m.Memory),
			"cpus":       y.decimal(&m.CPUs),
			"pids":       y.count(&m.Pids),
			"disk":       y.size(&m.Disk),
			"timeout":    y.duration(&m.Timeout),
			"network":    y.oneOf(&m.Network, "open", "none"),
			"mirror":     y.webAddress(&m.Mirror),
			"runtime":    y.text(&m.Runtime),
			"ca":         y.text(&m.CA),
		})
	}
}

// splitFront finds the YAML block at the head of a page: its text, and the
// number of lines and bytes that it takes with its fences. closed is false if
// the second fence is missing.
func splitFront(source []byte) (block []byte, lines, size int, closed bool) {
	s := string(source)
	if !strings.HasPrefix(s, "---\n") && s != "---" {
		return nil, 0, 0, true
	}
	size, lines = 4, 1
	for line := range strings.Lines(s[min(4, len(s)):]) {
		lines++
		if t := strings.TrimRight(line, " \t\n"); t == "---" || t == "..." {
			return source[4:size], lines, size + len(line), true
		}
		size += len(line)
	}
	return nil, lines, len(s), false
}

// parseFront reads a page's front matter and returns the offset behind it.
func (p *Page) parseFront(c *Config) (offset int, errs Errors) {
	block, lines, size, closed := splitFront(p.Source)
	if !closed {
		return size, Errors{{Pos: Pos{p.pos, 1, 1}, Msg: `the front matter is never closed, expected a line "---"`}}
	}
	f := &p.Front
	f.Lines = lines
	y := &yamlReader{file: p.pos, skip: 1}
	y.read(block, keys{
		"title":       y.text(&f.Title),
		"description": y.text(&f.Description),
		"weight":      y.whole(&f.Weight),
		"draft":       y.yes(&f.Draft),
		"aliases":     y.texts(&f.Aliases),
		"tags":        y.texts(&f.Tags),
		"lab":         func(n ast.Node) { f.IsLab = true; p.Lab = y.lab(n, c) },
	})
	return size, y.errs
}

// DockerMachine is the name of the machine with a Docker Engine of its own.
const DockerMachine = "docker"

// defaultLab is a lab of which nothing else is said.
func defaultLab(c *Config) *Lab {
	return &Lab{
		Machine: DockerMachine, Dir: "~/lab", Network: c.Machine.Network, Timeout: c.Machine.Timeout,
		Placeholders: c.Placeholders, Env: c.Env,
	}
}

func (y *yamlReader) lab(n ast.Node, c *Config) *Lab {
	l := defaultLab(c)
	l.Pos = y.at(n)
	y.mapping(n, keys{
		"machine":      y.text(&l.Machine),
		"dir":          y.labDir(&l.Dir),
		"hub":          y.text(&l.Hub),
		"after":        y.text(&l.After),
		"network":      y.oneOf(&l.Network, "open", "none"),
		"timeout":      y.duration(&l.Timeout),
		"placeholders": y.table(&l.Placeholders, placeholderName, placeholderKind),
		"env":          y.table(&l.Env, variableName, "the name of a variable"),
	})
	return l
}

func (y *yamlReader) labDir(to *string) func(ast.Node) {
	return func(n ast.Node) {
		y.text(to)(n)
		if !strings.HasPrefix(*to, "/") && !strings.HasPrefix(*to, "~/") && *to != "~" {
			y.fail(n, "expected a directory such as ~/labs/flask or /srv/lab, not %q", *to)
		}
		if strings.Contains("/"+*to+"/", "/../") || strings.ContainsAny(*to, "\n\x00") {
			y.fail(n, "expected a plain directory, not %q", *to)
		}
	}
}
