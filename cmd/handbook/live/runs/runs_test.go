package runs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/cmd/handbook/labs"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/report"
)

const page = "---\nlab: {cleanup: off}\n---\n# A\n\n```bash\necho one\necho two\n# -> 2\n```\n\nText.\n\n```bash skip=\"why\"\nfalse\n```\n\n```text file=a.txt\nx\n```\n"

// site returns a site with a page, and its lab.
func site(t *testing.T, page string) (*labs.Site, *labs.Lab) {
	t.Helper()
	s, err := content.Load(fstest.MapFS{"labs/a.md": {Data: []byte(page)}, "index.md": {Data: []byte("# Home\n")}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	checked, err := labs.Check(s, ".", nil)
	if err != nil {
		t.Fatal(err)
	}
	return checked, checked.Labs("labs/a.md")[0]
}

// A window is what its script keeps of what it is told.
type window struct {
	t        *testing.T
	follower *Follower
	Run      *RunNews
	lines    map[string][]string // of each command's output, by snippet and index
	snippets map[string]*SnippetNews
}

func open(t *testing.T, b *Board) *window {
	return &window{t: t, follower: b.Follow("labs/a/index.html")}
}

// update takes what is new, and returns all that is known in a few words.
func (w *window) update() string {
	w.t.Helper()
	told, _ := w.follower.Next()
	if told != nil {
		b, err := json.Marshal(told)
		if err != nil {
			w.t.Fatal(err)
		}
		n := new(News)
		if err := json.Unmarshal(b, n); err != nil {
			w.t.Fatal(err)
		}
		if n.Whole {
			w.Run, w.lines, w.snippets = nil, map[string][]string{}, map[string]*SnippetNews{}
		}
		if n.Run != nil {
			w.Run = n.Run
		}
		for id, s := range n.Snippets {
			w.snippets[id] = s
			for i, c := range s.Commands {
				key := fmt.Sprint(id, ".", i)
				kept := w.lines[key][min(c.Drop, len(w.lines[key])):][:c.Keep]
				w.lines[key] = append(slices.Clone(kept), c.Lines...)
			}
		}
	}
	if w.Run == nil {
		return "nothing"
	}
	all := []string{string(w.Run.State)}
	if w.Run.Older {
		all = append(all, "older")
	}
	for _, p := range w.Run.Problems {
		all = append(all, "problem: "+p.Text)
	}
	ids := []string{}
	for id := range w.snippets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		s := w.snippets[id]
		text := strings.TrimPrefix(id, "hb-") + " " + string(s.State)
		for i, c := range s.Commands {
			text += fmt.Sprintf(" %s%q", c.State, w.lines[fmt.Sprint(id, ".", i)])
		}
		for _, p := range s.Problems {
			text += fmt.Sprintf(" %d:%s", p.Index, p.Text)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// What is shown of a run, step by step, in a window that was there from the first
// and in one that is opened at each step.
func TestBoard(t *testing.T) {
	b := new(Board)
	checked, l := site(t, page)
	b.Show(checked, checked.Fresh)
	w := open(t, b)
	want := func(what string) {
		t.Helper()
		if got := w.update(); got != what {
			t.Errorf("a window shows\n%s\nwant\n%s", got, what)
		}
		if got := open(t, b).update(); got != what {
			t.Errorf("a new window shows\n%s\nwant\n%s", got, what)
		}
		if told, _ := w.follower.Next(); told != nil {
			t.Errorf("is told again: %+v", told)
		}
	}
	want("")
	b.Asked(l)
	want("waiting")
	watch := b.Begin(l)
	want(`starting; s1 waiting waiting[] waiting[]; s2 skipped; s3 waiting`)
	plan, err := l.Plan()
	if err != nil {
		t.Fatal(err)
	}
	step := func(e verify.Event) {
		e.Page, e.Plan = "content/labs/a.md", plan
		watch.Step(e)
	}
	step(verify.Event{State: verify.StepStarted, Snippet: 1})
	want(`running; s1 running running[] waiting[]; s2 skipped; s3 waiting`)
	step(verify.Event{State: verify.StepRunning, Snippet: 1, News: true, Output: []string{"a", "\x1b[1mb\x1b[0m"}})
	want(`running; s1 running running["a" "<span class=\"B\">b</span>"] waiting[]; s2 skipped; s3 waiting`)
	step(verify.Event{State: verify.StepRunning, Snippet: 1, News: true, Output: []string{"a", "<b>", "c"}})
	want(`running; s1 running running["a" "&lt;b&gt;" "c"] waiting[]; s2 skipped; s3 waiting`)
	step(verify.Event{State: verify.StepRunning, Snippet: 1, Lines: 7}) // nothing new
	step(verify.Event{State: verify.StepRunning, Snippet: 1, News: true, Above: 1, Output: []string{"&lt;b&gt;", "c", "d"}})
	step(verify.Event{State: verify.StepDone, Snippet: 1, News: true, Above: 2, Output: []string{"c", "d", "e"}})
	want(`running; s1 running passed["c" "d" "e"] waiting[]; s2 skipped; s3 waiting`)
	failed := &verify.Failure{Pos: content.Pos{File: "content/labs/a.md", Line: 9, Col: 1}, At: content.Pos{File: "content/labs/a.md", Line: 8, Col: 1}, Command: "echo two", Msg: "no", Reason: verify.ReasonOutput}
	step(verify.Event{State: verify.StepStarted, Snippet: 1, Index: 1})
	step(verify.Event{State: verify.StepDone, Snippet: 1, Index: 1, Failures: []*verify.Failure{failed}})
	step(verify.Event{State: verify.StepDone, Snippet: 1, Index: -1, Failures: []*verify.Failure{failed}})
	want(`running; s1 failed passed["c" "d" "e"] failed[] 1:no; s2 skipped; s3 waiting`)

	// The text is edited: what still stands there is found, and the rest is not shown.
	edited, _ := site(t, strings.Replace(strings.Replace(page, "# A", "# A\n\n```text\nshown\n```", 1), "file=a.txt\nx", "file=a.txt\ny", 1))
	b.Show(edited, edited.Fresh)
	want(`running; older; s2 failed passed["c" "d" "e"] failed[] 1:no; s3 skipped`)
	b.Show(checked, checked.Fresh)
	want(`running; s1 failed passed["c" "d" "e"] failed[] 1:no; s2 skipped; s3 waiting`)

	// At its end something is told that is at no snippet.
	all := &verify.Failures{All: []*verify.Failure{failed, {Pos: content.Pos{File: "content/labs/a.md", Line: 2}, Msg: "not clean"}}}
	run := report.Run{Page: l.Page, Err: all}
	b.End(l, run.Decide(report.AsItIs))
	want(`failed; problem: not clean; s1 failed passed["c" "d" "e"] failed[] 1:no; s2 skipped; s3 not-run`)

	b.Begin(l)
	b.End(l, nil)
	want(`stopped; s1 not-run not-run[] not-run[]; s2 skipped; s3 not-run`)
	b.Begin(l)
	run.Err = fmt.Errorf("the engine is gone")
	b.End(l, run.Decide(report.AsItIs))
	want(`broken; problem: the engine is gone; s1 not-run not-run[] not-run[]; s2 skipped; s3 not-run`)

	// A page that is no lab any more shows nothing.
	gone, err := content.Load(fstest.MapFS{"labs/a.md": {Data: []byte("# A\n")}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	none, _ := labs.Check(gone, ".", nil)
	b.Show(none, none.Fresh)
	want("nothing")
	if path, ok := b.Path("labs/a/index.html"); ok {
		t.Errorf("%s is a lab", path)
	}
}

// A program that prints ever new colours takes no more memory for that.
func TestColours(t *testing.T) {
	b := new(Board)
	checked, l := site(t, page)
	b.Show(checked, checked.Fresh)
	watch := b.Begin(l)
	plan, err := l.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxColours {
		watch.Step(verify.Event{Plan: plan, State: verify.StepRunning, Snippet: 1, News: true, Output: []string{fmt.Sprintf("\x1b[38;2;%d;%d;9mx\x1b[0m", i/256, i%256)}})
	}
	if n := len(b.colours); n < maxColours || n > maxColours+1 {
		t.Errorf("%d colours", n)
	}
}

// Windows are told of the machine that is prepared, and how long it takes until what
// is edited is run.
func TestBoardAhead(t *testing.T) {
	b := new(Board)
	checked, l := site(t, page)
	b.Show(checked, checked.Fresh)
	w := open(t, b)
	w.update()
	told := func(line int, ready bool, least, most float64) {
		t.Helper()
		w.update()
		if a := w.Run.Ahead; a == nil || a.Line != line || a.Ready != ready || a.Left < least || a.Left > most {
			t.Errorf("told %+v", a)
		}
	}
	b.Ahead("labs/a.md", &labs.Ahead{Line: 6, Left: time.Hour})
	told(6, false, 3000, 3600)
	b.Ahead("labs/a.md", &labs.Ahead{Line: 6, Ready: true})
	told(6, true, 0, 0)
	other := open(t, b) // a window that is opened later knows it, too
	other.update()
	if other.Run.Ahead == nil {
		t.Error("a new window is not told")
	}
	b.Ahead("index.md", &labs.Ahead{Line: 1})
	told(6, true, 0, 0)
	b.Ahead("labs/a.md", nil)
	if w.update(); w.Run.Ahead != nil {
		t.Errorf("told %+v of a machine that is gone", w.Run.Ahead)
	}

	r := b.Begin(l)
	r.Left(time.Hour)
	if w.update(); w.Run.Left < 3000 || w.Run.Left > 3600 {
		t.Errorf("%v s are left", w.Run.Left)
	}
	r.Left(0)
	if w.update(); w.Run.Left != 0 {
		t.Errorf("%v s are left", w.Run.Left)
	}
	r.Left(time.Hour)
	b.End(l, nil)
	if w.update(); w.Run.Left != 0 {
		t.Errorf("%v s are left of a run that is over", w.Run.Left)
	}
}
