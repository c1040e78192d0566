package config

import (
	"encoding/json"
	"strings"
	"time"

	"handbook/content/mistake"
	"handbook/content/settings"
	"handbook/content/wording"
)

// A Lab is the front matter's lab key with the site's defaults filled in.
type Lab struct {
	Machine string // "docker", or the reference of an image
	// Docker has the names of the engines that it runs on, the one that its
	// page shows first. If the site has a Dockerfile for its machines, the
	// only name is "". A lab whose machine has no engine has no names.
	Docker       []string
	Machines     []string   // names of the machines, if they have some: the first is that of snippets without on=
	Dir          string     // where it starts, "~/…" or absolute
	Hub          string     // user of the stand-in for Docker Hub, "" for none
	After        string     // path of another page, relative to the content root
	Files        []FileName // what is put on its machine before its first command
	Cleanup      bool       // the page lists what the lab leaves, with commands that remove it
	Network      string     // "open" or "none"
	Timeout      time.Duration
	Placeholders Placeholders
	From         map[string]From // of the placeholders whose values come from outputs of the lab
	Env          map[string]string
	Pos          mistake.Pos
}

// DockerMachine is what lab.machine calls the machine that has a Docker Engine
// of its own.
const DockerMachine = "docker"

// DefaultLab returns the settings of a lab whose front matter sets none.
func (c *Config) DefaultLab() *Lab {
	return &Lab{
		Machine: DockerMachine, Docker: c.Docker, Dir: "~/lab", Cleanup: true, Network: c.Machine.Network, Timeout: c.Machine.Timeout,
		Placeholders: c.Placeholders, Env: c.Env,
	}
}

// ForPages returns, as a text, all settings that affect how pages are read.
func (c *Config) ForPages() string {
	b, err := json.Marshal(struct {
		Lab     *Lab
		Engines []string
	}{c.DefaultLab(), c.EngineNames()})
	if err != nil {
		panic("config: " + err.Error()) // can't happen: all values are plain
	}
	return string(b)
}

func (y *reader) lab(n settings.Node, c *Config) *Lab {
	l := c.DefaultLab()
	l.Pos = y.pos(settings.Place(n))
	if !settings.IsEmpty(n) && !settings.IsMapping(n) {
		y.Fail(n, "expected the settings of a lab, such as {dir: ~/labs/flask}, or {} for none")
		return l
	}
	var docker, machines settings.Node
	y.Mapping(n, settings.Keys{
		"machine":      y.Text(&l.Machine),
		"docker":       func(n settings.Node) { docker = n; y.dockerNames(&l.Docker)(n); y.knowEngines() },
		"machines":     func(n settings.Node) { machines = n; y.machineNames(&l.Machines)(n) },
		"dir":          y.labDir(&l.Dir),
		"hub":          y.Text(&l.Hub),
		"after":        y.Text(&l.After),
		"files":        y.fileNames(&l.Files),
		"cleanup":      y.onOff(&l.Cleanup),
		"network":      y.OneOf(&l.Network, "open", "none"),
		"timeout":      y.Duration(&l.Timeout),
		"placeholders": y.placeholders(&l.Placeholders, &l.From),
		"env":          y.Table(&l.Env, variableName, "the name of a variable"),
	})
	if l.Machine != DockerMachine {
		l.Docker = nil
		if docker != nil {
			y.Fail(docker, "the lab's machine is of the image %q, so it has no Docker Engine of its own to choose", l.Machine)
		}
		if machines != nil {
			y.Fail(machines, "the lab's machine is of the image %q, and only machines with a Docker Engine can be several", l.Machine)
		}
	}
	return l
}

// onOff reads on or off.
func (y *reader) onOff(to *bool) func(settings.Node) {
	return func(n settings.Node) {
		word := "on"
		y.OneOf(&word, "on", "off")(n)
		*to = word == "on"
	}
}

func (y *reader) labDir(to *string) func(settings.Node) {
	return func(n settings.Node) {
		y.Text(to)(n)
		if !strings.HasPrefix(*to, "/") && !strings.HasPrefix(*to, "~/") && *to != "~" {
			y.Fail(n, "expected a directory such as ~/labs/flask or /srv/lab, not %q", *to)
		}
		if strings.Contains("/"+*to+"/", "/../") || strings.Contains(*to, "\n") || strings.ContainsFunc(*to, wording.Obeyed) {
			y.Fail(n, "expected a plain directory, not %q", *to)
		}
	}
}
