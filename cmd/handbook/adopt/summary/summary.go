// Package summary writes reports about an adopted course as Markdown: Guesses
// lists the guesses, Drift what has changed since its labs were written.
package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/notes"
	"handbook/cmd/handbook/adopt/repair"
	"handbook/cmd/handbook/adopt/session"
	"handbook/content"
	"handbook/content/sgr"
	"handbook/content/wording"
)

// Guesses lists every guess, page by page, as Markdown.
func Guesses(b *adopt.Book) []byte {
	var s strings.Builder
	s.WriteString("# What was guessed\n\nEvery guess that was made when these labs were adopted: the line of the old page, what it was taken for, and why.\n")
	if len(b.Problems) > 0 {
		s.WriteString("\n## What is wrong with the old files\n\n")
		for _, p := range b.Problems {
			fmt.Fprintf(&s, "- %s: %s\n", place(p.Path, p.Line), cell(p.Msg))
		}
	}
	for _, p := range b.Pages {
		fmt.Fprintf(&s, "\n## %s\n\n| line | taken for | why |\n|---|---|---|\n", cell(p.Source))
		guesses := slices.Clone(p.Notes)
		slices.SortStableFunc(guesses, func(x, y notes.Note) int { return cmp.Compare(x.Line, y.Line) })
		for _, n := range guesses {
			fmt.Fprintf(&s, "| %d | %s | %s |\n", p.Origin(n.Line), cell(n.Taken), cell(n.Why))
		}
	}
	return []byte(s.String())
}

func place(file string, line int) string {
	if line == 0 {
		return code(file)
	}
	return code(fmt.Sprintf("%s:%d", file, line))
}

// code writes a name or a command of somebody else's as code in running text.
func code(s string) string { return wording.CodeSpan(strings.ReplaceAll(shown(s), "\n", "\u240a")) }

// cell escapes a text for a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", ">", "&gt;", "[", `\[`, "*", `\*`, "`", "'").Replace(shown(s))
}

// shown returns a text with visible control characters.
func shown(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(wording.Shown(r))
	}
	return b.String()
}

// A Result is the result of a lab that was run.
type Result struct {
	Verdict  string // before any patches
	Now      string // with all patches
	Failures []repair.Failure
	NotRun   int
	Record   *content.Record
}

// A Report is the drift report, as a file and as a page of the handbook.
type Report struct {
	Markdown []byte
	Page     []byte
}

// Drift reports what has drifted since labs were written, those with most to do
// first.
func Drift(b *adopt.Book, results map[string]Result) Report {
	pages := slices.DeleteFunc(slices.Clone(b.Pages), func(p *adopt.Page) bool { return !p.Lab && len(p.Drifts) == 0 })
	slices.SortStableFunc(pages, func(x, y *adopt.Page) int {
		return cmp.Or(cmp.Compare(weight(y, results), weight(x, results)), cmp.Compare(x.Path, y.Path))
	})
	passed, failed := 0, 0
	for _, r := range results {
		if r.Verdict == "passed" || r.Verdict == "changed" {
			passed++
		} else {
			failed++
		}
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s: %s as written today, %s. The labs with most to do stand first.\n",
		wording.Count(passed+failed, "lab"), works(passed), fails(failed))
	for _, p := range pages {
		lab(&s, p, results[p.Path])
	}
	body := s.String()
	return Report{
		Markdown: []byte("# What has drifted\n\n" + body),
		Page:     []byte("---\ntitle: What has drifted\nweight: 999\n---\n\n# What has drifted\n\n" + body),
	}
}

func works(n int) string {
	if n == 1 {
		return "1 works"
	}
	return fmt.Sprintf("%d work", n)
}

func fails(n int) string {
	if n == 1 {
		return "1 fails"
	}
	return fmt.Sprintf("%d fail", n)
}

// weight returns how much work a lab needs.
func weight(p *adopt.Page, results map[string]Result) int {
	n := 0
	if r, ok := results[p.Path]; ok && r.Verdict != "passed" && r.Verdict != "changed" {
		n += 1000
	}
	for _, d := range p.Drifts {
		if d.Found.Known.Gone && !d.Fixed {
			n += 10
		} else if !d.Fixed {
			n++
		}
	}
	return n
}

