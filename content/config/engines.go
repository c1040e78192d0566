package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// Engines are the names of the Docker Engines for which there are built-in
// machines, the default first.
var Engines = []string{"29", "28", "26"}

// An Engine says how machines with one of the site's own engines are made:
// from an image, or from a Dockerfile.
type Engine struct {
	Dockerfile string // path relative to the content root
	Image      string // reference
	Pos        mistake.Pos
}

// An engineName is where settings name an engine.
type engineName struct {
	name string
	at   settings.Node
}

// maxEngines is how many engines a lab can run on.
const maxEngines = 5

// dockerNames reads the names of engines: [29, 28], or only 29.
func (y *reader) dockerNames(to *[]string) func(settings.Node) {
	return func(n settings.Node) {
		var names []string
		one := func(item settings.Node) {
			var name string
			y.Text(&name)(item)
			switch {
			case name == "":
			case slices.Contains(names, name):
				y.Fail(item, "Docker Engine %q is named twice", name)
			default:
				names = append(names, name)
				y.named = append(y.named, engineName{name, item})
			}
		}
		y.OneOrMore(one)(n)
		switch {
		case len(names) == 0:
			y.Fail(n, "expected the names of Docker Engines, such as [%s]", strings.Join(Engines[:2], ", "))
		case len(names) > maxEngines:
			y.Fail(n, "%d Docker Engines, expected at most %d", len(names), maxEngines)
		}
		*to = names
	}
}

var isEngineName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$`).MatchString

// engineTable reads the site's own engines: {name: {image: …}}.
func (y *reader) engineTable(c *Config) func(settings.Node) {
	return func(n settings.Node) {
		y.Each(func(name string, key, value settings.Node) {
			e := Engine{Pos: y.pos(settings.Place(key))}
			y.Mapping(value, settings.Keys{"dockerfile": y.Text(&e.Dockerfile), "image": y.Text(&e.Image)})
			switch {
			case !isEngineName(name):
				y.Fail(key, "%q is not the name of an engine, expected a short word such as 27 or rootless", name)
			case slices.Contains(Engines, name):
				y.Fail(key, "the name %q is that of a built-in Docker Engine, expected another one", name)
			case (e.Dockerfile == "") == (e.Image == ""):
				y.Fail(value, "expected either an image or a dockerfile for machines with Docker Engine %q", name)
			}
			c.addEngine(name, e)
		})(n)
	}
}

// ownImage reads the reference of the image of all machines with an engine.
func (y *reader) ownImage(c *Config) func(settings.Node) {
	return func(n settings.Node) {
		e := Engine{Pos: y.pos(settings.Place(n))}
		y.Text(&e.Image)(n)
		if e.Image == "" {
			y.Fail(n, "expected the name of an image, such as registry.example.org/machines@sha256:…")
			return
		}
		c.addEngine("", e)
	}
}

func (c *Config) addEngine(name string, e Engine) {
	if c.Engines == nil {
		c.Engines = map[string]Engine{}
	}
	c.Engines[name] = e
}

// engines checks the engines in handbook.yaml.
func (y *reader) engines(c *Config) {
	y.known = c.EngineNames()
	y.knowEngines()
	if c.oneMachine() {
		c.Docker = []string{""}
	}
}

// oneMachine reports whether all machines of the site are of one image.
func (c *Config) oneMachine() bool {
	_, image := c.Engines[""]
	return image || c.Machine.Dockerfile != ""
}

// EngineNames lists the engines that labs can name.
func (c *Config) EngineNames() []string {
	if c.oneMachine() {
		return []string{}
	}
	return slices.Concat(Engines, slices.Sorted(maps.Keys(c.Engines)))
}

// knowEngines reports engines that do not exist.
func (y *reader) knowEngines() {
	for _, named := range y.named {
		switch {
		case slices.Contains(y.known, named.name):
		case len(y.known) == 0:
			y.Fail(named.at, "all machines of the site are of one image, by machine.image or machine.dockerfile, so engines can't be chosen by name: give it a name in machine.engines")
		default:
			y.Fail(named.at, "there is no Docker Engine %q, expected %s%s", named.name, strings.Join(y.known, ", "), wording.DidYouMean(named.name, slices.DeleteFunc(slices.Clone(y.known), isNumber)))
		}
	}
	y.named = nil
}

// isNumber reports whether a name is a version, which is hardly a misspelling
// of another one.
func isNumber(name string) bool { return strings.Trim(name, "0123456789.") == "" }

// DockerName returns the name of an engine for readers: "Docker 28".
func DockerName(name string) string {
	if name == "" {
		return "Docker"
	}
	return "Docker " + name
}
