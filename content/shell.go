package content

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// commandsOf splits a shell snippet into what a reader types at one prompt
// after the other: its top-level statements, those on one line together,
// without the comments around them. Comments "# -> text" behind a command
// are its expected output.
func commandsOf(s *Snippet) ([]*Command, Errors) {
	file, err := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(s.Code), "")
	if err != nil {
		return nil, Errors{shellError(s, 0, err)}
	}
	var comments []*syntax.Comment
	syntax.Walk(file, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Comment); ok {
			comments = append(comments, c)
		}
		return true
	})
	slices.SortFunc(comments, func(a, b *syntax.Comment) int { return cmp.Compare(a.Hash.Offset(), b.Hash.Offset()) })

	var commands []*Command
	for i := 0; i < len(file.Stmts); {
		start := int(file.Stmts[i].Pos().Offset())
		end := bodyEnd(s.Code, file.Stmts[i])
		for i++; i < len(file.Stmts) && sameLine(s.Code, end, int(file.Stmts[i].Pos().Offset())); i++ {
			end = max(end, bodyEnd(s.Code, file.Stmts[i]))
		}
		next := len(s.Code)
		if i < len(file.Stmts) {
			next = int(file.Stmts[i].Pos().Offset())
		}
		c := &Command{Offset: start, End: end, Pos: s.At(start)}
		stop := next
		for _, comment := range comments {
			at := int(comment.Hash.Offset())
			if at < end || at >= next {
				continue
			}
			stop = min(stop, at)
			text, ok := strings.CutPrefix(comment.Text, " -> ")
			if !ok {
				if text = comment.Text; strings.TrimRight(text, " \t") != " ->" {
					continue
				}
				text = ""
			}
			if c.Expect == nil {
				c.Expect = &Expect{Pos: s.At(at)}
			}
			c.Expect.Lines = append(c.Expect.Lines, strings.TrimRight(text, " \t"))
			c.End = int(comment.End().Offset())
		}
		c.Text = strings.TrimRight(s.Code[start:stop], " \t\n")
		c.End = max(c.End, start+len(c.Text))
		commands = append(commands, c)
	}
	stays(s, commands)
	return commands, nil
}

// sameLine tells whether a statement that starts at next is typed together
// with the one that ends at end. The bodies of here-documents stand behind
// both.
func sameLine(code string, end, next int) bool {
	return next <= end || !strings.Contains(code[end:next], "\n")
}

// bodyEnd returns the offset behind a statement. The parser's End leaves out
// the bodies and terminators of here-documents.
func bodyEnd(code string, stmt *syntax.Stmt) int {
	end := int(stmt.End().Offset())
	syntax.Walk(stmt, func(n syntax.Node) bool {
		r, ok := n.(*syntax.Redirect)
		if !ok || r.Hdoc == nil {
			return true
		}
		at := int(r.Hdoc.End().Offset())
		// The body ends where its terminator's line starts.
		if i := strings.IndexByte(code[at:], '\n'); i >= 0 {
			at += i
		} else {
			at = len(code)
		}
		end = max(end, at)
		return true
	})
	return end
}

// shellError gives a syntax error its place in the page.
func shellError(s *Snippet, offset int, err error) *Error {
	var parse syntax.ParseError
	if errors.As(err, &parse) {
		return &Error{Pos: s.At(offset + int(parse.Pos.Offset())), Msg: "shell: " + parse.Text}
	}
	var lang syntax.LangError
	if errors.As(err, &lang) {
		return &Error{Pos: s.At(offset + int(lang.Pos.Offset())), Msg: "shell: " + lang.Error()}
	}
	return &Error{Pos: s.At(offset), Msg: "shell: " + err.Error()}
}
