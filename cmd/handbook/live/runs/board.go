// Package runs has the state of running labs that the pages of a preview show:
// the progress of each, the output of its commands, and its failures.
//
// A Board implements labs.Stage to receive the events of runs. Each window
// gets the last run of its lab through a Follower: at first all of it, then
// the changes. So all windows show the same, whenever they were opened. A run
// belongs to the text that it was started with; its snippets are found on a
// newer page by their text.
package runs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/accept"
	"handbook/content"
	"handbook/render/highlight"
	"handbook/verify"
	"handbook/verify/report"
)

// A Board has the last run of each lab. Its zero value is empty.
type Board struct {
	mu      sync.Mutex
	runs    map[string]*run // by the paths of their pages
	number  int             // number of the last run
	site    *labs.Site      // as last saved
	fresh   content.Freshness
	ahead   map[string]*aheadOf // prepared machines, by the paths of pages
	undo    map[string]int      // how many changes can be undone, by the paths of pages
	colours highlight.Colours   // of all outputs
	clock   uint64              // counts changes
	wake    chan struct{}       // closed when the clock advances
}

// changed counts a change and wakes the followers. The caller holds the lock.
func (b *Board) changed() uint64 {
	b.clock++
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
	return b.clock
}

// waiting returns a channel that is closed at the next change. The caller holds
// the lock.
func (b *Board) waiting() <-chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	return b.wake
}

// Show sets the current site and the freshness of its records.
func (b *Board) Show(site *labs.Site, fresh content.Freshness) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.site, b.fresh = site, fresh
	b.changed()
}

// Asked implements labs.Stage.
func (b *Board) Asked(l *labs.Lab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begin(l, Waiting)
}

// begin starts a run, which replaces the last one. The caller holds the lock.
func (b *Board) begin(l *labs.Lab, s State) *run {
	b.number++
	now := time.Now()
	r := &run{number: b.number, lab: l, state: s, since: now, begun: now}
	if b.runs == nil {
		b.runs, b.colours = map[string]*run{}, highlight.Colours{}
	}
	b.runs[l.Page.Path] = r
	r.changed = b.changed()
	return r
}

// Begin implements labs.Stage.
func (b *Board) Begin(l *labs.Lab) labs.Watcher {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.begin(l, Starting)
	r.was = l.ReadRecord()
	if plan, err := l.Plan(); err == nil {
		r.enter(plan)
		r.plan = nil // the next plan may be for another kind of machine
	}
	return &watcher{b, r}
}

// An aheadOf is the last report about a prepared machine.
type aheadOf struct {
	is      *labs.Ahead // nil if there no longer is one
	since   time.Time
	changed uint64
}

// Ahead implements labs.Stage.
func (b *Board) Ahead(path string, a *labs.Ahead) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ahead == nil {
		b.ahead = map[string]*aheadOf{}
	}
	b.ahead[path] = &aheadOf{a, time.Now(), b.changed()}
}

// End implements labs.Stage.
func (b *Board) End(l *labs.Lab, o *report.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.runs[l.Page.Path]
	if r == nil || r.lab != l { // another run has replaced it
		return
	}
	now := time.Now()
	r.took, r.note, r.since = now.Sub(r.begun), "", now
	var failures *verify.Failures
	failed := Failed
	switch {
	case o == nil:
		r.state = Stopped
	case o.Err == nil:
		r.state = Passed
	case o.Verdict == report.Changed:
		r.state, failed = Changed, Changed
		r.change(o.Diff.Changes)
		r.record = &Record{r.was, l.NewRecord(o)}
	case errors.As(o.Err, &failures):
		r.state = Failed
		r.fail(failures.All)
		r.results = failures.Record
	case o.Verdict == report.Failed: // it could not be planned
		r.state = Failed
		r.problems = []Problem{{Index: -1, Text: o.Err.Error()}}
	default:
		r.state = Broken
		r.problems = []Problem{{Index: -1, Text: o.Err.Error()}}
	}
	r.over(failed)
	r.changed = b.changed()
	for _, s := range r.snippets {
		s.changed = r.changed
	}
}

// A watcher follows a run.
type watcher struct {
	board *Board
	run   *run
}

// Note implements labs.Watcher.
func (w *watcher) Note(line string) {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	w.run.note = line
	w.run.changed = w.board.changed()
}

