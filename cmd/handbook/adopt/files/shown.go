// Package files finds the files of a page's lab: those that the page shows,
// and those beside it that its commands use.
package files

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/terminals"
)

var (
	partWords  = regexp.MustCompile(`(?i)\b(?:snippet|excerpt|fragment|section|part of|the (?:following|next) (?:lines?|instruction|entry|block|section)|this line|add(?:ing)? (?:the|this|these|a|an|another)|for example|e\.g\.|such as|instruction|would look|could|might|syntax|like so|like this|relevant)\b`)
	wholeWords = regexp.MustCompile(`(?i)\b(?:creat\w+|complete|full|final|whole|entire|following contents?|called|named|new file|with the contents?|save)\b`)
	changes    = regexp.MustCompile(`(?i)\b(?:chang\w+|modif\w+|updat\w+|edit\w*|replac\w+|add\w*)\b`)
	abbreviate = regexp.MustCompile(`^\s*(?:#|//)?\s*(?:\.\.\.|…|\[\.\.\.\])\s*.*$`)
)

// Shown are the files that a page shows.
type Shown struct {
	*notes.Notes
	Terms *terminals.Terminals
	Doc   *foreign.Page
	Guess []*classify.Guess
	Text  map[string]string // of files that the page has written

	parts map[string]bool // files that are shown in parts
}

// New returns the files of a page before its first fence.
func New(n *notes.Notes, terms *terminals.Terminals) *Shown {
	return &Shown{Notes: n, Terms: terms, Text: map[string]string{}, parts: map[string]bool{}}
}

// File writes a file, or a part of one.
func (f *Shown) File(g *classify.Guess, rest []*classify.Guess) *layout.Block {
	b := &layout.Block{Fence: g.Fence, Line: g.Fence.Line, Lang: g.Lang, Code: g.Fence.Code}
	if b.Lang == "" {
		b.Lang = "text"
	}
	name := g.File
	if name == "" {
		name = f.unnamed(g, rest)
	}
	skip := func(why string) *layout.Block {
		f.Note(g.Fence.Line, "skip", "%s", why)
		if b.Lang == "text" {
			return b // text needs no reason
		}
		if b.Lang == "bash" || b.Lang == "sh" {
			b.Lang = "text"
			return b
		}
		b.Skip(why)
		return b
	}
	if b.Lang == "text" && g.Fence.Info.Lang == "diff" {
		return b
	}
	switch {
	case name == "":
		return skip("the page does not name this file")
	case strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~"):
		return skip("a file outside of the lab's directory")
	}
	if whole, why := f.isWhole(g, name, rest); !whole {
		if why == "append" {
			b.Opts = append(b.Opts, layout.Option("file", f.Terms.Place(name)), "append")
			b.Opts = append(b.Opts, f.Terms.FileOptions()...)
			b.Runs = true
			f.Note(g.Fence.Line, "file="+name+" append", "its lines are added to %s, which is never shown whole", name)
			return b
		}
		return skip("a part of " + name)
	}
	at := f.Terms.Place(name)
	if !fine(at) {
		return skip("a file outside of the lab's directory")
	}
	b.Opts = append(b.Opts, layout.Option("file", at))
	b.Opts = append(b.Opts, f.Terms.FileOptions()...)
	if strings.HasPrefix(strings.TrimSpace(g.Fence.Text()), "#!") {
		b.Opts = append(b.Opts, "mode=0755")
	}
	b.Runs = true
	f.Text[name] = g.Fence.Text()
	why := g.FileWhy
	if why == "" {
		why = "files of this kind have this name"
	}
	f.Note(g.Fence.Line, "file="+at, "%s", why)
	return b
}

// Wrote reports whether the page has written a file.
func (f *Shown) Wrote(name string) bool {
	_, ok := f.Text[name]
	return ok
}

// fine reports whether the path is valid for a file snippet.
func fine(p string) bool {
	return p != "" && !strings.HasPrefix(p, "../") && !strings.HasPrefix(p, "/") && !strings.ContainsAny(p, `\:*?"<>|`) && path.Clean(p) == p
}