func lab(s *strings.Builder, p *adopt.Page, r Result) {
	fmt.Fprintf(s, "\n## %s\n\n", cell(p.Title))
	fmt.Fprintf(s, "%s, made of %s: ", code("content/"+p.Path), code(p.Source))
	switch {
	case r.Verdict == "passed" || r.Verdict == "changed":
		s.WriteString("works as it is written.\n")
	case r.Verdict == "":
		s.WriteString("was not run.\n")
	case r.Now == "passed" || r.Now == "changed":
		s.WriteString("failed as it was written, and works with the patches below.\n")
	default:
		s.WriteString("fails.\n")
	}
	for _, f := range r.Failures {
		fmt.Fprintf(s, "\n- line %d", f.Line)
		if f.Command != "" {
			fmt.Fprintf(s, ", %s", code(session.FirstLine(f.Command)))
		}
		fmt.Fprintf(s, ": %s\n", cell(f.Message))
		if len(f.Details) > 0 {
			s.WriteString("\n" + fenced("text", head(f.Details, 15)))
		}
		if f.Propose != "" && r.Now != "passed" && r.Now != "changed" {
			fmt.Fprintf(s, "\nProposed, and applied by `--fix`: %s.\n", cell(f.Propose))
		}
	}
	if r.NotRun > 0 {
		fmt.Fprintf(s, "\n%s behind it could not be tried.\n", wording.Count(r.NotRun, "command"))
	}
	drifts(s, p)
	repairs(s, p)
	skipped(s, p)
	if r.Record != nil {
		changed(s, p, r.Record)
	}
}

// drifts lists known drifts and their patches.
func drifts(s *strings.Builder, p *adopt.Page) {
	if len(p.Drifts) == 0 {
		return
	}
	s.WriteString("\n| line | what has changed | instead | |\n|---|---|---|---|\n")
	var patch []string
	for _, d := range p.Drifts {
		state := ""
		switch {
		case d.Fixed:
			state = "patched"
		case d.Found.Patch:
			state = "patch below"
		}
		k := d.Found.Known
		fmt.Fprintf(s, "| %d | %s ([source](%s)) | %s | %s |\n", p.Origin(d.Line), cell(k.What), k.Source, cell(k.Instead), state)
		if d.Found.Patch && !d.Fixed {
			patch = append(patch, fmt.Sprintf("@@ line %d @@", p.Origin(d.Line)), "-"+d.Found.Line)
			if d.Found.Fixed != "" {
				patch = append(patch, "+"+d.Found.Fixed)
			}
		}
	}
	if len(patch) > 0 {
		s.WriteString("\n`handbook adopt --fix` applies this:\n\n" + fenced("diff", patch))
	}
}

// repairs lists the repairs found by runs.
func repairs(s *strings.Builder, p *adopt.Page) {
	if len(p.Repaired) == 0 {
		return
	}
	s.WriteString("\nPatched, as it failed when it was run:\n\n")
	for _, n := range p.Repaired {
		if n.Line < 0 {
			fmt.Fprintf(s, "- line %d: what was started above is left with exit\n", p.Origin(-n.Line))
			continue
		}
		fmt.Fprintf(s, "- line %d: %s\n", p.Origin(n.Line), cell(n.Taken))
	}
}

// skipped lists what was not run.
func skipped(s *strings.Builder, p *adopt.Page) {
	var lines []string
	for _, n := range p.Notes {
		if n.Taken == "skip" {
			lines = append(lines, fmt.Sprintf("- line %d: %s\n", p.Origin(n.Line), cell(n.Why)))
		}
	}
	if len(lines) > 0 {
		s.WriteString("\nNot tried:\n\n" + strings.Join(lines, ""))
	}
}

// changed lists commands whose output has changed, with both outputs.
func changed(s *strings.Builder, p *adopt.Page, r *content.Record) {
	old := slices.Clone(p.Old)
	told := false
	for _, snippet := range r.Snippets {
		for _, c := range snippet.Commands {
			i := slices.IndexFunc(old, func(o adopt.OldOutput) bool { return o.Command == c.Text })
			if i < 0 {
				continue
			}
			was := old[i]
			old = slices.Delete(old, i, i+1)
			if needs.Same(was.Output, c.Output) {
				continue
			}
			if !told {
				s.WriteString("\nPrints something else than it did:\n")
				told = true
			}
			fmt.Fprintf(s, "\n- line %d, %s, as the page had it, and as it is:\n\n", p.Origin(was.Line), code(session.FirstLine(c.Text)))
			s.WriteString(fenced("text", head(was.Output, 12)) + "\n" + fenced("text", head(c.Output, 12)))
		}
	}
}

func head(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("… %s more", wording.Count(len(lines)-most, "line")))
}

// fenced returns lines in a fence, without colours and with visible control
// characters.
func fenced(lang string, lines []string) string {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(shown(strings.TrimRight(sgr.Unstyled(line), " \t")) + "\n")
	}
	return wording.Fenced(lang, text.String())
}
