package lsp

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"handbook/cmd/handbook/draft"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/watch"
)

// Sites are the handbooks of which files are open, or which lie in a folder that
// the editor shows.
type sites struct {
	ctx    context.Context
	o      Options
	wanted []string // folders that the editor shows
	all    []*site
	none   map[string]bool // folders that belong to no handbook
	events chan func()     // what other goroutines have for the server's own

	background sync.WaitGroup
}

// A site is a handbook, and what was found in it last.
type site struct {
	draft *draft.Site
	found *draft.Found
	dirty bool // something has changed since

	settled  bool            // all that found does not have is in rest
	rest     []draft.Problem // what only a rendering of the whole site finds
	stopRest func()          // ends one that is under way
}

func (s *sites) begin(ctx context.Context, o Options) {
	s.ctx, s.o, s.none, s.events = ctx, o, map[string]bool{}, make(chan func(), 1)
}

func (s *sites) close() {
	for _, one := range s.all {
		one.stopRest()
	}
	s.background.Wait()
	for _, one := range s.all {
		one.draft.Close()
	}
}

// later has something done by the server's own goroutine.
func (s *sites) later(do func()) {
	select {
	case s.events <- do:
	case <-s.ctx.Done():
	}
}

// of returns the handbook that a folder belongs to, or nil.
func (s *sites) of(dir string) *site {
	for _, one := range s.all {
		if rel, err := filepath.Rel(one.draft.Here.Content, dir); err == nil && (rel == "." || filepath.IsLocal(rel)) {
			return one
		}
	}
	if s.none[dir] {
		return nil
	}
	here, err := project.Find(dir)
	if err == nil {
		for _, one := range s.all {
			if one.draft.Here.Content == here.Content {
				return one
			}
		}
		here, err = project.Find(here.Root) // messages then name files from there
	}
	if err != nil {
		s.none[dir] = true
		fmt.Fprintf(s.o.Log, "handbook lsp: %v\n", err)
		return nil
	}
	one := &site{draft: draft.New(here, s.o.Hint), dirty: true, stopRest: func() {}}
	s.all = append(s.all, one)
	s.follow(one)
	return one
}

// follow has the site checked again when its files change on the disk.
func (s *sites) follow(one *site) {
	here := one.draft.Here
	changes, err := watch.Folders(s.ctx, here.Content, here.ThemeDir())
	if err != nil {
		changes = watch.Poll(s.ctx, 2*time.Second, here.Content, here.ThemeDir())
	}
	s.background.Go(func() {
		for range changes {
			s.later(one.changed)
		}
	})
	runsDir := one.draft.RunsDir()
	if runsDir == "" {
		return
	}
	if runs, err := watch.Folders(s.ctx, runsDir); err == nil {
		s.background.Go(func() {
			for range runs {
				s.later(func() { one.draft.Ran(); one.touch() })
			}
		})
	}
}

func (one *site) changed() {
	one.draft.Changed()
	one.touch()
}

// touch says that something has changed.
func (one *site) touch() {
	one.stopRest()
	one.dirty, one.settled = true, false
}

// changed says that files on the disk may have changed.
func (s *sites) changed() {
	clear(s.none)
	for _, one := range s.all {
		one.changed()
	}
}

// place returns the handbook of a file, and the file's path in its content.
func (s *sites) place(uri string) (one *site, name string) {
	file, ok := fileOf(uri)
	if !ok {
		return nil, ""
	}
	one = s.of(filepath.Dir(file))
	if one == nil {
		return nil, ""
	}
	name, err := filepath.Rel(one.draft.Here.Content, file)
	if err != nil || !filepath.IsLocal(name) {
		return nil, ""
	}
	return one, filepath.ToSlash(name)
}

// set puts the text of a document in place of its file.
func (s *sites) set(d *document) {
	if one, name := s.place(d.uri); one != nil {
		one.draft.Set(name, d.text)
		one.touch()
	}
}

// drop undoes set: the file on the disk counts again.
func (s *sites) drop(d *document) {
	if one, name := s.place(d.uri); one != nil {
		one.draft.Drop(name)
		one.touch()
	}
}

// idle is how long nothing must change before the whole site is rendered.
const idle = 500 * time.Millisecond

// settle renders the whole site when nothing has changed for a while, and calls
// then with what only that finds.
func (s *sites) settle(one *site, then func()) {
	if one.settled {
		return
	}
	one.settled = true
	ctx, stop := context.WithCancel(s.ctx)
	one.stopRest = stop
	found := one.found
	s.background.Go(func() {
		select {
		case <-time.After(idle):
		case <-ctx.Done():
			return
		}
		rest, ok := one.draft.Rest(found, func() bool { return ctx.Err() != nil })
		if !ok {
			return
		}
		one.draft.Save()
		s.later(func() {
			if one.found == found && !one.dirty {
				one.rest = rest
				then()
			}
		})
	})
}
