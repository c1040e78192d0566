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
	"handbook/verify"
	"handbook/verify/local"
	"handbook/verify/plans"
)

func planOf(t *testing.T, page string, more ...string) *plans.Plan {
	t.Helper()
	files := fstest.MapFS{"p.md": {Data: []byte(page)}}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	site, err := content.Load(files, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Page("p.md"), "machine")
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

const threeSteps = "---\nlab: {cleanup: off}\n---\n# A\n\n```bash\necho one\n# -> o[..]\n```\n\n```text file=a.txt\nA\n```\n\n```bash\ncat a.txt\n```\n"

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
		got, err := (&verify.Runner{Engine: local.Engine{}, Next: func(_ context.Context, done int) (*plans.Plan, error) {
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
		_, err := (&verify.Runner{Engine: local.Engine{}, Next: func(_ context.Context, done int) (*plans.Plan, error) {
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
