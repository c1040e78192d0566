package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/info"
	"handbook/content/mistake"
	"handbook/verify"
)

// A Report is what a run of verify came to: all that is told about it, to
// people and to other programs. Its JSON is what shards leave to be merged, so
// everything that the other formats need is in it.
type Report struct {
	Shard   *Shard  `json:"shard,omitempty"`
	Seconds float64 `json:"seconds"` // from start to end
	Labs    []Lab   `json:"labs"`    // by file

	Blob string `json:"-"` // URL of the repository's files at this commit, where a CI system names it
}

// A Lab is what became of a lab.
type Lab struct {
	Page     string    `json:"page"` // in its site
	File     string    `json:"file"` // from the repository's root on
	Verdict  Verdict   `json:"verdict"`
	Status   int       `json:"status"`          // the exit status that is due to it
	Fresh    bool      `json:"fresh,omitempty"` // it was not run: its record is up to date
	Seconds  float64   `json:"seconds"`
	Snippets int       `json:"snippets"`
	Verified int       `json:"verified"`
	Skipped  int       `json:"skipped"`
	Commands int       `json:"commands_unchecked,omitempty"`     // nothing tells whether they failed
	LastPart int       `json:"pipelines_by_last_part,omitempty"` // pipelines of which only the last part was checked
	Failures []Problem `json:"failures"`
	NotRun   int       `json:"not_run,omitempty"` // commands after the failure
	Cases    []Case    `json:"cases"`             // its snippets, if it was verified
	SetAside []Aside   `json:"set_aside,omitempty"`
	Moved    []string  `json:"moved,omitempty"`    // sentences on base images that are other ones than in its record, if nothing else is
	Updated  []Problem `json:"updated,omitempty"`  // what the record, which is new, says otherwise than the one before
	Line     int       `json:"line,omitempty"`     // where the page says that it is a lab
	Warnings []Problem `json:"warnings,omitempty"` // what is not as it should be, though the lab has not failed
	Hint     string    `json:"hint,omitempty"`
}

// A Problem is one thing that is wrong with a lab.
type Problem struct {
	File    string   `json:"file"`
	Line    int      `json:"line"` // 0: the file as a whole
	Col     int      `json:"col,omitempty"`
	Command string   `json:"command"`
	At      int      `json:"at,omitempty"` // the line of a command that failed, for "handbook shell FILE:LINE"
	Message string   `json:"message"`
	Details []string `json:"details,omitempty"`
	Hint    string   `json:"hint,omitempty"`
}

