package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"handbook/content"
)

// Readers are told on which machine each snippet is typed: on the page, in its
// Markdown, by the buttons that copy a step, and by the script, which runs on each.
func TestSeveralMachines(t *testing.T) {
	site := load(t, map[string]string{"lab.md": `---
title: Two
lab:
  machines: [a, b]
  placeholders: {TOKEN: {from: make, match: '(x)'}}
---

## One

` + "```bash name=make\necho x\n```\n\n```bash on=b term=2\necho TOKEN\n```\n\n```text file=f on=b\nit is TOKEN\n```\n\n```bash\necho end\n```\n"})
	page := site.Page("lab.md")
	recordOf(page, content.CommandResult{Output: []string{"x"}})
	page.Record.Cleanup = &content.Cleanup{Machine: "a", Commands: []string{"echo clean-a"}, Left: []content.Left{{Kind: content.LeftFiles, Count: 1}}}
	page.Record.Cleanups = []content.Cleanup{{Machine: "b", Commands: []string{"echo clean-b"}, Left: []content.Left{{Kind: content.LeftFiles, Count: 2}}}}
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"lab/index.html": {
			`<span class="name">a · Terminal 1</span>`, `<span class="name">b · Terminal 2</span>`, `<span class="name">b · f</span>`,
			`data-ph="TOKEN"`, "<h3>a</h3>", "<h3>b</h3>", "a: 1 file; b: 2 files",
			`<li data-term="1" data-machine="a"><button type="button" class="copy-step" aria-label="Copy for a · Terminal 1: One (1)">`,
			`<li data-term="2" data-machine="b"><button type="button" class="copy-step" aria-label="Copy for b · Terminal 2: One (2)">`,
		},
		"lab.md":     {"`a`:\n\n```console\n$ echo x\nx\n```", "`b`:\n\n```console\n$ echo TOKEN\n```", "`b · f`:\n\n```text\nit is TOKEN\n```", "### a\n", "### b\n"},
		"lab/lab.sh": {"\nmachine a b -- \"$@\"; shift\n", "\nif on b; then\n", "\nask MY_TOKEN TOKEN ''\n"},
	} {
		for _, part := range want {
			if !strings.Contains(string(files[name]), part) {
				t.Errorf("%s has no %q:\n%s", name, part, files[name])
			}
		}
	}
	if before, _, _ := strings.Cut(string(files["lab/lab.sh"]), "\nbegin "); strings.Contains(before, "ask MY_TOKEN") {
		t.Error("the script asks for what the lab has not shown yet")
	}
	runScript(t, string(files["lab/lab.sh"]))
}

// runScript runs the script as each of its machines, with functions that tell what
// they would do.
func runScript(t *testing.T, script string) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	const told = `begin() { :; }; run() { echo "run $1"; }; put() { echo "put $3: ${4-}"; }; remove() { echo "remove $1"; }; removed() { exit; }` + "\n"
	_, body, _ := strings.Cut(script, "\nmachine a ")
	head, _, _ := strings.Cut(script, "\npage=lab.md\n")
	file := filepath.Join(t.TempDir(), "lab.sh")
	if err := os.WriteFile(file, []byte(head+"\n"+told+"machine a "+body), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ args, typed, want string }{
		{"a", "\n", "run 11\nrun 23\n"},
		{"a", "", "run 11\nexit status 1\n"}, // nobody says that b is done
		{"b", "\nvalue\n", "run 15\nput f: it is value\n\n"},
		{"b --clean-up", "", "remove echo clean-b\n"},
		{"c", "", "usage: bash lab.sh a|b\nexit status 2\n"},
		{"", "", "usage: bash lab.sh a|b\nexit status 2\n"},
		{"a x", "", "usage: bash lab.sh a [--clean-up]\nexit status 2\n"},
	} {
		cmd := exec.Command(bash, append([]string{file}, strings.Fields(test.args)...)...)
		cmd.Stdin = strings.NewReader(test.typed)
		out, err := cmd.CombinedOutput()
		got := ""
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "== ") {
				got += line
			}
		}
		if err != nil {
			got += err.Error() + "\n"
		}
		if got != test.want {
			t.Errorf("lab.sh %s: %q, want %q", test.args, got, test.want)
		}
	}
}
