package content

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"handbook/content/config"
	"handbook/content/info"
	"handbook/content/prompt"
	"handbook/content/wording"
)

// snippet reads one fenced block.
func (t *treeReader) snippet(block *ast.FencedCodeBlock) *Snippet {
	start := block.Pos()
	s := &Snippet{Pos: t.pos(start), Node: block}
	s.Line = s.Pos.Line + 1

	text := ""
	s.info = s.Pos
	if block.Info != nil {
		text = string(block.Info.Segment.Value(t.page.Source))
		s.info.Col = t.pos(block.Info.Segment.Start).Col
	}
	var problems []info.Problem
	s.Lang, s.Role, s.Options, problems = info.Parse(text)
	for _, p := range problems {
		t.fail(Pos{File: s.info.File, Line: s.info.Line, Col: s.info.Col + p.At}, p.Msg)
	}

	var code bytes.Buffer
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		code.Write(line.Value(t.page.Source))
		s.Cols = append(s.Cols, t.pos(line.Start).Col)
	}
	s.Code = code.String()
	if !t.closed(start, s.Pos.Line+len(s.Cols)) {
		t.errs = append(t.errs, &Error{Pos: s.Pos, Msg: "the fence is never closed", Reason: ReasonOpenFence})
	}
	if s.Options.Include != "" {
		t.include(s)
	}
	t.honest(s)
	t.machine(s)
	if s.Role == info.Report && s.Options.Skip == "" {
		t.errs = append(t.errs, s.rows()...)
		for _, row := range s.Rows {
			t.engine(row.Pos, row.Docker)
		}
	}
	if s.Options.Docker != "" {
		t.engine(s.OptionAt("docker"), s.Options.Docker)
	}
	return s
}

// honest reports code that does not do what it looks like: bash ignores NUL
// bytes, bidirectional control characters display commands in another order
// than they run, and other control characters, which are invisible on a page,
// act on the terminal into which they are pasted.
func (t *treeReader) honest(s *Snippet) {
	i := strings.IndexFunc(s.Code, wording.Obeyed)
	if i < 0 {
		return
	}
	at := s.OptionAt("include")
	if s.Options.Include == "" {
		n := strings.Count(s.Code[:i], "\n")
		at = Pos{File: s.Pos.File, Line: s.Line + n, Col: s.Cols[n] + i - 1 - strings.LastIndexByte(s.Code[:i], '\n')}
	}
	c, _ := utf8.DecodeRuneInString(s.Code[i:])
	t.fail(at, fmt.Sprintf("code with the character %U looks like other code", c))
}

// closed reports whether the line after a fenced block closes the fence that
// opens at start. CommonMark silently closes an open fence at the end of its
// container, such as a list item or a quote; otherwise the rest of the page
// would become part of the snippet.
func (t *treeReader) closed(start, lastLine int) bool {
	if lastLine >= len(t.index) {
		return false
	}
	source, line := t.page.Source, t.page.Source[t.index[lastLine]:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, " \t")
	mark := string(source[start])
	want := len(source[start:]) - len(bytes.TrimLeft(source[start:], mark))
	before := bytes.TrimRight(line, mark)
	opening := source[t.index[t.pos(start).Line-1]:start]
	return len(line)-len(before) >= want && len(bytes.Trim(before, " \t>")) == 0 &&
		bytes.Count(before, []byte(">")) == bytes.Count(opening, []byte(">"))
}

// commands fills in the commands of a lab and their expected output.
func (t *treeReader) commands() {
	var last *Command             // to which an output fence belongs
	var skipped bool              // the last snippet with commands does not run
	stayed := map[terminal]bool{} // those in which a program stays
	for _, s := range t.tree.Snippets {
		var errs Errors
		term := terminal{t.page.Lab.MachineOf(s.Options.On), s.Options.Term}
		switch {
		case s.Role == info.Output:
			if s.Options.Skip == "" && !skipped {
				t.errs = append(t.errs, attach(s, last)...)
			}
			continue
		case s.Options.Skip != "":
			if s.Role == info.Shell || s.Role == info.Console || s.Options.Run != "" {
				last, skipped = nil, true
			}
			continue
		case s.Role == info.Shell && stayed[term]:
			errs = t.split(s, prompt.Program)
			if len(s.Commands) == 0 && s.Options.Type != "" {
				s.Commands = []*Command{{Input: prompt.Input{Text: s.Options.Type, Key: prompt.IsKey(s.Options.Type)}, Pos: s.OptionAt("type")}}
			}
		case s.Role == info.Shell:
			errs = t.split(s, prompt.Shell)
		case s.Role == info.Console:
			errs = t.split(s, func(code string) ([]*prompt.Command, []prompt.Error) { return prompt.Console(code, stayed[term]) })
		case s.Role == info.File && s.Options.Run != "":
			s.Commands = []*Command{{Input: prompt.Input{Text: s.Options.Run, Offset: -1, End: len(s.Code)}, Pos: s.OptionAt("run")}}
		}
		t.errs = append(t.errs, errs...)
		s.applyOptions()
		if s.Role != info.File {
			stayed[term] = staysAfter(s, stayed[term])
		}
		if n := len(s.Commands); n > 0 {
			last, skipped = s.Commands[n-1], false
		}
	}
}

