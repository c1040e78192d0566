package render

import (
	"strconv"
	"strings"

	"handbook/content"
)

// script is a lab as a shell script: its files and its commands in order, as
// verify ran them, but for what was not verified.
func (w *writer) script() []byte {
	p := w.page
	var b strings.Builder
	b.WriteString("#!/usr/bin/env bash\n# " + oneLine(p.Title) + "\n# The commands of this lab, as they were run on " +
		date(p.Record.Verified) + ".\nset -eo pipefail\n")
	if dir := p.Lab.Dir; dir != "" {
		b.WriteString("mkdir -p " + shellPath(dir) + "\ncd " + shellPath(dir) + "\n")
	}
	for i, s := range p.Snippets {
		result := w.results[i]
		if result == nil || result.Verdict != content.Passed || s.Options.Stay || s.Options.Term > 1 {
			continue
		}
		switch s.Role {
		case content.File:
			b.WriteString("\n" + w.scriptFile(s))
		case content.Diff:
			b.WriteString("\n" + w.scriptDiff(s, result))
		case content.Shell, content.Console:
			b.WriteString("\n")
		}
		for k, c := range s.Commands {
			if c.Stay || k < len(result.Commands) && result.Commands[k].Prompt != "" || c.Prompt != "" || c.Key {
				continue // a script can't type
			}
			text := w.holders.bind(c.Text) + "\n"
			if k < len(result.Commands) && result.Commands[k].Exit != 0 {
				// Ends like this on the page too.
				text = "set +e\n" + text + "set -e\n"
			}
			if k < len(result.Commands) && result.Commands[k].Ready > 0 {
				// On the page verify waits until what was started listens.
				text += "sleep " + itoa(int(2*result.Commands[k].Ready)+1) + "\n"
			}
			b.WriteString(text)
		}
	}
	return []byte(b.String())
}

// scriptDiff writes the changed file whole where the record has it: patch(1)
// wants line numbers, and a diff on a page need not have them.
func (w *writer) scriptDiff(s *content.Snippet, result *content.SnippetResult) string {
	if result.Text == "" {
		return "patch " + shellPath(s.Options.File) + " " + heredoc(w.holders.bind(s.Code))
	}
	return "cat > " + shellPath(s.Options.File) + " " + heredoc(result.Text)
}

func (w *writer) scriptFile(s *content.Snippet) string {
	name, into := shellPath(s.Options.File), "> "
	if s.Options.Append {
		into = ">> "
	}
	text := ""
	if dir, _, ok := cutLast(s.Options.File, "/"); ok {
		text = "mkdir -p " + shellPath(dir) + "\n"
	}
	text += "cat " + into + name + " " + heredoc(w.holders.bind(s.Code))
	if s.Options.Mode != 0 {
		text += "chmod " + strconv.FormatUint(uint64(s.Options.Mode.Perm()), 8) + " " + name + "\n"
	}
	return text
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// heredoc feeds a text to a command, letter by letter.
func heredoc(text string) string {
	end := "EOF"
	for strings.Contains("\n"+text, "\n"+end+"\n") {
		end += "_"
	}
	return "<<'" + end + "'\n" + text + end + "\n"
}

// shellPath quotes a path for the shell; "~/" still means the reader's home.
func shellPath(p string) string {
	home := ""
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		home, p = "~/", rest
	}
	if p != "" && strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return home + p
	}
	return home + "'" + strings.ReplaceAll(p, "'", `'\''`) + "'"
}

// oneLine makes a text fit into a comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