// A Case is a snippet of a lab that was verified.
type Case struct {
	Line    int     `json:"line"`
	Kind    string  `json:"kind"`
	Verdict string  `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // of a skipped one
	Seconds float64 `json:"seconds"`

	Unchecked bool     `json:"unchecked,omitempty"` // none of its commands was checked
	Gaps      []string `json:"gaps,omitempty"`      // the commands that were not, or only in part, and why
}

// An Aside is what differed from the record and is no change.
type Aside struct {
	What  string `json:"what"` // "3 durations"
	Lines []int  `json:"lines,omitempty"`
}

// A Context is what a report needs to know of who makes it. Its functions may
// be nil.
type Context struct {
	Path   func(file string) string // the way to a file from the repository's root on
	Status func(error) int          // the exit status that is due to a lab's error
	Hint   func(error) string       // what can be done about it
}

// New makes the report of a run.
func New(outcomes []*Outcome, c Context) *Report {
	r := &Report{Labs: make([]Lab, 0, len(outcomes))}
	for _, o := range outcomes {
		r.Labs = append(r.Labs, o.Lab(c))
	}
	r.sort()
	return r
}

func (r *Report) sort() {
	slices.SortStableFunc(r.Labs, func(a, b Lab) int { return strings.Compare(a.File, b.File) })
}

// Lab is the outcome as reports have it.
func (o *Outcome) Lab(c Context) Lab {
	path := c.Path
	if path == nil {
		path = func(file string) string { return file }
	}
	tree := o.Page.Tree()
	n := o.census(tree)
	l := Lab{
		Page: o.Page.Path, File: path(o.Page.File()), Verdict: o.Verdict, Fresh: o.Fresh, Seconds: o.Took.Seconds(),
		Snippets: n.Snippets, Verified: n.Verified, Skipped: n.Skipped, Commands: n.Commands, LastPart: n.Pipelines, Failures: []Problem{}, Cases: []Case{}, SetAside: asides(o.Diff), Warnings: o.warnings(path),
	}
	if o.Verdict == Passed && len(o.Diff.Changes) == 0 {
		l.Moved = o.Diff.Moved
	}
	if o.Verdict == Passed && o.Stale == "" && len(o.Diff.Changes) > 0 {
		updated := &ChangedError{Page: o.Page, Diff: o.Diff}
		l.Updated = updated.problems()
		for i := range l.Updated {
			l.Updated[i].File = path(l.Updated[i].File)
		}
	}
	if o.Page.Lab != nil {
		l.Line = o.Page.Lab.Pos.Line
	}
	if o.Err != nil {
		if l.Failures = Problems(o.Err, c.Hint); len(l.Failures) == 0 {
			l.Failures = []Problem{{File: o.Page.File(), Message: o.Err.Error()}}
		}
		for i := range l.Failures {
			l.Failures[i].File = path(l.Failures[i].File)
		}
		if c.Status != nil {
			l.Status = c.Status(o.Err)
		}
		if c.Hint != nil {
			l.Hint = c.Hint(o.Err)
		}
	}
	if failed, ok := errors.AsType[*verify.Failures](o.Err); ok {
		l.NotRun = failed.NotRun
	}
	if o.Record != nil {
		for _, s := range o.Record.Snippets {
			if s.Kind == info.Included.String() {
				continue
			}
			c := Case{Line: s.Line, Kind: s.Kind, Verdict: s.Verdict, Reason: s.Reason, Unchecked: s.Unchecked()}
			for _, cmd := range s.Commands {
				c.Seconds += cmd.Seconds
				if gap := cmd.Gap(); gap != "" {
					c.Gaps = append(c.Gaps, fmt.Sprintf("%q: %s", firstLine(cmd.Text), gap))
				}
			}
			l.Cases = append(l.Cases, c)
		}
	}
	for _, u := range tree.Unfenced {
		l.Cases = append(l.Cases, Case{Line: u.Pos.Line, Kind: u.What, Verdict: content.Skipped, Reason: "not a fenced block"})
	}
	return l
}

// warnings lists what was started and can be used, but not all of it.
func (o *Outcome) warnings(path func(string) string) (all []Problem) {
	if o.Record == nil {
		return nil
	}
	for _, s := range o.Page.Tree().Snippets {
		result := o.Record.Of(s.Number, s.Role)
		for i, c := range s.Commands {
			if ran := result.Command(i); ran != nil && ran.Late != "" {
				p := problemAt(c.Pos, Problem{Command: c.Text, Message: ran.Late})
				p.File = path(p.File)
				all = append(all, p)
			}
		}
	}
	return all
}

// Problems lists what an error says is wrong with a lab, each thing at its
// place; none if the error has no places. The hints about them are asked for;
// hint may be nil.
func Problems(err error, hint func(error) string) (all []Problem) {
	if hint == nil {
		hint = func(error) string { return "" }
	}
	if failed, ok := errors.AsType[*verify.Failures](err); ok {
		for _, f := range failed.All {
			all = append(all, problemAt(f.Pos, Problem{Command: f.Command, At: f.At.Line, Message: f.Msg, Details: f.Details, Hint: hint(f)}))
		}
		return all
	}
	if changed, ok := errors.AsType[*ChangedError](err); ok {
		return changed.problems()
	}
	if merged, ok := errors.AsType[*LabError](err); ok {
		return merged.Failures
	}
	if machine, ok := errors.AsType[*verify.MachineError](err); ok {
		return []Problem{problemAt(machine.Pos, Problem{Message: machine.Err.Error()})}
	}
	for _, e := range mistake.All(err) {
		all = append(all, problemAt(e.Pos, Problem{Message: e.Msg, Hint: hint(e)}))
	}
	return all
}

func problemAt(at content.Pos, p Problem) Problem {
	p.File, p.Line, p.Col = at.File, at.Line, at.Col
	return p
}

func (p *Problem) pos() content.Pos { return content.Pos{File: p.File, Line: p.Line, Col: p.Col} }

// gaps says what of the lab was not checked, "" if all was.
func (l *Lab) gaps() string {
	return content.Census{Commands: l.Commands, Pipelines: l.LastPart}.Gaps()
}

// text is the problem's message with what is printed under it.
func (p *Problem) text() string {
	return strings.Join(append([]string{p.Message}, p.Details...), "\n")
}

// String is "content/labs/a.md:12:1: exited with 1, expected 0".
func (p *Problem) String() string { return p.pos().String() + ": " + p.Message }

// A LabError is what a report says is wrong with a lab, as an error: labs that
// ran on another computer are told of like those of this one.
type LabError struct{ Lab }

func (e *LabError) Error() string {
	var lines []string
	for _, p := range e.Failures {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Err is what is wrong with the lab, nil if nothing is. Files are named by a
// function that gets their way from the repository's root on.
func (l *Lab) Err(name func(file string) string) error {
	if len(l.Failures) == 0 {
		return nil
	}
	e := &LabError{*l}
	e.Failures = slices.Clone(l.Failures)
	for i := range e.Failures {
		e.Failures[i].File = name(e.Failures[i].File)
	}
	return e
}

// Formats are how a report is written for other programs, by the names of the
// formats.
var Formats = map[string]func(*Report, io.Writer) error{
	"json":     (*Report).JSON,
	"junit":    (*Report).JUnit,
	"github":   (*Report).GitHub,
	"markdown": (*Report).Markdown,
}

// JSON writes the report so that Read can read it.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
