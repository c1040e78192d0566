package adopt

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
)

var (
	partWords  = regexp.MustCompile(`(?i)\b(?:snippet|excerpt|fragment|section|part of|the (?:following|next) (?:lines?|instruction|entry|block|section)|this line|add(?:ing)? (?:the|this|these|a|an|another)|for example|e\.g\.|such as|instruction|would look|could|might|syntax|like so|like this|relevant)\b`)
	wholeWords = regexp.MustCompile(`(?i)\b(?:creat\w+|complete|full|final|whole|entire|following contents?|called|named|new file|with the contents?|save)\b`)
	changes    = regexp.MustCompile(`(?i)\b(?:chang\w+|modif\w+|updat\w+|edit\w*|replac\w+|add\w*)\b`)
	abbreviate = regexp.MustCompile(`^\s*(?:#|//)?\s*(?:\.\.\.|…|\[\.\.\.\])\s*.*$`)
)

// files are those that a page shows, of which its lab is made.
type files struct {
	*notes
	terms *terminals
	doc   *foreign.Page
	text  map[string]string // of files that the page has written
	parts map[string]bool   // files that begin with one line and grow
}

// file writes a file, or a part of one.
func (f *files) file(g *classify.Guess, rest []*classify.Guess) *block {
	b := &block{fence: g.Fence, line: g.Fence.Line, lang: g.Lang, code: g.Fence.Code}
	if b.lang == "" {
		b.lang = "text"
	}
	name := g.File
	if name == "" {
		name = f.unnamed(g, rest)
	}
	skip := func(why string) *block {
		f.note(g.Fence.Line, "skip", "%s", why)
		if b.lang == "text" {
			return b // text is shown as it is and needs no reason
		}
		if b.lang == "bash" || b.lang == "sh" {
			b.lang = "text"
			return b
		}
		b.skip(why)
		return b
	}
	if b.lang == "text" && g.Fence.Info.Lang == "diff" {
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
			b.opts = append(b.opts, option("file", f.terms.place(name)), "append")
			b.runs = true
			f.note(g.Fence.Line, "file="+name+" append", "its lines are added to %s, which is never shown whole", name)
			return b
		}
		return skip("a part of " + name)
	}
	at := f.terms.place(name)
	if !fine(at) {
		return skip("a file outside of the lab's directory")
	}
	b.opts = append(b.opts, option("file", at))
	if strings.HasPrefix(strings.TrimSpace(g.Fence.Text()), "#!") {
		b.opts = append(b.opts, "mode=0755")
	}
	b.runs = true
	f.text[name] = g.Fence.Text()
	why := g.FileWhy
	if why == "" {
		why = "files of this kind have this name"
	}
	f.note(g.Fence.Line, "file="+at, "%s", why)
	return b
}

// wrote reports whether the page has written a file.
func (f *files) wrote(name string) bool {
	_, ok := f.text[name]
	return ok
}

// fine reports whether the handbook can write a file of this path.
func fine(p string) bool {
	return p != "" && !strings.HasPrefix(p, "../") && !strings.HasPrefix(p, "/") && !strings.ContainsAny(p, `\:*?"<>|`) && path.Clean(p) == p
}

// isWhole decides whether a fence shows a whole file. why is "append" if its
// lines are to be added to the file.
func (f *files) isWhole(g *classify.Guess, name string, rest []*classify.Guess) (whole bool, why string) {
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
		case from && n == 1 && f.wrote(name):
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
	if f.wrote(name) && changes.MatchString(g.Fence.Sentence) && partWords.MatchString(g.Fence.Sentence) && !wholeWords.MatchString(g.Fence.Sentence) && len(code) < strings.Count(f.text[name], "\n") {
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
	const near = 200 // fences; a page that goes on for longer builds something before
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
func (f *files) unnamed(g *classify.Guess, rest []*classify.Guess) string {
	text := g.Fence.Text()
	switch {
	case g.Lang == "dockerfile":
		for _, r := range rest { // docker build -f NAME
			if m := buildFile.FindStringSubmatch(r.Fence.Text()); m != nil && fine(m[1]) && !f.wrote(m[1]) && f.wrote("Dockerfile") {
				return m[1]
			}
			if strings.Contains(r.Fence.Text(), " build ") {
				break
			}
		}
		return "Dockerfile"
	case g.Lang == "yaml" && regexp.MustCompile(`(?m)^services:`).MatchString(text):
		for _, name := range []string{"docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml", "docker-stack.yml"} {
			if strings.Contains(strings.Join(f.doc.Lines, "\n"), name) {
				return name
			}
		}
		return "docker-compose.yml"
	case g.Lang == "json" && strings.Contains(text, `"dependencies"`):
		return "package.json"
	case pinned(g.Fence):
		return "requirements.txt"
	}
	// A program that a Dockerfile copies, or a command runs, and no fence has.
	ext := map[string]string{"python": "py", "javascript": "js", "go": "go", "html": "html", "php": "php", "ruby": "rb", "java": "java", "c": "c", "nginx": "conf"}[g.Lang]
	if ext == "" {
		return ""
	}
	wanted := regexp.MustCompile(`[\f./-]*[\w-]\.` + ext + `\b`)
	var found []string
	for _, other := range f.page.Guess {
		if other == g {
			continue
		}
		for _, m := range wanted.FindAllString(other.Fence.Text(), -1) {
			m = path.Base(m)
			if !f.wrote(m) && !slices.Contains(found, m) && !slices.ContainsFunc(f.page.Guess, func(o *classify.Guess) bool { return o.File == m }) {
				found = append(found, m)
			}
		}
	}
	if len(found) == 1 {
		f.note(g.Fence.Line, "file="+found[0], "the only file of this language that the page uses and does not show")
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