// isWhole decides whether a fence shows a whole file. why is "append" if its
// lines are added to the file.
func (f *Shown) isWhole(g *classify.Guess, name string, rest []*classify.Guess) (whole bool, why string) {
	code := g.Fence.Code
	for _, line := range code {
		if abbreviate.MatchString(line) {
			return false, ""
		}
	}
	later := laterWhole(g, name, rest)
	switch g.Lang {
	case "dockerfile":
		from := slices.ContainsFunc(code, func(l string) bool {
			return strings.HasPrefix(strings.TrimSpace(l), "FROM ") || strings.HasPrefix(strings.TrimSpace(l), "ARG ")
		})
		n := instructionsIn(code)
		switch {
		case later && n < 3 && !wholeWords.MatchString(g.Fence.Sentence):
			return false, ""
		case later && n == 1:
			return false, ""
		case from && n == 1 && f.Wrote(name):
			return false, ""
		case from:
			f.parts[name] = n == 1
			return true, ""
		case later:
			return false, ""
		case f.parts[name] && changes.MatchString(g.Fence.Sentence):
			return false, "append"
		}
		return false, ""
	case "yaml":
		first := ""
		for _, l := range code {
			if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "#") {
				first = l
				break
			}
		}
		if strings.HasPrefix(first, " ") || strings.HasPrefix(first, "- ") || len(code) < 2 {
			return false, ""
		}
		if !topRE.MatchString(first) && isCompose(name) {
			return false, ""
		}
		if isCompose(name) && !slices.ContainsFunc(code, func(l string) bool { return strings.HasPrefix(l, "services:") }) {
			return false, ""
		}
		if isCompose(name) && !imageRE.MatchString(g.Fence.Text()) {
			return false, "" // a skeleton
		}
	}
	if f.Wrote(name) && changes.MatchString(g.Fence.Sentence) && partWords.MatchString(g.Fence.Sentence) && !wholeWords.MatchString(g.Fence.Sentence) && len(code) < strings.Count(f.Text[name], "\n") {
		return false, ""
	}
	return true, ""
}

var (
	topRE   = regexp.MustCompile(`^(?:services|version|name|networks|volumes|include|x-[\w-]+|secrets|configs|---)\b`)
	imageRE = regexp.MustCompile(`(?m)^\s+(?:image|build):`)
)

func isCompose(name string) bool {
	return strings.Contains(path.Base(name), "compose") || strings.Contains(path.Base(name), "stack")
}

func instructionsIn(code []string) (n int) {
	for _, l := range code {
		if regexp.MustCompile(`^\s*[A-Z]{3,} `).MatchString(l) {
			n++
		}
	}
	return n
}

// laterWhole reports whether a fence below, before anything is built with the
// file, shows more of the same file.
func laterWhole(g *classify.Guess, name string, rest []*classify.Guess) bool {
	const near = 200 // fences; longer pages build something before
	for _, r := range rest[:min(near, len(rest))] {
		switch r.Class {
		case classify.Commands, classify.Transcript, classify.Mixed:
			if strings.Contains(r.Fence.Text(), " build") || strings.Contains(r.Fence.Text(), " up") {
				return false
			}
		case classify.File:
			same := r.File == name || r.File == "" && r.Lang == g.Lang && r.Lang == "dockerfile"
			if same && len(r.Fence.Code) > len(g.Fence.Code) {
				return true
			}
		}
	}
	return false
}

var buildFile = regexp.MustCompile(`docker (?:image )?(?:buildx )?build .*?(?:-f|--file)[ =](\S+)`)

// unnamed guesses the name of a file that the page does not name.
func (f *Shown) unnamed(g *classify.Guess, rest []*classify.Guess) string {
	text := g.Fence.Text()
	switch {
	case g.Lang == "dockerfile":
		for _, r := range rest { // docker build -f NAME
			if m := buildFile.FindStringSubmatch(r.Fence.Text()); m != nil && fine(m[1]) && !f.Wrote(m[1]) && f.Wrote("Dockerfile") {
				return m[1]
			}
			if strings.Contains(r.Fence.Text(), " build ") {
				break
			}
		}
		return "Dockerfile"
	case g.Lang == "yaml" && regexp.MustCompile(`(?m)^services:`).MatchString(text):
		for _, name := range []string{"docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml", "docker-stack.yml"} {
			if strings.Contains(strings.Join(f.Doc.Lines, "\n"), name) {
				return name
			}
		}
		return "docker-compose.yml"
	case g.Lang == "json" && strings.Contains(text, `"dependencies"`):
		return "package.json"
	case pinned(g.Fence):
		return "requirements.txt"
	}
	// A program that a Dockerfile copies, or a command runs, but that no fence
	// shows.
	ext := map[string]string{"python": "py", "javascript": "js", "go": "go", "html": "html", "php": "php", "ruby": "rb", "java": "java", "c": "c", "nginx": "conf"}[g.Lang]
	if ext == "" {
		return ""
	}
	wanted := regexp.MustCompile(`[\f./-]*[\w-]\.` + ext + `\b`)
	var found []string
	for _, other := range f.Guess {
		if other == g {
			continue
		}
		for _, m := range wanted.FindAllString(other.Fence.Text(), -1) {
			m = path.Base(m)
			if !f.Wrote(m) && !slices.Contains(found, m) && !slices.ContainsFunc(f.Guess, func(o *classify.Guess) bool { return o.File == m }) {
				found = append(found, m)
			}
		}
	}
	if len(found) == 1 {
		f.Note(g.Fence.Line, "file="+found[0], "the only file of this language that the page uses and does not show")
		return found[0]
	}
	return ""
}

func pinned(f *foreign.Fence) bool {
	ok := false
	for _, l := range f.Code {
		if t := strings.TrimSpace(l); t != "" {
			if !regexp.MustCompile(`^[A-Za-z][\w.-]*[=~<>!]=[\w.*]+$`).MatchString(t) {
				return false
			}
			ok = true
		}
	}
	return ok
}
