package report

import (
	"fmt"
	"io"
	"strings"
)

// GitHub writes annotations, which GitHub shows beside the page's lines.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func (r *Report) GitHub(w io.Writer) error {
	for _, l := range r.Labs {
		for _, moved := range l.Moved {
			if err := annotate(w, "notice", &l, &Problem{File: l.File, Line: l.Line, Message: moved + onlyMoved}); err != nil {
				return err
			}
		}
		for _, p := range l.Failures {
			if err := annotate(w, "error", &l, &p); err != nil {
				return err
			}
		}
		for _, p := range l.Warnings {
			if err := annotate(w, "warning", &l, &p); err != nil {
				return err
			}
		}
	}
	return nil
}

// annotate writes an annotation of a level: "error", "warning" or "notice".
func annotate(w io.Writer, level string, l *Lab, p *Problem) error {
	place := "file=" + githubProperty.Replace(p.File)
	if p.Line > 0 {
		place += fmt.Sprintf(",line=%d", p.Line)
	}
	if p.Col > 0 {
		place += fmt.Sprintf(",col=%d", p.Col)
	}
	title := githubProperty.Replace(l.Page + " " + string(l.Verdict))
	_, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", level, place, title, githubText.Replace(p.text()))
	return err
}

var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
