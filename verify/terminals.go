package verify

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

var (
	//go:embed waiting.sh
	waitingScript string
	//go:embed listening.sh
	listeningScript string
)

// terminal returns one of the lab's terminals. A new one is another window on
// the same computer: a shell of its own, in the lab's directory.
func (l *lab) terminal(ctx context.Context, n int) (*shell, error) {
	if term := l.terms[n]; term != nil {
		return term, nil
	}
	env := []string{}
	for _, name := range slices.Sorted(maps.Keys(l.plan.Lab.Env)) { // in the order of which "env" prints them
		env = append(env, name+"="+l.plan.Lab.Env[name])
	}
	if l.token != "" {
		env = append(env, tokenVariable+"="+l.token)
	}
	term, err := openShell(ctx, l.m, l.plan.Lab.Dir, env)
	if err != nil {
		return nil, err
	}
	l.terms[n] = term
	return term, nil
}

// closeTerminals gives all terminals up; what runs there ends with the machine.
func (l *lab) closeTerminals() {
	for _, term := range l.terms {
		term.close()
	}
	l.terms, l.idle, l.free = map[int]*shell{}, map[int][]string{}, nil
}

// waits tells whether a command at a terminal waits for its reader to type.
// Whoever keeps another terminal always does.
func (l *lab) waits(ctx context.Context, term int) bool {
	for _, process := range l.waiters(ctx) {
		known := false
		for other, processes := range l.idle {
			known = known || other != term && slices.Contains(processes, process)
		}
		if !known {
			return true
		}
	}
	return false
}

// waiters asks the machine for the processes that wait for their reader to
// type.
func (l *lab) waiters(ctx context.Context) []string {
	return strings.Fields(l.ask(ctx, waitingScript))
}

// listens asks whether something listens that was started at a terminal: a
// process there, or a container.
func (l *lab) listens(term *shell) func(context.Context) bool {
	return func(ctx context.Context) bool {
		settled, err := l.m.Settle(ctx)
		if err != nil {
			return false // the command itself will show that the machine is gone
		}
		if settled.Waited > 0 {
			return len(settled.Died)+len(settled.Late) == 0
		}
		return l.ask(ctx, listeningScript, term.pid) != ""
	}
}

// ask runs a script of ours on the machine and returns what it prints. If the
// machine is gone, that is nothing: the command itself will show it.
func (l *lab) ask(ctx context.Context, script string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	s, err := l.m.Exec(ctx, Process{Args: append([]string{"sh", "-c", script, "sh"}, args...)})
	if err != nil {
		return ""
	}
	defer s.Close()
	defer context.AfterFunc(ctx, func() { s.Close() })()
	out, err := io.ReadAll(io.LimitReader(s, 4<<10))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// notReady says what a command that keeps its terminal was waited for.
func notReady(f *Failure, c *Command, r *outcome) *Failure {
	switch {
	case r.typed && interrupts(c):
		f.Msg = fmt.Sprintf("what it is to end still runs after %v", c.Timeout)
	case r.typed && !c.Stay:
		f.Msg = fmt.Sprintf("no prompt came back within %v", c.Timeout)
		f.Hint = "give it more time with timeout=5m"
	case c.Until != "":
		f.Msg = fmt.Sprintf("%q did not appear within %v", c.Until, c.Timeout)
	default:
		f.Msg = fmt.Sprintf("neither a prompt nor a port that listens within %v", c.Timeout)
		f.Hint = `say what shows that it is ready with until="…"`
	}
	return f
}

// wrongTerminal says what is wrong with where a command was typed.
func wrongTerminal(c *Command, r *outcome) string {
	switch {
	case c.Stay && r.end == finished:
		return fmt.Sprintf("ended with %d%s, expected that it keeps the terminal", r.exit, meaning(r.exit))
	case c.Prompt != "" && !r.typed:
		return fmt.Sprintf("typed at the shell's prompt, expected %q", c.Prompt)
	case c.Prompt != "" && !matchesLine(c.Prompt, r.at):
		return fmt.Sprintf("typed at the prompt %q, expected %q", r.at, c.Prompt)
	case c.AtShell && r.typed && r.at == "":
		return "typed to a program that keeps the terminal, expected the shell"
	case c.AtShell && r.typed && !strings.HasSuffix(r.at, "$"):
		return fmt.Sprintf("typed at the prompt %q of a program that keeps the terminal, expected the shell's", r.at)
	case r.end == stayed && c.Exit != 0:
		return fmt.Sprintf("its exit status can't be known, expected %d: it was typed to a program that goes on", c.Exit)
	}
	return ""
}

// interrupted tells whether a command ended as one does whose reader has
// pressed a key to end it, of which pages need not give the exit status.
func interrupted(c *Command, r *outcome) bool {
	const sigint = 128 + 2
	return r.exit == sigint && c.Exit == 0 && interrupts(c)
}

// interrupts tells whether a command is a key, or ends with one, that ends
// programs.
func interrupts(c *Command) bool {
	typed := c.Typed
	if c.Key {
		typed = c.Text
	}
	typed = strings.TrimRight(typed, "\n")
	return strings.HasSuffix(typed, "^C") || strings.HasSuffix(typed, "^D") || strings.HasSuffix(typed, `^\`)
}
