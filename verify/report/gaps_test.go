package report

import (
	"strings"
	"testing"

	"handbook/content"
)

// Every format says what of a lab was not checked, and a snippet of which
// nothing was checked is not verified.
func TestGaps(t *testing.T) {
	record := &content.Record{}
	record.Snippets = []content.SnippetResult{
		{Number: 1, Line: 5, Kind: "shell", Verdict: content.Passed, Commands: []content.CommandResult{{Text: "app"}, {Text: "false | cat", Unchecked: content.UncheckedParts}}},
		{Number: 2, Line: 9, Kind: "shell", Verdict: content.Passed, Commands: []content.CommandResult{{Text: "do\nthis", Unchecked: content.UncheckedProgram}}},
	}
	page := &content.Page{Path: "labs/a.md"}
	r := New([]*Outcome{{Run: Run{Page: page, Record: record}, Verdict: Passed}}, Context{})
	if l := r.Labs[0]; l.Verified != 1 || l.Snippets != 2 || l.Commands != 1 || l.LastPart != 1 {
		t.Errorf("%+v", l)
	}
	const words = "1 command not checked, 1 pipeline by the last part only"
	if line := (Text{}).Line(&r.Labs[0]); !strings.Contains(line, "  1 of 2 snippets  0 ms  "+words) {
		t.Error(line)
	}
	for format, wants := range map[string][]string{
		"json":     {`"verified": 1,`, `"commands_unchecked": 1`, `"pipelines_by_last_part": 1`, `"unchecked": true`, `"\"do\": not checked: nothing tells whether it failed"`},
		"junit":    {`skipped="1"`, `<skipped message="not checked">`, `<system-out>&#34;false | cat&#34;: only the last part of the pipeline was checked</system-out>`},
		"markdown": {"| 1 of 2 | " + words + " |"},
	} {
		text := written(t, r, format)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", format, want, text)
			}
		}
	}
}
