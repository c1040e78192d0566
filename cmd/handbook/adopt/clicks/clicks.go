// Package clicks turns other forms of code in a page into fences: commands
// that readers click to run, commands at the end of a sentence that says to
// run them, and files in HTML.
package clicks

import (
	"path"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/classify"
	"handbook/cmd/handbook/adopt/foreign"
	"handbook/cmd/handbook/adopt/session"
)

var filenameRE = regexp.MustCompile(`data-filename="([^"]+)"`)

// A Note says how a line of the original page was converted.
type Note struct {
	Line       int
	Taken, Why string
}

// A Text is a page with added fences.
type Text struct {
	Text   string
	Origin []int        // for each line, the one from which it was made; nil: the page is unchanged
	Made   map[int]bool // the lines of fences that the page did not have
	Notes  []Note
}

// Fences makes fences from commands in the text, which are alone in a line and
// clickable, or at the end of a sentence that says to run them; and from <pre
// class="file">.
func Fences(text string) Text {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	lines := strings.Split(text, "\n")
	c := &clicker{made: map[int]bool{}, fenced: fencedText(text), bare: bareCommands(lines)}
	for i, line := range lines {
		if !c.indented(i+1, line) {
			c.line(i+1, line)
		}
	}
	c.endIndented()
	if len(c.made) == 0 {
		return Text{Text: text, Notes: c.notes}
	}
	return Text{strings.Join(c.out, "\n"), c.origin, c.made, c.notes}
}

// highlightLang returns the language of a fence for that of a Jekyll highlight
// tag. Authors often write any language just to get colours.
func highlightLang(lang string) string {
	if lang == "ruby" {
		return ""
	}
	return lang
}

// A clicker goes through the lines of a page.
type clicker struct {
	out    []string
	origin []int
	made   map[int]bool // lines of fences that the source has not
	fenced string       // the text of all fences
	bare   map[int]bool // lines that are a command and a paragraph
	notes  []Note       // with lines of the page

	mark  string // of the current fence
	above string // the line before
	inPre bool

	inHighlight bool

	inItem bool // a list or a note is open, so indented lines belong to it
	inCode bool // indented code
	blanks int  // blank lines in it that are not written yet
	last   int  // the line before
}

func (c *clicker) put(origin int, lines ...string) {
	for _, l := range lines {
		c.out, c.origin = append(c.out, l), append(c.origin, origin)
	}
}

func (c *clicker) note(line int, why string) {
	c.notes = append(c.notes, Note{line, "commands", why})
}

// fence puts a fence of its own.
func (c *clicker) fence(origin int, indent, info, code string) {
	c.made[len(c.out)+1] = true
	c.put(origin, indent+"```"+info, indent+code, indent+"```")
}

// indented makes a fence of indented code that begins with a command. It reports
// whether a line belongs to one.
func (c *clicker) indented(i int, line string) bool {
	t := strings.TrimSpace(line)
	defer func() { c.last = i }()
	code, isIndented := strings.CutPrefix(line, "    ")
	if !isIndented {
		code, isIndented = strings.CutPrefix(line, "\t")
	}
	switch {
	case c.inCode && t == "":
		c.blanks++
		return true
	case c.inCode && isIndented:
		for ; c.blanks > 0; c.blanks-- {
			c.put(i-c.blanks, "")
		}
		c.put(i, code)
		return true
	case c.inCode:
		c.endIndented()
		c.above = ""
	case c.mark != "" || c.inPre || c.inHighlight || t == "":
	case itemRE.MatchString(line):
		c.inItem = true
	case !isIndented && c.above == "":
		c.inItem = false
	case isIndented && !c.inItem && c.above == "" && startsCommand(t):
		c.note(i, "indented code that begins with a command")
		c.made[len(c.out)+1] = true
		c.put(i, "```", code)
		c.inCode = true
		return true
	}
	return false
}

// endIndented closes the fence of indented code.
func (c *clicker) endIndented() {
	if !c.inCode {
		return
	}
	c.put(c.last-c.blanks, "```")
	for ; c.blanks > 0; c.blanks-- {
		c.put(c.last-c.blanks+1, "")
	}
	c.inCode = false
}

// itemRE matches the first line of a list's item, of a note of MkDocs, of a footnote.
var itemRE = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s|^\s*(?:!!!|\?\?\?\+?|===|:)\s|^\[\^`)

// startsCommand reports whether a line is a command, with or without a prompt.
func startsCommand(t string) bool {
	if p, ok := session.At(t, false); ok && !p.Bare {
		return true
	}
	word, rest, _ := strings.Cut(t, " ")
	return classify.Known(word) && rest != "" && !strings.HasSuffix(t, ".")
}

func (c *clicker) line(i int, line string) {
	t := strings.TrimSpace(line)
	above := c.above
	c.above = t
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
		c.note(i, "a command in the text that readers click to run")
		c.fence(i, m[1], info, m[2])
		return
	}
	if m := highlightRE.FindStringSubmatch(line); m != nil {
		c.note(i, "a fence: Jekyll highlights it")
		c.made[len(c.out)+1] = true
		c.put(i, m[1]+"```"+highlightLang(m[2]))
		c.inHighlight = true
		return
	}
	if c.inHighlight && endHighRE.MatchString(line) {
		c.put(i, "```")
		c.inHighlight = false
		return
	}
	if c.inHighlight {
		c.put(i, line)
		return
	}
	if m := promptRE.FindStringSubmatch(line); m != nil && above == "" {
		c.note(i, "a command behind a prompt that stands in no fence")
		c.fence(i, m[1], "", "$ "+m[2])
		return
	}
	if c.bare[i] {
		c.note(i, "a command that is a paragraph of its own")
		c.fence(i, "", "bash", t)
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
	m := toldRE.FindStringSubmatch(line)
	if m == nil && (above == "" || saysRun.MatchString(above)) {
		m = aloneRE.FindStringSubmatch(line)
	}
	if m != nil {
		command := strings.TrimPrefix(strings.TrimSpace(m[3]), "$ ")
		if makesRE.MatchString(command) && !strings.Contains(c.fenced, command) && !strings.ContainsAny(command, "<[…") {
			indent := m[1] + strings.Repeat(" ", len(m[2]))
			c.note(i, "a command that stands only in the text, which says to run it")
			c.put(i, "")
			c.fence(i, indent, "bash", command)
			c.put(i, "")
		}
	}
}

