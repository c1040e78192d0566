//go:build unix

package verify_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// A job in the background prints line after line, while commands are typed: each
// line is part of some command's output, once.
func TestBackgroundLines(t *testing.T) {
	t.Parallel()
	const lines, commands = 1000, 60
	page := "---\nlab: {dir: ~/lab}\n---\n# L\n\n```bash\n" +
		fmt.Sprintf("(i=0; while [ $i -lt %d ]; do i=$((i+1)); sleep 0.002; echo line $i.; done) &\n", lines) +
		strings.Repeat("echo one two\n", commands) + "wait\n```\n"
	site, err := content.Load(fstest.MapFS{"lab.md": {Data: []byte(page)}}, "content")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "test")
	if err != nil {
		t.Fatal(err)
	}
	record, err := runPlan(t, local.Engine{}, plan)
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	for _, c := range record.Snippets[0].Commands {
		fmt.Fprintln(&printed, strings.Join(c.Output, "\n"))
	}
	for i := range lines {
		if n := strings.Count(printed.String(), fmt.Sprintf("line %d.\n", i+1)); n != 1 {
			t.Errorf("line %d is there %d times, want once", i+1, n)
		}
	}
	if n := strings.Count(printed.String(), "one two\n"); n != commands {
		t.Errorf("%d commands have printed, want %d", n, commands)
	}
}
