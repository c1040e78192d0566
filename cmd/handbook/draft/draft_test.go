package draft

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/content"
	"handbook/render"
)

func noHint(error) string { return "" }

// siteOf writes the files of a project and opens its site.
func siteOf(t testing.TB, files map[string]string) *Site {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	here, err := project.Find(root)
	if err != nil {
		t.Fatal(err)
	}
	s := New(here, noHint)
	t.Cleanup(s.Close)
	return s
}

// checked returns what "handbook check" finds in a site as it is on the disk.
func checked(t *testing.T, here *project.Project) (all []string, loaded bool) {
	t.Helper()
	s := &Site{hint: noHint}
	said := func(problems []Problem) {
		for _, p := range problems {
			all = append(all, fmt.Sprint(p))
		}
	}
	site, err := here.Load()
	if err != nil {
		said(s.problems(Mistake, err))
		return all, false
	}
	var notes content.Errors
	fresh, err := labs.Check(site, here.Content, nil)
	said(s.problems(Mistake, err))
	said(s.problems(Mistake, render.Write(site, fresh.Fresh, render.Options{Drafts: true, Theme: here.Theme(), Notes: &notes}, func(string, []byte) error { return nil })))
	said(s.problems(Note, asError(notes)))
	for _, l := range fresh.Labs(".") {
		if !l.IsFresh() {
			said(s.problems(Stale, l.Status.Err(l.Page)))
		}
	}
	slices.Sort(all)
	return slices.Compact(all), true
}

// TestEdits edits the pages of a site at random, and holds what is found after
// each edit against what a check of files with these texts finds.
func TestEdits(t *testing.T) {
	files := map[string]string{
		"content/handbook.yaml":  "title: A site\n",
		"content/index.md":       "# Home\n\n[a](a.md#two)\n",
		"content/a.md":           "# A\n\n## Two\n",
		"content/part/b.md":      "---\nlab: {machine: busybox}\n---\n# B\n\n```bash\ntrue\n```\n",
		"content/part/c.md":      "---\nlab: {machine: busybox, after: b.md}\n---\n# C\n\n```bash\necho 1 # -> 1\n```\n",
		"content/part/sample.py": "print(1)\n",
	}
	pieces := []string{
		"", "# Title\n", "\n## Two\n", "\n[x](part/b.md)\n", "\n[x](../a.md#two)\n", "\n[x](a.md#two)\n", "\n![p](no.png)\n", "\n```bash nmae=x\ntrue\n```\n",
		"\n```python include=sample.py\n```\n", "\n```bash\ntrue\n```\n", "\n```output\nx\n```\n", "\n[1 MB](size:x)\n", "\n```rust\nx\n```\n", "\n> [!INFO]\n> x\n", "\n```bash\n",
	}
	heads := []string{"", "---\ntitle: T\n---\n", "---\nlab: {machine: busybox}\n---\n", "---\nlab: {after: b.md}\n---\n", "---\nlab: {machine: busybox, after: c.md}\n---\n",
		"---\ndraft: true\n---\n", "---\naliases: [/a/]\n---\n", "---\ntgas: [x]\n---\n", "---\ntags: [x]\n---\n"}
	settings := []string{"title: A site\n", "titel: x\n", "nav: [{title: A, url: a.md}]\n", "nav: [{title: A, url: z.md}]\n", "logo: no.svg\n", "machine: {docker: [28]}\n"}
	s := siteOf(t, files)
	disk := siteOf(t, files)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(of []string) string { return of[random.IntN(len(of))] }
	pages := slices.Sorted(maps.Keys(files))
	for i := range 150 {
		name := strings.TrimPrefix(pages[random.IntN(len(pages))], "content/")
		text := pick(heads) + pick(pieces) + pick(pieces) + pick(pieces)
		switch {
		case name == "handbook.yaml":
			text = pick(settings)
		case !strings.HasSuffix(name, ".md"):
			text = "print(2)\n"
		}
		s.Set(name, []byte(text))
		if err := os.WriteFile(filepath.Join(disk.Here.Content, filepath.FromSlash(name)), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		f := s.Check()
		rest, ok := s.Rest(f, func() bool { return false })
		if !ok {
			t.Fatal("stopped")
		}
		if i == 50 {
			s.Save()
		}
		all := slices.Concat(f.Problems, rest)
		got, mistaken := map[string]Problem{}, map[string]bool{}
		for _, p := range all {
			got[fmt.Sprint(p)] = p
			mistaken[p.Path] = mistaken[p.Path] || p.Kind == Mistake
		}
		want, loaded := checked(t, disk.Here)
		for _, p := range want {
			if _, ok := got[p]; !ok {
				t.Errorf("seed %d, edit %d: missing %s", seed, i, p)
			}
			delete(got, p)
		}
		for text, p := range got {
			// Check may have no notes on a page that has mistakes.
			if loaded && (p.Kind != Note || !mistaken[p.Path]) {
				t.Errorf("seed %d, edit %d: %s, which check does not tell", seed, i, text)
			}
		}
		if t.Failed() {
			t.Fatalf("%s is now:\n%s", name, text)
		}
	}
}