// Left implements labs.Watcher.
func (w *watcher) Left(left time.Duration) {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	w.run.left, w.run.leftSince = left, time.Now()
	w.run.changed = w.board.changed()
}

// Step implements labs.Watcher.
func (w *watcher) Step(e verify.Event) {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	r, now := w.run, time.Now()
	if e.State == verify.MachineStarting || e.State == verify.LabDone {
		return
	}
	if r.state == Starting {
		r.state, r.since = Running, now
	}
	if e.Plan.Page.Path != r.lab.Page.Path || e.Snippet == 0 { // a lab before it, or steps after its last snippet
		if e.State == verify.StepStarted {
			r.note = fmt.Sprintf("%s:%d: %s", e.Page, e.Line, e.Command)
			r.changed = w.board.changed()
		}
		return
	}
	if r.plan != e.Plan {
		r.enter(e.Plan)
		r.note = ""
		if len(e.Plan.Kinds) > 1 {
			r.note = e.Page
		}
		r.changed = w.board.changed()
	}
	s := r.numbered(e.Snippet)
	if s == nil || s.state == Skipped {
		return
	}
	if e.News && e.Index >= 0 && e.Index < len(s.commands) {
		c := s.commands[e.Index]
		c.lines, c.above = shownLines(e.Output, w.board.colours), e.Above
		if e.State == verify.StepDone && e.Above == 0 {
			c.output, c.proposed = append([]string{}, e.Output...), false
		}
	}
	switch e.State {
	case verify.StepStarted:
		s.started(e.Index, now)
	case verify.StepDone:
		w.failed(e.Failures)
		s.done(e.Index, now)
	}
	s.changed = w.board.changed()
}

// failed adds new failures.
func (w *watcher) failed(failures []*verify.Failure) {
	known := len(w.run.problems)
	for _, s := range w.run.snippets {
		known += len(s.problems)
	}
	if len(failures) == known {
		return
	}
	w.run.fail(failures)
	at := w.board.changed()
	w.run.changed = at
	for _, s := range w.run.snippets {
		if len(s.problems) > 0 {
			s.changed = at
			if s.state == Passed { // something that it started has failed
				s.state = Failed
			}
		}
	}
}

// An Offer lists what can be accepted from the last run of a lab.
type Offer struct {
	Run      int           // its number
	Page     *content.Page // as it was when the run was started
	Changes  map[string]*accept.Change
	Accepted []string // keys of the changes that were made
	Record   *Record  // to be accepted with RecordKey; may be nil
}

// Offer returns what can be accepted on the page of a path, nil if nothing can.
func (b *Board) Offer(path string) *Offer {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.runs[path]
	if r == nil || len(r.changes) == 0 && r.record == nil {
		return nil
	}
	return &Offer{r.number, r.lab.Page, maps.Clone(r.changes), slices.Sorted(maps.Keys(r.accepted)), r.record}
}

// Results returns the would-be records of last runs that failed only because
// of what was printed, by the paths of pages.
func (b *Board) Results() map[string]*content.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]*content.Record{}
	for path, r := range b.runs {
		if r.results != nil {
			all[path] = r.results
		}
	}
	return all
}

// Accept sets which changes of a run were made, and how many can be undone.
func (b *Board) Accept(path string, run int, keys []string, undo int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.undo == nil {
		b.undo = map[string]int{}
	}
	b.undo[path] = undo
	at := b.changed()
	r := b.runs[path]
	if r == nil {
		return
	}
	r.changed = at
	if r.number != run {
		return
	}
	r.accepted = map[string]bool{}
	for _, key := range keys {
		r.accepted[key] = true
	}
	if r.record != nil {
		r.state = Changed
		if r.accepted[RecordKey] {
			r.state = Passed
		}
	}
	for _, s := range r.snippets {
		for i := range s.problems {
			s.problems[i].Accepted = r.accepted[s.problems[i].Key]
		}
		s.changed = at
	}
}

// page returns the page as last saved, or nil. The caller holds the lock.
func (b *Board) page(is func(*content.Page) bool) *content.Page {
	if b.site == nil {
		return nil
	}
	i := slices.IndexFunc(b.site.Pages, is)
	if i < 0 {
		return nil
	}
	return b.site.Pages[i]
}
