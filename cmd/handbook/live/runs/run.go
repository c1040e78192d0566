package runs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/accept"
	"handbook/content"
	"handbook/content/sgr"
	"handbook/content/wording"
	"handbook/render/highlight"
	"handbook/verify"
	"handbook/verify/compare"
	"handbook/verify/plans"
)

// A State is the state of a run, or of a part of one.
type State string

// States of runs and their parts. Skipped and NotRun are only for parts.
const (
	Waiting  State = "waiting"
	Starting State = "starting" // its machine is being made
	Running  State = "running"
	Passed   State = "passed"
	Failed   State = "failed"
	Skipped  State = "skipped" // as the page says
	NotRun   State = "not-run" // something before it has failed
	Changed  State = "changed" // it passed, but the results differ from its record
	Stopped  State = "stopped"
	Broken   State = "broken" // the machine has failed, so there is no verdict
)

// A run is one run of a lab.
type run struct {
	number   int // number among the runs of all pages
	lab      *labs.Lab
	plan     *plans.Plan // plan for its machine; nil before there is one
	state    State
	since    time.Time // time of the last change of state
	begun    time.Time
	took     time.Duration
	note     string // activity that is not a snippet of the page
	snippets []*snippet
	problems []Problem // those without a snippet
	changed  uint64    // see Board.clock

	left      time.Duration // time until the edited step is run; 0: not known, or past
	leftSince time.Time

	changes  map[string]*accept.Change // possible changes of the page, by the keys of problems
	accepted map[string]bool           // changes that were made
	record   *Record                   // the new record, if it differs from that of the page
	was      []byte                    // the record on the disk before the run
	results  *content.Record           // results of a run that failed only because of what was printed, or nil
}

// RecordKey is the key of the change that writes a run's results into the
// record.
const RecordKey = "record"

// A Record has the bytes of a run's record, and of the record that it
// replaces.
type Record struct{ Was, New []byte }

// A snippet is the state of a snippet with a role.
type snippet struct {
	number   int
	state    State
	why      string // why it is skipped
	commands []*command
	problems []Problem
	changed  uint64
}

// A command is the state of a command.
type command struct {
	state State
	since time.Time
	took  time.Duration
	shown bool     // its output is or was shown
	lines []string // HTML
	above int      // number of lines above these

	output   []string // its whole output; nil if it has not ended, or if that is too long
	proposed bool     // change is computed; it may be nil
	change   *accept.Change
}

// A Problem is something that has failed.
type Problem struct {
	Index   int      `json:"index"` // index of the command; -1 if it is about none
	Place   string   `json:"place"`
	Text    string   `json:"text"`
	Details []string `json:"details,omitempty"` // a diff, or the end of the output
	Diff    bool     `json:"diff,omitempty"`

	// Problems that can be accepted have a key; the lines Old of the page's
	// source become New.
	Key      string   `json:"key,omitempty"`
	Old      []string `json:"old,omitempty"`
	New      []string `json:"new,omitempty"`
	Accepted bool     `json:"accepted,omitempty"`
}

// goesOn reports whether the run is not over yet.
func (r *run) goesOn() bool {
	return r.state == Waiting || r.state == Starting || r.state == Running
}

// enter begins a run of a plan of the page.
func (r *run) enter(p *plans.Plan) {
	r.plan, r.snippets = p, nil
	for _, step := range p.Steps {
		s := &snippet{number: step.Snippet.Number, state: Waiting}
		if why := step.Snippet.Options.Skip; why != "" {
			s.state, s.why = Skipped, why
		}
		for range step.Run {
			s.commands = append(s.commands, &command{state: s.state})
		}
		r.snippets = append(r.snippets, s)
	}
}

// numbered returns the snippet with that number, or nil.
func (r *run) numbered(n int) *snippet {
	i := slices.IndexFunc(r.snippets, func(s *snippet) bool { return s.number == n })
	if i < 0 {
		return nil
	}
	return r.snippets[i]
}

// started records that a command has begun, or that a file is being written if
// index is -1.
func (s *snippet) started(index int, now time.Time) {
	s.state = Running
	if index >= 0 && index < len(s.commands) {
		c := s.commands[index]
		*c = command{state: Running, since: now, shown: true}
	}
}

// done records that a command is done, or the whole snippet if index is -1.
func (s *snippet) done(index int, now time.Time) {
	failed := slices.ContainsFunc(s.problems, func(p Problem) bool { return index < 0 || p.Index == index })
	state := Passed
	if failed {
		state = Failed
	}
	if index < 0 {
		s.state = state
	} else if index < len(s.commands) {
		c := s.commands[index]
		c.state, c.took = state, now.Sub(c.since)
	}
}

