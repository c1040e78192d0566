package shell

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
)

//go:embed questions.sh
var questionsScript string

// questions asks the host about its processes, by one process that is kept:
// an answer takes a fraction of a millisecond.
type questions struct {
	host   Host
	script *KeptScript
}

func newQuestions(h Host) *questions {
	return &questions{h, KeepScript(h, questionsScript, "sh")}
}

// ask asks one question and returns the lines of its answer. If the host is
// gone there are none: the command itself will show it.
func (q *questions) ask(ctx context.Context, question string, args ...string) (lines []string) {
	lines, _ = q.asked(ctx, question, args...)
	return lines
}

// asked tells also whether there was an answer.
func (q *questions) asked(ctx context.Context, question string, args ...string) (lines []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err = q.script.Use(ctx, func(s *Script) error {
		lines = nil
		if _, err := s.Write([]byte(question + " " + strings.Join(args, " ") + "\n")); err != nil {
			return err
		}
		for {
			line, err := s.Out.ReadString('\n')
			if err != nil {
				return err
			}
			if line = strings.TrimSuffix(line, "\n"); line == "." {
				return nil
			}
			lines = append(lines, line)
		}
	})
	return lines, err
}

// An activity is what the foreground of a terminal does.
type activity int

const (
	unknownActivity activity = iota // the host does not tell
	busy                            // a command runs
	inRead                          // the shell reads from its terminal
	inReadline                      // the shell waits in readline
	stopped                         // the shell has stopped itself
	gone                            // the shell has ended
)

// prompts reports whether the shell may be at its prompt.
func (a activity) prompts() bool { return a == inRead || a == inReadline }

// at returns what the shell whose process is pid does. If it waits, mark is
// printed at its terminal, unless it is "" or the host can't do that.
func (q *questions) at(ctx context.Context, pid, mark string) (a activity, marked bool) {
	lines, err := q.asked(ctx, "at", pid, mark)
	switch {
	case err != nil: // it may tell the next time
		return busy, false
	case len(lines) == 0:
		return unknownActivity, false
	}
	does, _, marked := strings.Cut(lines[0], " ")
	switch does {
	case "readline":
		return inReadline, marked
	case "read":
		return inRead, marked
	case "stopped":
		return stopped, false
	case "gone":
		return gone, false
	}
	return busy, false
}

// A pipeState is the state of a pipe that takes a command's output.
type pipeState string

const (
	pipeOpening pipeState = "" // its reader may be about to open it
	pipeMarked  pipeState = "marked"
	pipeClosed  pipeState = "gone" // its reader has ended, which it does after all writers
	pipeUnknown pipeState = "unknown"
)

// pipe prints a mark into a pipe behind all that has been written to it. pid is the
// process that reads it.
func (q *questions) pipe(ctx context.Context, pid, name, mark string) pipeState {
	return pipeState(strings.Join(q.ask(ctx, "pipe", pid, name, mark), ""))
}

// print prints a mark at the terminal of a shell, unless the host can't do that.
func (q *questions) print(ctx context.Context, pid, mark string) (marked bool) {
	return len(q.ask(ctx, "print", pid, mark)) > 0
}

// atLine reports whether a shell reads a line at its prompt.
func (q *questions) atLine(ctx context.Context, pid string) bool {
	return len(q.ask(ctx, "line", pid)) > 0
}

// shows reports whether a shell shows at its terminal what is typed.
func (q *questions) shows(ctx context.Context, pid string) bool {
	return len(q.ask(ctx, "shows", pid)) > 0
}

// A group is a process group in the foreground of a terminal. The zero value is none
// that is known.
type group struct {
	id      string
	now     uint64 // when the host was asked
	started uint64 // when its first process was started; 0 if it has ended. It is compared since process numbers wrap around
}

// group returns the process group in the foreground of the terminal of a shell.
func (q *questions) group(ctx context.Context, pid string) (g group) {
	_, _ = fmt.Sscan(strings.Join(q.ask(ctx, "group", pid), ""), &g.id, &g.now, &g.started) // fields that are missing stay zero
	return g
}

// isYounger reports whether g is certainly another group, started later than the given one.
func (g group) isYounger(than group) bool {
	began := than.started
	if began == 0 {
		began = than.now
	}
	return g.id != than.id && than.id != "" && g.started >= max(began, 1)
}

// A job is a process group in the background of a terminal.
type job struct {
	rests bool   // none of its processes runs
	spent string // the time that each has taken
}

// jobs returns the jobs of a shell that is at its prompt, by the numbers of their
// process groups. It reports whether the host has answered.
func (q *questions) jobs(ctx context.Context, pid string) (all map[string]job, told bool) {
	lines, err := q.asked(ctx, "jobs", pid)
	all = map[string]job{}
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		j, seen := all[fields[0]]
		all[fields[0]] = job{rests: (j.rests || !seen) && fields[1] == "rests", spent: j.spent + fields[2] + " "}
	}
	return all, err == nil
}

// slept returns how often a process has gone to sleep, "" if the host does not tell.
func (q *questions) slept(ctx context.Context, pid string) string {
	return strings.Join(q.ask(ctx, "slept", pid), "")
}

// Which processes are asked for that may wait for input at a terminal.
type waiters int

const (
	readers  waiters = iota // those that surely do
	unsure                  // those that may, or do at a container's terminal, where no mark can tell it
	pollers                 // both
	askers                  // and a docker command that is attached to no container
	dockers                 // and one whose container can't be seen
	attached                // a docker command that is attached to a container that can be seen
)

// A waitingFunc asks the host whether a command waits for input. If one surely
// does, mark is printed at its terminal, unless it is "" or the host can't do that.
type waitingFunc func(ctx context.Context, which waiters, mark string) (waits, marked bool)

// A process is one in the foreground of a terminal, or of a container's.
type process struct {
	inContainer bool
	does        string // "read", "poll", "attached", "docker" or "busy"; see questions.sh
	id          string
}

// foreground returns the processes in the foreground of the terminal of a shell, and,
// where that runs the docker command, those of the terminals of containers.
func (q *questions) foreground(ctx context.Context, pid, mark string) (all []process, marked bool) {
	for _, line := range q.ask(ctx, "waiting", pid, mark) {
		fields := strings.Fields(line)
		if len(fields) == 3 {
			all = append(all, process{fields[0] == "there", fields[1], fields[2]})
		}
		marked = marked || line == "marked"
	}
	return all, marked
}

// anyWaits reports whether one of the processes waits for input.
func (which waiters) anyWaits(all []process) bool {
	is := func(does ...string) bool {
		return slices.ContainsFunc(all, func(p process) bool { return slices.Contains(does, p.does) })
	}
	switch which {
	case readers:
		return is("read")
	case unsure:
		return is("poll") || slices.ContainsFunc(all, func(p process) bool { return p.inContainer && p.does == "read" })
	case pollers:
		return is("read", "poll")
	}
	seen := slices.ContainsFunc(all, func(p process) bool { return p.inContainer })
	if which == attached {
		return seen && is("attached")
	}
	return is("read", "poll", "docker") || which == dockers && !seen && is("attached")
}

// listening reports whether a process at the terminal of a shell listens on a
// TCP port.
func (q *questions) listening(ctx context.Context, pid string) bool {
	return len(q.ask(ctx, "listening", pid)) > 0
}

func (q *questions) close() { q.script.Close() }
