package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// A running says how labs are run; build and verify have it in common.
type running struct {
	open   opener
	jobs   int
	engine string
	keep   bool
	check  bool // compare only, write nothing
	seed   uint64

	out, err io.Writer
}

// flags adds those that build has too.
func (r *running) flags(f *pflag.FlagSet) {
	f.IntVarP(&r.jobs, "jobs", "j", 1, "run `N` labs at a time")
	f.StringVar(&r.engine, "engine", "", engineUsage)
}

const engineUsage = "`URL` or context of the Docker Engine, instead of $DOCKER_HOST or docker's own setting"

func (r *running) streams(cmd *cobra.Command) { r.out, r.err = cmd.OutOrStdout(), cmd.ErrOrStderr() }

// run runs the labs and writes their records. The outcomes come in the order
// of the labs, whatever the order they ran in.
func (r *running) run(ctx context.Context, labs []*lab) []*outcome {
	outcomes := make([]*outcome, len(labs))
	show := newProgress(r.out, r.err)
	defer show.end()
	defer saidWhen(ctx, func() {
		fmt.Fprintln(show.aside(), "handbook: interrupted: removing machines (interrupt again to leave at once)")
	})()
	engines := r.engines(show)
	defer engines.close()
	var g errgroup.Group
	g.SetLimit(max(1, r.jobs))
	for _, i := range r.order(len(labs)) {
		g.Go(func() error {
			outcomes[i] = r.one(ctx, engines, show, labs[i])
			return nil
		})
	}
	g.Wait()
	return outcomes
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

func (r *running) engines(show *progress) *engines {
	return &engines{open: r.open, choice: r.engine, progress: show.engine, sites: map[*content.Site]*opened{}}
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

// one takes a lab from its plan to its record.
func (r *running) one(ctx context.Context, engines *engines, show *progress, l *lab) *outcome {
	o := &outcome{lab: l}
	if o.err = ctx.Err(); o.err != nil {
		o.verdict = labError
		return o
	}
	start := time.Now()
	o.record, o.err = r.verify(ctx, engines, show, l)
	o.took = time.Since(start)
	r.judge(o)
	if o.verdict == passed && !r.check {
		o.err = r.keepRecord(o)
		if o.err != nil {
			o.verdict = labError
		}
	}
	if ctx.Err() == nil {
		show.done(l.page.File(), o.line(r.out))
	}
	return o
}

func (r *running) verify(ctx context.Context, engines *engines, show *progress, l *lab) (*content.Record, error) {
	plan, err := verify.NewPlan(l.site, l.page, docker.BuiltinImage())
	if err != nil {
		return nil, err
	}
	engine, err := engines.of(ctx, l)
	if err != nil {
		return nil, err
	}
	show.start(l.page.File())
	runner := verify.Runner{Engine: engine, Progress: show.event, Keep: r.keep}
	return runner.Run(ctx, plan)
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
