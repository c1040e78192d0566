package plans

import (
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/content/config"
)

func planOf(t *testing.T, page string, more ...string) *Plan {
	t.Helper()
	files := fstest.MapFS{"p.md": {Data: []byte(page)}}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	site, err := content.Load(files, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := New(site, site.Page("p.md"), "machine")
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

const threeSteps = "---\nlab: {cleanup: off}\n---\n# A\n\n```bash\necho one\n# -> o[..]\n```\n\n```text file=a.txt\nA\n```\n\n```bash\ncat a.txt\n```\n"

// Plans have in common what runs the same, wherever it stands on the page.
func TestCommon(t *testing.T) {
	replaced := func(old, new string) string { return strings.Replace(threeSteps, old, new, 1) }
	const bound = "---\nlab: {cleanup: off, placeholders: {NAME: %}}\n---\n```bash\necho one\n```\n\n```bash\necho NAME\n```\n"
	for _, c := range []struct {
		name, page, other string
		want              int
	}{
		{"the same", threeSteps, threeSteps, 3},
		{"prose", threeSteps, replaced("# A", "# A\n\nMore."), 3},
		{"what follows", threeSteps, threeSteps + "\n```bash\necho more\n```\n", 3},
		{"the last one", threeSteps, replaced("cat a.txt", "cat ./a.txt"), 2},
		{"one goes", threeSteps, replaced("```bash\ncat a.txt\n```\n", ""), 2},
		{"a file", threeSteps, replaced("\nA\n", "\nB\n"), 1},
		{"an option", threeSteps, replaced("file=a.txt", "file=a.txt mode=0600"), 1},
		{"an expectation", threeSteps, replaced("o[..]", "one"), 0},
		{"the first one", threeSteps, replaced("echo one", "echo  one"), 0},
		{"one comes first", threeSteps, replaced("# A", "# A\n\n```bash\ntrue\n```\n"), 0},
		{"the machine", threeSteps, replaced("cleanup: off", "cleanup: off, machine: alpine"), -1},
		{"the folder", threeSteps, replaced("cleanup: off", "cleanup: off, dir: /tmp"), -1},
		{"the time", threeSteps, replaced("cleanup: off", "cleanup: off, timeout: 7m"), -1},
		{"the environment", threeSteps, replaced("cleanup: off", "cleanup: off, env: {A: b}"), -1},
		{"the network", threeSteps, replaced("cleanup: off", "cleanup: off, network: none"), -1},
		{"cleaning up", threeSteps, replaced("cleanup: off", "cleanup: on"), -1},
		{"a value", strings.ReplaceAll(bound, "%", "x"), strings.ReplaceAll(bound, "%", "y"), -1},
		{"a snippet with a value", strings.Replace(strings.ReplaceAll(bound, "%", "x"), "echo NAME", "echo", 1), strings.ReplaceAll(bound, "%", "x"), 1},
	} {
		if got := planOf(t, c.page).Common(planOf(t, c.other)); got != c.want {
			t.Errorf("%s: %d in common, want %d", c.name, got, c.want)
		}
		if got := planOf(t, c.other).Common(planOf(t, c.page)); got != c.want {
			t.Errorf("%s, the other way round: %d in common, want %d", c.name, got, c.want)
		}
	}
	after := strings.Replace(threeSteps, "cleanup: off", "cleanup: off, after: b.md", 1)
	const before = "---\nlab: {cleanup: off}\n---\n```bash\necho zero\n```\n"
	if got := planOf(t, after, "b.md", before).Common(planOf(t, after, "b.md", before+"\nMore.\n")); got != -1 {
		t.Errorf("the lab before is another one: %d in common", got)
	}
	limited := planOf(t, threeSteps)
	limited.Limits = config.Machine{Memory: 1 << 30}
	if got := planOf(t, threeSteps).Common(limited); got != -1 {
		t.Errorf("another limit: %d in common", got)
	}
}
