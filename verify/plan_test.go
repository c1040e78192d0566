package verify

import (
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
