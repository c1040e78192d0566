package verify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/record"
	"handbook/verify/plans"
)

// plansOn returns the plans of a page on Docker 29 and 28.
func plansOn(t *testing.T, page string) []*plans.Plan {
	t.Helper()
	page = "---\nlab: {docker: [29, 28]}\n---\n" + strings.ReplaceAll(page, "'''", "```")
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Page("p.md"), "machine")
	if err != nil {
		t.Fatal(err)
	}
	all := make([]*plans.Plan, len(plan.Kinds))
	for i, kind := range plan.Kinds {
		all[i] = plan.On(kind)
	}
	return all
}

func TestJoin(t *testing.T) {
	plans := plansOn(t, "'''bash\ndocker images\ndate\n'''\n")
	record := func(i int, outputs ...string) *content.Record {
		r := &content.Record{Format: record.Format, Page: "p.md", Results: content.Results{Digest: plans[i].Digest, Machine: content.RecordMachine{Docker: plans[i].Docker}}}
		r.Snippets = []content.SnippetResult{{Number: 1, Line: 4, Kind: "shell", Verdict: content.Passed}}
		for j, text := range []string{"docker images", "date"} {
			r.Snippets[0].Commands = append(r.Snippets[0].Commands, content.CommandResult{Text: text, Output: []string{outputs[j]}})
		}
		return r
	}
	joined, err := Join([]Ran{
		{plans[0], record(0, "IMAGE   ID", "Mon Nov 23 18:04:05 UTC 2026"), nil},
		{plans[1], record(1, "REPOSITORY   TAG", "Mon Nov 23 18:04:09 UTC 2026"), nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	var differ []bool
	for _, c := range joined.On("28").Snippets[0].Commands {
		differ = append(differ, c.Differs)
	}
	if diff := cmp.Diff([]bool{true, false}, differ); diff != "" || joined.Machine.Docker != "29" {
		t.Errorf("what differs on Docker 28 (-want +got):\n%s", diff)
	}

	at := content.Pos{File: "p.md", Line: 5, Col: 1}
	failed := func(msgs ...string) error {
		f := &Failures{Page: "p.md", NotRun: len(msgs), Enter: []string{"docker exec " + msgs[0]}}
		for _, msg := range msgs {
			f.add(&Failure{Pos: at, Msg: msg, Reason: ReasonOutput})
		}
		return f
	}
	for _, test := range []struct {
		on29, on28 error
		want       string
		kept       int
	}{
		{failed("a"), nil, "p.md:5:1: a, on Docker 29", 1},
		{nil, failed("a", "b"), "p.md:5:1: a, on Docker 28\np.md:5:1: b, on Docker 28", 1},
		{failed("a", "b"), failed("b"), "p.md:5:1: a, on Docker 29\np.md:5:1: b", 2},
		{&MachineError{at, errors.New("the disk is full")}, failed("a"), "p.md:5:1: a, on Docker 28", 1},
		{nil, &MachineError{at, errors.New("the disk is full")}, "p.md:5:1: the machine failed: the disk is full (on Docker 28)", 0},
	} {
		_, err := Join([]Ran{{plans[0], record(0, "", ""), test.on29}, {plans[1], record(1, "", ""), test.on28}})
		if err == nil || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
		if f, ok := errors.AsType[*Failures](err); ok && len(f.Enter) != test.kept {
			t.Errorf("machines kept: %q", f.Enter)
		}
	}
}

// A record keeps what it has of other platforms for as long as the page is the
// same, in its order.
func TestKeep(t *testing.T) {
	page := plansOn(t, "'''bash\ndocker images\nuname -m\n'''\n")[0].Page
	record := func(digest string, machines ...string) *content.Record {
		r := new(content.Record)
		for i, m := range machines {
			docker, platform, _ := strings.Cut(m, " ")
			on := content.Results{Digest: digest, Machine: content.RecordMachine{Docker: docker, Platform: platform}}
			on.Snippets = []content.SnippetResult{{Number: 1, Line: 4, Kind: "shell", Verdict: content.Passed, Commands: []content.CommandResult{
				{Text: "docker images", Output: []string{"as on " + docker}}, {Text: "uname -m", Output: []string{map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[platform]}},
			}}}
			if i == 0 {
				r.Results = on
				continue
			}
			r.Also = append(r.Also, on)
		}
		return r
	}
	show := func(r *content.Record) string {
		var all []string
		for _, on := range r.All() {
			of := on.Machine.Docker + " " + on.Machine.Platform
			for _, c := range on.Snippets[0].Commands {
				if c.Differs {
					of += " " + c.Text
				}
			}
			all = append(all, of)
		}
		return strings.Join(all, ", ")
	}
	both := record("a", "29 amd64", "28 amd64", "29 arm64")
	for _, c := range []struct {
		name     string
		old, new *content.Record
		want     string
	}{
		{"the first record", nil, record("a", "29 arm64"), "29 arm64"},
		{"the same platform", record("a", "29 amd64"), record("a", "29 amd64"), "29 amd64"},
		{"another platform", record("a", "29 amd64", "28 amd64"), record("a", "29 arm64", "28 arm64"),
			"29 amd64, 28 amd64 docker images, 29 arm64, 28 arm64"},
		{"the first platform again", both, record("a", "29 amd64", "28 amd64"), "29 amd64, 28 amd64 docker images, 29 arm64"},
		{"the second platform again", both, record("a", "29 arm64"), "29 amd64, 28 amd64 docker images, 29 arm64"},
		{"another page", both, record("b", "29 arm64"), "29 arm64"},
		{"an engine on which the lab does not run", record("a", "7 amd64", "29 arm64"), record("a", "29 amd64"), "29 arm64, 29 amd64"},
	} {
		if got := show(Keep(page, c.old, c.new)); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
	if got := show(both); got != "29 amd64, 28 amd64, 29 arm64" {
		t.Errorf("the old record was changed: %s", got)
	}
}

// A plan for an engine has that engine's claims, and what it is expected to
// print. The digest is that of all.
func TestPlanOn(t *testing.T) {
	plans := plansOn(t, "It has [1 MB](size:a), [2 MB](size:a@29) and [3 MB](size:a@28).\n\n'''bash\ndocker images\n'''\n'''output\nIMAGE\n'''\n'''output docker=28\nREPOSITORY\n'''\n")
	var got []string
	for _, p := range plans {
		for _, m := range p.Measures {
			got = append(got, p.Docker+" "+m.Text)
		}
		got = append(got, p.Docker+" "+strings.Join(p.Steps[0].Run[0].Lines, ", "), SpecOf(p, "").Docker)
	}
	want := []string{"29 1 MB", "29 2 MB", "29 IMAGE", "29", "28 1 MB", "28 3 MB", "28 REPOSITORY", "28"}
	if diff := cmp.Diff(want, got); diff != "" || plans[0].Digest != plans[1].Digest {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Claims and expectations name engines that the lab runs on.
func TestClaimsOnEngines(t *testing.T) {
	for _, test := range []struct{ lab, page, want string }{
		{"docker: [29, 28]", "[1 MB](size:a@27)", `p.md:4:1: the lab does not run on Docker Engine "27", but on 29, 28`},
		{"docker: [29, 28]", "'''image-sizes\na < b @26\n'''", `p.md:5:1: the lab does not run on Docker Engine "26", but on 29, 28`},
		{"docker: [29, 28]", "'''image-sizes\n@28 a\n'''", `p.md:5:1: expected the name of an engine at the end of the line, such as @28, not "@28"`},
		{"docker: [29, 28]", "'''bash\ntrue\n'''\n'''output docker=26\n'''", `p.md:7:11: the lab does not run on Docker Engine "26", but on 29, 28`},
		{"docker: [29, 28]", "'''bash\ntrue\n'''\n'''output docker=28\n'''\n'''output docker=28\n'''", "p.md:9:1: the command before it already has expected output, at line 7"},
		{"machine: alpine", "'''bash\ntrue\n'''\n[1 MB](size:a@28)", `p.md:7:1: the lab does not run on an engine named "28"`},
	} {
		page := "---\nlab: {" + test.lab + "}\n---\n" + strings.ReplaceAll(test.page, "'''", "```") + "\n"
		_, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
		if got, _, _ := strings.Cut(fmt.Sprint(err), "\n"); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.page, got, test.want)
		}
	}
}
