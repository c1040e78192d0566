//go:build unix

package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/local"
)

func planOf(t *testing.T, page string, more ...string) *verify.Plan {
	t.Helper()
	files := fstest.MapFS{"p.md": {Data: []byte(page)}}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	site, err := content.Load(files, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := verify.NewPlan(site, site.Page("p.md"), "machine")
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

// A lab that goes on with another plan has the record of that, as if it had been run
// from the start.
func TestNext(t *testing.T) {
	old := planOf(t, threeSteps)
	edited := strings.Replace(threeSteps, "# A", "# A\n\nMore.\n\nAnd more.", 1)
	edited = strings.Replace(edited, "cat a.txt", "cat a.txt; echo end", 1) + "\n```bash\necho more\n```\n"
	new := planOf(t, edited)
	want, err := (&verify.Runner{Engine: local.Engine{}}).Run(t.Context(), new)
	if err != nil {
		t.Fatal(err)
	}
	for at := range 3 {
		var asked []int
		got, err := (&verify.Runner{Engine: local.Engine{}, Next: func(_ context.Context, done int) (*verify.Plan, error) {
			asked = append(asked, done)
			if done < at {
				return old, nil
			}
			return new, nil
		}}).Run(t.Context(), old)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(content.Record{}, "Verified"), cmpopts.IgnoreFields(content.Results{}, "Seconds"), cmpopts.IgnoreFields(content.CommandResult{}, "Seconds")); diff != "" {
			t.Errorf("the record differs:\n%s", diff)
		}
		if diff := cmp.Diff([]int{0, 1, 2, 3, 4}, asked); diff != "" {
			t.Errorf("asked\n%s", diff)
		}
	}
}

// Failures stand where the commands are by now, and a plan that does not begin with
// what was done is refused.
func TestNextRefused(t *testing.T) {
	run := func(old, new string, at int) error {
		a, b := planOf(t, old), planOf(t, new)
		_, err := (&verify.Runner{Engine: local.Engine{}, Next: func(_ context.Context, done int) (*verify.Plan, error) {
			if done < at {
				return a, nil
			}
			return b, nil
		}}).Run(t.Context(), a)
		return err
	}
	lower := strings.Replace(threeSteps, "# A", "# A\n\nMore.", 1)
	err := run(threeSteps, strings.Replace(lower, "cat a.txt", "cat b.txt", 1), 2)
	if failed, ok := errors.AsType[*verify.Failures](err); !ok || len(failed.All) != 1 || failed.All[0].At.Line != 18 || failed.All[0].Command != "cat b.txt" {
		t.Errorf("the edited command: %v", err)
	}
	for name, err := range map[string]error{
		"what was done is another one": run(threeSteps, strings.Replace(threeSteps, "echo one", "echo  one", 1), 1),
		"something has failed":         run(strings.Replace(threeSteps, "o[..]", "two", 1), strings.Replace(lower, "o[..]", "two", 1), 1),
	} {
		if _, ok := errors.AsType[*verify.MachineError](err); !ok || !strings.Contains(err.Error(), "does not begin with what was done") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
