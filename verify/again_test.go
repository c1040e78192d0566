//go:build unix

package verify_test

import (
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"handbook/content"
	"handbook/verify/compare"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// runs is how often labs are run that have to come out the same each time:
// HANDBOOK_AGAIN, or what is given.
func runs(t *testing.T, without int) int {
	t.Helper()
	text := os.Getenv("HANDBOOK_AGAIN")
	if text == "" {
		return without
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HANDBOOK_AGAIN=%s, want a number of runs", text)
	}
	return n
}

// TestAgain runs labs that have in them what differs from run to run, and
// compares each run with the first: nothing has changed. If HANDBOOK_AGAIN is
// set it runs the handbook's own labs, too, and other tests run their labs that
// often.
func TestAgain(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	dirs := []string{"testdata/again"}
	if os.Getenv("HANDBOOK_AGAIN") != "" {
		dirs = append(dirs, "../content")
	}
	for _, dir := range dirs {
		site, err := content.Load(os.DirFS(dir), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range site.Pages {
			if page.Lab == nil {
				continue
			}
			t.Run(path.Base(page.Path), func(t *testing.T) {
				t.Parallel()
				plan, err := plans.New(site, page, "test")
				if err != nil {
					t.Fatal(err)
				}
				var first *content.Record
				for range runs(t, 2) {
					record, err := runPlan(t, engine, plan)
					if err != nil {
						t.Fatal(messages(err))
					}
					if first == nil {
						first = record
					}
					same(t, page, first, record)
				}
			})
		}
	}
}

// same wants nothing but volatile text to differ between two runs.
func same(t *testing.T, page *content.Page, first, second *content.Record) {
	t.Helper()
	for _, c := range compare.Records(page, first, second).Changes {
		t.Errorf("%v: %s: %s\n%s", c.Pos, c.Command, c.Msg, strings.Join(c.Details, "\n"))
	}
}
