package render

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"handbook/content"
)

// tagless returns what readers see of HTML.
func tagless(page string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")), " ")
}

// What readers can't see is told, and can be seen.
func TestUnseen(t *testing.T) {
	const summary = `<details class="unseen"><summary>`
	for _, c := range []struct{ in, before, after string }{
		{"```bash hide\na\nb\n```\n", "2 commands run", "2 commands ran"},
		{"```console hide\n$ a\n```\n", "1 command runs", "1 command ran"},
		{"```python file=a.py hide\n1\n```\n", "1 file is written", "1 file was written"},
		{"```python file=a.py hide run=\"python a.py\"\n1\n```\n", "1 file is written and 1 command runs", "1 file was written and 1 command ran"},
		{"```python file=a.py\n1\n```\n```diff file=a.py hide\n@@\n-1\n+2\n```\n", "1 file is changed", "1 file was changed"},
		{"```bash hide skip=\"no time\"\na\n```\n```bash\nb\n```\n", "", ""},
	} {
		for _, state := range []content.State{content.None, content.Fresh} {
			site := load(t, map[string]string{"p.md": "---\nlab: {}\n---\n" + c.in, "index.md": "# Home\n"})
			want := c.before
			if state == content.Fresh {
				recordOf(site.Page("p.md"))
				want = c.after
			}
			files, err := Site(site, content.Freshness{"p.md": {State: state}}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			page, printed := string(files["p/index.html"]), string(files["print/index.html"])
			sentence := want + " here that the page does not show"
			for name, text := range map[string]string{"page": page, "print page": printed} {
				if got := strings.Contains(text, summary+sentence+"</summary>"); got != (want != "") || strings.Contains(text, summary) != got {
					t.Errorf("%q, %v: %s: %q: %v", c.in, state, name, sentence, got)
				}
			}
			if _, folded, found := strings.Cut(page, summary); found && !strings.Contains(folded, "<figure") {
				t.Errorf("%q: nothing is folded", c.in)
			}
		}
	}
	site := load(t, map[string]string{"p.md": "```bash hide\na\n```\n"})
	files, err := Site(site, nil, Options{})
	if err != nil || strings.Contains(string(files["p/index.html"]), summary) {
		t.Errorf("%v, or a page that is no lab tells of commands", err)
	}
}

// Code that no fence begins is counted, listed and marked as not verified.
func TestUnfencedIsTold(t *testing.T) {
	site := load(t, map[string]string{"p.md": "---\nlab: {}\n---\n```bash\na\n```\n\n    code\n\n<pre>more</pre>\n"})
	recordOf(site.Pages[0])
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["p/index.html"])
	for _, want := range []string{
		"1 of 3 verified Not verified: indented code in line 8: not a fenced block <pre> in line 10: not a fenced block",
		"not verified: not a fenced block Copy code",
	} {
		if text := strings.ReplaceAll(tagless(page), "&lt;pre&gt;", "<pre>"); !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

// A page shows a file as the run has found it.
func TestIncludedFile(t *testing.T) {
	const head, file = "---\nlab: {placeholders: {YOUR_NAME: ann}}\n---\n", "```python file=a.py\nYOUR_NAME\n```\n```bash\ntrue\n```\n"
	for _, c := range []struct{ in, found, want string }{
		{file + "```python include=a.py\n```\n", "ann\n", "a.py Copy YOUR_NAME "},
		{file + "```python include=a.py\n```\n", "bob\nann\n", "a.py Copy bob YOUR_NAME "},
		{file + "```include=a.py\n```\n", "", "a.py Copy "},
		{file + "```include=made.py\n```\n", "made\n", "made.py Copy made "},
		{file + "```include=made.py\n```\n", "-", "made.py Copy shown as soon as the lab has run "},
		{"```bash\ntrue\n```\n```include=beside.py\n```\n", "beside", "beside.py Copy beside "},
	} {
		site := load(t, map[string]string{"p.md": head + c.in + "end\n", "beside.py": "beside\n"})
		p := site.Pages[0]
		recordOf(p)
		if last := &p.Record.Snippets[len(p.Record.Snippets)-1]; c.found != "beside" {
			last.File, last.Text = "x", c.found
		}
		fresh := verified(site)
		if c.found == "-" {
			fresh = nil
		}
		files, err := Site(site, fresh, Options{})
		if err != nil {
			t.Fatal(err)
		}
		text := tagless(string(files["p/index.html"]))
		text = text[:strings.Index(text, " end ")+1]
		if !strings.HasSuffix(text, " "+c.want) {
			t.Errorf("%q, found %q: %s, want %q at its end", c.in, c.found, text, c.want)
		}
		if twin := string(files["p.md"]); c.found != "-" && !strings.Contains(c.want, "YOUR_NAME") && !strings.Contains(twin, "\n"+c.found) {
			t.Errorf("%q: the twin is\n%s", c.in, twin)
		}
	}
}

// What a command starts and is meant to end, or never to be reached, is told
// beside it.
func TestMeant(t *testing.T) {
	for _, c := range []struct {
		options string
		ran     content.CommandResult
		want    string
	}{
		{"dies", content.CommandResult{Ready: 2}, "what this starts is meant to end"},
		{"dies=job,other", content.CommandResult{Ready: 2}, "job is meant to end · other is meant to end"},
		{"ready=no", content.CommandResult{}, "what this starts is not meant to be reached"},
		{"ready=90s", content.CommandResult{Ready: 2}, "ready after 2.0 s"},
		{"", content.CommandResult{Late: `port 81 of "web" leads nowhere`}, `port 81 of "web" leads nowhere`},
	} {
		site := load(t, map[string]string{"p.md": "---\nlab: {}\n---\n```bash " + c.options + "\ndocker run -d x\n```\n"})
		recordOf(site.Page("p.md"), c.ran)
		files, err := Site(site, verified(site), Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, page, _ := strings.Cut(string(files["p/index.html"]), "docker run -d x\n")
		page, _, _ = strings.Cut(page, "</figure>")
		if got := strings.ReplaceAll(tagless(page), " ·", " ·"); html.UnescapeString(got) != c.want {
			t.Errorf("%s: %q, want %q", c.options, got, c.want)
		}
	}
}
