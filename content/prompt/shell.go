package prompt

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Shell splits shell code into its top-level statements without the comments
// around them. Statements on one line are one command. Comments "# -> text"
// after a command are its expected output. There are no commands if the code
// can't be parsed.
func Shell(code string) ([]*Command, []Error) {
	file, err := parseShell(code)
	if err != nil {
		return nil, []Error{shellError(0, err)}
	}
	comments := shellComments(file)
	var commands []*Command
	for i := 0; i < len(file.Stmts); {
		start := int(file.Stmts[i].Pos().Offset())
		end := bodyEnd(code, file.Stmts[i])
		for i++; i < len(file.Stmts) && sameLine(code, end, int(file.Stmts[i].Pos().Offset())); i++ {
			end = max(end, bodyEnd(code, file.Stmts[i]))
		}
		c := &Command{Input: Input{Offset: start, End: end, Parts: partsOf(file.Stmts[i-1])}}
		stop := len(code)
		if i < len(file.Stmts) {
			stop = int(file.Stmts[i].Pos().Offset())
		}
		if k := sort.Search(len(comments), func(k int) bool { return comments[k].offset >= end }); k < len(comments) {
			stop = min(stop, comments[k].offset)
		}
		c.Text = strings.TrimRight(code[start:stop], " \t\n")
		c.End = max(end, start+len(c.Text))
		commands = append(commands, c)
	}
	return commands, assign(comments, commands)
}

// maxShell is how many bytes of shell are parsed at once. The parser is
// recursive and takes up to 3 KB of stack for each bracket, and a program
// can't recover from a stack overflow.
const maxShell = 32 << 10

func parseShell(code string) (*syntax.File, error) {
	if len(code) > maxShell {
		return new(syntax.File), fmt.Errorf("more than %d KB are too much to type, expected a file (file=) or several snippets", maxShell>>10)
	}
	return syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(code), "")
}

// assign assigns each comment that states expected output to the command
// before it.
func assign(comments []comment, commands []*Command) (errs []Error) {
	next := 0
	for _, comment := range comments {
		for next < len(commands) && commands[next].Offset <= comment.offset {
			next++
		}
		text, claims, wrong := claimOf(comment.text)
		switch {
		case wrong != "":
			errs = append(errs, Error{comment.offset, wrong})
		case !claims:
		case next == 0:
			errs = append(errs, Error{comment.offset, noCommand})
		case comment.offset < commands[next-1].Offset+len(commands[next-1].Text):
			errs = append(errs, Error{comment.offset, insideCommand})
		default:
			commands[next-1].add(text, comment.offset)
			commands[next-1].End = comment.offset + len(strings.TrimRight(comment.text, "\n"))
		}
	}
	for _, c := range commands {
		c.Expect.trim()
	}
	return errs
}

// partsOf returns the parts of a statement that is a pipeline and whose exit
// status is neither used nor negated. Otherwise it returns nil.
func partsOf(stmt *syntax.Stmt) []Part {
	if stmt.Negated || stmt.Background || stmt.Coprocess {
		return nil
	}
	pipe, ok := stmt.Cmd.(*syntax.BinaryCmd)
	if !ok || pipe.Op != syntax.Pipe && pipe.Op != syntax.PipeAll {
		return nil
	}
	parts := partsOf(pipe.X)
	if parts == nil {
		parts = []Part{partOf(pipe.X)}
	}
	return append(parts, partOf(pipe.Y)) // pipelines are left-associative
}

func partOf(stmt *syntax.Stmt) Part {
	part := Part{ToFile: len(stmt.Redirs) > 0}
	if call, ok := stmt.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 {
		part.Name = call.Args[0].Lit()
		part.ToFile = part.ToFile || slices.ContainsFunc(call.Args[1:], func(word *syntax.Word) bool { return writesFile(word.Lit()) })
	}
	return part
}

// writesFile reports whether a word is an option that makes curl write files.
func writesFile(word string) bool {
	long, isLong := strings.CutPrefix(word, "--")
	return isLong && (strings.HasPrefix(long, "output") || strings.HasPrefix(long, "remote-") || long == "dump-header" || long == "cookie-jar" || strings.HasPrefix(long, "trace")) ||
		!isLong && strings.HasPrefix(word, "-") && strings.ContainsAny(word, "oODc")
}

// sameLine reports whether the statement that starts at next is on the line on
// which the one before it ends. The bodies of here-documents come after both.
func sameLine(code string, end, next int) bool {
	return next <= end || !strings.Contains(code[end:next], "\n")
}

// bodyEnd returns the offset after a statement, including what the parser's
// End does not include: the bodies and terminators of here-documents, and a
// comment in a line that continues the statement.
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
	if rest := strings.TrimLeft(code[end:], " \t"); strings.HasPrefix(rest, "\\\n") { // goes on in the next line, with a comment
		line, _, _ := strings.Cut(rest[2:], "\n")
		end = len(code) - len(rest) + 2 + len(line)
	}
	return end
}

// shellError returns a syntax error of a command at an offset.
func shellError(offset int, err error) Error {
	var parse syntax.ParseError
	if errors.As(err, &parse) {
		return Error{offset + int(parse.Pos.Offset()), "shell: " + plainly(parse.Text)}
	}
	var lang syntax.LangError
	if errors.As(err, &lang) {
		return Error{offset + int(lang.Pos.Offset()), "shell: " + lang.Error()}
	}
	return Error{offset, "shell: " + err.Error()}
}

var (
	noQuoteRE = regexp.MustCompile("^reached .+ without closing quote (`.+`|\"`\")$")
	noMatchRE = regexp.MustCompile("^reached (`.+`) without matching (`.+`) with (`.+`)$")
)

// plainly rewrites a message of the parser (mvdan.cc/sh) from the point of
// view of the author of the command.
func plainly(text string) string {
	if m := noQuoteRE.FindStringSubmatch(text); m != nil {
		return "the quote " + m[1] + " is never closed"
	}
	if m := noMatchRE.FindStringSubmatch(text); m != nil && m[1] == "`EOF`" {
		return m[2] + " is never closed with " + m[3]
	}
	return text
}
