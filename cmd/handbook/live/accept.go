package live

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/accept"
	"handbook/cmd/handbook/live/runs"
	"handbook/cmd/handbook/publish"
	"handbook/content/record"
)

// acceptance writes outputs of labs into their pages as expected output, and
// undoes that.
type acceptance struct {
	board *runs.Board
	dir   string // the content root

	mu   sync.Mutex
	done map[string][]change // by the paths of pages, the latest last
}

// A change is a change of a page's file, or of its record.
type change struct {
	file          string
	before, after []byte
	run           int      // the run whose outputs were accepted
	accepted      []string // keys accepted in that run before the change

	record *change // change of the record that was written with it, or nil
}

// errSaved says that a file has changed since a lab was run, or since it was
// changed here.
var errSaved = errors.New("the page was saved meanwhile and is left as it is: run the lab again")

// accept writes outputs of the last run of a page into its file.
func (a *acceptance) accept(path string, keys []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	offer := a.board.Offer(path)
	if offer == nil {
		return errors.New("there is nothing to accept")
	}
	if offer.Record != nil && slices.Equal(keys, []string{runs.RecordKey}) {
		return a.make(path, change{file: record.Path(path), before: offer.Record.Was, after: offer.Record.New, run: offer.Run, accepted: offer.Accepted}, keys)
	}
	now, err := os.ReadFile(a.file(path))
	if err != nil {
		return err
	}
	// Changes apply to the text that was run, which has their line numbers.
	first := now
	if i := slices.IndexFunc(a.done[path], func(c change) bool { return c.run == offer.Run }); i >= 0 {
		first = a.done[path][i].before
		now = a.done[path][len(a.done[path])-1].after
	}
	if !accept.IsOf(first, offer.Page.Source) {
		return errSaved
	}
	all := slices.Clone(offer.Accepted)
	for _, key := range keys {
		if offer.Changes[key] == nil {
			return fmt.Errorf("nothing to accept is called %q", key)
		}
		if !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	var changes []*accept.Change
	for _, key := range all {
		changes = append(changes, offer.Changes[key])
	}
	after, err := accept.Apply(first, changes)
	if err != nil {
		return err
	}
	return a.make(path, change{file: path, before: now, after: after, run: offer.Run, accepted: offer.Accepted}, all)
}

// make changes a page, and records that the changes with these keys are made.
func (a *acceptance) make(path string, c change, keys []string) error {
	if err := a.replace(c.file, c.before, c.after); err != nil {
		return err
	}
	if a.done == nil {
		a.done = map[string][]change{}
	}
	a.done[path] = append(a.done[path], c)
	a.board.Accept(path, c.run, keys, len(a.done[path]))
	return nil
}

// undo undoes the last change of a page.
func (a *acceptance) undo(path string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	done := a.done[path]
	if len(done) == 0 {
		return errors.New("there is nothing to undo")
	}
	last := done[len(done)-1]
	err := a.replace(last.file, last.after, last.before)
	if errors.Is(err, errSaved) {
		return errors.New("the page was saved meanwhile and is left as it is: undo it in your editor")
	}
	if err != nil {
		return err
	}
	if r := last.record; r != nil {
		_ = a.replace(r.file, r.after, r.before) // a record written since then belongs to another run
	}
	a.done[path] = done[:len(done)-1]
	a.board.Accept(path, last.run, last.accepted, len(a.done[path]))
	return nil
}

// settle writes the records of labs whose last run printed what their pages
// expect now but did not expect when it was started. It returns the paths of
// these pages.
func (a *acceptance) settle(site *labs.Site) (paths []string) {
	for path, results := range a.board.Results() {
		l := site.Lab(path)
		if l == nil || l.IsFresh() {
			continue
		}
		if record := l.Accept(results); record != nil && a.keep(l, record) {
			paths = append(paths, path)
		}
	}
	return paths
}

// keep writes the file of a record beside a page, if that is still the page that was run.
// It reports whether the record is there.
func (a *acceptance) keep(l *labs.Lab, file []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	path := l.Page.Path
	page, err := os.ReadFile(a.file(path))
	if err != nil || !accept.IsOf(page, l.Page.Source) {
		return false
	}
	c := &change{file: record.Path(path), before: l.ReadRecord(), after: file}
	if bytes.Equal(c.before, c.after) {
		return true
	}
	if a.replace(c.file, c.before, c.after) != nil { // the next run will report why
		return false
	}
	if done := a.done[path]; len(done) > 0 && bytes.Equal(done[len(done)-1].after, page) {
		done[len(done)-1].record = c
	}
	return true
}

// replace writes a file, unless it has changed.
func (a *acceptance) replace(path string, old, new []byte) error {
	err := publish.Replace(a.file(path), old, new)
	if errors.Is(err, publish.ErrChanged) {
		return errSaved
	}
	return err
}

func (a *acceptance) file(path string) string { return filepath.Join(a.dir, filepath.FromSlash(path)) }