// over sets the state of parts that were not reached, and sets parts with
// problems to failed.
func (r *run) over(failed State) {
	for _, s := range r.snippets {
		for _, c := range s.commands {
			if c.state == Waiting || c.state == Running {
				c.state = NotRun
			}
		}
		switch {
		case len(s.problems) > 0:
			s.state = failed
		case s.state == Waiting || s.state == Running:
			s.state = NotRun
		}
	}
}

// fail adds failures to their snippets.
func (r *run) fail(failures []*verify.Failure) {
	for _, s := range r.snippets {
		s.problems = nil
	}
	r.problems, r.changes = nil, map[string]*accept.Change{}
	for _, f := range failures {
		p := Problem{Index: -1, Place: f.Pos.String(), Text: f.Msg, Details: f.Details, Diff: f.Reason == verify.ReasonOutput}
		number := 0
		if r.plan != nil && f.Pos.File == r.plan.Page.File() {
			number, p.Index = at(r.plan, f)
		}
		if p.Diff {
			r.offer(&p, number)
		}
		if s := r.numbered(number); s != nil {
			s.problems = append(s.problems, p)
		} else {
			r.problems = append(r.problems, p)
		}
	}
}

// change adds differences from the record to their snippets.
func (r *run) change(changes []compare.Change) {
	var all []*verify.Failure
	for _, c := range changes {
		all = append(all, &verify.Failure{Pos: c.Pos, Msg: c.Msg, Details: c.Details})
	}
	r.fail(all)
	for _, s := range r.snippets {
		for i := range s.problems {
			s.problems[i].Diff = true
		}
	}
}

// offer finds the change of the page after which it expects what a command has
// printed. If a lab runs on several machines, there is none, since other
// machines may print something else.
func (r *run) offer(p *Problem, number int) {
	s := r.numbered(number)
	if s == nil || p.Index < 0 || s.commands[p.Index].output == nil || len(r.plan.Kinds) > 1 {
		return
	}
	c := s.commands[p.Index]
	if !c.proposed {
		var got []string
		for _, line := range c.output {
			got = append(got, sgr.Unstyled(line))
		}
		i := slices.IndexFunc(r.plan.Steps, func(step plans.Step) bool { return step.Snippet.Number == number })
		c.change = accept.Propose(r.plan.Page.Source, &r.plan.Steps[i].Run[p.Index], r.plan.Lab.Placeholders, got)
		c.proposed = true
	}
	if c.change == nil {
		return
	}
	p.Key, p.Old, p.New = fmt.Sprintf("%d.%d", number, p.Index), c.change.Old, c.change.New
	p.Accepted = r.accepted[p.Key]
	r.changes[p.Key] = c.change
}

// at returns the number of the snippet that a failure is about, and the index of
// the command; 0 and -1 if there is none.
func at(plan *plans.Plan, f *verify.Failure) (number, index int) {
	line := cmp.Or(f.At.Line, f.Pos.Line)
	for _, step := range plan.Steps {
		s := step.Snippet
		for i, c := range step.Run {
			if c.Pos.Line == line && (f.Command == "" || c.Text == f.Command) {
				return s.Number, i
			}
		}
		if s.Pos.Line <= line && line <= s.Line+strings.Count(s.Code, "\n") {
			return s.Number, -1
		}
	}
	return 0, -1
}

// Longer lines of output are cut.
const longLine = 4096

// terminalColumns is the width of a lab's terminal, which wraps longer lines.
const terminalColumns = 100

// maxColours is how many colours besides a terminal's palette are shown, since
// programs may print any number of them.
const maxColours = 1000

// shownLines returns the HTML of lines of output, as pages have it.
func shownLines(output []string, colours highlight.Colours) []string {
	if len(colours) > maxColours {
		colours = highlight.Colours{} // others are shown without
	}
	lines := make([]string, len(output))
	for i, line := range output {
		plain := highlight.Plain(line)
		if len(line) > longLine {
			lines[i] = `<span class="long">` + highlight.Escape(wording.Shorten(plain, longLine/2)) + "</span>"
			continue
		}
		lines[i] = highlight.Terminal(line, colours)
		if utf8.RuneCountInString(plain) > terminalColumns {
			lines[i] = `<span class="long">` + lines[i] + "</span>"
		}
	}
	return lines
}
