package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content/mistake"
	"handbook/content/wording"
)

// configErrors are without the file's name, one a line.
func at(file string, line, col int) mistake.Pos {
	return mistake.Pos{File: file, Line: line, Col: col}
}

func configErrors(errs mistake.Errors) string {
	_ = errs.Sorted()
	return strings.ReplaceAll(errs.Error(), "c.yaml:", "")
}

func TestConfig(t *testing.T) {
	const whole = `
title: A course
description: |
  of several
  lines
url: https://example.org/course/
repository: https://github.com/me/course
language: de
nav:
- {title: Labs, url: labs/index.md}
- url: https://example.org
html: unsafe
placeholders: {YOUR_NAME: me, <your-team>: us}
env: {A: 1, b_2: true}
machine:
  dockerfile: machine/Dockerfile
  memory: 2g
  cpus: 1.5
  pids: 500
  disk: 20GiB
  timeout: 1h
  network: none
  mirror: http://localhost:5000
  runtime: sysbox-runc
  ca: ca.pem
`
	got, errs := Read([]byte(whole), "c.yaml")
	want := &Config{
		Title: "A course", Description: "of several\nlines\n", URL: "https://example.org/course", Repository: "https://github.com/me/course", Language: "de", LanguagePos: at("c.yaml", 8, 11),
		Nav:  []NavItem{{"Labs", "labs/index.md", at("c.yaml", 10, 4)}, {"", "https://example.org", at("c.yaml", 11, 3)}},
		HTML: "unsafe", Scripts: "sandbox", Placeholders: Placeholders{"YOUR_NAME": "me", "<your-team>": "us"}, Env: map[string]string{"A": "1", "b_2": "true"},
		Machine: Machine{Dockerfile: "machine/Dockerfile", Memory: 2 * wording.GiB, CPUs: 1.5, Pids: 500, Disk: 20 * wording.GiB, Timeout: time.Hour,
			Network: "none", Mirror: "http://localhost:5000", Runtime: "sysbox-runc", CA: "ca.pem"},
		Docker: []string{""}, Look: Look{Contents: DefaultContents},
	}
	if diff := cmp.Diff(want, got); diff != "" || errs != nil {
		t.Errorf("%v (-want +got):\n%s", errs, diff)
	}
	for _, empty := range []string{"", "\n", "# nothing\n", "---\n"} {
		if got, errs := Read([]byte(empty), "c.yaml"); errs != nil || !cmp.Equal(got, Default()) {
			t.Errorf("%q: %+v, %v", empty, got, errs)
		}
	}
}

