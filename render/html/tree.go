package html

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"

	"handbook/content"
)

// treeLang is the language of fences that show files and folders.
const treeLang = "tree"

// A treeEntry is a file or a folder.
type treeEntry struct {
	name    string
	note    string // after the name
	marked  bool
	entries []*treeEntry
}

var (
	// treeIndent matches what precedes a name: blanks, the lines that the
	// program tree draws, also in ASCII, or the dash of a list.
	treeIndent = regexp.MustCompile("^(?:[\\s│├└╰─┬]|\\|(?:--)?|`--|\\+--)*(?:[-*] )?")
	treeNote   = regexp.MustCompile(`\s+(?:#|//|←|<-)\s*|\s{2,}`)
	treeSum    = regexp.MustCompile(`^\d+ director(?:y|ies)(?:, \d+ files?)?$`)
)

// maxFolders is how deep folders may be nested. Deeper entries are shown in
// the last of them.
const maxFolders = 40

// readTree reads lines of names, each indented more than the folder that
// contains it, as an author writes them or as the program tree prints them.
func readTree(s *content.Snippet) []*treeEntry {
	root := &treeEntry{}
	type open struct {
		indent int
		entry  *treeEntry
	}
	path := []open{{-1, root}}
	for i, line := range strings.Split(s.Code, "\n") {
		indent := treeIndent.FindString(line)
		rest := strings.TrimSpace(line[len(indent):])
		if rest == "" || treeSum.MatchString(rest) {
			continue
		}
		e := &treeEntry{name: rest, marked: inRanges(s.Options.Marked, i+1)}
		if at := treeNote.FindStringIndex(rest); at != nil {
			e.name, e.note = rest[:at[0]], rest[at[1]:]
		}
		width := utf8.RuneCountInString(strings.ReplaceAll(indent, "\t", "    "))
		for path[len(path)-1].indent >= width || len(path) > maxFolders {
			path = path[:len(path)-1]
		}
		in := path[len(path)-1].entry
		in.entries = append(in.entries, e)
		path = append(path, open{width, e})
	}
	return root.entries
}

// writeTree writes files and folders as a list.
func (w *snippets) writeTree(b util.BufWriter, s *content.Snippet, id string) {
	b.WriteString(`<figure class="tree" id="` + id + `">`)
	if s.Options.Title != "" {
		b.WriteString("<figcaption>" + html.EscapeString(s.Options.Title) + "</figcaption>")
	}
	writeEntries(b, readTree(s))
	b.WriteString("</figure>\n")
}

func writeEntries(b util.BufWriter, entries []*treeEntry) {
	b.WriteString(`<ul dir="ltr">`)
	for _, e := range entries {
		class := ""
		if strings.HasSuffix(e.name, "/") || len(e.entries) > 0 {
			class = "folder"
		}
		if e.marked {
			class = strings.TrimSpace(class + " hl")
		}
		b.WriteString("<li")
		if class != "" {
			b.WriteString(` class="` + class + `"`)
		}
		b.WriteString("><span>" + html.EscapeString(e.name) + "</span>")
		if e.note != "" {
			b.WriteString(` <small dir="auto">` + html.EscapeString(e.note) + "</small>")
		}
		if len(e.entries) > 0 {
			writeEntries(b, e.entries)
		}
		b.WriteString("</li>")
	}
	b.WriteString("</ul>")
}
