package live

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/runs"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/report"
)

// A failing is a lab on the disk of which a run has failed.
type failing struct {
	*acceptance
	t    *testing.T
	name string
}

// fail writes a page whose three commands print something else, and runs it.
func fail(t *testing.T, page string) *failing {
	t.Helper()
	dir := t.TempDir()
	f := &failing{&acceptance{board: new(runs.Board), dir: dir}, t, filepath.Join(dir, "a.md")}
	f.save(page)
	f.run()
	return f
}

// run runs the lab as it is on the disk: each command prints "new", and its number
// in the page.
func (f *failing) run() {
	f.t.Helper()
	site, err := content.Load(os.DirFS(f.dir), "content")
	if err != nil {
		f.t.Fatal(err)
	}
	checked, err := labs.Check(site, f.dir, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	f.board.Show(checked, checked.Fresh)
	l := checked.Labs("a.md")[0]
	plan, err := l.Plan()
	if err != nil {
		f.t.Fatal(err)
	}
	w := f.board.Begin(l)
	failed := &verify.Failures{}
	for _, step := range plan.Steps {
		for i, c := range step.Run {
			w.Step(verify.Event{Plan: plan, State: verify.StepStarted, Snippet: step.Snippet.Number, Index: i})
			w.Step(verify.Event{Plan: plan, State: verify.StepDone, Snippet: step.Snippet.Number, Index: i, News: true, Output: []string{"\x1b[1mnew\x1b[0m " + strings.TrimPrefix(c.Text, "echo ")}})
			failed.All = append(failed.All, &verify.Failure{Pos: c.Expect.Pos, At: c.Pos, Command: c.Text, Msg: "printed something else", Reason: verify.ReasonOutput})
		}
	}
	f.board.End(l, report.Run{Page: l.Page, Err: failed}.Decide(report.AsItIs))
}

func (f *failing) save(text string) {
	f.t.Helper()
	if err := os.WriteFile(f.name, []byte(text), 0o640); err != nil {
		f.t.Fatal(err)
	}
}

func (f *failing) reads(want string) {
	f.t.Helper()
	if b, err := os.ReadFile(f.name); err != nil || string(b) != want {
		f.t.Errorf("the file has %v\n%s\nwant\n%s", err, b, want)
	}
	if info, err := os.Stat(f.name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		f.t.Errorf("its mode is %v", info.Mode())
	}
}

const failingPage = "---\nlab: {machine: x}\n---\n# A\n\n```bash\necho 1\n# -> old [..]\necho 2\n# -> ONE\n# -> TWO\n```\n\n```console\n$ echo 3\nTHREE\n```\n"

// with returns the page with some outputs accepted.
func with(accepted ...string) string {
	page := failingPage
	for _, key := range accepted {
		switch key {
		case "1.0":
			page = strings.Replace(page, "# -> old [..]", "# -> new 1", 1)
		case "1.1":
			page = strings.Replace(page, "# -> ONE\n# -> TWO", "# -> new 2", 1)
		case "2.0":
			page = strings.Replace(page, "THREE", "new 3", 1)
		}
	}
	return page
}

func TestAccept(t *testing.T) {
	for _, order := range [][]string{{"1.0", "1.1", "2.0"}, {"2.0", "1.1", "1.0"}, {"1.1", "2.0", "1.0"}} {
		f := fail(t, failingPage)
		for i := range order {
			if err := f.accept("a.md", order[i:i+1]); err != nil {
				t.Fatal(err)
			}
			f.reads(with(order[:i+1]...))
		}
		for i := range order {
			if err := f.undo("a.md"); err != nil {
				t.Fatal(err)
			}
			f.reads(with(order[:len(order)-1-i]...))
		}
		if err := f.undo("a.md"); err == nil || err.Error() != "there is nothing to undo" {
			t.Errorf("undo: %v", err)
		}
		if err := f.accept("a.md", order); err != nil { // all at once, and again
			t.Fatal(err)
		}
		f.reads(with(order...))
		if err := f.undo("a.md"); err != nil {
			t.Fatal(err)
		}
		f.reads(failingPage)
	}
}

// Windows' line endings stay.
func TestAcceptLineEndings(t *testing.T) {
	f := fail(t, strings.ReplaceAll(failingPage, "\n", "\r\n"))
	if err := f.accept("a.md", []string{"1.1"}); err != nil {
		t.Fatal(err)
	}
	f.reads(strings.ReplaceAll(with("1.1"), "\n", "\r\n"))
}

// A file that was saved meanwhile is never overwritten.
func TestAcceptSaved(t *testing.T) {
	edited := func(page string) string { return strings.Replace(page, "# A", "# B", 1) }
	f := fail(t, failingPage)
	f.save(edited(failingPage))
	if err := f.accept("a.md", []string{"1.0"}); !errors.Is(err, errSaved) {
		t.Errorf("saved since the run: %v", err)
	}
	f.reads(edited(failingPage))

	f.save(failingPage) // taken back
	if err := f.accept("a.md", []string{"1.0"}); err != nil {
		t.Fatal(err)
	}
	f.save(edited(with("1.0")))
	if err := f.accept("a.md", []string{"1.1"}); !errors.Is(err, errSaved) {
		t.Errorf("saved between two: %v", err)
	}
	if err := f.undo("a.md"); err == nil || !strings.Contains(err.Error(), "saved meanwhile") {
		t.Errorf("saved before it is undone: %v", err)
	}
	f.reads(edited(with("1.0")))

	// A run of the text as it is now can be accepted, and each is undone.
	f.run()
	if err := f.accept("a.md", []string{"2.0"}); err != nil {
		t.Fatal(err)
	}
	f.reads(edited(with("1.0", "2.0")))
	if err := f.undo("a.md"); err != nil {
		t.Fatal(err)
	}
	f.reads(edited(with("1.0")))

	if err := f.accept("a.md", []string{"1.9"}); err == nil || err.Error() != `nothing to accept is called "1.9"` {
		t.Error(err)
	}
	if err := f.accept("b.md", []string{"1.0"}); err == nil || err.Error() != "there is nothing to accept" {
		t.Error(err)
	}
	if err := os.Remove(f.name); err != nil {
		t.Fatal(err)
	}
	if err := f.accept("a.md", []string{"2.0"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a page that is gone: %v", err)
	}
}

// Windows are told what can be accepted, and what was.
func TestAcceptTold(t *testing.T) {
	f := fail(t, failingPage)
	window := f.board.Follow("a/index.html")
	next := func() *runs.News {
		told, _ := window.Next()
		n, ok := told.(*runs.News)
		if !ok || n.Run == nil {
			t.Fatalf("told %+v", told)
		}
		return n
	}
	n := next()
	if !slices.Equal(n.Run.Offers, []string{"1.0", "1.1", "2.0"}) || n.Run.Undo != 0 {
		t.Errorf("%+v", n.Run)
	}
	if p := n.Snippets["hb-s1"].Problems[1]; p.Key != "1.1" || !slices.Equal(p.Old, []string{"# -> ONE", "# -> TWO"}) || !slices.Equal(p.New, []string{"# -> new 2"}) || p.Accepted {
		t.Errorf("%+v", p)
	}
	if err := f.accept("a.md", []string{"1.1"}); err != nil {
		t.Fatal(err)
	}
	if n = next(); !slices.Equal(n.Run.Offers, []string{"1.0", "2.0"}) || n.Run.Undo != 1 || !n.Snippets["hb-s1"].Problems[1].Accepted {
		t.Errorf("%+v", n.Run)
	}
	if err := f.undo("a.md"); err != nil {
		t.Fatal(err)
	}
	if n = next(); len(n.Run.Offers) != 3 || n.Run.Undo != 0 || n.Snippets["hb-s1"].Problems[1].Accepted {
		t.Errorf("%+v", n.Run)
	}
}
