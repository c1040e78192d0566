// Package drift lists changes in Docker's world since labs were written:
// removed commands, keys without effect, images without maintenance. Each
// entry links to the announcement.
package drift

import (
	"regexp"
	"strings"
)

// A Kind is a kind of code with drifts.
type Kind int

const (
	Command Kind = iota // in commands
	File                // in files
	Both
)

// A Known is a known drift.
type Known struct {
	Name    string
	Kind    Kind
	What    string // what has changed
	Instead string // the replacement
	Source  string // link to the announcement
	Gone    bool   // it does not work any more

	re  *regexp.Regexp
	fix func(line string) string // nil: there is no patch
}

// replace makes a patch from an expression and its replacement.
func replace(expr, with string) func(string) string {
	re := regexp.MustCompile(expr)
	return func(line string) string { return re.ReplaceAllString(line, with) }
}

func drop(string) string { return dropped }

// dropped marks a line that a patch removes.
const dropped = "\x00"

// All are the known drifts, in the order in which they are searched and
// patched.
var All = []Known{
	{Name: "docker-compose scale", Kind: Command, Gone: true, What: "docker-compose scale is gone", Instead: "docker compose up -d --scale SERVICE=N",
		Source: "https://docs.docker.com/compose/releases/migrate/", re: regexp.MustCompile(`\bdocker-compose scale (\S+=\d+)`), fix: replace(`\bdocker-compose scale (\S+=\d+)`, "docker compose up -d --no-recreate --scale $1")},
	{Name: "docker-compose v1", Kind: Command, Gone: true, What: "docker-compose, version 1, has had no release since July 2023 and is not on the machine", Instead: "docker compose",
		Source: "https://docs.docker.com/compose/releases/migrate/", re: regexp.MustCompile(`(?:^|[\s;&|($])docker-compose(?: |$)`), fix: replace(`(^|[\s;&|(])docker-compose( |$)`, "${1}docker compose$2")},
	{Name: "docker-machine", Kind: Command, Gone: true, What: "Docker Machine is archived since September 2021", Instead: "nothing: Docker runs on this computer",
		Source: "https://github.com/docker/machine", re: regexp.MustCompile(`\bdocker-machine\b`)},
	{Name: "docker scan", Kind: Command, Gone: true, What: "docker scan is gone since April 2023", Instead: "docker scout cves IMAGE, which needs an account",
		Source: "https://docs.docker.com/engine/deprecated/", re: regexp.MustCompile(`\bdocker scan\b`)},
	{Name: "docker daemon", Kind: Command, Gone: true, What: "docker daemon is gone since 17.12", Instead: "dockerd",
		Source: "https://docs.docker.com/engine/deprecated/#docker-daemon-subcommand", re: regexp.MustCompile(`\bdocker daemon\b`), fix: replace(`\bdocker daemon\b`, "dockerd")},
	{Name: "--link", Kind: Command, What: "--link is a legacy feature that may be removed", Instead: "a network: docker network create, and --network for both containers",
		Source: "https://docs.docker.com/engine/network/links/", re: regexp.MustCompile(`\bdocker (?:container )?run\b.*\s--link[ =]`)},
	{Name: "docker/whalesay", Kind: Both, Gone: true, What: "docker/whalesay is an image in a format that engines from 28.2 on no longer pull", Instead: "an image of your own, for example from alpine with cowsay",
		Source: "https://docs.docker.com/engine/deprecated/#pushing-and-pulling-with-image-manifest-v2-schema-1", re: regexp.MustCompile(`\bdocker/whalesay\b`)},
	{Name: "training/webapp", Kind: Both, Gone: true, What: "training/webapp is an image in a format that engines from 28.2 on no longer pull", Instead: "nginx, or an image of your own",
		Source: "https://docs.docker.com/engine/deprecated/#pushing-and-pulling-with-image-manifest-v2-schema-1", re: regexp.MustCompile(`\btraining/(?:webapp|postgres|sinatra|datavol)\b`)},
	{Name: "version:", Kind: File, What: "version: in a Compose file means nothing since Compose 2, and is warned of", Instead: "nothing",
		Source: "https://docs.docker.com/reference/compose-file/version-and-name/", re: regexp.MustCompile(`^version:\s*['"]?[23](?:\.\d+)?['"]?\s*$`), fix: drop},
	{Name: "links:", Kind: File, What: "links: is not needed: services of a Compose file reach each other by name", Instead: "nothing",
		Source: "https://docs.docker.com/reference/compose-file/services/#links", re: regexp.MustCompile(`^\s+links:\s*$`)},
	{Name: "MAINTAINER", Kind: File, What: "MAINTAINER is deprecated", Instead: `LABEL org.opencontainers.image.authors="…"`,
		Source: "https://docs.docker.com/reference/dockerfile/#maintainer-deprecated", re: regexp.MustCompile(`^MAINTAINER\s+(.*)$`), fix: maintainer},
	{Name: "ENV without =", Kind: File, What: "ENV KEY VALUE, without an equals sign, is warned of", Instead: "ENV KEY=VALUE",
		Source: "https://docs.docker.com/reference/build-checks/legacy-key-value-format/", re: regexp.MustCompile(`^ENV [A-Za-z_]\w* [^=\s]\S*$`), fix: replace(`^ENV ([A-Za-z_]\w*) (\S+)$`, "ENV $1=$2")},
	{Name: "apt-key", Kind: Both, Gone: true, What: "apt-key is gone from Debian 13 and Ubuntu 24.10", Instead: "a file in /etc/apt/keyrings, named by signed-by",
		Source: "https://manpages.debian.org/bookworm/apt/apt-key.8.en.html", re: regexp.MustCompile(`\bapt-key\b`)},
	{Name: "SimpleHTTPServer", Kind: Both, Gone: true, What: "SimpleHTTPServer was a module of Python 2", Instead: "python3 -m http.server",
		Source: "https://docs.python.org/3/library/http.server.html", re: regexp.MustCompile(`python2? -m SimpleHTTPServer`), fix: replace(`python2? -m SimpleHTTPServer`, "python3 -m http.server")},
	{Name: "python -m json.tool", Kind: Command, Gone: true, What: "the command python was Python 2's: computers have python3 at most", Instead: "jq .",
		Source: "https://peps.python.org/pep-0394/", re: regexp.MustCompile(`\| *python2? -m json\.tool`), fix: replace(`\| *python2? -m json\.tool`, "| jq .")},
	{Name: "/graph", Kind: Command, Gone: true, What: "/graph was the data folder of Play with Docker's engines", Instead: "/var/lib/docker",
		Source: "https://github.com/play-with-docker/docker-dind", re: regexp.MustCompile(`(?:^|\s|>)/graph/`), fix: replace(`(^|\s|>)/graph/`, "${1}/var/lib/docker/")},
	{Name: "py-pip", Kind: Both, Gone: true, What: "Alpine has no Python 2 since 3.16: its packages py-pip and py2-pip are gone", Instead: "py3-pip",
		Source: "https://wiki.alpinelinux.org/wiki/Release_Notes_for_Alpine_3.16.0", re: regexp.MustCompile(`\bapk add\b.*\bpy2?-pip\b`), fix: replace(`\bpy2?-pip\b`, "py3-pip")},
	{Name: "centos", Kind: Both, What: "CentOS Linux has ended, the last version on 30 June 2024: its package mirrors are gone", Instead: "rockylinux or almalinux",
		Source: "https://endoflife.date/centos", re: image(`centos(?::(?:latest|[5678][\w.]*))?`)},
	{Name: "ubuntu", Kind: Both, What: "this version of Ubuntu gets no updates any more", Instead: "ubuntu:24.04",
		Source: "https://endoflife.date/ubuntu", re: image(`ubuntu:(?:1[0-9]\.\d\d|20\.\d\d|trusty|xenial|bionic|focal|precise|12\.04\S*)`)},
	{Name: "debian", Kind: Both, What: "this version of Debian gets no updates any more", Instead: "debian:trixie",
		Source: "https://endoflife.date/debian", re: image(`debian:(?:wheezy|jessie|stretch|buster|[789]|10)(?:[.-]\S*)?`)},
	{Name: "alpine", Kind: Both, What: "this version of Alpine gets no updates any more", Instead: "alpine:3.22",
		Source: "https://endoflife.date/alpine-linux", re: image(`alpine:(?:2\.\d+|3\.(?:\d|1[0-8]))(?:\.\d+)?`)},
	{Name: "python 2", Kind: Both, What: "Python 2 has ended on 1 January 2020", Instead: "python:3",
		Source: "https://endoflife.date/python", re: image(`python:2(?:[.-]\S*)?`)},
	{Name: "python 3", Kind: Both, What: "this version of Python gets no updates any more", Instead: "python:3.13",
		Source: "https://endoflife.date/python", re: image(`python:3\.[0-9](?:[.-]\S*)?`)},
	{Name: "node", Kind: Both, What: "this version of Node.js gets no updates any more", Instead: "node:22",
		Source: "https://endoflife.date/nodejs", re: image(`node:(?:0\.\d+|[4-9]|1[0-9])(?:[.-]\S*)?`)},
	{Name: "openjdk", Kind: Both, What: "the image openjdk is deprecated and has no new releases", Instead: "eclipse-temurin",
		Source: "https://hub.docker.com/_/openjdk", re: image(`(?:openjdk|java)(?::\S+)?`)},
	{Name: "mysql 5", Kind: Both, What: "MySQL 5 has ended in October 2023", Instead: "mysql:8.4",
		Source: "https://endoflife.date/mysql", re: image(`mysql:5(?:[.-]\S*)?`)},
	{Name: "postgres", Kind: Both, What: "this version of PostgreSQL gets no updates any more", Instead: "postgres:17",
		Source: "https://endoflife.date/postgresql", re: image(`postgres:(?:9|10|11|12|13)(?:[.-]\S*)?`)},
	{Name: "mongo", Kind: Both, What: "this version of MongoDB gets no updates any more", Instead: "mongo:8",
		Source: "https://endoflife.date/mongodb", re: image(`mongo:(?:[2345])(?:[.-]\S*)?`)},
	{Name: "php", Kind: Both, What: "this version of PHP gets no updates any more", Instead: "php:8.4",
		Source: "https://endoflife.date/php", re: image(`php:(?:5|7|8\.0)(?:[.-]\S*)?`)},
	{Name: "ruby", Kind: Both, What: "this version of Ruby gets no updates any more", Instead: "ruby:3.4",
		Source: "https://endoflife.date/ruby", re: image(`ruby:(?:1|2|3\.[01])(?:[.-]\S*)?`)},
	{Name: "Docker Cloud", Kind: Command, Gone: true, What: "Docker Cloud was shut down on 21 May 2018", Instead: "nothing",
		Source: "https://www.docker.com/blog/", re: regexp.MustCompile(`\bdocker(?:-| )cloud\b`)},
}

