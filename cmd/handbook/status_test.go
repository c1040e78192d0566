package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"handbook/cmd/handbook/hints"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/daemon"
)

func TestStatus(t *testing.T) {
	page := content.Errors{{Pos: content.Pos{File: "content/a.md", Line: 1, Col: 1}, Msg: "bad"}}
	settings := content.Errors{{Pos: content.Pos{File: "content/handbook.yaml", Line: 1, Col: 1}, Msg: "bad"}}
	lab := &verify.Failures{All: []*verify.Failure{{Msg: "bad"}}}
	machine := &verify.MachineError{Err: errors.New("gone")}
	tests := []struct {
		err  error
		want status
	}{
		{nil, fine},
		{errors.New("anything"), problems},
		{page, problems},
		{page[0], problems},
		{fmt.Errorf("while: %w", page), problems},
		{settings, misuse},
		{append(settings, page...), problems},
		{lab, problems},
		{machine, noMachine},
		{&daemon.Error{Msg: "gone"}, noMachine},
		{fmt.Errorf("while: %w", &daemon.Error{Msg: "gone"}), noMachine},
		{misused(errors.New("x"), ""), misuse},
		{withStatus(changed, page), changed},
		{hints.With(withStatus(changed, page), "x"), changed},
		{hints.With(machine, "x"), noMachine},
		{context.Canceled, interrupted},
		{withStatus(interrupted, lab), interrupted},
		// the one that says most
		{errors.Join(machine, lab), problems},
		{errors.Join(machine, withStatus(changed, page)), changed},
		{errors.Join(withStatus(changed, page), errors.Join(machine, page)), problems},
		{errors.Join(lab, context.Canceled), interrupted},
	}
	for _, test := range tests {
		if got := statusOf(test.err); got != test.want {
			t.Errorf("%v: status %d, want %d", test.err, got, test.want)
		}
	}
}
