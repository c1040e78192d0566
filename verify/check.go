package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"handbook/content"
	"handbook/content/sgr"
	"handbook/verify/compare"
	"handbook/verify/plans"
	"handbook/verify/programs"
	"handbook/verify/shell"
)

// check holds what became of a command against what the page says of it. It
// returns nil if that agrees. at is the program that the command was typed to, if
// that is known.
func check(c *plans.Command, r *shell.Result, network string, at *programs.Program) *Failure {
	f := &Failure{Pos: c.Pos, At: c.Pos, Command: c.Text, Details: tail(r.Lines, 15)}
	switch r.Ending {
	case shell.TimedOut:
		if c.Stay || r.ToProgram {
			return notReady(f, c, r)
		}
		f.Msg = fmt.Sprintf("still running after %v", c.Timeout)
		if r.Waiting != "" {
			f.Msg += fmt.Sprintf(", at %q", r.Waiting)
		}
		f.Reason = ReasonTimeout
		return f
	case shell.Waits:
		f.Msg = "waits for input that nobody types"
		if r.Waiting != "" {
			f.Msg = fmt.Sprintf("waits at %q for input that nobody types", r.Waiting)
		}
		f.Reason = ReasonWaits
		return f
	case shell.Gone:
		f.Msg = fmt.Sprintf("the program that this is typed to has already ended, with exit status %d%s", r.Exit, meaning(r.Exit))
		return f
	case shell.ShellEnded:
		f.Msg = "the shell ended here"
		f.Reason = ReasonShellEnded
		return f
	case shell.Stopped:
		f.Msg = "the shell was stopped here, as a reader's would be, and nothing in its terminal continues it"
		return f
	}
	if problem := wrongTerminal(c, r, at != nil); problem != "" {
		f.Msg = problem
		return f
	}
	if r.Doubtful {
		f.Msg = "the shell shows another prompt than the one after the command before, so how that command ended is not known"
		return f
	}
	if r.Refused {
		f.Msg = "the shell did not run it"
		f.Reason = ReasonHistory
		return f
	}
	if r.Exit < 0 && at != nil {
		if problem := at.Judge(c.Exit, c.Lines, r.Lines); problem != "" {
			f.Msg = problem
			f.Reason = ReasonProgram
			return f
		}
	}
	if r.Exit >= 0 && r.Exit != c.Exit && !interrupted(c, r) {
		f.Msg = fmt.Sprintf("exited with %d%s, expected %d", r.Exit, meaning(r.Exit), c.Exit)
		f.Reason = networkReason(r.Lines, network)
		if strings.HasPrefix(c.Text, "$ ") {
			f.Reason = ReasonPrompt
		}
		return f
	}
	if part := failedPart(c, r); part >= 0 {
		f.Msg = fmt.Sprintf("part %d of the pipeline exited with %d%s", part+1, r.Parts[part], meaning(r.Parts[part]))
		f.Reason = cmp.Or(networkReason(r.Lines, network), ReasonPipeline)
		return f
	}
	if c.Expect == nil {
		return nil
	}
	got, _ := compare.Plain(r.Lines)
	err := compare.Compare(c.Lines, got)
	if err == nil {
		return nil
	}
	f.Pos = c.Expect.Pos
	f.Pos.Line += compare.Mismatch(c.Lines, got)
	f.Msg = err.Error()
	f.Details = compare.Explain(c.Lines, got)
	f.Reason, f.Printed = ReasonOutput, got
	return f
}

// failedPart returns the index of the first part of a pipeline that has failed,
// though the pipeline as a whole has not, or -1. A part that could not write any
// more has not failed: what reads it has seen enough ("yes | head -1"). It dies of
// SIGPIPE, or says so in a line of its own; curl says so by its status, which it
// also has if it can't write a file.
func failedPart(c *plans.Command, r *shell.Result) int {
	if c.Parts == nil || c.Exit != 0 || len(r.Parts) < 2 {
		return -1
	}
	const sigpipe, curlWriteError = 128 + 13, 23
	complaints := 0
	for _, line := range r.Lines {
		if brokenPipe(line) {
			complaints++
		}
	}
	for i, exit := range r.Parts[:len(r.Parts)-1] {
		switch {
		case exit == 0 || exit == sigpipe:
		case exit == curlWriteError && len(c.Parts) == len(r.Parts) && c.Parts[i].Name == "curl" && !c.Parts[i].ToFile:
		case complaints > 0:
			complaints--
		default:
			return i
		}
	}
	return -1
}

