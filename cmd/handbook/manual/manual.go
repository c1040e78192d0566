// Package manual describes options, settings and schemes of links in the words
// of the guides.
package manual

import (
	"regexp"
	"strings"

	"handbook/content"
)

// A manual has the descriptions of options, keys and schemes from the guides:
// from their tables, from examples of settings with comments, or else from the
// first paragraph that names them.
type manual struct {
	options    map[string][]string // rows of syntax and description
	keys       map[string]string   // keys of front matter; those of lab begin with "lab."
	settings   map[string]string   // keys of handbook.yaml; those of machine begin with "machine."
	schemes    map[string]string
	paragraphs []string
}

var theManual = readManual()

var span = regexp.MustCompile("`([^`]+)`")

func readManual() *manual {
	m := &manual{options: map[string][]string{}, keys: map[string]string{}, settings: map[string]string{}, schemes: map[string]string{}}
	for _, name := range []string{"writing-labs", "files", "settings", "theming", "pages"} {
		b, err := content.Manual.ReadFile("guides/" + name + ".md")
		if err != nil {
			panic("manual: " + err.Error()) // can't happen: it is embedded
		}
		m.read(string(b))
	}
	return m
}

func (m *manual) read(text string) {
	table := ""
	for block := range strings.SplitSeq(text, "\n\n") {
		switch {
		case strings.HasPrefix(block, "|"):
			for line := range strings.Lines(block) {
				table = m.row(table, strings.TrimSpace(line))
			}
			table = ""
		case strings.HasPrefix(block, "```yaml\ntitle:"):
			m.yaml(block)
		case !strings.HasPrefix(block, "```") && !strings.HasPrefix(block, "<!--") && !strings.HasPrefix(block, "#"):
			m.paragraphs = append(m.paragraphs, strings.TrimSpace(block))
		}
	}
}

// row reads a row of a table, and returns what its first column has.
func (m *manual) row(table, line string) string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	if len(cells) < 2 {
		return table
	}
	head, text := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1])
	if table == "" {
		return head
	}
	if len(cells) > 2 && strings.TrimSpace(cells[2]) != "" {
		text += " (default: " + strings.TrimSpace(cells[2]) + ")"
	}
	for _, name := range span.FindAllStringSubmatch(head, -1) {
		switch table {
		case "option":
			key, _, _ := strings.Cut(name[1], "=")
			m.options[key] = append(m.options[key], head+": "+text)
		case "key":
			m.keys[name[1]] = text
		case "key of `lab`":
			m.keys["lab."+name[1]] = text
		case "link":
			_, rest, _ := strings.Cut(name[1], "](")
			scheme, _, _ := strings.Cut(rest, ":")
			m.schemes[scheme] = text
		default:
			return table
		}
		if table != "option" {
			break
		}
	}
	return table
}

var setting = regexp.MustCompile(`^( *)([\w-]+):(?:(.*?)(?:\s#\s*(.*))?)$`)

// yaml reads settings as the guide shows them: examples, some with a comment.
func (m *manual) yaml(block string) {
	parent := ""
	for line := range strings.Lines(block) {
		found := setting.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if found == nil {
			continue
		}
		name := found[2]
		if found[1] == "" {
			parent = name
		} else {
			name = parent + "." + name
		}
		text := found[4]
		if example := strings.TrimSpace(found[3]); example != "" {
			if text != "" {
				text += "\n\n"
			}
			text += "such as `" + found[2] + ": " + example + "`"
		}
		m.settings[name] = text
	}
}

// Option returns the description of an option of a snippet, as Markdown, "" if
// the guides have none.
func Option(name string) string { return theManual.option(name) }

// Key returns the description of a key of handbook.yaml, which is named by its
// path.
func Key(keys ...string) string { return theManual.key(true, keys) }

// FrontKey returns the description of a key of front matter.
func FrontKey(keys ...string) string { return theManual.key(false, keys) }

// Scheme returns what a scheme of links measures.
func Scheme(name string) string { return theManual.schemes[name] }

func (m *manual) option(name string) string {
	if rows := m.options[name]; rows != nil {
		seen, all := map[string]bool{}, []string{}
		for _, row := range rows {
			if !seen[row] {
				seen[row] = true
				all = append(all, row)
			}
		}
		return strings.Join(all, "\n\n")
	}
	return m.paragraph(name)
}

// paragraph returns the first paragraph that names an option.
func (m *manual) paragraph(name string) string {
	for _, p := range m.paragraphs {
		for _, found := range span.FindAllStringSubmatch(p, -1) {
			if word, _, _ := strings.Cut(found[1], "="); word == name || strings.HasPrefix(found[1], name+":") {
				return p
			}
		}
	}
	return ""
}

// key returns the description of a key of front matter, or of handbook.yaml.
func (m *manual) key(site bool, keys []string) string {
	name := strings.Join(keys, ".")
	if text := m.keys[name]; !site && text != "" {
		return text
	}
	if text := m.settings[name]; text != "" {
		return text
	}
	if len(keys) == 0 {
		return ""
	}
	return m.paragraph(keys[len(keys)-1])
}
