// Package plain converts labs in plain text, such as the text of a PDF, to
// Markdown: it finds headings, commands, files and lists, removes page numbers
// within lines, and reports what the text has lost.
package plain

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
)

// A Doubt is a guess about a line.
type Doubt struct {
	Line    int
	Taken   string
	Why     string
	Problem bool // nothing can be guessed, so the author has to check it
}

var (
	ruleRE     = regexp.MustCompile(`^\s*(?:-{5,}|={5,}|_{5,}|\*{5,})\s*$`)
	headRE     = regexp.MustCompile(`^\s*(?:\d+(?:\.\d+)*[.)]?|[A-Z]\)|(?:Step|Lab|Part|Exercise|Task) \d+[:.)-]?)\s+[A-Z.][^.;]{2,70}$`)
	heredocRE  = regexp.MustCompile(`<<-?\s*['"]?(\w+)['"]?`)
	numbered   = regexp.MustCompile(`^(\d{1,3})((?:#|[A-Za-z_.*/]).*)`)
	bulletRE   = regexp.MustCompile(`^\s*[•●▪‣·–]\s*`)
	createRE   = regexp.MustCompile(`(?i)^(?:create|write|edit|add|save|put)\b.*?([\w./-]*(?:\.[\w]+|Dockerfile[\w.-]*|Makefile))\b.*?:?\s*$`)
	labelRE    = regexp.MustCompile(`^(?:Explanation|Notes?|Tips?[\w ]*|Hints?|Warning|Important|Output|Result|Build & run)\s*:\s*$`)
	arrowRE    = regexp.MustCompile(`^#\s*->`)
	itemNumber = regexp.MustCompile(`^\s*(\d{1,2})([.)])\s`)
	itemRE     = regexp.MustCompile(`^\s*\d{1,2}[.)]\s`)
)

// IsLab reports whether a text looks like a lab: headings or sentences with
// commands between them.
func IsLab(text string) bool {
	commands, words := 0, 0
	for _, line := range strings.Split(text, "\n") {
		t := strings.TrimSpace(line)
		switch {
		case classify.IsCommand(t):
			commands++
		case len(strings.Fields(t)) > 5 || headRE.MatchString(t):
			words++
		}
	}
	return commands >= 3 && words >= 3
}

// A reader goes through the lines of a text.
type reader struct {
	lines  []string
	out    []string
	origin []int
	doubts []Doubt
	titled bool
}

// Markdown converts a text to Markdown.
//
// origin has the line of the text from which each line was made.
func Markdown(text string) (markdown string, origin []int, doubts []Doubt) {
	text = strings.NewReplacer("\r\n", "\n", "\f", "\n", "\u00a0", " ", "‑", "-", "\u00ad", "").Replace(text)
	r := &reader{lines: strings.Split(text, "\n")}
	for i := 0; i < len(r.lines); {
		first := i
		i = r.block(i)
		for n := 0; len(r.origin) < len(r.out); n++ {
			r.origin = append(r.origin, min(first+1+n, max(i, first+1)))
		}
	}
	return strings.Join(r.out, "\n") + "\n", r.origin, r.doubts
}

func (r *reader) doubt(i int, taken, format string, args ...any) {
	r.doubts = append(r.doubts, Doubt{Line: i + 1, Taken: taken, Why: fmt.Sprintf(format, args...)})
}

func (r *reader) unknown(i int, format string, args ...any) {
	r.doubts = append(r.doubts, Doubt{Line: i + 1, Taken: "a doubt", Why: fmt.Sprintf(format, args...), Problem: true})
}

func (r *reader) put(lines ...string) { r.out = append(r.out, lines...) }

// gap puts a blank line between blocks.
func (r *reader) gap() {
	if n := len(r.out); n > 0 && r.out[n-1] != "" {
		r.put("")
	}
}

// block writes the block that begins in line i, and returns where the next one
// begins.
func (r *reader) block(i int) int {
	t := strings.TrimSpace(r.lines[i])
	switch {
	case t == "":
		return i + 1
	case ruleRE.MatchString(t):
		return i + 1
	case !r.titled:
		r.titled = true
		r.put("# " + t)
		return i + 1
	case labelRE.MatchString(t):
		r.gap()
		r.put("**" + t + "**")
		return i + 1
	case headRE.MatchString(t) && !itemOf(r.lines, i):
		r.gap()
		r.put("## " + t)
		return i + 1
	}
	if m := createRE.FindStringSubmatch(t); m != nil && i+1 < len(r.lines) {
		return r.file(i, m[1])
	}
	if starts(t) || strings.HasPrefix(t, "#") && i+1 < len(r.lines) && starts(strings.TrimSpace(r.lines[i+1])) {
		return r.commands(i)
	}
	return r.text(i)
}

