// Package draft has a site as its author sees it: the files on the disk,
// replaced by texts that editors have not saved yet. It checks the site again
// after each edit, and redoes only what the edit affects.
package draft

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/mistake"
	"handbook/render"
	"handbook/render/link"
	"handbook/verify/plans"
)

// A Kind is how much a Problem matters.
type Kind int

const (
	Mistake Kind = iota // keeps the site from being published
	Failed              // a failure in the last run of the lab
	Note                // something that is not published as written
	Stale               // a lab has to be run again
)

// A Problem is one thing that is wrong.
type Problem struct {
	Kind Kind
	Path string // of the file, from the project's root; "" if it has no place
	Line int    // from 1; 0: the file as a whole
	Col  int    // in bytes, from 1; 0: the line as a whole
	Text string
	Hint string // what can be done about it, or ""
}

// A Site is a site while it is edited. Its methods must be called from one
// goroutine, except for Rest.
type Site struct {
	Here *project.Project

	hint    func(error) string
	files   *overlay
	theme   fs.FS
	store   *store
	disk    *cache.Cache
	version string
	loader  content.Loader
	checker render.Checker
	cache   render.Cache

	config  *config.Config
	digests *plans.Digests // of plans for these machines
	failed  labs.Failed    // failures of the last runs
}

// New returns the site of a project. hint returns advice about an error.
func New(here *project.Project, hint func(error) string) *Site {
	s := &Site{Here: here, hint: hint, files: newOverlay(here.FS()), theme: here.Theme(), store: &store{keeps: true}, version: cache.Program()}
	s.open()
	s.failed = labs.ReadFailed()
	s.cache.Store, s.loader.Store, s.loader.Light, s.loader.Visit = s.store, s.store, true, s.cache.Visit
	return s
}

func (s *Site) open() {
	s.disk = cache.Open(s.Here.CacheDir(), s.version)
	s.store.disk = s.disk
}

// Save writes computed results to the disk for the next start. From then on,
// new results stay in memory.
func (s *Site) Save() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if s.store.keeps {
		s.store.keeps = false
		_ = s.disk.Close() // an error only makes the next start slower
		s.open()
	}
}

// Close ends the use of the cache on the disk.
func (s *Site) Close() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	_ = s.disk.Close()
	s.store.disk = nil
}

// Path returns the path of a file of the content from the project's root.
func (s *Site) Path(name string) string { return path.Join(s.Here.Name, name) }

// Set puts a text in place of a file of the content.
func (s *Site) Set(name string, text []byte) { s.files.set(name, text) }

// Drop undoes Set: the file is again as it is on the disk.
func (s *Site) Drop(name string) { s.files.drop(name) }

// Changed must be called when files have changed on the disk.
func (s *Site) Changed() {
	s.files.forget()
	s.theme = s.Here.Theme()
	s.checker.ThemeChanged()
	s.Ran()
}

// RunsDir makes the folder where runs of labs store their failures, to be
// watched for changes, and returns its path. It returns "" if there can't be
// one.
func (s *Site) RunsDir() string { return labs.FailedDir() }

// Ran must be called when labs have been run.
func (s *Site) Ran() { s.failed = labs.ReadFailed() }

// mostText is the size of the largest file that Text returns. Larger ones are
// not pages.
const mostText = 8 << 20

// Text returns the text of a file of the content, or nothing if that is too large
// for a page.
func (s *Site) Text(name string) ([]byte, error) {
	if info, err := s.files.Stat(name); err != nil || info.Size() > mostText {
		return nil, err
	}
	return s.files.ReadFile(name)
}

// A Found is the result of a check.
type Found struct {
	Site     *content.Site // nil if the site can't be read at all
	Fresh    content.Freshness
	Targets  *link.Targets
	Problems []Problem
	Offers   map[string][]labs.Offer // what can be accepted, by the paths of pages

	loaded bool // the site has no errors that prevent rendering
	theme  fs.FS
}

// Check checks the settings, the pages, and their records.
func (s *Site) Check() *Found {
	site, err := s.loader.Load(s.files, s.Here.Name)
	f := &Found{Site: site, Offers: map[string][]labs.Offer{}, theme: s.theme}
	if site == nil {
		f.Problems = s.problems(Mistake, s.Here.Readable(err))
		return f
	}
	f.Problems = s.problems(Mistake, err)
	f.loaded = err == nil
	bad := map[string]bool{}
	for _, p := range f.Problems {
		bad[p.Path] = true
	}
	// If a page has mistakes, further problems in its plan or document would
	// be misleading.
	more := func(kind Kind, err error) {
		for _, p := range s.problems(kind, err) {
			if !bad[p.Path] {
				f.Problems = append(f.Problems, p)
			}
		}
	}
	more(Note, asError(site.LeftOut))
	if c := site.Config; s.config == nil || !reflect.DeepEqual([]any{c.Machine, c.Docker, c.Engines}, []any{s.config.Machine, s.config.Docker, s.config.Engines}) {
		s.config, s.digests = c, new(plans.Digests)
	}
	checked, err := labs.Recheck(site, s.Here.Content, s.store, s.digests)
	f.Fresh = checked.Fresh
	more(Mistake, err)
	notes, err := s.checker.Check(site, checked.Fresh, render.Options{Drafts: true, Theme: s.theme, Cache: &s.cache})
	more(Mistake, err)
	more(Note, asError(notes))
	f.Targets = s.checker.Targets()
	for _, l := range checked.Labs(".") {
		if !l.IsFresh() {
			more(Stale, l.Status.Err(l.Page))
			more(Failed, asError(s.failed.Of(s.Here.Content, l.Page)))
			if offers := s.failed.Offers(l); len(offers) > 0 && !bad[l.Page.File()] {
				f.Offers[l.Page.Path] = offers
			}
		}
	}
	return f
}

// Rest returns the problems that only show when the whole site is rendered. It
// may be called while the site is edited further. ok is false if stop became
// true.
func (s *Site) Rest(f *Found, stop func() bool) (rest []Problem, ok bool) {
	if !f.loaded {
		return nil, true
	}
	var notes content.Errors
	r, err := render.New(f.Site, f.Fresh, render.Options{Drafts: true, Theme: f.theme, Cache: &s.cache, Notes: &notes})
	if err == nil {
		err = r.Write(func(string, []byte) error { return nil }, stop)
	}
	if errors.Is(err, render.ErrStopped) {
		return nil, false
	}
	known := map[Problem]bool{}
	for _, p := range f.Problems {
		known[p] = true
	}
	for _, p := range slices.Concat(s.problems(Mistake, err), s.problems(Note, asError(notes))) {
		if !known[p] {
			rest = append(rest, p)
		}
	}
	return rest, true
}

func asError(errs content.Errors) error {
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// problems lists all problems in an error.
func (s *Site) problems(kind Kind, err error) (all []Problem) {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, s.problems(kind, e)...)
		}
		return all
	}
	placed := mistake.All(err)
	for _, e := range placed {
		all = append(all, Problem{kind, e.Pos.File, e.Pos.Line, e.Pos.Col, e.Msg, s.hint(e)})
	}
	if placed == nil {
		all = append(all, Problem{Kind: kind, Text: err.Error(), Hint: s.hint(err)})
	}
	return all
}

// Inside returns the path in the content of a file of the project, given from
// its root; ok is false if the file is outside of the content.
func (s *Site) Inside(file string) (name string, ok bool) {
	if s.Here.Name == "" {
		return file, true
	}
	return strings.CutPrefix(file, s.Here.Name+"/")
}

// Normal returns a text as pages are read: without a byte order mark, and with
// LF at the ends of lines.
func Normal(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
}