// brokenPipe reports whether a line is the complaint of a program whose output is
// not read any more, or of one, such as xargs, that has started it.
func brokenPipe(line string) bool {
	line = strings.ToLower(line)
	return slices.ContainsFunc([]string{"broken pipe", "write epipe", "terminated by signal 13"}, func(s string) bool { return strings.Contains(line, s) })
}

// meaning says what an exit status usually stands for.
func meaning(exit int) string {
	switch exit {
	case 126:
		return " (not executable)"
	case 127:
		return " (command not found)"
	case 137:
		return " (killed, perhaps for want of memory)"
	case 139:
		return " (crashed: segmentation fault)"
	case 143:
		return " (terminated)"
	}
	return ""
}

// notReady says what did not happen in time where a program keeps the terminal.
func notReady(f *Failure, c *plans.Command, r *shell.Result) *Failure {
	switch {
	case r.ToProgram && r.Interrupts:
		f.Msg = fmt.Sprintf("the program that it is to end still runs after %v", c.Timeout)
	case r.ToProgram && !c.Stay:
		f.Msg = fmt.Sprintf("no prompt came back within %v", c.Timeout)
		f.Reason = ReasonNoPrompt
	case c.Until != "":
		f.Msg = fmt.Sprintf("%q did not appear within %v", c.Until, c.Timeout)
	default:
		f.Msg = fmt.Sprintf("neither a prompt nor a port that listens within %v", c.Timeout)
		f.Reason = ReasonNotReady
	}
	return f
}

// wrongTerminal says what is wrong with where a command was typed. A program is
// judged if it is known how it tells of errors.
func wrongTerminal(c *plans.Command, r *shell.Result, judged bool) string {
	switch {
	case c.Stay && r.Ending == shell.Ended:
		return fmt.Sprintf("ended with %d%s, expected that it keeps the terminal", r.Exit, meaning(r.Exit))
	case c.Prompt != "" && !r.ToProgram:
		return fmt.Sprintf("typed at the shell's prompt, expected %q", c.Prompt)
	case c.Prompt != "" && !compare.MatchLine(c.Prompt, r.Prompt):
		return fmt.Sprintf("typed at the prompt %q, expected %q", r.Prompt, c.Prompt)
	case c.AtShell && r.ToProgram && r.Prompt == "":
		return "typed to a program that keeps the terminal, expected the shell"
	case c.AtShell && r.ToProgram && !strings.HasSuffix(r.Prompt, "$"):
		return fmt.Sprintf("typed at the prompt %q of a program that keeps the terminal, expected the shell's", r.Prompt)
	case r.Ending == shell.Stays && c.Exit != 0 && (r.Exit < 0 && !judged || !r.ToProgram):
		return fmt.Sprintf("its exit status can't be known, expected %d: it was typed to a program that goes on", c.Exit)
	}
	return ""
}

// interrupted reports whether a command ended as one does whose reader has
// pressed the keys that end it, or with which docker leaves a container.
func interrupted(c *plans.Command, r *shell.Result) bool {
	if c.Exit != 0 || !r.Interrupts {
		return false
	}
	const sigint = 130
	detached := r.Exit == 1 && len(r.Lines) > 0 && strings.HasSuffix(sgr.Unstyled(r.Lines[len(r.Lines)-1]), "read escape sequence")
	return r.Exit == sigint || detached
}

// unchecked says what of a command was not checked: see content.CommandResult.
// at is the program that it was typed to, after the one that waits behind it;
// nil if they are not known.
func unchecked(c *plans.Command, r *shell.Result, at, after *programs.Program) string {
	switch {
	case r.Exit >= 0 && c.Parts != nil && c.Exit == 0 && r.Parts == nil && (r.Ending == shell.Ended || r.ToProgram):
		return content.UncheckedParts
	case r.Exit >= 0 || c.Stay || at != nil || c.Expect != nil:
		return ""
	case after != nil && r.Prompt != r.Waiting: // it has started that program
		return ""
	}
	return content.UncheckedProgram
}
