package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"handbook/content"
	"handbook/verify/plans"
	"handbook/verify/shell"
)

// started is what the commands of a run have started: containers that have to
// be ready before the next command, and to stay so until the lab ends.
type started struct {
	machine  Machine
	commands []*starter // by Start.Number
}

// A starter is a command that may have started containers.
type starter struct {
	Start
	step    *plans.Step
	command *plans.Command
	result  *content.CommandResult // nil until it has ended
	shell   shell.Result           // how it has ended
	ended   [][]string             // names of what it has started and what has ended
}

// by says which command is run next.
func (s *started) by(step *plans.Step, c *plans.Command) {
	o := step.Snippet.Options
	s.commands = append(s.commands, &starter{
		Start: Start{Number: len(s.commands), Wait: o.Ready, Unready: o.Unready, Ends: o.Ends},
		step:  step, command: c,
	})
}

// last is the command that was run last, nil if there is none.
func (s *started) last() *starter {
	if len(s.commands) == 0 {
		return nil
	}
	return s.commands[len(s.commands)-1]
}

// settle waits until what was started is ready. It returns what has failed, and
// tells the results of the commands how long they took and what is not right.
func (s *started) settle(ctx context.Context, when When) ([]*Failure, error) {
	last := s.last()
	if last == nil {
		return nil, nil
	}
	settled, err := s.machine.Settle(ctx, last.Start, when)
	if err != nil {
		return nil, err
	}
	if settled.Waited > 0 && when == Between && last.result != nil {
		last.result.Ready = seconds(settled.Waited)
	}
	return s.failures(settled.Troubles), nil
}

// failures are those troubles that the page has not foretold.
func (s *started) failures(troubles []Trouble) (failures []*Failure) {
	for _, t := range troubles {
		by := s.commands[t.Start]
		meant := by.MeantToEnd(t.Names)
		if t.Kind == Ended {
			by.ended = append(by.ended, t.Names)
		}
		switch {
		case t.Kind == Partly:
			if by.result != nil {
				by.result.Late = strings.TrimPrefix(by.result.Late+"; "+t.Msg, "; ")
			}
		case meant || t.Kind == Ended && (t.Fine || s.seen(t)):
		default:
			at := by.command.Pos
			failures = append(failures, &Failure{Pos: at, At: at, Command: by.command.Text, Msg: t.Msg, Details: t.Log, Reason: t.Reason})
		}
	}
	return failures
}

// seen reports whether a reader has seen how a container ended, by the command
// that was run last: the one that has started it, and waited for its end, or
// one that was typed to it.
func (s *started) seen(t Trouble) bool {
	last := s.last()
	own, told := t.Start == last.Number, t.Exit != 0 && t.Exit == last.shell.Exit
	return t.Attached && (own || told || last.shell.ToProgram) || own && told
}

// ready asks whether the containers that a command has started are ready. It
// is not known where it has started none.
func (s *started) ready(ctx context.Context) (ready, known bool, failures []*Failure) {
	settled, err := s.machine.Settle(ctx, s.last().Start, Between)
	if err != nil {
		return false, true, nil // the command itself will show that the machine is gone
	}
	failures = s.failures(settled.Troubles)
	return len(failures) == 0, settled.Waited > 0, failures
}

// unended are the failures of snippets which say that something ends, where
// that has not.
func (s *started) unended() (failures []*Failure) {
	told := map[*content.Snippet]bool{}
	for _, c := range s.commands {
		snippet := c.step.Snippet
		if len(c.Ends) == 0 || told[snippet] {
			continue
		}
		told[snippet] = true
		for _, name := range c.Ends {
			if s.hasEnded(snippet, name) {
				continue
			}
			f := &Failure{Pos: snippet.OptionAt("dies"), Msg: "nothing that this starts has ended by itself", Reason: ReasonNothingEnded}
			if name != "" {
				f.Msg = fmt.Sprintf("no container %q that this starts has ended by itself", name)
			}
			failures = append(failures, f)
		}
	}
	return failures
}

func (s *started) hasEnded(snippet *content.Snippet, name string) bool {
	return slices.ContainsFunc(s.commands, func(c *starter) bool {
		return c.step.Snippet == snippet && slices.ContainsFunc(c.ended, func(names []string) bool { return name == "" || slices.Contains(names, name) })
	})
}
