package assist

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/cmd/handbook/manual"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/settings"
	"handbook/content/wording"
)

// A Kind is what an Item is.
type Kind int

const (
	Option Kind = iota
	Key
	Value
	File
	Anchor
	Language
)

// An Item is something that could be written at a place.
type Item struct {
	Label string
	Kind  Kind
	Text  string // what is written
	About string // Markdown, or ""
}

// Complete returns what could be written at a place, and the part of the line in
// place of which it is written.
func (p *Place) Complete() ([]Item, Span) {
	line, before := p.text()
	if first, ok := p.inYAML(); ok {
		return p.yaml(first, before)
	}
	if text, start, ok := p.opening(); ok {
		return p.info(text, start)
	}
	if s, inside := p.snippet(); inside {
		return p.code(s, line, before)
	}
	return p.link(before)
}

// span returns the last part of what stands before the place, n bytes long.
func (p *Place) span(n int) Span { return Span{p.Line, p.Col - n, p.Col} }

// only returns the items that begin with a text, in any case.
func only(items []Item, prefix string) []Item {
	return slices.DeleteFunc(items, func(i Item) bool {
		return !strings.HasPrefix(strings.ToLower(i.Label), strings.ToLower(prefix))
	})
}

// info completes an info string.
func (p *Place) info(text string, start int) ([]Item, Span) {
	done := text[:min(max(p.Col-start, 0), len(text))]
	word := done[strings.LastIndexAny(done, " \t")+1:]
	if word == done && !strings.Contains(word, "=") {
		var items []Item
		for _, lang := range info.Languages() {
			items = append(items, Item{lang, Language, lang, ""})
		}
		return only(items, word), p.span(len(word))
	}
	s, _ := p.snippet()
	if name, value, ok := strings.Cut(word, "="); ok {
		value = strings.TrimPrefix(value, `"`)
		return only(values(p.values(s, name)), value), p.span(len(value))
	}
	var items []Item
	_, words := info.Split(text)
	role := s.Role
	if role == info.Unknown || role == info.Shown { // it can become a file, or what shows one
		role = info.File
	}
	for _, name := range info.Names(role) {
		if slices.ContainsFunc(words, func(w info.Word) bool { return w.Key == name && (w.Valued || name != word) }) {
			continue
		}
		item := Item{name, Option, name, manual.Option(name)}
		if !info.IsFlag(name) {
			item.Text += "="
		}
		items = append(items, item)
	}
	if s.Role == info.Unknown || s.Role == info.Shown {
		for _, name := range info.Names(s.Role) {
			if !slices.ContainsFunc(items, func(i Item) bool { return i.Label == name }) {
				items = append(items, Item{name, Option, name, manual.Option(name)})
			}
		}
	}
	return only(items, word), p.span(len(word))
}

func values(words []string) (items []Item) {
	for _, word := range words {
		items = append(items, Item{word, Value, word, ""})
	}
	return items
}

