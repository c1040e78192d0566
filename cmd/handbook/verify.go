package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"handbook/cmd/handbook/cache"
	"handbook/cmd/handbook/git"
	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/tell"
	"handbook/cmd/handbook/tty"
	"handbook/content/wording"
	"handbook/verify/report"
)

// A verification has the flags of the verify command.
type verification struct {
	all     bool
	refresh bool
	plan    bool
	reports []string
	shard   string
	joins   bool
	runner  labs.Runner
}

func newVerify(open labs.Opener) *cobra.Command {
	v := &verification{runner: labs.Runner{Open: open}}
	cmd := &cobra.Command{
		Use:   "verify [PATH...]",
		Short: "Run labs and record what happened",
		Long: `verify runs the labs that have changed since they were verified, or never were,
each on a fresh machine, and writes their records beside them. PATH is a page, a
folder of pages, or any Markdown file outside a site.

A lab that fails leaves its record as it was. With --check nothing is written:
the exit status is 1 if a lab failed, and 3 if one is stale or had another
result than its record says. What differs and is no change is named. A base
image that has moved is told, and fails only with --strict, or if something else
has changed.

With --pinned labs get the base images of Docker Hub that their records name, by
digest, whatever the tags name today: a change is then the page's. With --refresh
labs with a base image that has moved are run, too, and their records name the
images of today; what printed something else is told, and stands in the reports.

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
			v.runner.Out, v.runner.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
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
	f.BoolVar(&v.runner.Check, "check", false, "write nothing, fail on anything stale or changed (for CI)")
	f.BoolVar(&v.runner.Strict, "strict", false, "with --check: fail on base images that have moved, too")
	f.BoolVar(&v.runner.Pinned, "pinned", false, "give labs the base images of their records, whatever the tags name today")
	f.BoolVar(&v.refresh, "refresh", false, "run labs with a base image that has moved, too, and record the images of today")
	f.BoolVar(&v.runner.Strangers, "strangers", false, "believe no record, and run labs only on machines that hold against a stranger's lab")
	f.BoolVarP(&v.plan, "plan", "n", false, "print what would be done, and do nothing")
	f.BoolVar(&v.runner.Keep, "keep", false, "leave the machine of a failed lab, and say how to get in")
	f.StringArrayVar(&v.reports, "report", nil, "write a report, as `KIND=FILE` (json=FILE, junit=FILE, markdown=FILE) or github; may be repeated")
	f.Uint64Var(&v.runner.Seed, "seed", 0, "run labs in an order that `N` decides; 0: in the order of the pages")
	f.StringVar(&v.shard, "shard", "", "verify part `I/N` of the labs, such as 2/5")
	f.BoolVar(&v.joins, "merge", false, "run nothing: join the JSON reports of all shards, which are given instead of PATH")
	runnerFlags(f, &v.runner)
	cmd.RegisterFlagCompletionFunc("report", completeReports)
	return cmd
}

// alone returns an error if flags are used that have no effect together with
// flag.
func alone(cmd *cobra.Command, flag string, beside ...string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != flag && !slices.Contains(beside, f.Name) && err == nil {
			err = misused(fmt.Errorf("--%s runs no labs: --%s has no meaning beside it", flag, f.Name), "")
		}
	})
	return err
}

func (v *verification) run(ctx context.Context, args []string, targets []target) error {
	if err := validRunner(&v.runner); err != nil {
		return err
	}
	if v.runner.Strict && !v.runner.Check {
		return misused(errors.New("--strict has no meaning without --check"), "")
	}
	if v.refresh {
		for flag, given := range map[string]bool{"check": v.runner.Check, "pinned": v.runner.Pinned, "plan": v.plan} {
			if given {
				return misused(fmt.Errorf("--refresh runs labs on the images of today and records that: --%s has no meaning beside it", flag), "")
			}
		}
	}
	var part *report.Shard
	if v.shard != "" {
		var err error
		if part, err = parseShard(v.shard); err != nil {
			return err
		}
	}
	var seal *cache.Seal
	if here, err := project.Find("."); err == nil && len(args)+len(targets) == 0 && !v.all && !v.refresh && !v.runner.Strangers && !v.plan && part == nil {
		seal = cache.NewSeal(here.CacheDir(), "verify", []string{here.Name}, here.Trees()...)
		if note, ok := seal.Holds(); ok && !labs.Abandoned() {
			_, err := fmt.Fprint(v.runner.Out, note)
			return err
		}
	}
	all, err := until(ctx, func() ([]*labs.Lab, error) { return labs.Find(args) })
	if err != nil {
		return err
	}
	in := git.FindCheckout()
	if part != nil {
		all = v.choosePart(part, all, in)
	}
	stale, fresh := v.choose(all)
	if v.refresh {
		moved, err := v.runner.Moved(ctx, fresh)
		if err != nil {
			return err
		}
		stale = append(stale, moved...)
		fresh = slices.DeleteFunc(fresh, func(l *labs.Lab) bool { return slices.Contains(moved, l) })
	}
	if v.plan {
		return v.print(stale, fresh, len(args) > 0)
	}
	if len(stale) == 0 {
		v.runner.SweepEngine(ctx, fresh)
	}
	start := time.Now()
	outcomes := v.runner.Run(ctx, stale)
	wrong := labs.Failures(outcomes)
	for _, l := range fresh {
		outcomes = append(outcomes, report.Fresh(l.Page))
	}
	r := report.New(outcomes, report.Context{Path: in.Path, Status: func(err error) int { return int(statusOf(err)) }, Hint: hints.For})
	r.Shard, r.Seconds, r.Blob = part, time.Since(start).Seconds(), in.Blob
	if ctx.Err() != nil {
		return errors.Join(wrong, writeReports(v.runner.Out, r, targets))
	}
	err = v.finish(r, in, wrong, targets)
	if seal != nil && err == nil && len(stale) == 0 && len(fresh) > 0 && !fresh[0].Site.Elsewhere() {
		seal.Close(fmt.Sprintf("%s: %d fresh\n", wording.Count(len(fresh), "lab"), len(fresh)))
	}
	return err
}

// finish prints the problems, and then the summary, which people look for at
// the end.
func (v *verification) finish(r *report.Report, in git.Checkout, wrong error, targets []target) error {
	out := v.runner.Out
	if wrong != nil {
		tell.Error(v.runner.Err, wrong)
		wrong = &tell.Told{Err: wrong}
	}
	err := writeReports(out, r, targets)
	if len(r.Labs) == 0 && r.Shard == nil {
		fmt.Fprintln(out, `no labs: a lab is a page with "lab:" in its front matter`)
	} else if _, e := io.WriteString(out, labs.ReportText(out, in).Summary(r)); e != nil {
		err = errors.Join(err, e)
	}
	return errors.Join(wrong, err)
}

// merge joins the JSON reports of shards into one, and prints it like the
// report of a run.
func (v *verification) merge(files []string, targets []target) error {
	if len(files) == 0 {
		return misused(errors.New("--merge: no reports to join"), "give the files that --report json=FILE has written")
	}
	var all []*report.Report
	var errs []error
	for _, file := range files {
		r, err := readReport(file)
		all, errs = append(all, r), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return misused(err, "")
	}
	r, err := report.Merge(files, all)
	if err != nil {
		return misused(err, "")
	}
	in := git.FindCheckout()
	r.Blob = in.Blob
	text := labs.ReportText(v.runner.Out, in)
	for _, l := range r.Labs {
		fmt.Fprintln(v.runner.Out, text.Line(&l))
		errs = append(errs, l.Err(in.FromHere))
	}
	return v.finish(r, in, errors.Join(errs...), targets)
}

func readReport(file string) (*report.Report, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return report.Read(file, b)
}

// choosePart chooses the labs of a shard.
func (v *verification) choosePart(part *report.Shard, all []*labs.Lab, in git.Checkout) (mine []*labs.Lab) {
	var estimates []report.Estimate
	for _, l := range all {
		fresh := !v.all && l.IsFresh()
		estimates = append(estimates, report.EstimateOf(l.Site.Site, l.Page, in.Path(l.Page.File()), fresh))
	}
	for i, is := range part.Choose(estimates) {
		if is {
			mine = append(mine, all[i])
		}
	}
	return mine
}

func parseShard(text string) (*report.Shard, error) {
	s, err := report.ParseShard(text)
	if bad, ok := errors.AsType[*report.ShardError](err); ok {
		hint := ""
		if bad.FromZero > 0 {
			hint = fmt.Sprintf("a job that counts from 0 says $((INDEX + 1))/%d", bad.FromZero)
		}
		return nil, misused(fmt.Errorf("--shard %s: %w", text, err), hint)
	}
	return s, err
}

// A target is a file for a report in the format of another program.
type target struct {
	format string
	file   string // "-" is standard output
}

func parseTargets(specs []string) ([]target, error) {
	var all []target
	for _, spec := range specs {
		format, file, named := strings.Cut(spec, "=")
		switch {
		case report.Formats[format] == nil:
			known := slices.Sorted(maps.Keys(report.Formats))
			return nil, misused(fmt.Errorf("--report: unknown kind %q, expected one of %s", format, strings.Join(known, ", ")), "")
		case format == "github" && !named:
			file = "-"
		case file == "":
			return nil, misused(fmt.Errorf("--report: %s needs a file: %s=FILE", format, format), "")
		}
		all = append(all, target{format, file})
	}
	return all, nil
}

// writeReports writes the report to all targets.
func writeReports(out io.Writer, r *report.Report, targets []target) error {
	var errs []error
	for _, t := range targets {
		var b bytes.Buffer
		err := report.Formats[t.format](r, &b)
		switch {
		case err != nil:
		case t.file == "-":
			_, err = tty.Commands(out).Write(b.Bytes())
		default:
			err = os.WriteFile(t.file, b.Bytes(), 0o666)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the %s report was not written: %w", t.format, err))
		}
	}
	return errors.Join(errs...)
}

// choose separates the labs that must be run from those that need not.
func (v *verification) choose(all []*labs.Lab) (stale, fresh []*labs.Lab) {
	for _, l := range all {
		if v.all || v.runner.Strangers || !l.IsFresh() { // a stranger may have written the record too
			stale = append(stale, l)
		} else {
			fresh = append(fresh, l)
		}
	}
	return stale, fresh
}

// print prints the plans of the labs that would be run. Labs named by the user
// are always printed.
func (v *verification) print(stale, fresh []*labs.Lab, named bool) error {
	all := stale
	if named {
		all = slices.Concat(stale, fresh)
	}
	var errs []error
	for _, l := range all {
		plan, err := l.Plan()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := plan.Print(v.runner.Out); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		fmt.Fprintf(v.runner.Out, "nothing to do: %s fresh\n", wording.Count(len(fresh), "lab"))
		return nil
	}
	return errors.Join(append(errs, v.runner.PrintJobs(v.runner.Out, all))...)
}

// runnerFlags adds the common flags of verify and build.
func runnerFlags(f *pflag.FlagSet, r *labs.Runner) {
	f.VarP((*jobs)(&r.Jobs), "jobs", "j", "run `N` labs at a time on each engine, fewer where there is too little memory or disk; auto: as many as suit it")
	f.StringArrayVar(&r.Engines, "engine", nil, engineUsage+`; "default" is the one of this computer. May be repeated: labs then run on all of them`)
}

const engineUsage = "`URL` or context of the Docker Engine, instead of $DOCKER_HOST or docker's own setting"

// validRunner says what is wrong with these flags.
func validRunner(r *labs.Runner) error {
	for i, choice := range r.Engines {
		if slices.Contains(r.Engines[:i], choice) {
			return misused(fmt.Errorf("--engine %s is given twice", choice), "-j says how many labs run on an engine at a time")
		}
	}
	return nil
}
