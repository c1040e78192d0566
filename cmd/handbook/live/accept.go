package live

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"handbook/cmd/handbook/live/accept"
	"handbook/cmd/handbook/live/runs"
	"handbook/cmd/handbook/publish"
	"handbook/content"
)

// acceptance takes what labs have printed into their pages, and takes that back.
type acceptance struct {
	board *runs.Board
	dir   string // the content root

	mu   sync.Mutex
	done map[string][]change // by the paths of pages, the last one last
}

// A change of a page's file, or of its record.
type change struct {
	file          string
	before, after []byte
	run           int      // whose outputs were accepted
	accepted      []string // of that run, before the change
}

// errSaved says that a file has changed since a lab was run, or since it was
// changed here.
var errSaved = errors.New("the page was saved meanwhile and is left as it is: run the lab again")

// accept takes outputs of the last run of a page into its file.
func (a *acceptance) accept(path string, keys []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	offer := a.board.Offer(path)
	if offer == nil {
		return errors.New("there is nothing to accept")
	}
	if offer.Record != nil && slices.Equal(keys, []string{runs.RecordKey}) {
		return a.make(path, change{content.RecordPath(path), offer.Record.Was, offer.Record.New, offer.Run, offer.Accepted}, keys)
	}
	now, err := os.ReadFile(a.file(path))
	if err != nil {
		return err
	}
	// Changes are made in the text that was run: of it their lines tell.
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
	return a.make(path, change{path, now, after, offer.Run, offer.Accepted}, all)
}

// make makes a change of a page, with which the changes of these keys are made.
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

// undo takes the last change of a page back.
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
	a.done[path] = done[:len(done)-1]
	a.board.Accept(path, last.run, last.accepted, len(a.done[path]))
	return nil
}

// replace writes a file, unless it is another one by now.
func (a *acceptance) replace(path string, old, new []byte) error {
	err := publish.Replace(a.file(path), old, new)
	if errors.Is(err, publish.ErrChanged) {
		return errSaved
	}
	return err
}

func (a *acceptance) file(path string) string { return filepath.Join(a.dir, filepath.FromSlash(path)) }
