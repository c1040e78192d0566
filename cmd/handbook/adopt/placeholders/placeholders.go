// Package placeholders finds the words of a page that stand for the reader's
// own values, and the ids of containers in old outputs.
package placeholders

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/needs"
)

// Words are the words of a page that stand for the reader's own values.
type Words struct {
	entered string            // the command that entered the last container
	values  map[string]string // by the placeholder's name in the handbook
	names   map[string]string // placeholders by the words of the page
}

// NewWords returns an empty set of words.
func NewWords() *Words {
	return &Words{values: map[string]string{}, names: map[string]string{}}
}

var (
	angleRE  = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9_ .:/-]{0,40}>`)
	upperRE  = regexp.MustCompile(`\b(?:YOUR|MY|OUR)_?[A-Z][A-Z0-9_]*\b|\b(?:DOCKER_?(?:HUB_?)?(?:ID|USER(?:NAME)?)|DOCKERID|USERNAME|CONTAINER_?(?:ID|NAME)|IMAGE_?ID)\b`)
	squareRE = regexp.MustCompile(`\[(?:IP|HOST|IMAGE|NETWORK|VOLUME|PORT)[_ -][A-Z0-9_ -]+\]|\[(?:IP|ip)\]|\[(?:ip|IP)[ _-]?[Aa]ddress[\w -]*\]|\[(?:YOUR|MY|OUR|CONTAINER|DOCKER)[A-Z_ -]*\]|\[(?:container[ _-]?(?:id|name)|your[ _-]\w+|username)\]`)
	lowerRE  = regexp.MustCompile(`\b(?:your[-_]?(?:docker[-_]?(?:hub)?[-_]?)?(?:id|username|user|hub[-_]?id|name|docker[-_]id|container[-_]?id)|yourcontainerid|yourusername|yourname|yourdockerid|your_container_id|containerid)\b`)
	braceRE  = regexp.MustCompile(`(?i)\{(?:container|image|network|volume|your|my|docker)[ _-]?(?:id|name|tag|user|username|hub[ _-]?id)\}`)
	tagRE    = regexp.MustCompile(`(?i)^</?(?:html|head|body|title|h[1-6]|p|div|a|b|i|br|hr|ul|ol|li|img|script|style|table|tr|td|th|span|em|strong|form|input|meta|link|pre|code|none|missing|snip|nil|no value|unset|eof)\b`)
)

// Collect finds the stand-ins of commands.
func (s *Words) Collect(all []*classify.Guess) {
	for _, g := range all {
		switch g.Class {
		case classify.Commands, classify.Transcript, classify.Mixed, classify.Typed:
		default:
			continue
		}
		for _, line := range g.Fence.Code {
			if m := enteredRE.FindStringSubmatch(line); m != nil {
				s.entered = m[1]
			}
			if g.Class != classify.Commands && !strings.ContainsAny(line, "$#>") {
				continue
			}
			for _, re := range []*regexp.Regexp{angleRE, squareRE, braceRE, upperRE, lowerRE} {
				for _, m := range re.FindAllString(line, -1) {
					s.add(m, line)
				}
				line = re.ReplaceAllString(line, " ") // so that a name in brackets is not also found without them
			}
		}
	}
}

func (s *Words) add(found, line string) {
	if tagRE.MatchString(found) || s.names[found] != "" || strings.Contains(line, "$"+found) || strings.Contains(line, "${"+found) || strings.Contains(line, "{"+found) || strings.Contains(line, found+"=") || strings.Contains(line, "<<") {
		return
	}
	name := found
	inner := strings.Trim(found, "<>[]{}")
	if !upperRE.MatchString(found) || strings.ContainsAny(found, "<>[]{}") {
		name = "<" + regexp.MustCompile(`[^A-Za-z0-9_ -]+`).ReplaceAllString(inner, "-") + ">"
	}
	s.names[found] = name
	if s.values[name] == "" {
		s.values[name] = valueOf(inner)
		if s.values[name] == lastRun && s.entered != "" && againRE.MatchString(line) {
			s.values[name] = "$(docker ps -a --no-trunc --format '{{.ID}} {{.Command}}' | grep '" + s.entered + "' | head -n 1 | cut -c 1-12)"
		}
	}
}

// lastRun is the last container that was made.
const lastRun = "$(docker ps -lq)"

var (
	// enteredRE matches a command that enters a container which stays
	// afterwards, and againRE a later command that uses that container again.
	enteredRE = regexp.MustCompile(`docker (?:container )?run (?:-it|-ti|-i -t) (?:--name[ =]\S+ )?[\w./:-]+ (/bin/\w+|ash|bash)\s*$`)
	againRE   = regexp.MustCompile(`docker (?:container )?(?:start|attach|restart) `)
)

// valueOf guesses a value that a lab can run with.
func valueOf(name string) string {
	n := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(n, w) })
	}
	switch {
	case has("containerip", "ipaddress", "ipof") && has("container"):
		return "$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' $(docker ps -lq))"
	case has("containerid", "containername", "nameorid", "idofcontainer", "cid") || n == "container" || n == "id" || n == "yourid":
		return lastRun
	case has("container"):
		return lastRun
	case has("imageid") || n == "image":
		return "$(docker images -q | head -n 1)"
	case has("networkid"):
		return "$(docker network ls -q | head -n 1)"
	case has("volume"):
		return "$(docker volume ls -q | head -n 1)"
	case has("user", "dockerid", "hubid", "account", "namespace", "login", "yourname", "organization"):
		return "student"
	case has("password", "secret", "pass"):
		return "secret"
	case has("ip", "host", "address"):
		return "localhost"
	case has("port"):
		return "8080"
	case has("number", "num", "count", "replicas"):
		return "3"
	case has("tag", "version"):
		return "1.0"
	}
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// Replace replaces stand-ins by the handbook's placeholders.
func (s *Words) Replace(code []string) []string {
	out := make([]string, len(code))
	for i, line := range code {
		for _, found := range slices.SortedFunc(maps.Keys(s.names), longest) {
			if name := s.names[found]; name != found {
				line = strings.ReplaceAll(line, found, name)
			}
		}
		out[i] = line
	}
	return out
}

func longest(a, b string) int {
	if len(a) != len(b) {
		return len(b) - len(a)
	}
	return strings.Compare(a, b)
}

// Value returns the value of a stand-in, or the text itself.
func (s *Words) Value(text string) string {
	for _, name := range slices.SortedFunc(maps.Keys(s.values), longest) {
		text = strings.ReplaceAll(text, name, s.values[name])
	}
	return text
}

// All returns the words and their values.
func (s *Words) All() map[string]string { return s.values }

// IDs are the ids of containers in old outputs, with commands that find the
// same containers in a new run.
type IDs struct {
	of     map[string]string // a placeholder's value by id
	order  []string
	names  map[string]string // the placeholder by id
	Values map[string]string // by placeholder
}

// NewIDs returns an empty set of ids.
func NewIDs() *IDs {
	return &IDs{of: map[string]string{}, names: map[string]string{}, Values: map[string]string{}}
}

var (
	wholeID = regexp.MustCompile(`^[0-9a-f]{64}$|^[0-9a-f]{12}$`)
	// promptID matches the prompt of a shell in a container, which contains
	// its id.
	promptID = regexp.MustCompile(`^\[?root@([0-9a-f]{12})[: ]`)
	rowID    = regexp.MustCompile(`^([0-9a-f]{12}) +(\S+) .*?(\S+)\s*$`)
)

// Collect finds the ids that runs and "docker ps" have printed.
func (d *IDs) Collect(all []*classify.Guess) {
	table := ""
	for _, g := range all {
		if g.Class == classify.Commands || g.Class == classify.File || g.Class == classify.Text {
			continue
		}
		run := ""
		for _, line := range g.Fence.Code {
			t := strings.TrimSpace(line)
			switch {
			case strings.Contains(t, "docker run") || strings.Contains(t, "docker container run") || strings.Contains(t, "docker create"):
				run = t
			case strings.HasPrefix(t, "CONTAINER ID"):
				table = "containers"
			case regexp.MustCompile(`^[A-Z]{3,}[A-Z ]+ {2,}[A-Z]`).MatchString(t):
				table = ""
			case run != "" && promptID.MatchString(t):
				d.add(promptID.FindStringSubmatch(t)[1], containerOf(run))
				run = ""
			case wholeID.MatchString(t) && run != "":
				d.add(t, containerOf(run))
				run = ""
			case table == "containers":
				if m := rowID.FindStringSubmatch(t); m != nil {
					d.add(m[1], "$(docker ps -aq --filter ancestor="+m[2]+" | head -n 1)")
				}
			}
		}
	}
}

func (d *IDs) add(id, value string) {
	if value == "" || d.of[id] != "" {
		return
	}
	for have := range d.of { // a short form of a known id
		if strings.HasPrefix(have, id) {
			d.of[id] = d.of[have]
			return
		}
	}
	d.of[id] = value
	d.order = append(d.order, id)
}

var hexWord = regexp.MustCompile(`\b[0-9a-f]{2,64}\b`)

// Replace replaces ids in commands by placeholders.
func (d *IDs) Replace(code []string) []string {
	if len(d.of) == 0 {
		return code
	}
	out := make([]string, len(code))
	for i, line := range code {
		t := strings.TrimSpace(line)
		if !strings.Contains(t, "docker ") || wholeID.MatchString(t) {
			out[i] = line
			continue
		}
		at := strings.Index(line, "docker ")
		out[i] = line[:at] + hexWord.ReplaceAllStringFunc(line[at:], func(word string) string {
			id := d.find(word, line[at:])
			if id == "" {
				return word
			}
			return d.placeholder(id)
		})
	}
	return out
}

// find returns the known id that begins with a word. Short words count only as
// arguments of commands that take containers.
func (d *IDs) find(word, line string) string {
	if len(word) < 12 && !regexp.MustCompile(`^docker (?:container )?(?:stop|rm|start|kill|logs|attach|exec|inspect|top|restart|commit|diff|export|port|pause|unpause|cp|stats|wait)\b`).MatchString(line) {
		return ""
	}
	if len(word) < 4 && !strings.ContainsAny(word, "0123456789") {
		return ""
	}
	for _, id := range d.order {
		if strings.HasPrefix(id, word) {
			return id
		}
	}
	return ""
}

// placeholder returns the name that stands for an id.
func (d *IDs) placeholder(id string) string {
	if d.names[id] == "" {
		name := "<container-id>"
		if n := len(d.Values); n > 0 {
			for have, v := range d.Values { // the same container
				if v == d.of[id] {
					d.names[id] = have
					return have
				}
			}
			name = fmt.Sprintf("<container-id-%d>", n+1)
		}
		d.names[id], d.Values[name] = name, d.of[id]
	}
	return d.names[id]
}

// containerOf returns shell code for the container of a command in a new run.
func containerOf(run string) string {
	at := strings.Index(run, "docker ")
	image, name, _ := needs.Image(run[at:])
	switch {
	case name != "":
		return name
	case image != "":
		return "$(docker ps -aq --filter ancestor=" + image + " | head -n 1)"
	}
	return ""
}
