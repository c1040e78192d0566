package shell

import (
	"context"
	"strings"
	"time"

	"handbook/verify/screen"
)

// A Command is what is typed at a terminal. Where a program keeps the terminal,
// it is typed to that program.
type Command struct {
	Text    string
	Key     bool // Text is a key to press at a program that keeps the terminal: "^C", say
	Timeout time.Duration
	// Pause means that a reader pauses before the command is typed. Jobs that were
	// put into the background before have begun by then: what they print at first
	// stands above the command.
	Pause bool
	NoTTY bool // standard input is empty, and the output is no terminal

	// Typed are lines and keys (see Keystrokes), one for each time that the
	// command waits for input. Those that a command has not waited for are in
	// Result.Left.
	Typed []string
	// More means that what is left of Typed is for a later command, so a line
	// is typed only to a command that surely waits for it. Otherwise a line
	// is also typed to a command that has been silent for some seconds.
	More bool

	// Stay means that the command is a program that is to keep its terminal.
	// Run returns when it is ready: Until is printed, or if that is "", it
	// prompts, it listens on a TCP port, or Ready says so.
	Stay  bool
	Until string
	// Ready asks whether what the command has started elsewhere is ready, and
	// whether it has started anything there. It may take its time. nil says
	// that there is nothing to ask.
	Ready func(context.Context) (ready, known bool)

	// Progress is shown the screen now and then while the command runs; it may be
	// nil. It reads from it and keeps nothing.
	Progress func(*screen.Screen)
}

// A Result is what became of a command.
type Result struct {
	screen.Output
	Ending Ending
	Exit   int   // "$?" behind the command; -1 if that can't be known
	Parts  []int // exit statuses of the parts of its last pipeline; nil in shells that do not tell
	// Doubtful means that the shell has shown another prompt than the one after
	// the command before, so that what was returned of it may be wrong.
	Doubtful bool
	Refused  bool // the shell has not run it: its history has no such event
	Seconds  float64
	Waiting  string   // the line at which it waits, if it waits or its time is up
	Left     []string // of Command.Typed: what was not typed
	// Interrupts means that the last key that was typed is one that ends
	// programs, or leaves them: ^C, ^D, ^\ or ^P^Q.
	Interrupts bool

	// Before are the lines that jobs in the background have printed since the
	// command before this one.
	Before []string

	ToProgram bool   // it was typed to a program that keeps the terminal
	Prompt    string // at this prompt, if the program has one
}

// Ending says how a command ended.
type Ending int

const (
	none       Ending = iota // it goes on
	Ended                    // with Result.Exit
	TimedOut                 // was still running when its time was up
	Waits                    // waits for input that nobody types
	ShellEnded               // together with its shell
	Stopped                  // its shell was stopped, and nothing continues it
	Stays                    // keeps the terminal: the command itself, or the program that it was typed to
	Gone                     // the program that it was to be typed to had ended before, with Result.Exit
)

// Keystrokes cuts what is to be typed into lines, each typed when a command
// waits for input, and turns "^C", "^D", "^Z", "^\" and "^P^Q" into those keys.
func Keystrokes(typed string) []string {
	typed = keys.Replace(typed)
	var lines []string
	for line := range strings.Lines(typed) {
		lines = append(lines, line)
	}
	return lines
}

// detach are the keys with which docker leaves a container that it is attached to.
const detach = "\x10\x11"

var keys = strings.NewReplacer("^C", "\x03", "^D", "\x04", "^Z", "\x1a", `^\`, "\x1c", "^P^Q", detach)

// pressed returns the characters that keys send, written as terminals print them:
// "^C", "^P^Q".
func pressed(keys string) string {
	var b strings.Builder
	for _, c := range strings.ReplaceAll(keys, "^", "") {
		b.WriteRune(c & 0x1f)
	}
	return b.String()
}

// stops reports whether what is typed ends or stops programs, or leaves them, whether
// they read or not.
func stops(typed string) bool {
	return typed == "\x03" || typed == "\x1a" || typed == "\x1c" || typed == detach
}

// interrupts reports whether what is typed ends with a key that ends programs, or
// leaves them.
func interrupts(typed string) bool {
	typed = strings.TrimRight(typed, "\n")
	return strings.HasSuffix(typed, detach) || typed != "" && strings.ContainsAny(typed[len(typed)-1:], "\x03\x04\x1c")
}
