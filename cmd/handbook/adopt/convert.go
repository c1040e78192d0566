package adopt

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/plain"
)

// readPage reads a page. What has no fences where others have some becomes
// Markdown first: commands that readers click on, HTML that stands for files,
// plain text. Its lines keep their numbers where that is possible.
func (w *writer) readPage(text []byte) *foreign.Page {
	if !IsPage(w.page.Source) {
		out, origin, doubts := plain.Markdown(string(text))
		w.page.origin = origin
		for _, d := range doubts {
			w.page.Notes = append(w.page.Notes, Note{w.page.here(d.Line), d.Taken, d.Why})
			if d.Problem {
				w.problems = append(w.problems, foreign.Problem{Path: w.page.Source, Line: d.Line, Msg: d.Why})
			}
		}
		return foreign.Read(w.page.Source, []byte(out))
	}
	return foreign.Read(w.page.Source, []byte(w.clicks(string(text))))
}

// Origin returns the line of the source from which a line was made. Lines are
// counted as they were read; what stands in the text alone has become lines of
// its own.
func (p *Page) Origin(line int) int {
	if line < 0 {
		return -p.Origin(-line)
	}
	if p.origin == nil || line == 0 {
		return line
	}
	return p.origin[min(line, len(p.origin))-1]
}

// here is the reverse: the first line that was made from a line of the source.
func (p *Page) here(source int) int {
	for i, o := range p.origin {
		if o >= source {
			return i + 1
		}
	}
	return source
}

// IsFence reports whether a fence stands in the source as one.
func (p *Page) IsFence(line int) bool {
	return p.origin == nil || !p.made[line]
}

var filenameRE = regexp.MustCompile(`data-filename="([^"]+)"`)

// clicks makes fences of commands that stand in the text: alone in a line and
// clicked on, or at the end of a sentence that says to run them; and of <pre
// class="file">.
func (w *writer) clicks(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	c := &clicker{w: w, made: map[int]bool{}, fenced: fencedText(text)}
	for i, line := range strings.Split(text, "\n") {
		c.line(i+1, line)
	}
	if len(c.made) == 0 {
		return text
	}
	w.page.origin, w.page.made = c.origin, c.made
	for i := range w.page.Notes {
		w.page.Notes[i].Line = w.page.here(w.page.Notes[i].Line)
	}
	return strings.Join(c.out, "\n")
}

// A clicker goes through the lines of a page.
type clicker struct {
	w      *writer
	out    []string
	origin []int
	made   map[int]bool // lines of fences that the source has not
	fenced string       // all that stands in fences

	mark  string // of the fence at hand
	inPre bool
}

func (c *clicker) put(origin int, lines ...string) {
	for _, l := range lines {
		c.out, c.origin = append(c.out, l), append(c.origin, origin)
	}
}

// fence puts a fence of its own.
func (c *clicker) fence(origin int, indent, info, code string) {
	c.made[len(c.out)+1] = true
	c.put(origin, indent+"```"+info, indent+code, indent+"```")
}

func (c *clicker) line(i int, line string) {
	t := strings.TrimSpace(line)
	if c.mark != "" {
		if run := strings.TrimLeft(t, c.mark[:1]); len(t)-len(run) >= len(c.mark) && (strings.TrimSpace(run) == "" || strings.HasPrefix(strings.TrimSpace(run), "{{")) {
			c.mark = ""
		}
		c.put(i, line)
		return
	}
	if m := openRE.FindStringSubmatch(line); m != nil {
		c.mark = m[1]
		c.put(i, line)
		return
	}
	if c.inPre {
		if at := strings.Index(line, "</pre>"); at >= 0 {
			if strings.TrimSpace(line[:at]) != "" {
				c.put(i, line[:at])
			}
			c.put(i, "```")
			c.inPre = false
			return
		}
		c.put(i, strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(line))
		return
	}
	if m := clickOnly.FindStringSubmatch(line); m != nil {
		info := "bash"
		if m[3] != "" && m[3] != "1" {
			info += " term=" + m[3]
		}
		c.w.note(i, "commands", "a command in the text that readers click to run")
		c.fence(i, m[1], info, m[2])
		return
	}
	if m := preRE.FindStringSubmatch(line); m != nil {
		info := "text"
		if f := filenameRE.FindStringSubmatch(m[1]); f != nil {
			info = strings.TrimPrefix(path.Ext(f[1]), ".") + " file=" + f[1]
			if path.Base(f[1]) == "Dockerfile" {
				info = "dockerfile file=" + f[1]
			}
		}
		c.made[len(c.out)+1] = true
		c.put(i, "```"+info)
		if strings.TrimSpace(m[2]) != "" {
			c.put(i, m[2])
		}
		c.inPre = true
		return
	}
	c.put(i, line)
	if m := toldRE.FindStringSubmatch(line); m != nil {
		command := strings.TrimPrefix(strings.TrimSpace(m[3]), "$ ")
		if makesRE.MatchString(command) && !strings.Contains(c.fenced, command) && !strings.ContainsAny(command, "<[…") {
			indent := m[1] + strings.Repeat(" ", len(m[2]))
			c.w.note(i, "commands", "a command that stands only in the text, which says to run it")
			c.put(i, "")
			c.fence(i, indent, "bash", command)
			c.put(i, "")
		}
	}
}

var (
	openRE = regexp.MustCompile("^[ \t>]*(?:[-*+] +|\\d+[.)] +)?(`{3,}|~{3,})[^`]*$")
	// toldRE matches a sentence that tells to run what stands at its end.
	toldRE = regexp.MustCompile("^([ \t]*)((?:[-*+]|[0-9]+[.)])[ \t]+)?(?:\\*\\*)?(?:Now,? |Then,? |Next,? |First,? |Finally,? |And |Let's |Let us |You can now |We can now )?(?i:run|execute|type|use|create|build|start|launch|pull|enter|issue|make|go|change|clone|verify)\\b[^`]*`{1,3}([^`]+)`{1,3}\\s*(?:command)?\\s*[.:]?\\s*$")
	// makesRE are commands without which those that follow fail.
	makesRE = regexp.MustCompile(`^(?:sudo )?(?:docker (?:image |container |volume |network )?(?:build|run|create|pull|tag|commit)\b.*\S|docker[ -]compose .*\b(?:up|build)\b.*|mkdir \S+|cd [\w./~-]+|git clone \S+)`)
)

// fencedText is all that stands in the fences of a text.
func fencedText(text string) string {
	var b strings.Builder
	for _, f := range foreign.Read("", []byte(text)).Fences {
		b.WriteString(f.Text() + "\n")
	}
	return b.String()
}

// isPlain reports whether a file is a lab in plain text, and not one of its
// files: requirements.txt and the like have no sentences.
func isPlain(fsys fs.FS, p string, size int64) bool {
	if strings.ToLower(path.Ext(p)) != ".txt" || size > maxPage {
		return false
	}
	text, err := fs.ReadFile(fsys, p)
	return err == nil && plain.IsLab(string(text))
}
