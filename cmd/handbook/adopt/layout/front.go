package layout

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/content/settings"
)

// A Lab has the front matter of a lab.
type Lab struct {
	Dir          string
	Machines     []string          // several, or none
	Files        []string          // files that it starts with
	Hub          string            // the user of Docker Hub, "" for none
	Placeholders map[string]string // with their values; unused ones are omitted
	From         map[string]From   // for placeholders whose values only a run shows
}

// A From says where the value of a placeholder comes from: the match of Match
// in the output of a snippet.
type From struct{ Snippet, Match string }

// front writes the front matter.
func (p *Page) front(text string) []string {
	out := []string{"---", "title: " + settings.Quote(oneLine(p.Title))}
	have := map[string]bool{"title": true}
	for _, k := range p.Text.Doc.Front {
		key := keptKeys[strings.ToLower(k.Name)]
		value := strings.TrimSpace(k.Value)
		if key == "" || have[key] || value == "" {
			if key == "" {
				p.Once(k.Line, "nothing", fmt.Sprintf("the handbook has no key %q", k.Name))
			}
			continue
		}
		switch key {
		case "description":
			out = append(out, "description: "+settings.Quote(oneLine(foreign.Unquote(value))))
		case "weight":
			n, err := strconv.Atoi(foreign.Unquote(value))
			if err != nil {
				continue
			}
			out = append(out, "weight: "+strconv.Itoa(n))
		case "draft":
			if value != "true" {
				continue
			}
			out = append(out, "draft: true")
		case "tags":
			tags := tagsOf(value)
			if len(tags) == 0 {
				continue
			}
			out = append(out, "tags: ["+strings.Join(tags, ", ")+"]")
		}
		have[key] = true
	}
	if m := number.FindStringSubmatch(path.Base(p.Text.Source)); m != nil && !have["weight"] {
		n, _ := strconv.Atoi(m[1])
		out = append(out, "weight: "+strconv.Itoa(n))
	}
	if p.Lab != nil {
		out = append(out, "lab:", "  dir: "+settings.Quote(p.Lab.Dir))
		if len(p.Lab.Machines) > 0 {
			out = append(out, "  machines: ["+strings.Join(p.Lab.Machines, ", ")+"]")
		}
		if len(p.Lab.Files) > 0 {
			var names []string
			for _, name := range p.Lab.Files {
				names = append(names, settings.Quote(name))
			}
			out = append(out, "  files: ["+strings.Join(names, ", ")+"]")
		}
		if p.Lab.Hub != "" {
			out = append(out, "  hub: "+settings.Quote(p.Lab.Hub))
		}
		out = append(out, "  timeout: 30m")
		if used := p.Lab.used(text); len(used) > 0 {
			out = append(out, "  placeholders:")
			out = append(out, used...)
			for _, u := range used {
				name, value, _ := strings.Cut(strings.TrimSpace(u), ": ")
				p.Once(1, name, "the run has "+value+" for it")
			}
		}
	}
	return append(out, "---", "")
}

// used returns the placeholders that a text uses, as YAML.
func (l *Lab) used(text string) (lines []string) {
	values := map[string]string{}
	for name, value := range l.Placeholders {
		values[name] = settings.Quote(value)
	}
	for name, from := range l.From {
		values[name] = fmt.Sprintf("{from: %s, match: %s}", from.Snippet, settings.Quote(from.Match))
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if strings.Contains(text, name) {
			lines = append(lines, fmt.Sprintf("    %s: %s", settings.Quote(name), values[name]))
		}
	}
	return lines
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// keptKeys are the keys of foreign front matter that the handbook supports
// too.
var keptKeys = map[string]string{
	"title": "title", "description": "description", "summary": "description", "excerpt": "description", "weight": "weight", "order": "weight", "nav_order": "weight",
	"sidebar_position": "weight", "draft": "draft", "tags": "tags",
}

var number = regexp.MustCompile(`^(\d{1,3})[-_. ]`)

func tagsOf(value string) (tags []string) {
	for _, t := range strings.FieldsFunc(strings.Trim(value, "[]"), func(r rune) bool { return r == ',' || r == '\n' }) {
		if t = foreign.Unquote(strings.TrimPrefix(strings.TrimSpace(t), "- ")); t != "" {
			tags = append(tags, settings.Quote(oneLine(t)))
		}
	}
	return tags
}
