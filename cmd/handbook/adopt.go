package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/adopt"
	"handbook/cmd/handbook/adopt/course"
	"handbook/cmd/handbook/adopt/keep"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/project"
	"handbook/cmd/handbook/starter"
	"handbook/content/wording"
)

// An adoption has the flags of the adopt command.
type adoption struct {
	out    string
	fix    bool
	noRun  bool
	report string
	runner labs.Runner
}

func newAdopt(open labs.Opener) *cobra.Command {
	a := &adoption{runner: labs.Runner{Open: open}}
	cmd := &cobra.Command{
		Use:   "adopt PATH",
		Short: "Make a handbook of a folder of old labs",
		Long: `adopt reads labs that were written for another system, or for none, and writes a
handbook of them. PATH is a folder, a clone of a repository, or one file; pages are
Markdown, or text such as that of a PDF. Then it runs the labs, and writes what has
drifted since they were written.

Nothing in PATH is changed. The new folder has the handbook in content/, every guess
with its line and its reason in adopted.md, and what has drifted in drift.md.

Run again, adopt writes what is new in PATH and leaves alone what you have edited.
With --fix it applies the patches that drift.md proposes.`,
		Args: oneArg("PATH", "old-labs"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.runner.Out, a.runner.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return a.run(cmd.Context(), args[0])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&a.out, "output", "o", "", "write the handbook to `DIR`; PATH-handbook if not given")
	f.BoolVar(&a.fix, "fix", false, "apply the patches of what has drifted")
	f.BoolVar(&a.noRun, "no-run", false, "do not run the labs")
	f.BoolVar(&a.runner.Strangers, "strangers", false, "run the labs only on machines that hold against a stranger's lab")
	f.StringVar(&a.report, "report", "", "write what each fence was taken for, as `json=FILE`")
	runnerFlags(f, &a.runner)
	return cmd
}

func (a *adoption) run(ctx context.Context, source string) error {
	if err := validRunner(&a.runner); err != nil {
		return err
	}
	file, ok := strings.CutPrefix(a.report, "json=")
	if a.report != "" && (!ok || file == "") {
		return misused(fmt.Errorf("--report %s: expected json=FILE", a.report), "")
	}
	fsys, name, done, err := keep.Open(source)
	if err != nil {
		return err
	}
	defer done()
	out, err := keep.Place(source, name, a.out)
	if err != nil {
		return err
	}
	c := &course.Course{Source: fsys, Out: out, Options: adopt.Options{Title: starter.Title(name), Name: name, Fix: a.fix}}
	if c.Options.Repairs, err = keep.Repairs(out, fsys); err != nil {
		return foreign(source, err)
	}
	kept, err := until(ctx, c.Write)
	if err != nil {
		return foreign(source, err)
	}
	book := c.Book
	if file != "" {
		if err := writeFences(book, file); err != nil {
			return err
		}
	}
	a.tell(book, kept, project.Short(out))
	if a.noRun {
		return nil
	}
	if err := enter(out); err != nil {
		return err
	}
	passed, all, err := c.Verify(ctx, &a.runner)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.runner.Out, "%d of %d labs pass; what has drifted is in %s\n", passed, all, project.Short(filepath.Join(out, keep.Drift)))
	return err
}

func foreign(source string, err error) error {
	if errors.Is(err, course.ErrNoPages) {
		return misused(fmt.Errorf("%s has %w", source, err), "")
	}
	if e, ok := errors.AsType[*keep.ForeignError](err); ok {
		return misused(fmt.Errorf("%s has files that adopt did not write", project.Short(e.Dir)), "adopt writes into a folder of its own: name another one with -o, or empty it")
	}
	return err
}

// A fenceLine is the line of the report about a fence.
type fenceLine struct {
	Path  string `json:"path"`
	Line  int    `json:"line"`
	Class string `json:"class"`
	Why   string `json:"why"`
}

func writeFences(book *adopt.Book, file string) error {
	all := struct {
		Fences []fenceLine `json:"fences"`
	}{Fences: []fenceLine{}}
	for _, p := range book.Pages {
		for _, g := range p.Guess {
			if p.IsFence(g.Fence.Line) { // others are in the text
				all.Fences = append(all.Fences, fenceLine{p.Source, p.Origin(g.Fence.Line), string(g.Class), g.Why})
			}
		}
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o666)
}

// tell prints what was written, and the problems of the source.
func (a *adoption) tell(book *adopt.Book, kept keep.Result, out string) {
	labs := 0
	for _, p := range book.Pages {
		if p.Lab {
			labs++
		}
	}
	for _, p := range book.Problems {
		where := p.Path
		if p.Line > 0 {
			where = fmt.Sprintf("%s:%d", p.Path, p.Line)
		}
		fmt.Fprintf(a.runner.Err, "handbook: %s: %s\n", where, p.Msg)
	}
	for _, name := range kept.Edited {
		fmt.Fprintf(a.runner.Out, "kept %s: you have edited it\n", path.Join(filepath.ToSlash(out), name))
	}
	for _, name := range kept.Deleted {
		fmt.Fprintf(a.runner.Out, "left out %s: you have deleted it\n", path.Join(filepath.ToSlash(out), name))
	}
	fmt.Fprintf(a.runner.Out, "%s: %s of %s, %s written; every guess is in %s\n", out, wording.Count(labs, "lab"), wording.Count(len(book.Pages), "page"),
		wording.Count(kept.Written, "file"), filepath.Join(out, keep.Guesses))
}
