package render

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
)

// verified makes a lab's results of outputs, one for each command.
func verified(p *content.Page, outputs ...content.CommandResult) {
	p.State = content.Fresh
	p.Record = &content.Record{Format: 1, Page: p.Path, Machine: content.RecordMachine{Platform: "linux/amd64"}}
	for _, s := range p.Snippets {
		if s.Role == content.Shown {
			continue
		}
		result := content.SnippetResult{Kind: s.Role.String(), Verdict: content.Passed}
		if s.Options.Skip != "" {
			result.Verdict, result.Reason = content.Skipped, s.Options.Skip
		}
		for _, c := range s.Commands {
			ran := content.CommandResult{}
			if len(outputs) > 0 {
				ran, outputs = outputs[0], outputs[1:]
			}
			ran.Text = c.Text
			result.Commands = append(result.Commands, ran)
		}
		p.Record.Snippets = append(p.Record.Snippets, result)
	}
}

func TestTwin(t *testing.T) {
	const head = "# p\n\n> Verified on 1 January 0001: %s snippets, on linux/amd64.\n\n"
	for _, test := range []struct{ name, in, counts, want string }{
		{"session", "```bash\necho hi\n# -> hi\n```\n", "1 of 1", "```console\n$ echo hi\nout\n```\n"},
		{"output fence", "```bash\necho hi\n```\n\n```output\nhi\n```\n\nEnd.\n", "2 of 2", "```console\n$ echo hi\nout\n```\n\n\nEnd.\n"},
		{"in a list", "1. One:\n\n   ```bash\n   echo hi\n   ```\n\n2. Two\n", "1 of 1", "1. One:\n\n   ```console\n   $ echo hi\n   out\n   ```\n\n2. Two\n"},
		{"on the item's line", "- ```bash\n  echo hi\n  ```\n", "1 of 1", "- ```console\n  $ echo hi\n  out\n  ```\n"},
		{"in a quotation", "> ```bash\n> echo hi\n> ```\n", "1 of 1", "> ```console\n> $ echo hi\n> out\n> ```\n"},
		{"hidden", "One.\n\n```bash hide\necho hi\n```\n\nTwo.\n", "1 of 1", "One.\n\n\nTwo.\n"},
		{"skipped", "```bash skip=\"no reason\"\necho hi\n```\n", "0 of 1", "```bash\necho hi\n```\n\n(Not verified: no reason)\n"},
		{"file", "```python file=app.py\nprint(1)\n```\n", "1 of 1", "`app.py`:\n\n```python\nprint(1)\n```\n"},
		{"fences within", "````text\n```\n````\n\n```bash\necho hi\n```\n", "1 of 1", "````text\n```\n````\n\n```console\n$ echo hi\nout\n```\n"},
		{"last line without an end", "```bash\necho hi\n```", "1 of 1", "```console\n$ echo hi\nout\n```\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			site := load(t, map[string]string{"p.md": "---\nlab: {}\n---\n" + test.in})
			p := site.Pages[0]
			verified(p, content.CommandResult{Output: []string{"\x1b[31mout\x1b[0m"}})
			files, err := Site(site, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf(head, test.counts) + test.want
			if diff := cmp.Diff(want, string(files["p.md"])); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestScript(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"commands", "```bash\na=1; echo $a\nfalse | true\n```\n", "\na=1; echo $a\nfalse | true\n"},
		{"file", "```text file=sub/it's.txt mode=0755\nEOF\n```\n",
			"\nmkdir -p sub\ncat > 'sub/it'\\''s.txt' <<'EOF_'\nEOF\nEOF_\nchmod 755 'sub/it'\\''s.txt'\n"},
		{"append", "```text file=a append\nx\n```\n", "\ncat >> a <<'EOF'\nx\nEOF\n"},
		{"skipped", "```bash skip=why\nexit 1\n```\n\n```bash\ntrue\n```\n", "\ntrue\n"},
		{"placeholder", "```bash\necho YOUR_NAME YOUR_NAME_TOO\n```\n", "\necho ann bob\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			site := load(t, map[string]string{"p.md": "---\ntitle: \"two\\nlines\"\nlab: {dir: '~/a b', placeholders: {YOUR_NAME: ann, YOUR_NAME_TOO: bob}}\n---\n" + test.in})
			verified(site.Pages[0])
			files, err := Site(site, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := "#!/usr/bin/env bash\n# two lines\n# The commands of this lab, as they were run on 1 January 0001.\n" +
				"set -eo pipefail\nmkdir -p ~/'a b'\ncd ~/'a b'\n" + test.want
			if diff := cmp.Diff(want, string(files["p/lab.sh"])); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestNotes(t *testing.T) {
	for _, test := range []struct {
		in   string
		want map[int]note
	}{
		{"x\n", map[int]note{}},
		{"x  # (1)\ny\n", map[int]note{1: {1, true}}},
		{"x  # (1)!\ny // 2)\nz <!-- <3> -->\n", map[int]note{1: {1, true}, 2: {2, true}, 3: {3, true}}},
		{"# 1) what\nx\ny\n\nz\n", map[int]note{1: {1, true}, 2: {1, false}, 3: {1, false}}},
		{"# 1) what\nx\n# 12) more\ny\n", map[int]note{1: {1, true}, 2: {1, false}, 3: {12, true}, 4: {12, false}}},
		{"# 1. no mark\n# (one)\n", map[int]note{}},
	} {
		if diff := cmp.Diff(test.want, notes(test.in), cmp.AllowUnexported(note{})); diff != "" {
			t.Errorf("%q: -want +got\n%s", test.in, diff)
		}
	}
}

func TestHighlightLines(t *testing.T) {
	for _, test := range []struct {
		lang, in string
		want     []string
	}{
		{"", "a < b\n", []string{"a &lt; b"}},
		{"no-such-language", "a < b", []string{"a &lt; b"}},
		{"python", "", []string{""}},
		{"python", "\n\n", []string{"", ""}},
		{"python", "\"\"\"a\n<b>\n\"\"\"\n", []string{`<span class="s">"""a</span>`, `<span class="s">&lt;b&gt;</span>`, `<span class="s">"""</span>`}},
		{"dockerfile", "FROM x\n", []string{`<span class="k">FROM </span><span class="s">x</span>`}},
	} {
		if diff := cmp.Diff(test.want, highlight(test.lang, test.in)); diff != "" {
			t.Errorf("%s %q: -want +got\n%s", test.lang, test.in, diff)
		}
	}
}

func TestSidebarIsBounded(t *testing.T) {
	pages := map[string]string{"index.md": "# Home"}
	for i := range 300 {
		pages[fmt.Sprintf("labs/%03d.md", i)] = fmt.Sprintf("# Lab %d", i)
	}
	site := load(t, pages)
	r, err := New(site, Options{})
	if err != nil {
		t.Fatal(err)
	}
	links := r.view("labs/150/index.html", r.tree.find("labs"), site.Page("labs/150.md")).Sidebar
	if len(links) != 1 {
		t.Fatalf("%d top sections, want 1", len(links))
	}
	list := links[0].Links
	if len(list) != 2*sidebarReach+2 || !list[sidebarReach].Current || list[len(list)-1].Title != "269 more pages" {
		t.Errorf("%d links, the last one is %q", len(list), list[len(list)-1].Title)
	}
}
