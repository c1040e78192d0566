package adopt

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/prose"
	"handbook/content"
	"handbook/content/wording"
)

// A layout puts a page together: front matter, the text around the fences, the
// fences.
type layout struct {
	*notes
	doc    *foreign.Page
	names  map[string]string // paths of pages, by those in the source
	copies copies
	values *values
	terms  *terminals
	blocks map[*foreign.Fence][]*block
	brings []string // what the lab starts with, as its front matter names it
}

// assemble writes the page: front matter, the text around the fences, the
// fences. Fences that content can't read are skipped, each with its reason.
func (l *layout) assemble() []byte {
	const tries = 6 // a fence that is skipped can show what is wrong with the next one
	var out []byte
	for range tries {
		out = l.lay()
		wrong := l.check(out)
		if !l.page.Lab || !l.repair(wrong) {
			break
		}
	}
	l.tieLines()
	return out
}

// lay writes the page as it stands now, and notes the line of each block.
func (l *layout) lay() []byte {
	var lines []string
	put := func(all ...string) { lines = append(lines, all...) }
	body, places := l.text().Translate(func(f *foreign.Fence) []string {
		var out []string
		indent := strings.TrimRight(f.Indent, " \t") + f.Indent[len(strings.TrimRight(f.Indent, " \t")):]
		for i, b := range l.blocks[f] {
			if i > 0 {
				indent = spaces(f.Indent)
				out = append(out, strings.TrimRight(indent, " "))
			}
			b.at = len(out) + 1 // below the place of the fence, which is added later
			out = append(out, b.lines(indent)...)
		}
		return out
	})
	text := strings.Join(body, "\n")
	put(l.front(text)...)
	cut := 0
	for cut < len(body) && body[cut] == "" {
		cut++
	}
	first := len(lines) - cut
	put(body[cut:]...)
	for f, at := range places {
		for _, b := range l.blocks[f] {
			b.at += first + at
		}
	}
	return []byte(strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n")
}

// text is the page's text around its fences.
func (l *layout) text() *prose.Text {
	return &prose.Text{
		Doc: l.doc, Source: l.page.Source, Path: l.page.Path, Pages: l.names, Files: l.copies, Note: l.once, Nowhere: l.nowhere,
	}
}

// check reads the page as the handbook will.
func (l *layout) check(out []byte) content.Errors {
	fsys, err := txtar.FS(&txtar.Archive{Files: []txtar.File{{Name: "page.md", Data: bytes.Clone(out)}}})
	if err != nil {
		panic("adopt: " + err.Error()) // only names can be wrong
	}
	_, err = content.Load(fsys, "")
	errs, _ := err.(content.Errors)
	return errs
}

// repair skips the blocks in which mistakes stand. It reports whether there were
// any.
func (l *layout) repair(errs content.Errors) (changed bool) {
	at := map[int][]*block{} // by the lines of the new page
	for _, all := range l.blocks {
		for _, b := range all {
			for line := b.at; b.at > 0 && line <= b.at+len(b.code)+1; line++ {
				at[line] = append(at[line], b)
			}
		}
	}
	for _, e := range errs {
		for _, b := range at[e.Pos.Line] {
			changed = l.mend(b, e.Msg) || changed
		}
	}
	return changed
}

// mend changes a block that can't be read.
func (l *layout) mend(b *block, msg string) bool {
	switch {
	case b.lang == "text":
		return false
	case b.lang == "output":
		b.lang = "text"
	case strings.Contains(msg, "U+"): // what terminals obey looks like other code
		b.code = strings.Split(strings.Map(func(r rune) rune {
			if wording.Obeyed(r) || r == 0x200e || r == 0x200f {
				return -1
			}
			return r
		}, strings.Join(b.code, "\n")), "\n")
	case b.has("skip"):
		b.lang, b.opts = "text", nil
	default:
		b.skip("is not a command as it stands")
	}
	l.note(b.line, "skip", "%s", msg)
	return true
}

// front writes the front matter.
func (l *layout) front(text string) []string {
	out := []string{"---", "title: " + yamlText(l.page.Title)}
	have := map[string]bool{"title": true}
	for _, k := range l.doc.Front {
		key := keptKeys[strings.ToLower(k.Name)]
		value := strings.TrimSpace(k.Value)
		if key == "" || have[key] || value == "" {
			if key == "" {
				l.once(k.Line, "nothing", fmt.Sprintf("the handbook has no key %q", k.Name))
			}
			continue
		}
		switch key {
		case "description":
			out = append(out, "description: "+yamlText(foreign.Unquote(value)))
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
	if m := number.FindStringSubmatch(path.Base(l.page.Source)); m != nil && !have["weight"] {
		n, _ := strconv.Atoi(m[1])
		out = append(out, "weight: "+strconv.Itoa(n))
	}
	if l.page.Lab {
		out = append(out, "lab:", "  dir: "+yamlText(l.terms.labDir()))
		if len(l.brings) > 0 {
			var names []string
			for _, name := range l.brings {
				names = append(names, yamlText(name))
			}
			out = append(out, "  files: ["+strings.Join(names, ", ")+"]")
		}
		if l.values.needsHub {
			out = append(out, "  hub: "+yamlText(l.values.hubUser()))
		}
		out = append(out, "  timeout: 30m")
		if used := used(text, l.values.words.All(), l.values.ids.Values); len(used) > 0 {
			out = append(out, "  placeholders:")
			out = append(out, used...)
			for _, u := range used {
				name, value, _ := strings.Cut(strings.TrimSpace(u), ": ")
				l.once(1, name, "the run has "+value+" for it")
			}
		}
	}
	return append(out, "---", "")
}

// tieLines ties the lines of the page that was written to those of its source.
func (l *layout) tieLines() {
	l.page.Lines = map[int]int{}
	for _, all := range l.blocks {
		for _, b := range all {
			for _, m := range b.marks {
				l.page.Lines[b.at+1+m.code] = m.line
			}
			if len(b.marks) == 0 && b.at > 0 {
				l.page.Lines[b.at] = b.line
				if b.fence == nil { // what leaves a program is no command of the page's
					for i := range len(b.code) + 2 {
						l.page.Lines[b.at+i] = -b.line
					}
				}
			}
		}
	}
}

// used returns the placeholders that stand in a text, as YAML.
func used(text string, values ...map[string]string) []string {
	all := map[string]string{}
	for _, more := range values {
		maps.Copy(all, more)
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.Contains(text, name) {
			lines = append(lines, fmt.Sprintf("    %s: %s", yamlText(name), yamlText(all[name])))
		}
	}
	return lines
}

// spaces is the indent of what follows a list's marker.
func spaces(indent string) string {
	var b strings.Builder
	for _, r := range indent {
		if r == '>' || r == '\t' {
			b.WriteRune(r)
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func yamlText(s string) string {
	if regexp.MustCompile(`^[\pL~][\pL\d_./-]*(?: [\pL\d_./()-]+)*$`).MatchString(s) {
		switch strings.ToLower(s) {
		case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		default:
			return s
		}
	}
	return "'" + strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "'", "''") + "'"
}

// kept are the keys of foreign front matter that the handbook has, too.
var keptKeys = map[string]string{
	"title": "title", "description": "description", "summary": "description", "excerpt": "description", "weight": "weight", "order": "weight", "nav_order": "weight",
	"sidebar_position": "weight", "draft": "draft", "tags": "tags",
}

var number = regexp.MustCompile(`^(\d{1,3})[-_. ]`)

func tagsOf(value string) (tags []string) {
	for _, t := range strings.FieldsFunc(strings.Trim(value, "[]"), func(r rune) bool { return r == ',' || r == '\n' }) {
		if t = foreign.Unquote(strings.TrimPrefix(strings.TrimSpace(t), "- ")); t != "" {
			tags = append(tags, yamlText(t))
		}
	}
	return tags
}

// defaultDir is the directory of a lab that names none.
func defaultDir(page string) string {
	name := strings.TrimSuffix(path.Base(page), ".md")
	if name == "index" {
		name = path.Base(path.Dir(page))
	}
	name = regexp.MustCompile(`^\d{4}-\d\d?-\d\d?-`).ReplaceAllString(name, "") // the date of a post
	name = regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-")
	return "~/" + cmp.Or(strings.Trim(name, "-"), "lab")
}

// titleOf makes a title of a path.
func titleOf(p string) string {
	name := strings.TrimSuffix(path.Base(p), path.Ext(p))
	if l := strings.ToLower(name); l == "index" || l == "readme" {
		if dir := path.Base(path.Dir(p)); dir != "." && dir != "/" {
			name = dir
		}
	}
	name = strings.TrimLeft(name, "0123456789-_. ")
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if name == "" {
		return "Lab"
	}
	r := []rune(name)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