// values returns values that an option can have here.
func (p *Place) values(s *content.Snippet, option string) (all []string) {
	switch option {
	case "file":
		return p.files(s)
	case "include":
		all = p.files(s)
		for _, f := range p.Site.Files {
			if path.Dir(f) == path.Dir(p.Page.Path) {
				all = append(all, path.Base(f))
			}
		}
	case "term":
		used := 1
		for _, other := range p.pageTree().Snippets {
			used = max(used, other.Options.Term)
		}
		for n := 1; n <= min(used+1, 9); n++ {
			all = append(all, strconv.Itoa(n))
		}
	case "on":
		if p.Page.Lab != nil {
			all = slices.Clone(p.Page.Lab.Machines)
		}
	case "tty":
		all = []string{"no", "yes"}
	case "ready":
		all = []string{"no", "90s"}
	case "docker":
		if p.Page.Lab != nil {
			all = slices.DeleteFunc(slices.Clone(p.Page.Lab.Docker), func(name string) bool { return name == "" })
		}
	case "tab":
		for _, other := range p.pageTree().Snippets {
			if tab := other.Options.Tab; tab != "" && other != s && !strings.Contains(tab, " ") {
				all = append(all, tab)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// files returns the names of files that snippets above write.
func (p *Place) files(s *content.Snippet) (all []string) {
	seen := map[string]bool{}
	for _, other := range p.pageTree().Snippets {
		if other == s {
			break
		}
		if f := other.Options.File; f != "" && !seen[f] {
			seen[f] = true
			all = append(all, f)
		}
	}
	return all
}

var (
	wordEnd  = regexp.MustCompile(`[<\w][\w -]*$|[\w]+$`)
	imageEnd = regexp.MustCompile(`[\w./:@-]*$`)
)

// code completes code: images in reports, and placeholders.
func (p *Place) code(s *content.Snippet, line, before string) ([]Item, Span) {
	if s.Role == info.Report {
		prefix := imageEnd.FindString(before)
		return only(values(p.images()), prefix), p.span(len(prefix))
	}
	prefix := wordEnd.FindString(before)
	if i := strings.LastIndexAny(prefix, " <"); i > 0 && prefix[0] != '<' {
		prefix = prefix[i+1:]
	}
	if prefix == "" {
		return nil, p.span(0)
	}
	var items []Item
	names := p.placeholders()
	for _, name := range slices.Sorted(maps.Keys(names)) {
		items = append(items, Item{name, Value, name, p.runsWith(name)})
	}
	return only(items, prefix), p.span(len(prefix))
}

// images returns the names of images that the lab has made, or that the page
// names in reports and measured values.
func (p *Place) images() (all []string) {
	if r := p.Page.Record; r != nil {
		for _, i := range r.Images {
			all = append(all, i.Ref)
		}
	}
	for _, s := range p.pageTree().Snippets {
		for _, row := range s.Rows {
			if row.Pos.Line != p.Line+1 {
				all = append(all, row.Refs...)
			}
		}
	}
	for _, m := range p.pageTree().Measures {
		if m.Pos.Line != p.Line+1 {
			all = append(all, m.Ref)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var (
	linkStart  = regexp.MustCompile(`\]\(<?([^()<>\s]*)$`)
	imageStart = regexp.MustCompile(`!\[[^\]]*\]\([^()]*$`)
)

// link completes the destination of a link.
func (p *Place) link(before string) ([]Item, Span) {
	found := linkStart.FindStringSubmatch(before)
	if found == nil {
		return nil, p.span(0)
	}
	dest := found[1]
	if scheme, ref, ok := strings.Cut(dest, ":"); ok && content.Schemes[scheme] != "" {
		return only(values(p.images()), ref), p.span(len(ref))
	}
	if file, anchor, ok := strings.Cut(dest, "#"); ok {
		var items []Item
		if to, _, _ := p.Targets.Find(p.Page, file); to != nil {
			for _, name := range p.Targets.Anchors(to) {
				items = append(items, Item{name, Anchor, name, ""})
			}
		}
		return only(items, anchor), p.span(len(anchor))
	}
	var items []Item
	image := imageStart.MatchString(before)
	for _, to := range p.Site.Pages {
		if to != p.Page && !image {
			name := p.relative(to.Path)
			items = append(items, Item{name, File, name, wording.Literal(to.Title)})
		}
	}
	for _, file := range p.Targets.Files() {
		name := p.relative(file)
		items = append(items, Item{name, File, name, ""})
	}
	if p.Page.Lab != nil && !image {
		for _, scheme := range slices.Sorted(maps.Keys(content.Schemes)) {
			items = append(items, Item{scheme + ":", Value, scheme + ":", manual.Scheme(scheme)})
		}
	}
	return only(items, dest), p.span(len(dest))
}

// yaml completes keys and values of settings.
func (p *Place) yaml(first int, before string) ([]Item, Span) {
	at := yamlAt(p.Lines[first:], p.Line-first, before)
	shape := config.Shape()
	if p.Page != nil {
		shape = config.FrontShape()
	}
	if at.value {
		s := shape.At(append(at.keys, at.key)...)
		return only(values(p.yamlValues(s, append(at.keys, at.key))), at.prefix), p.span(len(at.prefix))
	}
	var items []Item
	for _, name := range shape.At(at.keys...).Names() {
		text := name + ": "
		if s := shape.At(append(at.keys, name)...); s.Kind == "" && s.List == nil {
			text = name + ":"
		}
		items = append(items, Item{name, Key, text, p.about(append(at.keys, name))})
	}
	return only(items, at.prefix), p.span(len(at.prefix))
}

// yamlValues returns values that a setting can have.
func (p *Place) yamlValues(s *settings.Shape, keys []string) (all []string) {
	name := strings.Join(keys, ".")
	switch {
	case s == nil:
		return nil
	case name == "lab.after" && p.Page != nil:
		for _, other := range p.Site.Pages {
			if other.Lab != nil && other != p.Page {
				all = append(all, p.relative(other.Path))
			}
		}
		return all
	case name == "lab.docker" || name == "machine.docker":
		return p.Site.Config.EngineNames()
	case name == "lab.machine":
		return []string{config.DockerMachine}
	case s.Kind == settings.Bool:
		return []string{"false", "true"}
	}
	return s.Words
}
