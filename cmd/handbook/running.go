package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"handbook/content"
	"handbook/verify"
)

// A running says how labs are run; build and verify have it in common.
type running struct {
	open    opener
	jobs    int // at a time, on each engine
	engines []string
	keep    bool
	check   bool // compare only, write nothing
	seed    uint64

	out, err io.Writer
}

// flags adds those that build has too.
func (r *running) flags(f *pflag.FlagSet) {
	f.IntVarP(&r.jobs, "jobs", "j", 1, "run `N` labs at a time on each engine; fewer where there is too little memory or disk")
	f.StringArrayVar(&r.engines, "engine", nil, engineUsage+`; "default" is the one of this computer. May be repeated: labs then run on all of them`)
}

const engineUsage = "`URL` or context of the Docker Engine, instead of $DOCKER_HOST or docker's own setting"

func (r *running) streams(cmd *cobra.Command) { r.out, r.err = cmd.OutOrStdout(), cmd.ErrOrStderr() }

// valid says what is wrong with what the user asked for.
func (r *running) valid() error {
	if r.jobs < 1 {
		return misused(fmt.Errorf("-j %d: at least one lab has to run at a time", r.jobs), "")
	}
	for i, choice := range r.engines {
		if slices.Contains(r.engines[:i], choice) {
			return misused(fmt.Errorf("--engine %s stands there twice", choice), "-j says how many labs run on an engine at a time")
		}
	}
	return nil
}

// choices are the engines that the user wants; "" is the one that the docker
// command would use.
func (r *running) choices() []string {
	if len(r.engines) == 0 {
		return []string{""}
	}
	return r.engines
}

// run runs the labs and writes their records. The outcomes come in the order
// of the labs, whatever the order they ran in.
func (r *running) run(ctx context.Context, labs []*lab) []*outcome {
	show := newProgress(r.out, r.err)
	defer show.end()
	defer saidWhen(ctx, func() {
		fmt.Fprintln(show.aside(), "handbook: interrupted: removing machines (interrupt again to leave at once)")
	})()
	return r.pool(show).run(ctx, labs)
}

// saidWhen calls say when ctx ends. The returned function waits for it, or
// calls it off.
func saidWhen(ctx context.Context, say func()) (stop func()) {
	said := make(chan struct{})
	off := context.AfterFunc(ctx, func() { say(); close(said) })
	return func() {
		if !off() {
			<-said
		}
	}
}

// order is that of the pages, or one that the seed decides.
func (r *running) order(n int) []int {
	if r.seed != 0 {
		return rand.New(rand.NewPCG(r.seed, 0)).Perm(n)
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// settle decides what became of a lab, and keeps its record.
func (r *running) settle(o *outcome) {
	r.judge(o)
	if o.verdict != passed || r.check {
		return
	}
	if o.err = r.keepRecord(o); o.err != nil {
		o.verdict = labError
	}
}

// judge decides the verdict.
func (r *running) judge(o *outcome) {
	old := o.lab.page.Record
	switch {
	case isOfPage(o.err):
		o.verdict = failed
	case o.err != nil:
		o.verdict = labError
	default:
		o.verdict = passed
		if old != nil {
			o.diff = verify.Diff(o.lab.page, old, o.record)
		}
		if r.check {
			o.compare()
		}
	}
}

// isOfPage tells whether the page is to blame for an error.
func isOfPage(err error) bool {
	_, failed := errors.AsType[*verify.Failures](err)
	return failed || content.AllErrors(err) != nil
}

// keepRecord writes a record, unless there is nothing new in it.
func (r *running) keepRecord(o *outcome) error {
	page := o.lab.page
	if page.Record != nil && page.Record.Digest == o.record.Digest && len(o.diff.Changes) == 0 {
		return nil
	}
	if err := writeRecord(o.lab.dir, page.Path, o.record); err != nil {
		return fmt.Errorf("the record of %s was not written: %w", page.File(), err)
	}
	page.Record, page.Problem = o.record, ""
	return nil
}

// failures joins what went wrong, each thing once: labs that wait for the
// same engine all hear that it is not there.
func failures(outcomes []*outcome) error {
	var errs []error
	told := map[string]bool{}
	for _, o := range outcomes {
		if o.err != nil && !told[o.err.Error()] {
			told[o.err.Error()] = true
			errs = append(errs, o.err)
		}
	}
	return errors.Join(errs...)
}