// image matches a reference to an image as a word of its own.
func image(expr string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^FROM (?:--platform=\S+ )?|^\s+image:\s*["']?|\bdocker (?:container |image )?(?:run|create|pull)\b.*\s)(` + expr + `)(?:["']?\s*$|\s)`)
}

func maintainer(line string) string {
	_, who, _ := strings.Cut(line, "MAINTAINER")
	return `LABEL org.opencontainers.image.authors="` + strings.Trim(strings.TrimSpace(who), `"`) + `"`
}

// A Finding is a drift in a line of code.
type Finding struct {
	Known *Known
	Index int // of the line, from 0
	Line  string
	Fixed string // the patched line; "" if the patch removes it
	Patch bool   // there is a patch
}

// Find looks for drifts in code.
func Find(code []string, kind Kind) (all []Finding) {
	for i, line := range code {
		for k := range All {
			d := &All[k]
			if d.Kind != Both && d.Kind != kind || !d.re.MatchString(line) || d.Name == "docker-compose v1" && strings.Contains(line, "docker-compose scale") {
				continue
			}
			f := Finding{Known: d, Index: i, Line: line}
			if d.fix != nil {
				f.Patch, f.Fixed = true, strings.TrimPrefix(d.fix(line), dropped)
			}
			all = append(all, f)
		}
	}
	return all
}

// Fix applies the patches of all drifts in code.
func Fix(code []string, kind Kind) (out []string, changed bool) {
	for _, line := range code {
		was := line
		for k := range All {
			if d := &All[k]; d.fix != nil && (d.Kind == Both || d.Kind == kind) && d.re.MatchString(line) {
				line = d.fix(line)
			}
		}
		changed = changed || line != was
		if line != dropped {
			out = append(out, line)
		}
	}
	return out, changed
}
