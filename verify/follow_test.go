//go:build unix

package verify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// Whoever follows a lab hears what a command has printed while it runs, what has
// failed as soon as that is known, and no password.
func TestEvents(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	page := "---\nlab: {hub: me, cleanup: off}\n---\n```text file=a.txt\nx\n```\n\n```bash\n" +
		"echo first; until test -e " + gate + "; do sleep 0.01; done; seq 300\n```\n\n" +
		"```bash\necho \"$DOCKERHUB_TOKEN\"\n# -> nothing\n```\n\n```bash skip=\"why\"\nfalse\n```\n\n```bash\nfalse\n```\n\n```bash\necho never\n```\n"
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	running := false
	_, err = (&verify.Runner{Engine: local.Engine{}, Outputs: true, Progress: func(e verify.Event) {
		all := fmt.Sprint(e.Output, e.Command)
		for _, f := range e.Failures {
			all += fmt.Sprint(*f)
		}
		if strings.Contains(all, "dckr_pat_") {
			t.Errorf("tells the password: %s", all)
		}
		switch e.State {
		case verify.StepStarted:
			told = append(told, fmt.Sprintf("%d.%d starts", e.Snippet, e.Index))
		case verify.StepRunning:
			if e.News && slices.Equal(e.Output, []string{"first"}) && !running { // it goes on only now
				running = true
				if err := os.WriteFile(gate, nil, 0o666); err != nil {
					t.Error(err)
				}
			}
		case verify.StepDone:
			line := fmt.Sprintf("%d.%d done", e.Snippet, e.Index)
			if n := len(e.Output); e.News && n > 0 {
				line += fmt.Sprintf(": %d+%d lines, %s", e.Above, n, e.Output[n-1])
			}
			for _, f := range e.Failures {
				line += fmt.Sprintf("; %d: %s", f.At.Line, f.Msg)
			}
			told = append(told, line)
		}
	}}).Run(t.Context(), plan)
	if _, ok := err.(*verify.Failures); !ok {
		t.Fatal(err)
	}
	const other = "; 13: printed something other than the page says"
	want := []string{
		"1.-1 starts", "1.-1 done",
		"2.0 starts", "2.0 done: 101+200 lines, 300", "2.-1 done",
		"3.0 starts", "3.0 done: 0+1 lines, $DOCKERHUB_TOKEN" + other, "3.-1 done" + other,
		"4.-1 done" + other,
		"5.0 starts", "5.0 done" + other + "; 22: exited with 1, expected 0", "5.-1 done" + other + "; 22: exited with 1, expected 0",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	if !running {
		t.Error("was not told what a command has printed while it ran")
	}
}