func TestConfigWrong(t *testing.T) {
	engines := strings.Join(Engines, ", ")
	for _, c := range []struct{ in, want string }{
		{`title: "a\e[2J"`, "1:8: a text with the character U+001B, which no page shows"},
		{`footer: "a\x7f"`, "1:9: a text with the character U+007F, which no page shows"},
		{`nav: [{title: "a\b", url: /}]`, "1:15: a text with the character U+0008, which no page shows"},
		{"titel: x", `1:1: unknown key "titel" (did you mean "title"?)`},
		{"site_name: x", `1:1: unknown key "site_name" (did you mean "title"?)`},
		{"baseURL: x", `1:1: unknown key "baseURL" (did you mean "url"?)`},
		{"xyz: x", `1:1: unknown key "xyz"`},
		{"title: [a]", "1:8: expected a text, not a list"},
		{"title: {a: b}", "1:9: expected a text, not keys and values"},
		{"title:", ""},
		{"title: 3", ""},
		{"title: >-\n  folded\n", ""},
		{"- a\n- b", "1:1: expected keys and values, not a list"},
		{"just words", `1:1: expected keys and values, not "just words"`},
		{"title: a\n---\ntitle: b", "3:1: only one YAML document is expected"},
		{"title: a\n title: b", `1:8: the next line is indented deeper than the key "title", which has a value already`},
		{"title: 'a", "1:8: the quotation mark ' is never closed"},
		{"title: a\ntitle: b", `2:1: the key "title" is given twice`},
		{"url: example.org", `1:6: expected an address such as https://example.org/handbook, not "example.org"`},
		{"url: ftp://example.org", `1:6: expected an address such as https://example.org/handbook, not "ftp://example.org"`},
		{"url: 'https://'", `1:6: expected an address such as https://example.org/handbook, not "https://"`},
		{"url: 'https://a b'", `1:6: expected an address such as https://example.org/handbook, not "https://a b"`},
		{"html: all", `1:7: expected github or unsafe, not "all"`},
		{"html: unsfe", `1:7: expected github or unsafe, not "unsfe" (did you mean "unsafe"?)`},
		{"nav: labs", `1:6: expected a list, not "labs"`},
		{"nav:\n- labs/index.md", "2:3: expected keys and values, not \"labs/index.md\"\n2:3: an entry of nav needs a url"},
		{"nav:\n- {title: a, link: b}", "2:4: an entry of nav needs a url\n2:14: unknown key \"link\""},
		{"placeholders: {name: a}", `1:16: "name" is not a placeholder, expected capitals such as YOUR_NAME, or <your-name>`},
		{"placeholders: {AB: a}", `1:16: "AB" is not a placeholder, expected capitals such as YOUR_NAME, or <your-name>`},
		{"placeholders: {YOUR_NAME: " + strings.Repeat("a", 201) + "}", "1:16: the value of YOUR_NAME has 201 bytes, expected at most 200"},
		{`placeholders: {YOUR_NAME: "a\ncurl evil.example"}`, "1:16: the value of YOUR_NAME has a line break or another control character, expected a line of text"},
		{"placeholders: [A]", "1:15: expected keys and values, not a list"},
		{"env: {1A: a}", `1:7: "1A" is not the name of a variable`},
		{"env: {A: [a]}", "1:10: expected a text, not a list"},
		{"machine: docker", `1:10: expected keys and values, not "docker"`},
		{"machine: {memory: 512}", ""},
		{"machine: {memory: lots}", `1:19: expected a size such as 512m or 2g, not "lots"`},
		{"machine: {memory: -1g}", `1:19: expected a size such as 512m or 2g, not "-1g"`},
		{"machine: {memory: 0}", `1:19: expected a size such as 512m or 2g, not "0"`},
		{"machine: {disk: inf}", `1:17: expected a size such as 512m or 2g, not "inf"`},
		{"machine: {cpus: 0}", "1:17: expected a number above 0, not 0"},
		{"machine: {cpus: -1}", "1:17: expected a number above 0, not -1"},
		{"machine: {cpus: two}", `1:17: expected a number above 0, not "two"`},
		{"machine: {cpus: .inf}", "1:17: expected a number above 0, not .inf"},
		{"machine: {cpus: inf}", `1:17: expected a number above 0, not "inf"`},
		{"machine: {cpus: nan}", `1:17: expected a number above 0, not "nan"`},
		{"machine: {pids: 0}", ""},
		{"machine: {pids: -1}", "1:17: expected a number from 0, not -1"},
		{"machine: {pids: 1.5}", "1:17: expected a whole number, not 1.5"},
		{"machine: {timeout: 5}", `1:20: expected a duration such as 30s or 15m, not "5"`},
		{"machine: {timeout: 1000h}", `1:20: expected at most 24h, not "1000h"`},
		{"machine: {timeout: 0s}", `1:20: expected a duration such as 30s or 15m, not "0s"`},
		{"machine: {network: closed}", `1:20: expected open or none, not "closed"`},
		{"machine: {docker: [29, 28]}", ""},
		{"machine: {docker: 29}", ""},
		{"machine:\n  docker: [27, mine]\n  engines: {27: {image: me/docker:27}, mine: {dockerfile: Dockerfile}}", ""},
		{"machine: {docker: [29, 27]}", `1:24: there is no Docker Engine "27", expected ` + engines},
		{"machine: {docker: [29, 29]}", `1:24: Docker Engine "29" is named twice`},
		{"machine: {docker: []}", "1:19: expected the names of Docker Engines, such as [" + strings.Join(Engines[:2], ", ") + "]"},
		{"machine: {docker: {29: {}}}", "1:20: expected a text, not keys and values\n1:20: expected the names of Docker Engines, such as [" + strings.Join(Engines[:2], ", ") + "]"},
		{"machine: {engines: [27]}", "1:20: expected keys and values, not a list"},
		{"machine: {engines: {28: {image: x}}}", `1:21: the name "28" is that of a built-in Docker Engine, expected another one`},
		{"machine: {engines: {a b: {image: x}}}", `1:21: "a b" is not the name of an engine, expected a short word such as 27 or rootless`},
		{"machine: {engines: {27: {}}}", `1:25: expected either an image or a dockerfile for machines with Docker Engine "27"`},
		{"machine: {engines: {27: {image: x, dockerfile: y}}}", `1:26: expected either an image or a dockerfile for machines with Docker Engine "27"`},
		{"machine: {image: me/docker@sha256:0, memory: 1g}", ""},
		{"machine: {image: me/docker, dockerfile: D}", "1:11: expected either an image or a dockerfile for all machines"},
		{"machine: {image: ''}", "1:18: expected the name of an image, such as registry.example.org/machines@sha256:…"},
		{"machine: {image: me/docker, docker: 29, engines: {27: {image: x}}}", "1:37: all machines of the site are of one image, by machine.image or machine.dockerfile, so engines can't be chosen by name: give it a name in machine.engines"},
		{"machine: {dockerfile: D, docker: 29}", "1:34: all machines of the site are of one image, by machine.image or machine.dockerfile, so engines can't be chosen by name: give it a name in machine.engines"},
		{"machine: {mirror: localhost:5000}", `1:19: expected an address such as https://example.org/handbook, not "localhost:5000"`},
	} {
		_, errs := Read([]byte(c.in), "c.yaml")
		if diff := cmp.Diff(c.want, configErrors(errs)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestFrontMatter(t *testing.T) {
	site := Default()
	site.Placeholders, site.Env = Placeholders{"YOUR_NAME": "me"}, map[string]string{"A": "1", "B": "1"}
	lab := func(change func(*Lab)) *Lab {
		l := site.DefaultLab()
		change(l)
		return l
	}
	for _, c := range []struct {
		in   string
		want FrontMatter
		lab  *Lab
		rest string
	}{
		{"", FrontMatter{}, nil, ""},
		{"# A\n", FrontMatter{}, nil, "# A\n"},
		{"---\n---\nx", FrontMatter{Lines: 2}, nil, "x"},
		{"--- \t\ntitle: x\n---\n", FrontMatter{Title: "x", Lines: 3}, nil, ""},
		{"\n---\nProse: of a kind, between rules\n\n", FrontMatter{}, nil, "\n---\nProse: of a kind, between rules\n\n"},
		{"x\n---\ntitle: x\n---\n", FrontMatter{}, nil, "x\n---\ntitle: x\n---\n"},
		{"\n\n---\nno mapping\n---\n", FrontMatter{}, nil, "\n\n---\nno mapping\n---\n"},
		{"x\n+++\ny = 1\n+++\n", FrontMatter{}, nil, "x\n+++\ny = 1\n+++\n"},
		{"---\ntitle: x\n--- \n", FrontMatter{Title: "x", Lines: 3}, nil, ""},
		{"---\ntitle: x\n...\ny", FrontMatter{Title: "x", Lines: 3}, nil, "y"},
		{"---\ntitle: x\n---", FrontMatter{Title: "x", Lines: 3}, nil, ""},
		{"---\ndescription: d\nweight: -3\ndraft: true\naliases: /a/\ntags: [b, 3]\n---\n",
			FrontMatter{Description: "d", Weight: -3, Draft: true, Aliases: []string{"/a/"}, Tags: []string{"b", "3"}, Lines: 7}, nil, ""},
		{"---\nlab:\n---\n", FrontMatter{IsLab: true, Lines: 3}, lab(func(l *Lab) { l.Pos = at("p.md", 2, 6) }), ""},
		{"---\nlab: {}\n---\n", FrontMatter{IsLab: true, Lines: 3}, lab(func(l *Lab) { l.Pos = at("p.md", 2, 6) }), ""},
		{"---\nlab:\n  machine: alpine:3.20\n  dir: ~/x\n  hub: me\n  after: a.md\n  network: none\n  timeout: 1m\n  env: {A: 2}\n  placeholders: {OTHER: o}\n---\n",
			FrontMatter{IsLab: true, Lines: 11}, lab(func(l *Lab) {
				l.Docker = nil
				l.Machine, l.Dir, l.Hub, l.After, l.Network, l.Timeout = "alpine:3.20", "~/x", "me", "a.md", "none", time.Minute
				l.Env, l.Placeholders = map[string]string{"A": "2", "B": "1"}, Placeholders{"YOUR_NAME": "me", "OTHER": "o"}
				l.Pos = at("p.md", 3, 3)
			}), ""},
		{"---\nlab: {docker: [28, 26]}\n---\n", FrontMatter{IsLab: true, Lines: 3}, lab(func(l *Lab) { l.Docker, l.Pos = []string{"28", "26"}, at("p.md", 2, 7) }), ""},
		{"---\nlab: {docker: 29}\n---\n", FrontMatter{IsLab: true, Lines: 3}, lab(func(l *Lab) { l.Docker, l.Pos = []string{"29"}, at("p.md", 2, 7) }), ""},
	} {
		front, got, errs := ReadFront([]byte(c.in), "p.md", site)
		offset := FrontSize([]byte(c.in))
		if diff := cmp.Diff(c.want, front); diff != "" || errs != nil {
			t.Errorf("%q: %v (-want +got):\n%s", c.in, errs, diff)
		}
		if diff := cmp.Diff(c.lab, got); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.in, diff)
		}
		if rest := c.in[offset:]; rest != c.rest {
			t.Errorf("%q: the page goes on with %q, want %q", c.in, rest, c.rest)
		}
	}
	if site.Env["A"] != "1" || len(site.Placeholders) != 1 {
		t.Error("a lab has changed the site's settings")
	}
}

// Front matter that would not be read is an error.
func TestNotFrontMatter(t *testing.T) {
	const toml = `front matter in TOML is not read, expected YAML between two lines "---", at the beginning of the file`
	const late = `front matter is read only at the beginning of the file, expected this "---" there, with nothing before it`
	for _, c := range []struct{ in, want string }{
		{"+++\ntitle = 'x'\n+++\n", "1:1: " + toml},
		{"+++ \r\ntitle = 'x'\r\n", "1:1: " + toml},
		{"\n+++\n", "2:1: " + toml},
		{"\n---\ntitle: x\n---\n", "2:1: " + late},
		{" \n\t\n---\n# note\n\nlab:\n  dir: ~/x\n---\n", "3:1: " + late},
		{"\n---\n\ntitle: x\n...\n", "2:1: " + late},
		{" ---\ntitle: x\n---\n", "1:1: " + late},
	} {
		_, _, errs := ReadFront([]byte(strings.ReplaceAll(c.in, "\r", "")), "p.md", Default())
		if got := strings.TrimPrefix(errs.Error(), "p.md:"); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestFrontMatterWrong(t *testing.T) {
	engines := strings.Join(Engines, ", ")
	for _, c := range []struct{ in, want string }{
		{`title: "a\e[2J"`, "2:8: a text with the character U+001B, which no page shows"},
		{`description: "a\u009b2J"`, "2:14: a text with the character U+009B, which no page shows"},
		{`tags: [a, "b\0"]`, "2:11: a text with the character U+0000, which no page shows"},
		{"weight: two", `2:9: expected a whole number, not "two"`},
		{"weight: 1.5", "2:9: expected a whole number, not 1.5"},
		{"weight: '1'", `2:9: expected a whole number, not "1"`},
		{"draft: yes", `2:8: expected true or false, not "yes"`},
		{"tags: {a: b}", "2:8: expected a text, not keys and values"},
		{"tags: [[a]]", "2:8: expected a text, not a list"},
		{"lab: yes", `2:6: expected the settings of a lab, such as {dir: ~/labs/flask}, or {} for none`},
		{"lab: {dir: lab}", `2:12: expected a directory such as ~/labs/flask or /srv/lab, not "lab"`},
		{"lab: {dir: ~root}", `2:12: expected a directory such as ~/labs/flask or /srv/lab, not "~root"`},
		{"lab: {dir: ~/../x}", `2:12: expected a plain directory, not "~/../x"`},
		{`lab: {dir: "~/a\e[2J"}`, `2:12: expected a plain directory, not "~/a\x1b[2J"`},
		{"lab: {dir: ''}", `2:12: expected a directory such as ~/labs/flask or /srv/lab, not ""`},
		{"lab: {dir: ~}", ""},
		{"lab: {dir: /}", ""},
		{"sidebar_position: 1", `2:1: unknown key "sidebar_position" (did you mean "weight"?)`},
		{"tags: docker, compose", `2:7: one tag with a comma in it, expected a list: [docker, compose]`},
		{"tags: [docker, 'a, b']\ntitle: x", ""},
		{"lab: {netwrk: none}", `2:7: unknown key "netwrk" (did you mean "network"?)`},
		{"lab: {docker: [28, 30]}", `2:20: there is no Docker Engine "30", expected ` + engines},
		{"lab: {machine: alpine, docker: 28}", `2:32: the lab's machine is of the image "alpine", so it has no Docker Engine of its own to choose`},
		{"lab: {env: {A-B: x}}", `2:13: "A-B" is not the name of a variable`},
		{"title: 'a", "2:8: the quotation mark ' is never closed"},
		{"title: a\n\n  b: c", `2:8: the next line is indented deeper than the key "title", which has a value already`},
	} {
		_, _, errs := ReadFront(fmt.Appendf(nil, "---\n%s\n---\n", c.in), "c.yaml", Default())
		if diff := cmp.Diff(c.want, configErrors(errs)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.in, diff)
		}
	}
}
