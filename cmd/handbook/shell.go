package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"handbook/cmd/handbook/hints"
	"handbook/cmd/handbook/labs"
	"handbook/cmd/handbook/progress"
	"handbook/cmd/handbook/tell"
	"handbook/cmd/handbook/tty"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

func newShell(open labs.Opener) *cobra.Command {
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
		Args: oneArg("PAGE[:LINE]", "labs/01-hello.md:29"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.in, s.out, s.err = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			return s.run(cmd.Context(), args[0])
		},
		ValidArgsFunction: completePages,
	}
	cmd.Flags().StringVar(&s.choice, "engine", "", engineUsage)
	cmd.Flags().StringVar(&s.docker, "docker", "", "`NAME` of the Docker Engine of the machine, if the lab runs on several")
	return cmd
}

// A labShell has the flags of the shell command.
type labShell struct {
	open     labs.Opener
	choice   string
	docker   string
	in       io.Reader
	out, err io.Writer
}

func (s *labShell) run(ctx context.Context, arg string) (err error) {
	l, line, err := labAtLine(arg)
	if err != nil {
		return err
	}
	plan, err := l.Plan()
	if err != nil {
		return err
	}
	if s.docker != "" {
		i := slices.IndexFunc(plan.Kinds, func(k plans.MachineKind) bool { return k.Docker == s.docker })
		if i < 0 {
			return misused(fmt.Errorf("--docker %s: the lab does not run on this engine", s.docker), "the lab's front matter, or handbook.yaml, names its engines")
		}
		plan = plan.On(plan.Kinds[i])
	}
	if line > 0 {
		plan = plan.Until(line)
	}
	e, err := s.open(ctx, l.Site, s.choice, func(text string) { fmt.Fprintln(s.err, text) })
	if err != nil {
		return err
	}
	defer e.Close()
	m, state, err := s.play(ctx, e, plan)
	if m == nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	tell.Error(s.err, err) // continue: the shell is opened to examine the failure
	return s.enter(ctx, m, plan.Lab, state)
}

// play runs the plan and returns the machine in the state after it, and the
// path of the file on it with the state of the lab's shell. The error says
// what failed; the machine is nil if there is none.
func (s *labShell) play(ctx context.Context, e verify.Engine, plan *plans.Plan) (m verify.Machine, state string, err error) {
	show := progress.New(s.out, s.err)
	defer show.End()
	show.Start(plan.Name(), "")
	runner := verify.Runner{Engine: e, Progress: show.Step, Hold: func(held verify.Machine, file string) { m, state = held, file }}
	_, err = runner.Run(ctx, plan)
	return m, state, err
}

// enter connects the terminal to a shell on the machine. It ignores the exit
// status of the shell, which is no result of handbook.
func (s *labShell) enter(ctx context.Context, m verify.Machine, l *config.Lab, state string) error {
	command := strings.Fields(m.Enter())
	if f, ok := s.in.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		command = withoutTerminal(command)
	}
	name := command[len(command)-1]
	there, err := shell.EnterScript(state, name, l.Dir, l.Env)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], "-c", there)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.in, tty.Unwrap(s.out), tty.Unwrap(s.err)
	err = cmd.Run()
	if _, left := errors.AsType[*exec.ExitError](err); left && ctx.Err() == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return withStatus(noMachine, hints.With(err, "a terminal on a machine needs the docker command"))
	}
	return err
}

// withoutTerminal changes -it to -i in a docker command, which would fail if
// there is no terminal.
func withoutTerminal(command []string) []string {
	plain := slices.Clone(command)
	for i, word := range plain {
		if word == "-it" {
			plain[i] = "-i"
		}
	}
	return plain
}

// labAtLine finds the lab of "PAGE" or "PAGE:LINE", the form of messages.
func labAtLine(arg string) (*labs.Lab, int, error) {
	page, line := arg, 0
	for i := strings.LastIndexByte(page, ':'); i >= 0; i = strings.LastIndexByte(page, ':') {
		n, err := strconv.Atoi(page[i+1:])
		if err != nil || n < 1 {
			break
		}
		page, line = page[:i], n // in PAGE:LINE:COL, the first n was the column
	}
	found, err := labs.Find([]string{page})
	if err != nil {
		return nil, 0, err
	}
	if info, err := os.Stat(page); err == nil && info.IsDir() {
		return nil, 0, misused(fmt.Errorf("%q is a folder: a shell is about one lab", page), "")
	}
	return found[0], line, nil
}
