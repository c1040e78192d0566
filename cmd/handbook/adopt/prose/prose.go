// Package prose translates the text around the fences of foreign pages: notes,
// slides, attributes and templates of other generators, and links, which lead
// to pages of the handbook or become text.
package prose

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/content/markdown"
)

var (
	rawRE      = regexp.MustCompile(`\{%-?\s*(?:end)?(?:raw|highlight)\b[^%]*-?%\}`)
	liquidRE   = regexp.MustCompile(`^\s*\{%.*%\}\s*$`)
	kramdownRE = regexp.MustCompile(`\{:[^}]*\}`)
	attrLineRE = regexp.MustCompile(`^\s*\{\s*[:.#][^}]*\}\s*$`)
	clickRE    = regexp.MustCompile("(`[^`\n]+`)\\s*\\{\\{\\s*(?:execute|copy|open)[^}]*\\}\\}")
	escapedRE  = regexp.MustCompile(`\{\{ ?"(\{\{[^"]*?)\s*"\s*\}\}(\}\})?`)
	admonRE    = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+([a-z]+)(?:\s+"?(.*?)"?)?\s*$`)
	colonRE    = regexp.MustCompile(`^(\s*):::+\s*\{?\.?([a-z]+)[^}]*?\}?(?:\s+(.*?)|\[(.*?)\])?\s*$`)
	colonEnd   = regexp.MustCompile(`^\s*:::+\s*$`)
	remarkRE   = regexp.MustCompile(`^(?:class|name|template|layout|background-image|count|exclude):\s`)
	remarkBox  = regexp.MustCompile(`^\.[\w-]+(?:\.[\w-]+)*\[(.*)$`)
	linkRE     = regexp.MustCompile(`(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)((?:\s+"[^"]*")?)\)`)
	varRE      = regexp.MustCompile(`\$\$([A-Za-z][\w-]*)\$\$`)
)

// alerts maps kinds of notes of other systems to GitHub's alerts.
var alerts = map[string]string{
	"note": "NOTE", "info": "NOTE", "abstract": "NOTE", "summary": "NOTE", "question": "NOTE", "example": "NOTE", "quote": "NOTE", "seealso": "NOTE", "secondary": "NOTE", "details": "NOTE", "success": "TIP", "check": "TIP",
	"tip": "TIP", "hint": "TIP", "important": "IMPORTANT", "warning": "WARNING", "caution": "CAUTION", "attention": "WARNING", "danger": "CAUTION", "error": "CAUTION", "bug": "CAUTION", "failure": "CAUTION",
}

// A Text is the text of a page.
type Text struct {
	Doc    *foreign.Page
	Source string            // path of the page in the source
	Path   string            // its path in the handbook
	Pages  map[string]string // paths of pages, by those in the source
	Files  []string          // other files, which the handbook has under the same paths

	// Note is called with how a line was translated, and why. It may be called
	// several times with the same arguments.
	Note func(line int, taken, why string)
	// Nowhere is called for links that lead nowhere.
	Nowhere func(line int, to string)

	known []string // anchors of the page; nil until needed
}

// Translate returns the lines of the text with those of its fences, which
// write returns, and for each fence the number of lines above it.
func (w *Text) Translate(write func(*foreign.Fence) []string) (lines []string, places map[*foreign.Fence]int) {
	places = map[*foreign.Fence]int{}
	fences := map[int]*foreign.Fence{}
	for _, f := range w.Doc.Fences {
		fences[f.Line] = f
	}
	slides := w.slides()
	note := -1 // the indent of the current note, -1 outside of notes
	colons, skipping := false, false
	put := func(line string) { lines = append(lines, line) }
	for i := w.Doc.Body; i < len(w.Doc.Lines); i++ {
		line := w.Doc.Lines[i]
		if f := fences[i+1]; f != nil {
			if skipping {
				i = f.End - 1
				continue
			}
			if note >= 0 && len(f.Indent) <= note && strings.TrimSpace(f.Indent) == "" {
				note = -1
			}
			inNote := note >= 0 || colons
			places[f] = len(lines)
			for _, l := range write(f) {
				if inNote {
					l = strings.TrimRight("> "+strings.TrimPrefix(l, strings.Repeat(" ", max(note, 0)+4)), " ")
				}
				put(l)
			}
			i = f.End - 1
			continue
		}
		t := strings.TrimSpace(line)
		switch {
		case slides && t == "???": // notes of the speaker, up to the next slide
			skipping = true
			w.Note(i+1, "nothing", "notes of a speaker")
			continue
		case skipping:
			if t == "---" || t == "--" {
				skipping = false
				put("")
				put("---")
				put("")
			}
			continue
		case slides && (remarkRE.MatchString(line) || t == "--"):
			w.Note(i+1, "nothing", "a setting of a slide")
			continue
		case slides && remarkBox.MatchString(t):
			rest := remarkBox.FindStringSubmatch(t)[1]
			if strings.HasSuffix(rest, "]") && strings.Count(rest, "[") < strings.Count(rest, "]") {
				rest = strings.TrimSuffix(rest, "]")
			}
			put(w.inline(rest, i))
			continue
		case slides && t == "]":
			continue
		case slides && strings.HasSuffix(t, "]") && strings.Count(line, "[") < strings.Count(line, "]"):
			line = strings.TrimSuffix(strings.TrimRight(line, " "), "]")
		case attrLineRE.MatchString(line) || liquidRE.MatchString(line):
			w.Note(i+1, "nothing", "a command of another generator")
			continue
		}
		if note >= 0 {
			indent := len(line) - len(strings.TrimLeft(line, " "))
			if t != "" && indent <= note {
				note = -1
			} else {
				if t == "" && w.noteEnds(i, note) {
					note = -1
					put("")
					continue
				}
				put(strings.TrimRight(strings.Repeat(" ", note)+"> "+w.inline(strings.TrimPrefix(line, strings.Repeat(" ", note+4)), i), " "))
				continue
			}
		}
		if m := admonRE.FindStringSubmatch(line); m != nil && alerts[m[2]] != "" {
			note = len(m[1])
			put(m[1] + "> [!" + alerts[m[2]] + "]" + titled(m[3]))
			continue
		}
		if colons && colonEnd.MatchString(line) {
			colons = false
			put("")
			continue
		}
		if m := colonRE.FindStringSubmatch(line); m != nil && alerts[m[2]] != "" {
			colons = true
			put(m[1] + "> [!" + alerts[m[2]] + "]" + titled(m[3]+m[4]))
			continue
		}
		if colons {
			put(strings.TrimRight("> "+w.inline(line, i), " "))
			continue
		}
		put(w.inline(line, i))
	}
	return lines, places
}

func titled(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// noteEnds reports whether an indented note ends at a blank line.
func (w *Text) noteEnds(i, note int) bool {
	for _, line := range w.Doc.Lines[i+1:] {
		if strings.TrimSpace(line) != "" {
			return len(line)-len(strings.TrimLeft(line, " ")) <= note
		}
	}
	return true
}

// slides reports whether the page is a deck of slides for remark.
func (w *Text) slides() bool {
	rules := 0
	for _, line := range w.Doc.Lines {
		switch {
		case remarkRE.MatchString(line) && !strings.HasPrefix(line, "name:"), strings.TrimSpace(line) == "???":
			return true
		case line == "---":
			rules++
		}
	}
	return rules > 8
}

// inline translates the markup within a line.
func (w *Text) inline(line string, i int) string {
	if strings.Contains(line, "{") {
		line = clickRE.ReplaceAllString(line, "$1")
		line = kramdownRE.ReplaceAllString(line, "")
		line = rawRE.ReplaceAllString(line, "")
	}
	if strings.Contains(line, "$$") {
		line = varRE.ReplaceAllString(line, "`<$1>`")
	}
	if strings.Contains(line, "](") {
		line = linkRE.ReplaceAllStringFunc(line, func(m string) string {
			p := linkRE.FindStringSubmatch(m)
			text := p[2]
			if strings.Contains(text, "](") { // an image within a link
				text = w.inline(text, i)
			}
			to, ok := w.target(p[3], i)
			switch {
			case ok:
				return p[1] + "[" + text + "](" + to + p[4] + ")"
			case p[1] == "!" && text != "":
				return "*(" + text + ")*"
			}
			return text // links that lead nowhere would be errors
		})
	}
	return line
}

// target returns where a link leads in the handbook, and whether anything is
// there.
func (w *Text) target(to string, i int) (string, bool) {
	if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") || strings.HasPrefix(to, "<") || strings.HasPrefix(to, "//") {
		return to, true
	}
	file, fragment, _ := strings.Cut(to, "#")
	if file == "" {
		for _, a := range w.anchors() {
			if a == fragment {
				return to, true
			}
		}
		for _, a := range w.anchors() { // other generators make anchors in other ways
			if loose(a) == loose(fragment) {
				return "#" + a, true
			}
		}
		w.Nowhere(i+1, to)
		return to, false
	}
	file, _, _ = strings.Cut(file, "?")
	if fragment != "" {
		fragment = "#" + fragment
	}
	source := path.Join(path.Dir(w.Source), file)
	if strings.HasPrefix(file, "/") {
		source = strings.TrimPrefix(file, "/")
	}
	source = strings.ReplaceAll(source, "%20", " ")
	for _, try := range []string{source, source + ".md", source + ".markdown", path.Join(source, "README.md"), path.Join(source, "index.md"), strings.TrimSuffix(source, ".html") + ".md"} {
		if name := w.Pages[try]; name != "" {
			return strings.ReplaceAll(relative(path.Dir(w.Path), name), " ", "%20"), true // its anchors may differ
		}
	}
	if slices.Contains(w.Files, source) {
		return strings.ReplaceAll(relative(path.Dir(w.Path), source), " ", "%20") + fragment, true
	}
	w.Nowhere(i+1, to)
	return to, false
}

var (
	anchorRE  = regexp.MustCompile(`<\w+[^>]*\s(?:name|id)="([^"]+)"`)
	headingRE = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$`)
)

// anchors returns the anchors of the page, those of its headings first.
func (w *Text) anchors() []string {
	if w.known == nil {
		w.known = []string{}
		for i, line := range w.Doc.Lines {
			if m := headingRE.FindStringSubmatch(line); m != nil {
				w.known = append(w.known, markdown.Slug(Title(m[1])))
			} else if i > 0 && line != "" && strings.Trim(line, "=") == "" || i > 0 && len(line) > 2 && strings.Trim(line, "-") == "" {
				w.known = append(w.known, markdown.Slug(Title(w.Doc.Lines[i-1])))
			}
		}
		for _, line := range w.Doc.Lines {
			for _, m := range anchorRE.FindAllStringSubmatch(line, -1) {
				w.known = append(w.known, m[1])
			}
		}
	}
	return w.known
}

// loose returns an anchor without characters that generators treat
// differently.
func loose(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// relative returns the path of a file relative to a folder.
func relative(dir, file string) string {
	if dir == "." {
		return file
	}
	up := ""
	for dir != "." && !strings.HasPrefix(file, dir+"/") {
		up += "../"
		dir = path.Dir(dir)
	}
	if dir == "." {
		return up + file
	}
	return up + strings.TrimPrefix(file, dir+"/")
}

// Unescape removes escapes from code that another generator would have
// removed.
func Unescape(code []string) []string {
	out := make([]string, 0, len(code))
	for _, line := range code {
		if strings.Contains(line, "{") {
			line = escapedRE.ReplaceAllString(line, "$1 $2")
			if rawRE.MatchString(line) {
				if line = rawRE.ReplaceAllString(line, ""); strings.TrimSpace(line) == "" {
					continue
				}
			}
		}
		if strings.Contains(line, "$$") {
			line = varRE.ReplaceAllString(line, "<$1>")
		}
		out = append(out, strings.NewReplacer("\u00a0", " ", "\u200b", "").Replace(line))
	}
	return out
}

var (
	htmlTag  = regexp.MustCompile(`<[^>]*>`)
	mdLink   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	attrList = regexp.MustCompile(`\s*\{:?\s*[#.][^}]*\}`)
)

// Title removes markup from a heading.
func Title(s string) string {
	s = mdLink.ReplaceAllString(s, "$1")
	s = htmlTag.ReplaceAllString(s, "")
	s = attrList.ReplaceAllString(s, "")
	s = strings.NewReplacer("**", "", "__", "", "`", "", "*", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}
