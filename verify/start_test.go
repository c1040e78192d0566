//go:build unix

package verify_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/cleanup"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// A listedMachine does something when it is asked for what is on it, which is
// before a lab that cleans up has a terminal.
type listedMachine struct {
	*local.Machine
	asked  func() error
	broken error
	kept   bool
}

func (m *listedMachine) Inventory(context.Context) (cleanup.Engine, error) {
	return cleanup.Engine{}, m.asked()
}

func (m *listedMachine) Diagnose(context.Context) error { return m.broken }

func (m *listedMachine) Keep() error {
	m.kept = true
	return nil
}

type listedEngine struct {
	local.Engine
	machine *listedMachine
}

func (e listedEngine) Start(context.Context, verify.Spec) (verify.Machine, error) {
	return e.machine, nil
}

// A run that ends between the start of its machine and the lab's first terminal
// removes the machine like any other.
func TestEndsBeforeTheFirstTerminal(t *testing.T) {
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte("---\nlab: {cleanup: on}\n---\n```bash\ntrue\n```\n")}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans.New(site, site.Pages[0], "")
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("no answer")
	run := func(t *testing.T, m *listedMachine) error {
		var err error
		if m.Machine, err = (local.Engine{}).Machine(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if m.asked == nil {
			m.asked = func() error {
				cancel()
				return ctx.Err()
			}
		}
		_, err = (&verify.Runner{Engine: listedEngine{machine: m}, Keep: true}).Run(ctx, plan)
		if _, gone := os.Stat(m.Home); m.kept != (gone == nil) {
			t.Errorf("the machine was kept: %v, but %v", m.kept, gone)
		}
		m.Close()
		return err
	}
	t.Run("interrupted", func(t *testing.T) {
		if err := run(t, new(listedMachine)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the machine fails", func(t *testing.T) {
		var machine *verify.MachineError
		if err := run(t, &listedMachine{asked: func() error { return failed }}); !errors.As(err, &machine) || !errors.Is(err, failed) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the lab is to blame", func(t *testing.T) {
		m := &listedMachine{asked: func() error { return failed }, broken: &verify.LabError{Msg: "the disk is full"}}
		var page *verify.Failures
		if err := run(t, m); !errors.As(err, &page) || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("got %v", err)
		}
		if !m.kept {
			t.Error("the machine was not kept")
		}
	})
}