var (
	clickOnly = regexp.MustCompile("^(\\s*)`{1,3}([^`\n]+)`{1,3}\\s*\\{\\{\\s*execute(?:\\s+T(\\d))?[^}]*\\}\\}\\s*$")
	preRE     = regexp.MustCompile(`(?i)^\s*<pre class="file"([^>]*)>(.*)$`)
	openRE    = regexp.MustCompile("^[ \t>]*(?:[-*+] +|\\d+[.)] +)?(`{3,}|~{3,})[^`]*$")
	// toldRE matches a sentence that says to run the command at its end.
	toldRE = regexp.MustCompile("^([ \t]*)((?:[-*+]|[0-9]+[.)])[ \t]+)?(?:\\*\\*)?(?:Now,? |Then,? |Next,? |First,? |Finally,? |And |Let's |Let us |You can now |We can now )?(?:(?i:run|execute|type|use|create|build|start|launch|pull|enter|issue|make|go|change|clone|verify|lance[rz]?|ejecut\\w+|lanza\\w*|execut\\w+|esegu\\w+|lancia\\w*|starten)\\b|[EeÉé]xécute[rz]?|[Вв]ыполните|[Зз]апустите|執行|执行|运行|啟動|启动)[^`]*`{1,3}([^`]+)`{1,3}\\s*(?:command)?\\s*[.:]?\\s*$")
	// aloneRE matches a paragraph that is a command, and nothing else.
	aloneRE = regexp.MustCompile("^([ \t]*)()`{1,3}([^`]+)`{1,3}\\s*$")
	// promptRE matches a command after a prompt, outside of fences.
	promptRE = regexp.MustCompile(`^( {0,3})\$ ((?:sudo )?(?:docker|docker-compose|cd|mkdir|git clone|curl|cat|ls|echo) .*\S)\s*$`)
	// highlightRE matches Jekyll's highlight tag.
	highlightRE = regexp.MustCompile(`^([ \t]*)\{%-?\s*highlight\s+(\w+).*%\}\s*$`)
	endHighRE   = regexp.MustCompile(`^[ \t]*\{%-?\s*endhighlight\s*-?%\}\s*$`)
	// saysRun matches a line that announces a command in the next one.
	saysRun = regexp.MustCompile(`(?i)\b(?:run|execute|type|enter|issue)\b.*:$|\bfollowing commands?:$`)
	// makesRE matches commands that later commands depend on.
	makesRE = regexp.MustCompile(`^(?:sudo )?(?:docker (?:image |container |volume |network )?(?:build|run|create|pull|tag|commit)\b.*\S|docker[ -]compose .*\b(?:up|build)\b.*|mkdir \S+|cd [\w./~-]+|git clone \S+)`)
)

var (
	// bareRE matches a paragraph that may be a command, sentenceRE a sentence about
	// one.
	bareRE     = regexp.MustCompile(`^(?:sudo )?docker(?:-compose)? (?:(?:container|image|network|volume|compose|system) )?(?:run|exec|start|stop|kill|rm|rmi|ps|ls|logs|pull|push|tag|build|create|inspect|connect|disconnect|prune|images|up|down|commit|cp) ?.*$`)
	sentenceRE = regexp.MustCompile("(?i)[.!?:]$|[`*]|\\s(?:is|are|a|an|the|to|and|or|will|you|we|with|which|that|for|of|can|command|used) ")
)

// bareCommands returns the lines that are both a paragraph and a command. A single one
// on a page may be prose.
func bareCommands(lines []string) map[int]bool {
	bare := map[int]bool{}
	blank := func(i int) bool { return i < 0 || i >= len(lines) || strings.TrimSpace(lines[i]) == "" }
	for i, line := range lines {
		if blank(i-1) && blank(i+1) && bareRE.MatchString(line) && !sentenceRE.MatchString(strings.TrimSpace(line)) {
			bare[i+1] = true
		}
	}
	if len(bare) < 2 {
		return nil
	}
	return bare
}

// fencedText returns the text of all fences.
func fencedText(text string) string {
	var b strings.Builder
	for _, f := range foreign.Read("", []byte(text)).Fences {
		b.WriteString(f.Text() + "\n")
	}
	return b.String()
}
