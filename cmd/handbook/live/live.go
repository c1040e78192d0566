// Package live keeps a preview up to date with the files on the disk: it
// renders edited pages again, and runs labs on request.
package live

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/git"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/edit"
	"handbook/cmd/handbook/live/runs"
	"handbook/cmd/handbook/preview"
	"handbook/cmd/handbook/project"
	"handbook/content"
	"handbook/content/wording"
	"handbook/render"
	"handbook/render/place"
)

// Options say what is shown, and where.
type Options struct {
	Here    *project.Project
	URL     string
	Server  *preview.Server
	Version string          // of handbook
	History *git.History    // from the start of the preview
	Changes <-chan struct{} // receives when something has changed on the disk

	Follows bool         // the preview goes to the place of an edit
	Editor  edit.Command // opens snippets that are clicked; may be nil

	Log      io.Writer
	Tell     func(error)           // prints errors
	Note     func(content.Errors)  // prints what is left out or not shown as written
	Problems func(error) []Problem // lists the problems in an error
}

// A Problem is one thing that is wrong.
type Problem struct {
	Pos        content.Pos // zero if it has no place
	Text, Hint string
}

// A Site is the site that an author sees while writing it.
type Site struct {
	Options
	Labs  *labs.AutoRunner // must be set before the first update
	Board *runs.Board      // runs as pages show them

	accepted  *acceptance
	terminals terminals
	program   string // digest of the program: see cache.Program

	mu       sync.Mutex // one update at a time
	broken   bool
	last     *labs.Site
	noted    string // notes that were passed to Note
	complete bool   // the whole site was rendered once
	// Results of earlier renderings, so that only what has changed takes time. Most
	// of them are in the store, on the disk.
	loader content.Loader
	pages  render.Cache
	store  *cache.Cache
}

// New returns a site that shows nothing yet. It reuses cached results of the
// last preview.
func New(o Options) *Site {
	s := &Site{Options: o, program: cache.Program(), Board: &runs.Board{}}
	s.accepted = &acceptance{board: s.Board, dir: o.Here.Content}
	s.Server.Labs, s.Server.Edits = pages{s}, o.Editor != nil
	s.saveResults()
	return s
}

// saveResults writes the results of renderings to the disk for the next start.
func (s *Site) saveResults() {
	if s.store != nil {
		_ = s.store.Close() // an error only makes the next start slower
	}
	s.store = cache.Open(s.Here.CacheDir(), s.program)
	s.pages.Store = s.store
	s.loader.Store, s.loader.Light, s.loader.Visit = s.store, true, s.pages.Visit
}

// Follow renders the site after each change, until the channel of changes is
// closed.
func (s *Site) Follow() {
	for range s.Changes {
		s.Update()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saveResults()
}

// Update renders the site, and shows it or its problems.
func (s *Site) Update() { s.UpdateThen(func() {}) }

// UpdateThen is Update, and calls shown once the pages that are open in
// browsers are shown, or cannot be.
func (s *Site) UpdateThen(shown func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown = sync.OnceFunc(shown)
	defer shown()
	start := time.Now()
	files, err := s.render(shown)
	if errors.Is(err, render.ErrStopped) {
		return // the next update is due
	}
	if err != nil {
		s.broken = true
		s.Tell(err)
		s.Server.Fail(s.problems(err))
		return
	}
	s.Server.Show(files)
	if !s.complete {
		s.complete = true
		s.saveResults()
	}
	if took := time.Since(start); s.broken || took > 100*time.Millisecond {
		fmt.Fprintf(s.Log, "rendered in %s\n", wording.Duration(took))
	}
	s.broken = false
}

// browserTime is a pause for the browser to show the edited page, before the
// rest of the site is rendered and checked.
const browserTime = 150 * time.Millisecond

// render renders and shows the pages that are open in browsers or will be, then renders
// all. In between it calls then, and labs are run.
func (s *Site) render(then func()) (render.Files, error) {
	checked, err := s.read()
	if err != nil {
		return nil, err
	}
	site := checked.Site
	var notes content.Errors
	stale, fresh := s.Labs.Choose(checked)
	want := sync.OnceFunc(func() { s.Labs.Want(checked, stale) })
	defer want()
	r, err := render.New(site, fresh, render.Options{
		BaseURL: s.URL,
		Drafts:  true,
		Preview: true,
		Theme:   s.Here.Theme(),
		Version: s.Version,
		Folder:  s.History.Folder,
		Updated: s.History.Updated,

		Cache: &s.pages,
		Notes: &notes,
	})
	if err != nil {
		return nil, err
	}
	script, err := r.Speak(preview.LabScript)
	if err != nil {
		return nil, err
	}
	s.Server.Speak(script)
	first := s.Server.Open()
	edited, line := s.edited(checked)
	if edited != nil { // pages go there, and have to find it as it is now
		first = append(first, place.Of(edited))
	}
	shown := false
	for _, name := range first {
		p := r.At(name)
		if p == nil || s.broken { // there may still be problems
			continue
		}
		if files, err := r.Page(p); err == nil { // an error is reported below, with all others
			shown = s.Server.ShowFirst(files) || shown
		}
	}
	s.Board.Show(checked, fresh)
	if edited != nil {
		s.Server.Go(place.Of(edited), edit.IDAt(edited, line))
	}
	s.last = checked
	then()
	want()
	for start := time.Now(); shown && time.Since(start) < browserTime && len(s.Changes) == 0; {
		time.Sleep(browserTime / 10)
	}
	files, err := r.All(func() bool { return len(s.Changes) > 0 })
	if !errors.Is(err, render.ErrStopped) {
		s.note(slices.Concat(site.LeftOut, notes))
	}
	return files, err
}

// note reports notes, unless they are those of the last change.
func (s *Site) note(notes content.Errors) {
	if noted := fmt.Sprint(notes); noted != s.noted {
		s.noted = noted
		s.Note(notes)
	}
}

// mostShown is how many problems a page shows at most.
const mostShown = 100

func (s *Site) problems(err error) (all []preview.Problem) {
	problems := s.Problems(err)
	texts := map[string][]string{} // lines of files
	for _, p := range problems[:min(len(problems), mostShown)] {
		shown := preview.Problem{Text: p.Text, Lines: s.linesAt(p.Pos, texts), Hint: p.Hint}
		if p.Pos != (content.Pos{}) {
			shown.Place = p.Pos.String()
		}
		all = append(all, shown)
	}
	if more := len(problems) - mostShown; more > 0 {
		all = append(all, preview.Problem{Text: wording.Count(more, "more problem")})
	}
	return all
}

// linesAt returns the lines of a file of the content around a place. texts
// caches the lines of files.
func (s *Site) linesAt(at content.Pos, texts map[string][]string) (lines []preview.Line) {
	const around = 2
	name, ok := strings.CutPrefix(at.File, s.Here.Name+"/")
	if !ok || at.Line == 0 {
		return nil
	}
	all, known := texts[name]
	if !known {
		if b, err := fs.ReadFile(s.Here.FS(), name); err == nil {
			all = strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
		}
		texts[name] = all
	}
	for n := max(at.Line-around, 1); n <= min(at.Line+around, len(all)); n++ {
		lines = append(lines, preview.Line{Number: n, Text: wording.Shorten(strings.TrimRight(all[n-1], "\r"), 200), Here: n == at.Line})
	}
	return lines
}
