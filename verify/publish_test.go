package verify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/record"
	"handbook/verify/secrets"
)

// Whatever has a text, in the record or in what failed, has none with the
// password.
func TestPublish(t *testing.T) {
	const password = "dckr_pat_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	s := secrets.New(password)
	text := "file of " + password
	r := &content.Record{Results: content.Results{
		Verified: time.Unix(1, 0),
		Bases:    []content.Base{{Image: password}},
		Snippets: []content.SnippetResult{{Text: password, Commands: []content.CommandResult{{Late: password, Output: []string{password[:15], password[15:]}}}}},
		Images:   []content.Image{{Ref: "a:" + password, Layers: []content.Layer{{Instruction: "RUN " + password}}}},
		Files:    []content.RecordFile{{Path: password, Text: &text}},
	}}
	if err := publish(s, r, nil); err != nil {
		t.Fatal(err)
	}
	if got := string(record.Encode(r)); strings.Contains(got, password[9:]) || strings.Count(got, "$DOCKERHUB_TOKEN") != 8 {
		t.Errorf("%s", got)
	}
	failuresOf := func(text string) error {
		return &Failures{
			Enter:  []string{text},
			All:    []*Failure{{Msg: text, Command: text, Details: []string{"a", text}, Printed: []string{text}}},
			Record: &content.Record{Results: content.Results{Snippets: []content.SnippetResult{{Commands: []content.CommandResult{{Output: []string{text}}}}}}},
		}
	}
	if diff := cmp.Diff(failuresOf("$DOCKERHUB_TOKEN"), publish(s, nil, failuresOf(password)), cmp.AllowUnexported(Failures{})); diff != "" {
		t.Error(diff)
	}
	cause := errors.New("no " + password)
	err := publish(s, nil, &MachineError{Err: cause})
	if got := err.Error(); !errors.Is(err, cause) || got != ": the machine failed: no $DOCKERHUB_TOKEN" {
		t.Errorf("%q", got)
	}
}
