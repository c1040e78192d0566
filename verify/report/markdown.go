package report

import (
	"fmt"
	"handbook/content/wording"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Markdown writes a summary for people, for example as $GITHUB_STEP_SUMMARY:
// first what is wrong and where, then the details of each problem, then all
// labs.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", cell(r.Counts()))
	for _, l := range r.withProblems() {
		for _, p := range l.Failures {
			fmt.Fprintf(&b, "- **%s** %s: %s\n", l.Verdict, r.link(&p), cell(firstLine(p.Message)))
		}
	}
	for _, l := range r.Labs {
		for _, p := range l.Updated {
			fmt.Fprintf(&b, "- **updated** %s: %s\n", r.link(&p), cell(firstLine(p.Message)))
		}
	}
	for _, line := range r.movedLines() {
		fmt.Fprintf(&b, "- %s\n", cell(line))
	}
	for _, l := range r.Labs {
		for _, p := range l.Warnings {
			fmt.Fprintf(&b, "- warning %s: %s\n", r.link(&p), cell(p.Message))
		}
	}
	details := 0
	for _, p := range r.detailed() {
		if details++; details > mostDetails {
			continue
		}
		fmt.Fprintf(&b, "\n%s: %s\n\n%s\n", r.link(&p), cell(firstLine(p.Message)), fenced(strings.Join(p.Details, "\n")))
	}
	if details > mostDetails {
		fmt.Fprintf(&b, "\nThe details of %d more are in the log.\n", details-mostDetails)
	}
	b.WriteString("\n| lab | verdict | snippets verified | not checked | seconds | set aside as volatile |\n|---|---|---|---|---|---|\n")
	for _, l := range r.Labs {
		took := "fresh"
		if !l.Fresh {
			took = fmt.Sprintf("%.1f", l.Seconds)
		}
		fmt.Fprintf(&b, "| %s | %s | %d of %d | %s | %s | %s |\n", cell(l.File), l.Verdict, l.Verified, l.Snippets, cell(l.gaps()), took, cell(asideText(l.SetAside, true)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// detailed lists all that has details: problems first, then what is updated.
func (r *Report) detailed() (all []Problem) {
	for _, l := range r.withProblems() {
		all = append(all, l.Failures...)
	}
	for _, l := range r.Labs {
		all = append(all, l.Updated...)
	}
	return slices.DeleteFunc(all, func(p Problem) bool { return len(p.Details) == 0 })
}

// mostDetails is how many problems the summary shows with their details:
// GitHub takes no summary over a megabyte.
const mostDetails = 50

// link is the problem's place, linked to the page's source where that is
// known.
func (r *Report) link(p *Problem) string {
	place := cell(p.pos().String())
	if r.Blob == "" {
		return place
	}
	at := r.Blob + (&url.URL{Path: p.File}).EscapedPath() + "?plain=1"
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
	return strings.TrimSuffix(wording.Fenced("text", strings.TrimRight(s, "\n")+"\n"), "\n")
}
