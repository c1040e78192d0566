// Package results looks up what a page's record says about the page as it is
// now: the result of a snippet, a measured value, an image at some point of
// the lab, what other engines gave, and, as a Proof, the record in words. It
// writes no HTML.
//
// A record applies while the page is fresh, or if it is the record of a run
// that failed. Otherwise Results have no record, and a page shows what its
// author expects.
package results

import (
	"cmp"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/render/locale"
)

// Results are what a page's record says about the page as it is now.
type Results struct {
	Page   *content.Page
	Status content.Status           // whether the page's record is up to date
	Record *content.Record          // nil if there is none that applies
	Others []Other                  // those of other engines and platforms
	Bind   func(text string) string // replaces placeholders by the values that labs are verified with
	Words  *locale.Locale
}

// New returns the results of a page.
func New(p *content.Page, status content.Status, bind func(string) string, words *locale.Locale) *Results {
	r := &Results{Page: p, Status: status, Bind: bind, Words: words}
	if status.State == content.Fresh || status.State == content.Failed {
		r.Record, r.Others = p.Record, others(p.Record)
	}
	return r
}

// Image returns an image as it was when a snippet was reached, or nil. A name
// can be moved to another image, and an image can be built again.
func (r *Results) Image(ref string, s *content.Snippet) *content.Image {
	return r.Record.ImageAt(r.Bind(ref), s.Number)
}

// Build returns the last build of an image before a snippet, or nil.
func (r *Results) Build(ref string, s *content.Snippet) *content.Build {
	return r.Record.BuildAt(r.Bind(ref), s.Number)
}

// Included returns the tree with what the run found in the files that the page
// includes. Lines that equal those of the page keep their placeholders.
func (r *Results) Included(t *content.Tree) *content.Tree {
	found := *t
	found.Snippets = slices.Clone(t.Snippets)
	for i, s := range found.Snippets {
		result := r.Record.Of(s.Number, s.Role)
		if s.Role != info.Included || result == nil || result.File == "" {
			continue
		}
		written := make(map[string]string)
		for line := range strings.Lines(s.Code) {
			written[r.Bind(line)] = line
		}
		var code strings.Builder
		for line := range strings.Lines(result.Text) {
			code.WriteString(cmp.Or(written[line], line))
		}
		on := *s
		on.Code = code.String()
		found.Snippets[i] = &on
	}
	return &found
}

// Value returns the text that replaces a claim, in the language of the site.
func (r *Results) Value(m *content.Measure) (string, bool) {
	if r.Record == nil {
		return "", false
	}
	value, _, ok := m.Value(r.Record, r.Bind)
	text := ""
	switch m.Scheme {
	case "size", "download", "context":
		text = r.Words.Size(int64(value))
	case "time":
		text = r.Words.Seconds(value)
	default:
		text = r.Words.Number(int(value))
	}
	return m.Published(text), ok
}

// Printed reports whether a snippet is an expected output whose real output is
// shown under the command.
func (r *Results) Printed(s *content.Snippet) bool {
	result := r.Record.Of(s.Number, s.Role)
	return s.Role == info.Output && result != nil && result.Verdict != content.Skipped
}

// Unseen says what a snippet with the option hide does on a lab, in a sentence
// without its full stop: "2 commands run here that the page does not show". It
// is empty if the snippet does nothing.
func (r *Results) Unseen(s *content.Snippet) string {
	if r.Page.Lab == nil || !s.Runs() {
		return ""
	}
	key := "hidden"
	if r.Record.Of(s.Number, s.Role) != nil {
		key = "hid"
	}
	alone := key
	switch s.Role {
	case info.File:
		key += "-file"
	case info.Diff:
		key += "-diff"
	}
	if n := len(s.Commands); n > 0 {
		return r.Words.Text(key+"-commands", "n", n)
	}
	if key == alone {
		return ""
	}
	return r.Words.Text(key)
}

// Machine returns the name of the machine on which a snippet is worked through, ""
// if the lab names none.
func (r *Results) Machine(s *content.Snippet) string {
	if r.Page.Lab == nil || len(r.Page.Lab.Machines) == 0 {
		return ""
	}
	return r.Page.Lab.MachineOf(s.Options.On)
}

// Label returns the caption of a snippet of code, with its machine if it is a file
// of one of several.
func (r *Results) Label(s *content.Snippet) string {
	label := r.label(s)
	machine := r.Machine(s)
	if machine == "" || s.Options.File == "" && s.Options.Include == "" {
		return label
	}
	return machine + " · " + label
}

func (r *Results) label(s *content.Snippet) string {
	o := &s.Options
	switch {
	case o.Title != "":
		return o.Title
	case o.File != "" && s.Role == info.Diff:
		return r.Words.Text("file-changes", "file", o.File)
	case o.File != "" && o.Append:
		return r.Words.Text("file-appended", "file", o.File)
	case o.File != "":
		return o.File
	case o.Include != "":
		name, _, _ := strings.Cut(o.Include, "#")
		return name
	case s.Role == info.Output:
		return r.Words.Text("expected-output-title")
	case s.Role == info.Unknown:
		return s.Lang
	}
	return ""
}

// Prompt returns the prompt of a program that a command is typed to: the one
// of the run, else the one on the page. It is "" if that program is the shell.
func Prompt(c *content.Command, ran *content.CommandResult) string {
	if ran != nil {
		return ran.Prompt
	}
	return c.Prompt
}

// Gap says which part of a command was not checked, "" if all was.
func (r *Results) Gap(c *content.CommandResult) string {
	switch c.Unchecked {
	case content.UncheckedProgram:
		return r.Words.Text("gap-program")
	case content.UncheckedParts:
		return r.Words.Text("gap-parts")
	}
	return ""
}
