package runs

import (
	"slices"
	"time"

	"handbook/content"
	"handbook/content/info"
	"handbook/render/outline"
	"handbook/render/place"
)

// A Follower keeps one window up to date about the run of its page's lab. It
// must be used by one goroutine at a time.
type Follower struct {
	board *Board
	file  string // name of the published file

	seen  uint64 // the board's clock at the last news
	page  *content.Page
	run   *run
	told  worth
	ids   map[int]string // ids of the snippets on the page, by their numbers in the run
	sent  map[*command]sent
	style string
}

// worth says whether a record and a run are up to date.
type worth struct {
	fresh bool // the page's record is up to date
	older bool // the run is of an older text
}

// sent is the part of a command's output that a window has.
type sent struct {
	lines []string
	above int
}

// Follow returns a follower for a window that shows a published file.
func (b *Board) Follow(file string) *Follower { return &Follower{board: b, file: file} }

// Path returns the path of the lab that is published as a file.
func (b *Board) Path(file string) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.page(func(p *content.Page) bool { return place.Of(p) == file })
	if p == nil || p.Lab == nil {
		return "", false
	}
	return p.Path, true
}

// Page returns the page that is published as a file, or nil.
func (b *Board) Page(file string) *content.Page {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.page(func(p *content.Page) bool { return place.Of(p) == file })
}

// News is a message to a window.
type News struct {
	Whole    bool                    `json:"whole,omitempty"` // replaces everything before
	Run      *RunNews                `json:"run,omitempty"`
	Snippets map[string]*SnippetNews `json:"snippets,omitempty"` // by the ids of their elements
	Style    string                  `json:"style,omitempty"`    // rules for the colours of outputs
}

// RunNews is the progress of a run.
type RunNews struct {
	Number   int       `json:"number"` // 0: the lab was not run since the preview began
	State    State     `json:"state,omitempty"`
	Seconds  float64   `json:"seconds"` // since it was started, or how long it took
	Note     string    `json:"note,omitempty"`
	Older    bool      `json:"older,omitempty"` // it is of an older text
	Fresh    bool      `json:"fresh,omitempty"` // the page's record is up to date
	Problems []Problem `json:"problems,omitempty"`
	Done     int       `json:"done"` // snippets
	All      int       `json:"all"`
	Offers   []string  `json:"offers,omitempty"` // keys of what can be accepted
	Undo     int       `json:"undo,omitempty"`   // how many changes can be undone
	Left     float64   `json:"left,omitempty"`   // seconds until the edited step is run, if known
	Ahead    *Ahead    `json:"ahead,omitempty"`  // the prepared machine
}

// Ahead is the progress of a prepared machine.
type Ahead struct {
	Line  int     `json:"line"` // line before which it waits; 0: after the last snippet
	Ready bool    `json:"ready,omitempty"`
	Left  float64 `json:"left,omitempty"` // seconds until it is ready, if known
}

// SnippetNews is the progress of a snippet.
type SnippetNews struct {
	State    State         `json:"state"`
	Why      string        `json:"why,omitempty"`
	Commands []CommandNews `json:"commands,omitempty"`
	Problems []Problem     `json:"problems,omitempty"`
}

// CommandNews is the progress of a command. Of the lines that a window has,
// the first Drop are removed, the next Keep stay, and Lines replace the rest.
type CommandNews struct {
	State   State    `json:"state"`
	Seconds float64  `json:"seconds"`
	Shown   bool     `json:"shown,omitempty"`
	Above   int      `json:"above,omitempty"`
	Drop    int      `json:"drop,omitempty"`
	Keep    int      `json:"keep,omitempty"`
	Lines   []string `json:"lines,omitempty"` // HTML
}

// Next returns the news for a window, nil if there is none, and a channel that
// is closed when there may be more.
func (f *Follower) Next() (any, <-chan struct{}) {
	b := f.board
	b.mu.Lock()
	defer b.mu.Unlock()
	wake := b.waiting()
	if f.seen == b.clock {
		return nil, wake
	}
	n := &News{}
	p := b.page(func(p *content.Page) bool { return place.Of(p) == f.file })
	if p == nil || p.Lab == nil {
		f.seen = b.clock
		if f.page == nil {
			return nil, wake
		}
		f.page, f.run = nil, nil
		return &News{Whole: true}, wake
	}
	r := b.runs[p.Path]
	n.Whole = f.page == nil || r != f.run || p.Key != f.page.Key
	if n.Whole {
		f.run, f.seen, f.sent, f.style, f.ids = r, 0, map[*command]sent{}, "", nil
		if r != nil {
			f.ids = find(r.lab.Page.Tree(), p.Tree())
		}
	}
	f.page = p
	f.tellRun(n)
	f.tellSnippets(n)
	f.seen = b.clock
	if n.Run == nil && n.Snippets == nil && !n.Whole {
		return nil, wake
	}
	return n, wake
}

