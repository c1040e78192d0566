package docker

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"strings"

	"handbook/verify"
)

//go:embed machine/diagnose
var diagnosis string

var _ verify.Diagnoser = (*Machine)(nil)

// Diagnose looks for what makes commands fail that are right: the machine
// has ended, its disk or its mirror is gone, its engine was killed, a limit
// was run into.
func (m *Machine) Diagnose(ctx context.Context) error {
	if err := m.usedUp(ctx); err != nil {
		return err
	}
	kind := "docker"
	if m.inner == nil {
		kind = "plain"
	}
	out, exit, err := m.output(ctx, "sh", "-c", diagnosis, "diagnose", kind, m.mirror)
	switch why, ended := m.hasEnded(); {
	case ended && m.control.hasExceeded() == "disk":
		return m.exceeded("disk")
	case why != "":
		return &verify.LabError{Msg: "the machine has ended: " + why}
	case ended:
		return m.whoEnded(ctx)
	case err != nil:
		return err
	}
	if exit != 0 {
		return nil // it has no such programs; then nothing is known
	}
	what, why, _ := strings.Cut(strings.TrimRight(out, "\n"), "\n")
	switch what {
	case "disk":
		return &EngineError{Msg: fmt.Sprintf("the disk of the Docker Engine at %s is full", m.engine.opts.Endpoint), elsewhere: true}
	case "mirror":
		return &EngineError{Msg: fmt.Sprintf("the mirror %s can't be reached any more: %s", cmp.Or(m.engine.opts.Mirror, m.mirror), why), elsewhere: true}
	case "engine":
		var last tail
		for line := range strings.Lines(why) {
			last.add(strings.TrimRight(line, "\n"))
		}
		return &verify.LabError{Msg: "the machine's Docker Engine has ended" + last.quote()}
	}
	return nil
}

// whoEnded says why a machine is not there any more that has not said so.
func (m *Machine) whoEnded(ctx context.Context) error {
	if err := m.engine.Ping(ctx); err != nil {
		return err
	}
	return &EngineError{Msg: fmt.Sprintf("the machine has ended: the Docker Engine at %s was stopped or restarted, or somebody has removed the machine", m.engine.opts.Endpoint)}
}
