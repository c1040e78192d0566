package main

import (
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"

	"handbook/content"
)

// placeOf is "content/labs/a.md:12:1".
func placeOf(p *problem) string {
	return content.Pos{File: p.File, Line: p.Line, Col: p.Col}.String()
}

// writeGitHub writes annotations that GitHub shows beside the page's lines.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func writeGitHub(w io.Writer, r *report) error {
	for _, l := range r.Labs {
		for _, p := range l.Failures {
			place := "file=" + githubProperty.Replace(p.File)
			if p.Line > 0 {
				place += fmt.Sprintf(",line=%d", p.Line)
			}
			if p.Col > 0 {
				place += fmt.Sprintf(",col=%d", p.Col)
			}
			title := githubProperty.Replace(l.Page + " " + l.Verdict)
			if _, err := fmt.Fprintf(w, "::error %s,title=%s::%s\n", place, title, githubText.Replace(p.whole())); err != nil {
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

// writeMarkdown writes a summary for people, e.g. as $GITHUB_STEP_SUMMARY:
// first what is wrong and where, then each with its details, then all labs.
func writeMarkdown(w io.Writer, r *report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", cell(r.counts()))
	for _, l := range r.inTrouble() {
		for _, p := range l.Failures {
			fmt.Fprintf(&b, "- **%s** %s: %s\n", l.Verdict, r.link(&p), cell(firstLine(p.Message)))
		}
	}
	details := 0
	for _, l := range r.inTrouble() {
		for _, p := range l.Failures {
			if len(p.Details) == 0 {
				continue
			}
			if details++; details > mostDetails {
				continue
			}
			fmt.Fprintf(&b, "\n%s: %s\n\n%s\n", r.link(&p), cell(firstLine(p.Message)), fenced(strings.Join(p.Details, "\n")))
		}
	}
	if details > mostDetails {
		fmt.Fprintf(&b, "\nThe details of %d more are in the log.\n", details-mostDetails)
	}
	b.WriteString("\n| lab | verdict | snippets verified | seconds | set aside as volatile |\n|---|---|---|---|---|\n")
	for _, l := range r.Labs {
		took := "fresh"
		if !l.Fresh {
			took = fmt.Sprintf("%.1f", l.Seconds)
		}
		fmt.Fprintf(&b, "| %s | %s | %d of %d | %s | %s |\n", cell(l.File), l.Verdict, l.Verified, l.Snippets, took, cell(l.asides(true)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mostDetails is how many problems the summary shows with their details:
// GitHub takes no summary over a megabyte.
const mostDetails = 50

// link is the problem's place, linked to the page's source where that is
// known.
func (r *report) link(p *problem) string {
	place := cell(placeOf(p))
	if r.blob == "" {
		return place
	}
	at := r.blob + (&url.URL{Path: p.File}).EscapedPath() + "?plain=1"
	if p.Line > 0 {
		at += fmt.Sprintf("#L%d", p.Line)
	}
	return fmt.Sprintf("[%s](<%s>)", place, at)
}

// cell keeps a text from being read as Markdown.
func cell(s string) string {
	return markdownText.Replace(html.EscapeString(s))
}

var markdownText = strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, `\`, `\\`, "~", `\~`, "\n", " ", "\r", " ")

// fenced puts a text between fences that are longer than any in it.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimRight(s, "\n") + "\n" + fence
}
