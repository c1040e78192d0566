package main

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// writeGitHub writes annotations that GitHub shows beside the page's lines.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func writeGitHub(w io.Writer, outcomes []*outcome) error {
	for _, o := range outcomes {
		for _, f := range o.failures() {
			place := "file=" + githubProperty.Replace(path.Clean(f.Pos.File))
			if f.Pos.Line > 0 {
				place += fmt.Sprintf(",line=%d", f.Pos.Line)
			}
			if f.Pos.Col > 0 {
				place += fmt.Sprintf(",col=%d", f.Pos.Col)
			}
			title := githubProperty.Replace(o.lab.name() + " " + o.verdict)
			if _, err := fmt.Fprintf(w, "::error %s,title=%s::%s\n", place, title, githubText.Replace(whole(f))); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeMarkdown writes a summary for people, e.g. as $GITHUB_STEP_SUMMARY.
func writeMarkdown(w io.Writer, outcomes []*outcome) error {
	var b strings.Builder
	b.WriteString("| lab | verdict | snippets verified | seconds |\n|---|---|---|---|\n")
	for _, o := range outcomes {
		n := o.census()
		took := "fresh"
		if o.took > 0 {
			took = fmt.Sprintf("%.1f", o.took.Seconds())
		}
		fmt.Fprintf(&b, "| %s | %s | %d of %d | %s |\n", cell(o.lab.name()), o.verdict, n.verified, n.total, took)
	}
	for _, o := range outcomes {
		for _, f := range o.failures() {
			fmt.Fprintf(&b, "\n**%s**\n\n%s\n", cell(f.Pos.String()), fenced(whole(f)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell keeps a text from being read as Markdown.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`", "\n", " ").Replace(s)
}

// fenced puts a text between fences that are longer than any in it.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimRight(s, "\n") + "\n" + fence
}
