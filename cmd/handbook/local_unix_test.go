//go:build unix

package main

import (
	"context"
	"errors"

	"handbook/cmd/handbook/labs"
	"handbook/verify"
	"handbook/verify/local"
)

// openLocal stands in for the Docker Engine: its machines are processes on
// this computer with a home of their own. Nothing in a script does more than
// write files there and print.
func openLocal(context.Context, *labs.Site, string, func(string)) (verify.Engine, error) {
	return localEngine{}, nil
}

type localEngine struct{ local.Engine }

func (e localEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	switch spec.Image {
	case "broken":
		return nil, errors.New("the engine went away")
	case "no-such-image":
		return nil, &verify.LabError{Msg: `there is no image "no-such-image"`}
	}
	return e.Engine.Start(ctx, spec)
}
