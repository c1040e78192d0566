package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"mvdan.cc/sh/v3/syntax"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

func newShell(open opener) *cobra.Command {
	s := &labShell{open: open}
	cmd := &cobra.Command{
		Use:   "shell PAGE[:LINE]",
		Short: "Open a terminal on a machine on which a lab has run",
		Long: `shell runs a lab on a fresh machine up to a line (what starts there or below is not
run), or to its end or its first failure, and opens a terminal there, in which the
directory, variables and functions are those of the lab at that line. The machine
is removed when the terminal is closed.

Without a terminal here, as in a pipe, it runs the commands of its standard
input there.`,
		Args: oneArg("PAGE[:LINE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.in, s.out, s.err = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			return s.run(cmd.Context(), args[0])
		},
		ValidArgsFunction: completePages,
	}
	cmd.Flags().StringVar(&s.choice, "engine", "", engineUsage)
	return cmd
}

// A labShell is what the shell command was told.
type labShell struct {
	open     opener
	choice   string
	in       io.Reader
	out, err io.Writer
}

func (s *labShell) run(ctx context.Context, arg string) (err error) {
	l, line, err := labAtLine(arg)
	if err != nil {
		return err
	}
	plan, err := verify.NewPlan(l.site, l.page, docker.BuiltinImage())
	if err != nil {
		return err
	}
	if line > 0 {
		plan.Steps = stepsBefore(plan.Steps, line)
	}
	e, err := s.open(ctx, l, s.choice, func(text string) { fmt.Fprintln(s.err, text) })
	if err != nil {
		return err
	}
	defer e.Close()
	m, state, err := s.play(ctx, &holdingEngine{Engine: e}, plan)
	if m == nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	tell(s.err, err) // what failed is what the shell is opened for
	return s.enter(ctx, m, plan.Lab, state)
}

// play runs the plan and returns the machine as it then is, and the file on
// it that tells what the lab's shell is like. The error says what failed;
// without a machine that is all there is.
func (s *labShell) play(ctx context.Context, e *holdingEngine, plan *verify.Plan) (m verify.Machine, state string, err error) {
	show := newProgress(s.out, s.err)
	defer show.end()
	show.start(plan.Page.File(), "")
	runner := verify.Runner{Engine: e, Progress: show.event, HandOver: func(file string) { state = file }}
	_, err = runner.Run(ctx, plan)
	if e.held == nil {
		return nil, "", err
	}
	if _, failed := errors.AsType[*verify.Failures](err); err != nil && !failed {
		return nil, "", errors.Join(err, e.held.Machine.Close())
	}
	return e.held.Machine, state, err
}

// enter hands the terminal over. How the person leaves the shell is not
// handbook's business, so its exit status is not either.
func (s *labShell) enter(ctx context.Context, m verify.Machine, l *content.Lab, state string) error {
	command := strings.Fields(m.Enter())
	if f, ok := s.in.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		command = withoutTerminal(command)
	}
	shell := command[len(command)-1]
	there, err := whereTheLabIs(l, state, shell)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], "-c", there)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.in, s.out, s.err
	err = cmd.Run()
	if _, left := errors.AsType[*exec.ExitError](err); left && ctx.Err() == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return withStatus(noMachine, withHint(err, "a terminal on a machine needs the docker command"))
	}
	return err
}

// withoutTerminal asks docker for none: where there is none here, it refuses.
func withoutTerminal(command []string) []string {
	plain := slices.Clone(command)
	for i, word := range plain {
		if word == "-it" {
			plain[i] = "-i"
		}
	}
	return plain
}

// whereTheLabIs is a script that becomes a shell like the lab's, of which it
// is written in the file state what it is like. If that could not be found
// out, it is one in the lab's directory, with its environment.
func whereTheLabIs(l *content.Lab, state, shell string) (string, error) {
	if state != "" {
		file, err := syntax.Quote(state, syntax.LangPOSIX)
		if err != nil {
			return "", fmt.Errorf("%q: %w", state, err)
		}
		// With a terminal bash reads its rcfile and sh what ENV names, and
		// without one bash what BASH_ENV names.
		if path.Ext(state) == ".bash" {
			return fmt.Sprintf("if [ -t 0 ]; then exec bash --rcfile %s; fi\nexport BASH_ENV=%[1]s\nexec bash", file), nil
		}
		return fmt.Sprintf("if [ -t 0 ]; then export ENV=%s; exec sh; fi\n. %[1]s\nexec sh", file), nil
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(l.Env)) {
		value, err := syntax.Quote(l.Env[name], syntax.LangPOSIX)
		if err != nil {
			return "", fmt.Errorf("env %s: %w", name, err)
		}
		fmt.Fprintf(&b, "export %s=%s\n", name, value)
	}
	home, below := "", l.Dir
	if rest, ok := strings.CutPrefix(l.Dir, "~"); ok {
		home, below = `"$HOME"`, rest
	}
	if below != "" {
		quoted, err := syntax.Quote(below, syntax.LangPOSIX)
		if err != nil {
			return "", fmt.Errorf("dir: %w", err)
		}
		below = quoted
	}
	fmt.Fprintf(&b, "cd %s%s\nexec %s", home, below, shell)
	return b.String(), nil
}

// labAtLine finds the lab of "PAGE" or "PAGE:LINE", as messages have it.
func labAtLine(arg string) (*lab, int, error) {
	page, line := arg, 0
	for i := strings.LastIndexByte(page, ':'); i >= 0; i = strings.LastIndexByte(page, ':') {
		n, err := strconv.Atoi(page[i+1:])
		if err != nil || n < 1 {
			break
		}
		page, line = page[:i], n // of PAGE:LINE:COL the line comes last
	}
	labs, err := findLabs([]string{page})
	if err != nil {
		return nil, 0, err
	}
	if info, err := os.Stat(page); err == nil && info.IsDir() {
		return nil, 0, misused(fmt.Errorf("%q is a folder: a shell is about one lab", page), "")
	}
	return labs[0], line, nil
}

// stepsBefore returns what stands before a line.
func stepsBefore(steps []verify.Step, line int) []verify.Step {
	var before []verify.Step
	for _, step := range steps {
		if step.Snippet.Pos.Line >= line {
			break
		}
		run := step.Run
		for i, c := range run {
			if c.Pos.Line >= line {
				run = run[:i:i]
				break
			}
		}
		step.Run = run
		before = append(before, step)
	}
	return before
}

// A holdingEngine keeps the machine that was made on it from being closed by
// who runs the lab.
type holdingEngine struct {
	verify.Engine
	held *heldMachine
}

func (e *holdingEngine) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := e.Engine.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	e.held = &heldMachine{m}
	if o, ok := m.(verify.Observer); ok {
		return heldObserver{e.held, o}, nil
	}
	return e.held, nil
}

type heldMachine struct{ verify.Machine }

func (*heldMachine) Close() error { return nil }

type heldObserver struct {
	*heldMachine
	verify.Observer
}
