package render

import (
	"strings"
	"testing"

	"handbook/content"
)

func TestOtherPrompts(t *testing.T) {
	site := load(t, map[string]string{"lab.md": "---\nlab: {}\n---\n# Lab\n\n```console\n$ docker run -it alpine sh\n/ # echo '<b>'\n<b>\n/ # exit\n```\n"})
	page := site.Page("lab.md")
	recordOf(page,
		content.CommandResult{Text: "docker run -it alpine sh", Stays: true},
		content.CommandResult{Text: "echo '<b>'", Prompt: "/app #", Output: []string{"<b>"}},
		content.CommandResult{Text: "exit", Prompt: "/app #"},
	)
	files, err := Site(site, verified(site), Options{})
	if err != nil {
		t.Fatal(err)
	}
	html, twin := string(files["lab/index.html"]), string(files["lab.md"])
	if n := strings.Count(html, `data-prompt="/app #"`); n != 2 {
		t.Errorf("%d commands at another prompt, want 2", n)
	}
	if want := "$ docker run -it alpine sh\n/app # echo '<b>'\n<b>\n/app # exit\n"; !strings.Contains(twin, want) {
		t.Errorf("the twin has no %q:\n%s", want, twin)
	}
	if script, want := string(files["lab/lab.sh"]), "\nstay=1 run 7 'docker run -it alpine sh'\nrun 8 'echo '\\''<b>'\\'''\nrun 10 exit\n"; !strings.Contains(script, want) {
		t.Errorf("the script does not type it:\n%s", script)
	}
	if strings.Contains(html, "<b>") || strings.Contains(html, "goes on in this terminal") { // it is typed to at once
		t.Errorf("the session is not shown as it was:\n%s", html)
	}
}
