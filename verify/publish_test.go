package verify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
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
	if got := string(content.EncodeRecord(r)); strings.Contains(got, password[9:]) || strings.Count(got, "$DOCKERHUB_TOKEN") != 8 {
		t.Errorf("%s", got)
	}
	failed := &Failures{Enter: []string{password}, All: []*Failure{{Msg: password, Command: password, Details: []string{"a", password}}}}
	if got, want := publish(s, nil, failed), (&Failures{Enter: []string{"$DOCKERHUB_TOKEN"}, All: []*Failure{{
		Msg: "$DOCKERHUB_TOKEN", Command: "$DOCKERHUB_TOKEN", Details: []string{"a", "$DOCKERHUB_TOKEN"}}}}); !cmp.Equal(got, error(want)) {
		t.Error(cmp.Diff(want, got))
	}
	cause := errors.New("no " + password)
	err := publish(s, nil, &MachineError{Err: cause})
	if got := err.Error(); !errors.Is(err, cause) || got != ": the machine failed: no $DOCKERHUB_TOKEN" {
		t.Errorf("%q", got)
	}
}
