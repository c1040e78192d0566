package session

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A Statement is a command of a shell, with the comments above it.
type Statement struct {
	Line int // of Text in the code, from 0
	Text string
	Lead []string // blank lines and comments above it, as written
	Tail string   // the comment after it on the same line, or ""
}

// standIn matches stand-ins for the reader's own values, such as "<name>",
// which a shell would parse as redirections.
var standIn = regexp.MustCompile(`<[A-Za-z][\w .:/-]*>`)

// mask replaces stand-ins by words of the same length.
func mask(code string) string {
	return standIn.ReplaceAllStringFunc(code, func(m string) string { return strings.Repeat("X", len(m)) })
}

// Statements splits commands without prompts. Code that is not valid shell
// code is split into lines.
func Statements(code []string) (all []Statement, parsed bool) {
	text := strings.Join(code, "\n") + "\n"
	file, err := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(mask(text)), "")
	if err != nil || len(file.Stmts) == 0 {
		return byLines(code), false
	}
	next := 0 // the first line after the last statement
	for i, s := range file.Stmts {
		first, last := int(s.Pos().Line())-1, int(s.End().Line())-1
		for _, r := range s.Redirs {
			if r.Hdoc != nil {
				last = max(last, int(r.Hdoc.End().Line())-1)
			}
		}
		syntax.Walk(s, func(n syntax.Node) bool {
			if r, ok := n.(*syntax.Redirect); ok && r.Hdoc != nil {
				last = max(last, int(r.Hdoc.End().Line())-1)
			}
			return true
		})
		if hasHeredoc(s) { // the terminator follows the text
			for last < len(code) && !terminates(s, code[last]) {
				last++
			}
		}
		if last >= len(code) {
			last = len(code) - 1
		}
		if first < next { // two statements on a line stay together
			if n := len(all); n > 0 && last >= next {
				all[n-1].Text += "\n" + strings.Join(code[next:last+1], "\n")
				next = last + 1
			}
			continue
		}
		_ = i
		all = append(all, Statement{Line: first, Text: strings.Join(code[first:last+1], "\n"), Lead: code[next:first]})
		next = last + 1
	}
	if n := len(all); n > 0 && next < len(code) {
		rest := trim(code[next:])
		if len(rest) > 0 {
			all[n-1].Text += "\n" + strings.Join(code[next:], "\n")
		}
	}
	return all, true
}

func hasHeredoc(s *syntax.Stmt) bool { return len(words(s)) > 0 }

// words returns the terminators of the here-documents of a statement.
func words(s *syntax.Stmt) (all []string) {
	syntax.Walk(s, func(n syntax.Node) bool {
		if r, ok := n.(*syntax.Redirect); ok && (r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc) {
			if lit := wordText(r.Word); lit != "" {
				all = append(all, lit)
			}
		}
		return true
	})
	return all
}

func wordText(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, q := range p.Parts {
				if l, ok := q.(*syntax.Lit); ok {
					b.WriteString(l.Value)
				}
			}
		}
	}
	return b.String()
}

func terminates(s *syntax.Stmt, line string) bool {
	all := words(s)
	return strings.TrimSpace(line) == all[len(all)-1]
}

// byLines makes a statement from each line, or from several that backslashes
// join.
func byLines(code []string) (all []Statement) {
	next := 0
	for i := 0; i < len(code); i++ {
		t := strings.TrimSpace(code[i])
		if t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		first := i
		for i+1 < len(code) && strings.HasSuffix(strings.TrimRight(code[i], " \t"), `\`) {
			i++
		}
		all = append(all, Statement{Line: first, Text: strings.Join(code[first:i+1], "\n"), Lead: code[next:first]})
		next = i + 1
	}
	return all
}

// Calls returns the simple commands of a statement, including those in loops
// and substitutions, as lists of words; nil if it can't be parsed. Words that
// are not plain text are "".
func Calls(text string) (all [][]string) {
	file, err := syntax.NewParser().Parse(strings.NewReader(mask(text)+"\n"), "")
	if err != nil {
		return [][]string{strings.Fields(text)}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			var call []string
			for _, w := range c.Args {
				call = append(call, wordText(w))
			}
			all = append(all, call)
		}
		return true
	})
	return all
}
