package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// A verification is what the verify command was told.
type verification struct {
	all     bool
	plan    bool
	reports []string
	running running
}

func newVerify(open opener) *cobra.Command {
	v := &verification{running: running{open: open}}
	cmd := &cobra.Command{
		Use:   "verify [PATH...]",
		Short: "Run labs and record what happened",
		Long: `verify runs the labs that have changed since they were verified, or never were,
each on a fresh machine, and writes their records beside them. PATH is a page, a
folder of pages, or any Markdown file outside a site.

A lab that fails leaves its record as it was. With --check nothing is written:
the exit status is 1 if a lab failed, and 3 if one is stale or had another
result than its record says.

The engine is the one that the docker command would use. HANDBOOK_MIRROR is the
URL of a pull-through cache of Docker Hub; HANDBOOK_CA is a PEM bundle that
machines trust, for networks that re-sign TLS.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			v.running.streams(cmd)
			return v.run(cmd.Context(), args)
		},
		ValidArgsFunction: completePages,
	}
	f := cmd.Flags()
	f.BoolVar(&v.all, "all", false, "run fresh labs too")
	f.BoolVar(&v.running.check, "check", false, "write nothing, fail on anything stale or changed (for CI)")
	f.BoolVarP(&v.plan, "plan", "n", false, "print what would be done, and do nothing")
	f.BoolVar(&v.running.keep, "keep", false, "leave the machine of a failed lab, and say how to get in")
	f.StringArrayVar(&v.reports, "report", nil, "write a report, as `KIND=FILE` (json=FILE, junit=FILE, markdown=FILE) or github; may be repeated")
	f.Uint64Var(&v.running.seed, "seed", 0, "run labs in an order that `N` decides; 0: in the order of the pages")
	v.running.flags(f)
	cmd.RegisterFlagCompletionFunc("report", completeReports)
	return cmd
}

func (v *verification) run(ctx context.Context, args []string) error {
	reports, err := parseReports(v.reports)
	if err != nil {
		return err
	}
	if err := v.running.valid(); err != nil {
		return err
	}
	labs, err := findLabs(args)
	if err != nil {
		return err
	}
	stale, fresh := v.choose(labs)
	if v.plan {
		return v.print(stale, fresh, len(args) > 0)
	}
	start := time.Now()
	if len(stale) == 0 {
		v.running.sweepEngine(ctx, fresh)
	}
	outcomes := v.running.run(ctx, stale)
	if ctx.Err() == nil {
		if err := v.summary(outcomes, len(fresh), time.Since(start)); err != nil {
			return err
		}
	}
	return errors.Join(failures(outcomes), writeReports(v.running.out, reports, outcomes, fresh))
}

// choose tells the labs that have to be run from those that need not.
func (v *verification) choose(labs []*lab) (stale, fresh []*lab) {
	for _, l := range labs {
		if v.all || l.page.State != content.Fresh {
			stale = append(stale, l)
		} else {
			fresh = append(fresh, l)
		}
	}
	return stale, fresh
}

// print prints the plans of what would be run; a lab that is named is printed
// in any case.
func (v *verification) print(stale, fresh []*lab, named bool) error {
	labs := stale
	if named {
		labs = slices.Concat(stale, fresh)
	}
	var errs []error
	for _, l := range labs {
		plan, err := verify.NewPlan(l.site, l.page, docker.BuiltinImage())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := plan.Print(v.running.out); err != nil {
			return err
		}
	}
	if len(labs) == 0 {
		fmt.Fprintf(v.running.out, "nothing to do: %s fresh\n", count(len(fresh), "lab"))
	}
	return errors.Join(errs...)
}

// summary ends the output with how many labs came to which end.
func (v *verification) summary(outcomes []*outcome, fresh int, took time.Duration) error {
	if len(outcomes)+fresh == 0 {
		_, err := fmt.Fprintln(v.running.out, `no labs: a lab is a page with "lab:" in its front matter`)
		return err
	}
	n := map[string]int{}
	for _, o := range outcomes {
		n[o.verdict]++
	}
	var words []string
	for _, verdict := range []string{passed, failed, labChanged, labStale, labError} {
		if n[verdict] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[verdict], verdict))
		}
	}
	if fresh > 0 {
		words = append(words, fmt.Sprintf("%d fresh", fresh))
	}
	line := count(len(outcomes)+fresh, "lab") + ": " + strings.Join(words, ", ")
	if len(outcomes) > 0 {
		line += ", in " + seconds(took)
	}
	_, err := fmt.Fprintln(v.running.out, line)
	return err
}
