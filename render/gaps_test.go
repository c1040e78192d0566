package render

import (
	"strings"
	"testing"

	"handbook/content"
)

// The page and its twin say at a command, and in the proof, what was not
// checked.
func TestGaps(t *testing.T) {
	site := load(t, map[string]string{"lab.md": "---\nlab: {}\n---\n# Lab\n\n```console\n$ app | cat\n>>> do `this`\n```\n"})
	recordOf(site.Page("lab.md"),
		content.CommandResult{Text: "app | cat", Unchecked: content.UncheckedParts},
		content.CommandResult{Text: "do `this`", Prompt: ">>>", Unchecked: content.UncheckedProgram},
	)
	html, twin := gapsOf(t, site)
	for _, want := range []string{
		`<span class="unchecked">only the last part of the pipeline was checked</span>`,
		`<span class="unchecked">not checked: nothing tells whether it failed</span>`,
		`1 of 1 snippets</span> <span class="fact gaps">1 command not checked, 1 pipeline by the last part only</span>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(html, `class="seal`) {
		t.Error("what is verified has a mark of its own")
	}
	for _, want := range []string{
		"1 of 1 snippets (1 command not checked, 1 pipeline by the last part only)",
		"\n(`` do `this` ``: not checked: nothing tells whether it failed)\n",
		"\n(`app | cat`: only the last part of the pipeline was checked)\n",
	} {
		if !strings.Contains(twin, want) {
			t.Errorf("the twin lacks %s:\n%s", want, twin)
		}
	}

	// Where nothing of a snippet was checked, it is not verified.
	site.Page("lab.md").Record.Snippets[0].Commands[0].Unchecked = content.UncheckedProgram
	html, _ = gapsOf(t, site)
	if !strings.Contains(html, `<span class="seal skipped">not checked</span>`) || !strings.Contains(html, "0 of 1 snippets") {
		t.Error("a snippet of which nothing was checked looks verified")
	}
}

func gapsOf(t *testing.T, site *content.Site) (html, twin string) {
	t.Helper()
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return string(files["lab/index.html"]), string(files["lab.md"])
}