// split splits the snippet's code into commands, with their places in the
// page.
func (t *treeReader) split(s *Snippet, by func(code string) ([]*prompt.Command, []prompt.Error)) Errors {
	commands, wrong := by(t.page.Lab.Placeholders.Mask(s.Code))
	lines := newLineIndex([]byte(s.Code))
	for _, c := range commands {
		c.Text = config.Unmask(c.Text)
		command := &Command{Input: c.Input, Pos: s.in(lines, c.Offset)}
		if c.Expect != nil {
			command.Expect = &Expect{Pos: s.in(lines, c.Expect.Offset)}
			for _, line := range c.Expect.Lines {
				command.Expect.Lines = append(command.Expect.Lines, config.Unmask(line))
			}
		}
		s.Commands = append(s.Commands, command)
	}
	return s.wrong(wrong)
}

// wrong returns mistakes in the snippet's code with places in the page. Where
// the code is included, they name the line of what is included.
func (s *Snippet) wrong(mistakes []prompt.Error) (errs Errors) {
	lines := newLineIndex([]byte(s.Code))
	for _, e := range mistakes {
		if s.Options.Include != "" {
			e.Msg = fmt.Sprintf("line %d of what is included: %s", 1+strings.Count(s.Code[:e.Offset], "\n"), e.Msg)
		}
		errs = append(errs, &Error{Pos: s.in(lines, e.Offset), Msg: config.Unmask(e.Msg)})
	}
	return errs
}

// staysAfter guesses whether a program is in the terminal after a snippet,
// which decides how the next snippet is split. Only a run can tell for
// certain.
func staysAfter(s *Snippet, before bool) bool {
	stays := before
	for _, c := range s.Commands {
		switch {
		case c.Stay:
			stays = true
		case prompt.Ends(c.Text):
			stays = false
		}
	}
	for _, key := range []string{"^C", "^D", `^\`, "^P^Q"} {
		if strings.Contains(s.Options.Type, key) {
			stays = false
		}
	}
	return stays
}

const noCommand = "expected output without a command before it"

// applyOptions sets what the snippet's options say about its commands.
func (s *Snippet) applyOptions() {
	for i, c := range s.Commands {
		c.Timeout = cmp.Or(s.Options.Timeout, config.DefaultCommandTimeout)
		c.AtShell = s.Role == info.Console && c.Prompt == "" && !c.Key
		if i == len(s.Commands)-1 {
			c.Exit, c.Until = s.Options.Exit, s.Options.Until
			c.Stay = c.Stay || s.Options.Stay
		}
	}
}

// attach makes an output fence the expected output of the command before it.
func attach(s *Snippet, c *Command) Errors {
	switch {
	case c == nil:
		return Errors{{Pos: s.Pos, Msg: noCommand}}
	}
	docker := s.Options.Docker
	before := c.Expect
	if docker != "" {
		before = c.ExpectOn[docker]
	}
	if before != nil {
		return Errors{{Pos: s.Pos, Msg: fmt.Sprintf("the command before it already has expected output, at line %d", before.Pos.Line)}}
	}
	e := &Expect{Pos: s.Pos}
	for line := range strings.Lines(s.Code) {
		if len(e.Lines) == 0 {
			e.Pos = s.At(0)
		}
		e.Lines = append(e.Lines, strings.TrimRight(line, " \t\n"))
	}
	for n := len(e.Lines); n > 0 && e.Lines[n-1] == ""; n-- {
		e.Lines = e.Lines[:n-1]
	}
	if docker == "" {
		c.Expect = e
		return nil
	}
	if c.ExpectOn == nil {
		c.ExpectOn = map[string]*Expect{}
	}
	c.ExpectOn[docker] = e
	return nil
}