// itemOf reports whether a numbered line is an item of a list and not a
// heading: the next number follows immediately.
func itemOf(lines []string, i int) bool {
	m := itemNumber.FindStringSubmatch(lines[i])
	if m == nil {
		return false
	}
	n, _ := strconv.Atoi(m[1])
	for j := max(0, i-3); j < min(len(lines), i+4); j++ {
		o := itemNumber.FindStringSubmatch(lines[j])
		if o == nil || j == i || o[2] != m[2] {
			continue
		}
		if k, _ := strconv.Atoi(o[1]); k-n == 1 && j > i || n-k == 1 && j < i {
			return true
		}
	}
	return false
}

// starts reports whether commands begin at a line, which is one, or a comment
// above one.
func starts(t string) bool {
	alone := t == "ls" || t == "pwd" || t == "exit" || t == "cd" // other commands of one word may be ordinary words
	return classify.IsCommand(t) && (alone || len(strings.Fields(t)) > 1) || strings.HasPrefix(t, "$ ")
}

// commands writes a run of commands.
func (r *reader) commands(i int) int {
	var code []string
	first := i
	for i < len(r.lines) {
		line := strings.TrimRight(r.lines[i], " ")
		t := strings.TrimSpace(line)
		if m := heredocRE.FindStringSubmatch(t); m != nil {
			code = append(code, t)
			end := i + 1
			for end < len(r.lines) && strings.TrimSpace(r.lines[end]) != m[1] {
				end++
			}
			if end == len(r.lines) {
				r.unknown(i, "the here-document never ends: %s is missing", m[1])
			}
			body := r.lines[i+1 : end]
			code = append(code, r.source(i+1, body, nameIn(t))...)
			if end < len(r.lines) {
				code = append(code, m[1])
			}
			i = end + 1
			continue
		}
		next := ""
		if i+1 < len(r.lines) {
			next = strings.TrimSpace(r.lines[i+1])
		}
		switch {
		case starts(t) || arrowRE.MatchString(t):
			code = append(code, t)
			for strings.HasSuffix(t, `\`) && i+1 < len(r.lines) {
				i++
				t = strings.TrimRight(r.lines[i], " ")
				code = append(code, t)
			}
		case strings.HasPrefix(t, "#") && (starts(next) || strings.HasPrefix(next, "#")):
			code = append(code, t)
		case t == "" && starts(next):
			code = append(code, "")
		default:
			goto done
		}
		i++
	}
done:
	r.doubt(first, "commands", "lines begin with commands")
	r.gap()
	r.put("```bash")
	r.put(code...)
	r.put("```", "")
	return i
}

var redirectRE = regexp.MustCompile(`>\s*([\w./-]+)`)

func nameIn(t string) string {
	if m := redirectRE.FindStringSubmatch(t); m != nil {
		return m[1]
	}
	return ""
}

// file writes the text of a file that the line i announces.
func (r *reader) file(i int, name string) int {
	sentence := strings.TrimSpace(r.lines[i])
	end := i + 1
	for end < len(r.lines) {
		t := strings.TrimSpace(r.lines[end])
		if ruleRE.MatchString(t) || labelRE.MatchString(t) || headRE.MatchString(t) && end > i+1 && !strings.HasPrefix(t, "#") ||
			end > i+1 && starts(t) || t == "" && end > i+2 || end > i+1 && sentenceRE.MatchString(t) {
			break
		}
		end++
	}
	body := r.lines[i+1 : end]
	for len(body) > 0 && strings.TrimSpace(body[len(body)-1]) == "" {
		body = body[:len(body)-1]
	}
	r.gap()
	r.put(strings.Replace(sentence, name, "`"+name+"`", 1), "")
	if len(body) == 0 {
		return end
	}
	r.doubt(i+1, "file="+name, "the line above names it")
	r.put("```" + langOf(name) + " file=" + name)
	r.put(r.source(i+1, body, name)...)
	r.put("```", "")
	return end
}

// sentenceRE matches a line that is a sentence that introduces something.
var sentenceRE = regexp.MustCompile(`^[A-Z][a-z]+ .*:$`)

func langOf(name string) string {
	switch ext := name[strings.LastIndexAny(name, "/.")+1:]; {
	case strings.Contains(name, "Dockerfile"):
		return "dockerfile"
	case ext == "py":
		return "python"
	case ext == "js":
		return "javascript"
	case ext == "yml" || ext == "yaml":
		return "yaml"
	case ext == "json" || ext == "html" || ext == "css" || ext == "go" || ext == "java" || ext == "xml" || ext == "toml" || ext == "ini":
		return ext
	}
	return "text"
}

// source returns the lines of a file, without page numbers, with broken lines
// joined, and with a proposed indentation.
func (r *reader) source(first int, body []string, name string) (out []string) {
	for j, line := range body {
		line = strings.TrimRight(line, " ")
		if m := numbered.FindStringSubmatch(line); m != nil && j == 0 && !strings.HasPrefix(name, "requirements") {
			r.doubt(first, "a page number", "%q stands before the first line of %s", m[1], name)
			line = m[2]
		}
		if n := len(out); n > 0 && broken(out[n-1], line, name) {
			r.doubt(first+j, "a broken line", "it goes on with the comment above")
			out[n-1] += " " + strings.TrimSpace(line)
			continue
		}
		out = append(out, line)
	}
	if strings.HasSuffix(name, ".py") {
		return r.indent(first, out)
	}
	if strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml") {
		flat := true
		for _, l := range out {
			flat = flat && !strings.HasPrefix(l, " ")
		}
		if flat && len(out) > 2 {
			r.unknown(first, "%s has lost its indentation, and YAML means nothing without it", name)
		}
	}
	return out
}

// broken reports whether a line is the rest of a comment on the line above.
func broken(above, line, name string) bool {
	t := strings.TrimSpace(line)
	if !strings.HasPrefix(strings.TrimSpace(above), "#") || t == "" || strings.HasPrefix(t, "#") {
		return false
	}
	if strings.Contains(name, "Dockerfile") {
		word := strings.Fields(t)[0]
		return strings.ToUpper(word) != word
	}
	return false
}

// indent proposes the indentation of Python that has none.
func (r *reader) indent(first int, lines []string) []string {
	for _, l := range lines {
		if strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t") {
			return lines
		}
	}
	out := make([]string, len(lines))
	depth := 0
	for i, l := range lines {
		t := strings.TrimSpace(l)
		switch {
		case t == "":
		case strings.HasPrefix(t, "@") || strings.HasPrefix(t, "def ") || strings.HasPrefix(t, "class ") || strings.HasPrefix(t, "import ") || strings.HasPrefix(t, "from ") || strings.HasPrefix(t, "if __name__"):
			depth = 0
		case strings.HasPrefix(t, "else:") || strings.HasPrefix(t, "elif ") || strings.HasPrefix(t, "except") || strings.HasPrefix(t, "finally"):
			depth = max(0, depth-1)
		}
		out[i] = strings.Repeat("    ", depth) + t
		if depth > 0 && t != "" {
			r.unknown(first+i, "the text has lost the indentation of Python; proposed: %q", out[i])
		}
		switch {
		case strings.HasSuffix(t, ":"):
			depth++
		case strings.HasPrefix(t, "return") || t == "pass" || t == "break" || t == "continue":
			depth = max(0, depth-1)
		}
	}
	return out
}

// text writes a paragraph or a list.
func (r *reader) text(i int) int {
	t := strings.TrimSpace(r.lines[i])
	n := len(r.out)
	switch {
	case bulletRE.MatchString(t):
		r.put("- " + bulletRE.ReplaceAllString(t, ""))
	case itemRE.MatchString(t):
		r.put(t)
	case n > 0 && r.out[n-1] != "" && isItem(r.out[n-1]) && strings.HasSuffix(r.out[n-1], ".") && t[0] >= 'A' && t[0] <= 'Z' && strings.HasSuffix(t, ":"):
		r.put("", t) // a sentence that introduces what follows is not part of the list
	case n > 0 && r.out[n-1] != "" && isItem(r.out[n-1]):
		r.out[n-1] += " " + t // a broken line
	case strings.HasPrefix(t, "#"):
		r.put(`\` + t)
	default:
		if n > 0 && r.out[n-1] != "" && (strings.HasPrefix(r.out[n-1], "#") || strings.HasPrefix(r.out[n-1], "**")) {
			r.put("")
		}
		r.put(t)
	}
	return i + 1
}

func isItem(line string) bool { return strings.HasPrefix(line, "- ") || itemRE.MatchString(line) }
