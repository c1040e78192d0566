package verify

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
		site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := NewPlan(site, site.Page("p.md"), "machine")
		if err != nil {
			t.Fatal(err)
		}
		return plan.Digest
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
	for _, test := range []struct{ lab, word, machine, want string }{
		{"dir: ~/lab", "hello", "new", ""},
		{"dir: ~/lab", "hello", "newer", "its machine has changed since it was verified"},
		{"dir: ~/lab", "bye", "new", "it has changed since it was verified"},
		{"dir: ~/lab", "bye", "newer", "it has changed since it was verified"},
		{"machine: alpine", "hello", "newer", "it has changed since it was verified"},
	} {
		before := load("dir: ~/lab", "hello")
		plan, err := NewPlan(before, before.Pages[0], "new")
		if err != nil {
			t.Fatal(err)
		}
		site := load(test.lab, test.word)
		p := site.Pages[0]
		p.Record = &content.Record{Digest: plan.Digest, Machine: content.RecordMachine{Image: "new"}}
		if _, err := Judge(site, test.machine, nil); err != nil {
			t.Fatal(err)
		}
		if fresh := p.State == content.Fresh; p.Problem != test.want || fresh != (test.want == "") {
			t.Errorf("%v: %v, %q", test, p.State, p.Problem)
		}
	}
}