// tellRun adds the progress of the run, if it has changed.
func (f *Follower) tellRun(n *News) {
	status := f.board.fresh.Of(f.page)
	told := worth{status.State == content.Fresh, f.run != nil && f.run.lab.Status.Digest != status.Digest}
	if !n.Whole && told == f.told && !f.hasNews() {
		return
	}
	f.told = told
	n.Run = &RunNews{Fresh: told.fresh, Older: told.older, Undo: f.board.undo[f.page.Path]}
	if a := f.board.ahead[f.page.Path]; a != nil && a.is != nil {
		n.Run.Ahead = &Ahead{a.is.Line, a.is.Ready, secondsLeft(a.is.Left, a.since)}
	}
	r := f.run
	if r == nil || told.fresh && r.results != nil { // the page has its results
		n.Run.Older = false
		return
	}
	n.Run.Number, n.Run.State, n.Run.Note, n.Run.Problems = r.number, r.state, r.note, r.problems
	n.Run.Seconds = r.took.Seconds()
	if r.took == 0 {
		n.Run.Seconds = time.Since(r.begun).Seconds()
	}
	if r.goesOn() {
		n.Run.Left = secondsLeft(r.left, r.leftSince)
	}
	if r.record != nil && !r.accepted[RecordKey] {
		n.Run.Offers = []string{RecordKey}
	}
	for _, s := range r.snippets {
		for _, p := range s.problems {
			if p.Key != "" && !p.Accepted && !r.goesOn() {
				n.Run.Offers = append(n.Run.Offers, p.Key)
			}
		}
		if s.state == Skipped {
			continue
		}
		n.Run.All++
		if s.state == Passed || s.state == Failed || s.state == Changed {
			n.Run.Done++
		}
	}
}

// secondsLeft returns the seconds that are left of a duration.
func secondsLeft(d time.Duration, since time.Time) float64 {
	return max(d-time.Since(since), 0).Seconds()
}

// hasNews reports whether there is news of the run, a snippet or the prepared
// machine.
func (f *Follower) hasNews() bool {
	if a := f.board.ahead[f.page.Path]; a != nil && a.changed > f.seen {
		return true
	}
	return f.run != nil && (f.run.changed > f.seen || slices.ContainsFunc(f.run.snippets, func(s *snippet) bool { return s.changed > f.seen }))
}

// tellSnippets adds the progress of snippets that have changed.
func (f *Follower) tellSnippets(n *News) {
	if f.run == nil {
		return
	}
	for _, s := range f.run.snippets {
		id, ok := f.ids[s.number]
		if !ok || !n.Whole && s.changed <= f.seen {
			continue
		}
		news := &SnippetNews{State: s.state, Why: s.why, Problems: slices.Clone(s.problems)} // a copy, since problems may be accepted meanwhile
		for _, c := range s.commands {
			news.Commands = append(news.Commands, f.command(c))
		}
		if n.Snippets == nil {
			n.Snippets = map[string]*SnippetNews{}
		}
		n.Snippets[id] = news
	}
	if style := f.board.colours.CSS(); style != f.style {
		f.style, n.Style = style, style
	}
}

// command returns the progress of a command, with new output.
func (f *Follower) command(c *command) CommandNews {
	news := CommandNews{State: c.state, Seconds: c.took.Seconds(), Shown: c.shown, Above: c.above}
	if c.state == Running {
		news.Seconds = time.Since(c.since).Seconds()
	}
	was := f.sent[c]
	if gone := c.above - was.above; gone > 0 && gone < len(was.lines) {
		news.Drop = gone
		was.lines = was.lines[gone:]
	}
	for news.Keep < min(len(was.lines), len(c.lines)) && was.lines[news.Keep] == c.lines[news.Keep] {
		news.Keep++
	}
	news.Lines = c.lines[news.Keep:]
	f.sent[c] = sent{c.lines, c.above}
	return news
}

// find finds the snippets of an older text of a page on the current page, by
// their role and text. It returns the ids of their elements by their old
// numbers.
func find(old, now *content.Tree) map[int]string {
	type text struct {
		role, code string // the commands of snippets that run, since expected output may change
		nth        int    // among equal ones
	}
	ids := map[text]string{}
	seen := map[text]int{}
	of := func(s *content.Snippet) text {
		t := text{s.Role.String(), s.Code, 0}
		if s.Role == info.Shell || s.Role == info.Console {
			t.code = ""
			for _, c := range s.Commands {
				t.code += c.Text + "\n"
			}
		}
		seen[t]++
		t.nth = seen[t]
		return t
	}
	for i, s := range now.Snippets {
		ids[of(s)] = outline.SnippetID(i)
	}
	clear(seen)
	found := map[int]string{}
	for _, s := range old.Snippets {
		if id, ok := ids[of(s)]; ok && s.Number > 0 {
			found[s.Number] = id
		}
	}
	return found
}
