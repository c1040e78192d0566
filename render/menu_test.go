package render

import (
	"fmt"
	"testing"
)

func TestSidebarIsBounded(t *testing.T) {
	pages := map[string]string{"index.md": "# Home"}
	for i := range 300 {
		pages[fmt.Sprintf("labs/%03d.md", i)] = fmt.Sprintf("# Lab %d", i)
	}
	site := load(t, pages)
	r, err := New(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	links := r.frame.view("labs/150/index.html", r.targets.Root.Find("labs"), site.Page("labs/150.md")).Sidebar
	if len(links) != 1 {
		t.Fatalf("%d top sections, want 1", len(links))
	}
	list := links[0].Links
	if len(list) != 2*sidebarReach+2 || !list[sidebarReach].Current || list[len(list)-1].Title != "269 more pages" {
		t.Errorf("%d links, the last one is %q", len(list), list[len(list)-1].Title)
	}
}

// TestSidebarOfSmallSite lists the items of all sections while they are few.
func TestSidebarOfSmallSite(t *testing.T) {
	for _, test := range []struct{ guides, want int }{{5, 5}, {40, 0}} {
		pages := map[string]string{"index.md": "# Home", "labs/one.md": "# One"}
		for i := range test.guides {
			pages[fmt.Sprintf("guides/%02d.md", i)] = fmt.Sprintf("# Guide %d", i)
		}
		site := load(t, pages)
		r, err := New(site, verified(site), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range r.frame.view("labs/one/index.html", r.targets.Root.Find("labs"), site.Page("labs/one.md")).Sidebar {
			if l.Title == "Guides" && (len(l.Links) != test.want || (l.More == "") != (test.want > 0)) {
				t.Errorf("%d guides: %d are listed, more in %q", test.guides, len(l.Links), l.More)
			}
		}
	}
}
