package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"handbook/cmd/handbook/cache"
	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// A verification is what the verify command was told.
type verification struct {
	all     bool
	plan    bool
	reports []string
	shard   string
	joins   bool
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
result than its record says. What differs and is no change is named.

With --shard 2/5 only the second of five parts of the labs is verified, so that
five jobs share the work by the times that labs have taken; each writes a report
(--report json=FILE), and "handbook verify --merge FILE..." joins them.

The engine is the one that the docker command would use. HANDBOOK_MIRROR is the
URL of a pull-through cache of Docker Hub; HANDBOOK_CA is a PEM bundle that
machines trust, for networks that re-sign TLS.

--engine may be repeated: the labs then run on all of these engines, -j of them
at a time on each, and whichever has room takes the next. An engine is a URL
(unix://, ssh://USER@HOST, or tcp://HOST:2376 with DOCKER_TLS_VERIFY and
DOCKER_CERT_PATH), the name of a Docker context, or "default". The labs of an
engine that is lost move to another one. A mirror on a loopback address serves
the engines of this computer only.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			v.running.streams(cmd)
			targets, err := parseTargets(v.reports)
			if err != nil {
				return err
			}
			if v.joins {
				if err := alone(cmd, "merge", "report", "directory"); err != nil {
					return err
				}
				return v.merge(args, targets)
			}
			return v.run(cmd.Context(), args, targets)
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
	f.StringVar(&v.shard, "shard", "", "verify part `I/N` of the labs, such as 2/5")
	f.BoolVar(&v.joins, "merge", false, "run nothing: join the JSON reports of all shards, which are given instead of PATH")
	v.running.flags(f)
	cmd.RegisterFlagCompletionFunc("report", completeReports)
	return cmd
}

// alone refuses flags that mean nothing beside another one.
func alone(cmd *cobra.Command, flag string, beside ...string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != flag && !slices.Contains(beside, f.Name) && err == nil {
			err = misused(fmt.Errorf("--%s runs no labs: --%s has no meaning beside it", flag, f.Name), "")
		}
	})
	return err
}

func (v *verification) run(ctx context.Context, args []string, targets []target) error {
	if err := v.running.valid(); err != nil {
		return err
	}
	var part *shard
	if v.shard != "" {
		var err error
		if part, err = parseShard(v.shard); err != nil {
			return err
		}
	}
	var seal *cache.Seal
	if home, err := findHome("."); err == nil && len(args)+len(targets) == 0 && !v.all && !v.plan && part == nil {
		seal = cache.NewSeal(home.cacheFolder(), "verify", []string{home.name}, home.trees()...)
		if note, ok := seal.Holds(); ok && !docker.Abandoned(cacheDir()) {
			_, err := fmt.Fprint(v.running.out, note)
			return err
		}
	}
	labs, err := findLabs(args)
	if err != nil {
		return err
	}
	if part != nil {
		labs = part.choose(labs, v.all)
	}
	stale, fresh := v.choose(labs)
	if v.plan {
		return v.print(stale, fresh, len(args) > 0)
	}
	if len(stale) == 0 {
		v.running.sweepEngine(ctx, fresh)
	}
	start := time.Now()
	outcomes := v.running.run(ctx, stale)
	in := findRepository()
	r := newReport(outcomes, fresh, in)
	r.Shard, r.Seconds = part, time.Since(start).Seconds()
	if ctx.Err() != nil {
		return errors.Join(failures(outcomes), r.write(v.running.out, targets))
	}
	err = v.finish(r, in, failures(outcomes), targets)
	if seal != nil && err == nil && len(stale) == 0 && len(fresh) > 0 {
		seal.Close(fmt.Sprintf("%s: %d fresh\n", count(len(fresh), "lab"), len(fresh)))
	}
	return err
}

// finish tells what is wrong, then sums up: what stands at the end is what
// people read first.
func (v *verification) finish(r *report, in repository, wrong error, targets []target) error {
	if wrong != nil {
		tell(v.running.err, wrong)
		wrong = &told{wrong}
	}
	err := r.write(v.running.out, targets)
	if len(r.Labs) == 0 && r.Shard == nil {
		fmt.Fprintln(v.running.out, `no labs: a lab is a page with "lab:" in its front matter`)
	} else {
		err = errors.Join(err, r.summary(v.running.out, in))
	}
	return errors.Join(wrong, err)
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
