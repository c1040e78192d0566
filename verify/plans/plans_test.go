package plans

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
)

// A placeholder's value is part of the digest wherever it is put, and only
// there.
func TestDigestOfPlaceholders(t *testing.T) {
	digest := func(page, value string) string {
		page = strings.ReplaceAll("---\nlab:\n  placeholders: {YOUR_NAME: "+value+"}\n---\n"+page, "'''", "```")
		return planOf(t, page).Digest
	}
	for _, test := range []struct {
		page string
		used bool
	}{
		{"'''bash\necho YOUR_NAME\n'''\n", true},
		{"'''bash file=a run=\"echo YOUR_NAME\"\n'''\n", true},
		{"'''bash type=\"YOUR_NAME\\n\"\nread name\n'''\n", true},
		{"'''bash\ntrue\n'''\n\nIt has [?](size:YOUR_NAME/app).\n", true},
		{"'''bash\ntrue\n'''\n\nHello, YOUR_NAME.\n", false},
	} {
		if got := digest(test.page, "ann") != digest(test.page, "bob"); got != test.used {
			t.Errorf("%q: the digest depends on the value: %v", test.page, got)
		}
	}
}

// What has made a lab stale is told: the lab, or only the machine that it runs
// on.
func TestWhatIsStale(t *testing.T) {
	const page = "---\nlab:\n  %s\n---\n```bash\necho %s\n```\n"
	load := func(lab, word string) *content.Site {
		t.Helper()
		site, err := content.Load(fstest.MapFS{"p.md": {Data: fmt.Appendf(nil, page, lab, word)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		return site
	}
	for _, test := range []struct {
		lab, word, machine string
		want               content.Cause
	}{
		{"dir: ~/lab", "hello", "new", content.NoCause},
		{"dir: ~/lab", "hello", "newer", content.MachineChanged},
		{"dir: ~/lab", "bye", "new", content.PageChanged},
		{"dir: ~/lab", "bye", "newer", content.PageChanged},
		{"machine: alpine", "hello", "newer", content.PageChanged},
	} {
		before := load("dir: ~/lab", "hello")
		plan, err := New(before, before.Pages[0], "new")
		if err != nil {
			t.Fatal(err)
		}
		site := load(test.lab, test.word)
		p := site.Pages[0]
		p.Record = &content.Record{Results: content.Results{Digest: plan.Digest, Machine: content.RecordMachine{Image: "new", Docker: plan.Docker}}}
		fresh, err := (&Planner{Site: site, Machines: Same(test.machine)}).Check()
		if err != nil {
			t.Fatal(err)
		}
		s := fresh.Of(p)
		if s.Cause != test.want || (s.State == content.Fresh) != (test.want == content.NoCause) {
			t.Errorf("%v: %v", test, s)
		}
	}
}

// A record that has results of another lab, or of an engine on which the lab does
// not run, is not the lab's, even if the first ones are.
func TestRecordOfAnotherLab(t *testing.T) {
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte("---\nlab: {docker: [29, 28]}\n---\n```bash\ntrue\n```\n")}}, "")
	if err != nil {
		t.Fatal(err)
	}
	p := site.Pages[0]
	plan, err := New(site, p, "machine")
	if err != nil {
		t.Fatal(err)
	}
	on := func(digest, docker, platform string) content.Results {
		return content.Results{Digest: digest, Machine: content.RecordMachine{Docker: docker, Platform: platform}}
	}
	leaving := func(machine string) content.Results {
		r := on(plan.Digest, "29", "linux/amd64")
		r.Cleanup = &content.Cleanup{Machine: machine}
		return r
	}
	for _, test := range []struct {
		all  []content.Results
		want string
	}{
		{[]content.Results{on(plan.Digest, "29", "linux/amd64"), on(plan.Digest, "28", "linux/amd64"), on(plan.Digest, "29", "linux/arm64")}, ""},
		{[]content.Results{on(plan.Digest, "7", "linux/amd64"), on(plan.Digest, "29", "linux/amd64")}, "the lab's record is that of another lab: it has results on Docker 7"},
		{[]content.Results{on(plan.Digest, "29", "linux/amd64"), on("sha256:other", "29", "linux/arm64")}, "the lab's record is that of another lab: it has results on Docker 29"},
		{[]content.Results{leaving(""), leaving("a")}, `the lab's record is that of another lab: it tells what is left on the machine "a"`},
		{[]content.Results{leaving("")}, ""},
	} {
		p.Record = &content.Record{Results: test.all[0], Also: test.all[1:]}
		fresh, err := (&Planner{Site: site, Machines: Same("machine")}).Check()
		if err != nil {
			t.Fatal(err)
		}
		if s := fresh.Of(p); s.Message() != test.want || (s.State == content.Fresh) != (test.want == "") {
			t.Errorf("%v: %v", test.all, s)
		}
	}
}

// A plan until a line has what stands above it, and no claims that stand
// below; the whole plan stays as it is.
func TestPlanUntil(t *testing.T) {
	page := strings.ReplaceAll("---\nlab: {}\n---\nIt has [130 MB](size:app:1).\n\n'''bash\none\ntwo\n'''\n\n'''bash\nthree\n'''\n", "'''", "```")
	plan := planOf(t, page)
	commands := func(p *Plan) (all []string) {
		for _, s := range p.Steps {
			for _, c := range s.Run {
				all = append(all, c.Text)
			}
		}
		return all
	}
	for line, want := range map[int]string{1: "[]", 7: "[]", 8: "[one]", 9: "[one two]", 12: "[one two]", 13: "[one two three]"} {
		until := plan.Until(line)
		if got := fmt.Sprint(commands(until)); got != want || len(until.Measures) != min(line-1, 1) {
			t.Errorf("until line %d: %s with %d measures, want %s", line, got, len(until.Measures), want)
		}
	}
	if got := fmt.Sprint(commands(plan)); got != "[one two three]" || len(plan.Measures) != 1 {
		t.Errorf("the whole plan has changed: %s with %d measures", got, len(plan.Measures))
	}
}

// A plan says on which machine each command is typed, if the lab has several.
func TestPrintMachines(t *testing.T) {
	const page = "---\nlab: {machines: [a, b]}\n---\n```bash\necho 1\n```\n```bash\necho 2\n```\n```bash on=b\necho 3\n```\n```text file=f\n```\n"
	plan := planOf(t, page)
	var b strings.Builder
	if err := plan.Print(&b); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(b.String(), "at most 15m0s\n")
	got, _, _ = strings.Cut(got, "  digest ")
	const want = `     4  on      a
     5  run     echo 1
     8  run     echo 2
    10  on      b
    11  run     echo 3
    13  on      a
    13  write   f (0 bytes)
`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
