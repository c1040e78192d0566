//go:build unix

package live

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/live/runs"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/report"
)

const settledPage = "---\nlab: {machine: x, cleanup: off}\n---\n# A\n\n```bash\necho one\n# -> uno\necho two\n# -> due\n```\n\n```console\n$ seq 3\n...\n4\n```\n"

// A desk is where an author accepts what a lab has printed.
type desk struct {
	*failing
}

// sit writes a page, and has its lab run.
func sit(t *testing.T, page string) *desk {
	t.Helper()
	dir := t.TempDir()
	d := &desk{failing: &failing{&acceptance{board: new(runs.Board), dir: dir}, t, filepath.Join(dir, "a.md")}}
	d.save(page)
	d.run()
	return d
}

func (d *desk) run() {
	d.t.Helper()
	l := d.look().Lab("a.md")
	plan, err := l.Plan()
	if err != nil {
		d.t.Fatal(err)
	}
	w := d.board.Begin(l)
	record, err := (&verify.Runner{Engine: local.Engine{}, Outputs: true, Judges: true, Progress: w.Step}).Run(d.t.Context(), plan)
	d.board.End(l, report.Run{Page: l.Page, Record: record, Err: err}.Decide(report.AsItIs))
}

// look does what is done after each change on the disk, and returns the site.
func (d *desk) look() *labs.Site {
	d.t.Helper()
	check := func() *labs.Site {
		site, err := content.Load(os.DirFS(d.dir), "content")
		if err != nil {
			d.t.Fatal(err)
		}
		checked, err := labs.Check(site, d.dir, nil)
		if err != nil {
			d.t.Fatal(err)
		}
		return checked
	}
	checked := check()
	if len(d.settle(checked)) > 0 {
		checked = check()
	}
	d.board.Show(checked, checked.Fresh)
	return checked
}

// is checks what the page's record is worth, and whether there is one.
func (d *desk) is(state content.State, record bool) {
	d.t.Helper()
	if got := d.look().Lab("a.md").Status.State; got != state {
		d.t.Errorf("the lab is %v, want %v", got, state)
	}
	if _, err := os.Stat(filepath.Join(d.dir, "a.record.json")); (err == nil) != record {
		d.t.Errorf("the record: %v", err)
	}
}

func (d *desk) does(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Error(err)
	}
}

// What is accepted is fresh without a run, once it is all that had failed.
func TestAcceptSettles(t *testing.T) {
	d := sit(t, settledPage)
	d.is(content.None, false)
	d.does(d.accept("a.md", []string{"1.1"}))
	d.is(content.None, false)
	d.does(d.accept("a.md", []string{"2.0"}))
	d.is(content.None, false)
	d.does(d.accept("a.md", []string{"1.0"}))
	d.is(content.Fresh, true)
	window := d.board.Follow("a/index.html")
	told, _ := window.Next()
	if n := told.(*runs.News); !n.Run.Fresh || n.Run.Older || n.Run.Number != 0 || n.Run.Offers != nil || n.Run.Undo != 3 {
		t.Errorf("told %+v", n.Run)
	}
	d.does(d.undo("a.md"))
	d.is(content.None, false)
	told, _ = window.Next()
	if n := told.(*runs.News); n.Run.Fresh || n.Run.State != runs.Failed || len(n.Run.Offers) != 1 {
		t.Errorf("told %+v", n.Run)
	}
	d.does(d.undo("a.md"))
	d.does(d.accept("a.md", []string{"1.0", "2.0"}))
	d.is(content.Fresh, true)

	// Another lab's record takes its place; undoing takes back what was written then.
	record := filepath.Join(d.dir, "a.record.json")
	d.does(os.WriteFile(record, []byte("{}"), 0o666))
	d.does(d.undo("a.md"))
	if b, err := os.ReadFile(record); err != nil || string(b) != "{}" {
		t.Errorf("the record is %s, %v", b, err)
	}
	d.does(d.accept("a.md", []string{"1.0", "2.0"}))
	d.is(content.Fresh, true)
	d.does(d.undo("a.md"))
	if b, err := os.ReadFile(record); err != nil || string(b) != "{}" {
		t.Errorf("the record is %s, %v", b, err)
	}
}

// What its author writes instead is judged, too; and only the text that is there.
func TestEditSettles(t *testing.T) {
	right := strings.NewReplacer("uno", "one", "due", "t[..]", "4\n", "3\n").Replace(settledPage)
	for _, c := range []struct {
		name, page string
		state      content.State
	}{
		{"right", right, content.Fresh},
		{"with more text", strings.Replace(right, "# A", "# A\n\nText.", 1), content.Fresh},
		{"wrong", strings.Replace(right, "one\n# -> one", "one\n# -> One", 1), content.None},
		{"another command", strings.Replace(right, "echo one\n# -> one", "echo 1\n# -> one", 1), content.None},
		{"as it was", settledPage, content.None},
	} {
		d := sit(t, settledPage)
		d.save(c.page)
		d.is(c.state, c.state == content.Fresh)
		d.save(settledPage)
		d.is(map[bool]content.State{true: content.Stale, false: content.None}[c.state == content.Fresh], c.state == content.Fresh)
	}

	d := sit(t, settledPage)
	d.does(d.accept("a.md", []string{"1.0", "1.1"}))
	d.save(strings.Replace(d.text(), "4\n", "3\n", 1))
	d.is(content.Fresh, true)
	if err := d.undo("a.md"); err == nil {
		t.Error("undone, though it was saved meanwhile")
	}

	// A text that is not on the disk any more has no record.
	d = sit(t, settledPage)
	d.save(right)
	site, err := content.Load(os.DirFS(d.dir), "content")
	d.does(err)
	checked, err := labs.Check(site, d.dir, nil)
	d.does(err)
	d.save(settledPage)
	if paths := d.settle(checked); paths != nil {
		t.Errorf("%q are written", paths)
	}
	d.is(content.None, false)

	// Something else has failed: only a run can tell.
	d = sit(t, strings.Replace(settledPage, "$ seq 3", "$ false\n$ seq 3", 1))
	d.does(d.accept("a.md", []string{"1.0", "1.1"}))
	d.save(strings.Replace(d.text(), "4\n", "3\n", 1))
	d.is(content.None, false)
}

func (d *desk) text() string {
	d.t.Helper()
	b, err := os.ReadFile(d.name)
	d.does(err)
	return string(b)
}
