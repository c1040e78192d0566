package terminals

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"handbook/cmd/handbook/adopt/layout"
	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/session"
)

// A Terminal is the state of a reader's terminal at a place of a page.
type Terminal struct {
	Program string   // the program in it: "sh", "mysql"; "" at the shell's prompt
	outer   []string // the programs in which that was started, the outermost first
	Endless bool     // a program that reads no input runs in it, until ^C
	ignores bool     // that program ignores ^C
	name    string   // name of the container in it
	command string   // the command that started that program
	dir     string   // directory of the shell: "LAB/…", "~/…" or "/…"; "" if not known
	last    string   // the directory before, for "cd -"
	used    bool
}

// Busy reports whether a program has the terminal, so that it is not at the
// shell's prompt.
func (t *Terminal) Busy() bool { return t.Program != "" || t.Endless }

// lab stands for the lab's directory, whose name is chosen at the end of the
// page.
const lab = "LAB"

// Cd follows the changes of directory in a command.
func (t *Terminal) Cd(text string) {
	for _, call := range session.Calls(text) {
		if len(call) == 0 || call[0] != "cd" && call[0] != "pushd" {
			continue
		}
		to := "~"
		if len(call) > 1 {
			to = call[1]
		}
		was := t.dir
		switch {
		case to == "":
			t.dir = "" // a variable
		case to == "-":
			t.dir = t.last
		case to == "~" || strings.HasPrefix(to, "~/"), strings.HasPrefix(to, "/"):
			t.dir = path.Clean(to)
		case t.dir == "":
		default:
			t.dir = path.Join(t.dir, to)
		}
		t.last = was
	}
}

// leave returns what must be typed to get back to the shell's prompt, each
// line as a snippet of its own.
func (t *Terminal) leave(opts []string) (all []*layout.Block) {
	if t.Endless {
		all = append(all, &layout.Block{Lang: "bash", Opts: []string{`type="^C"`, "hide"}})
	}
	for ; t.Program != ""; t.Out() {
		all = append(all, &layout.Block{Lang: "bash", Opts: []string{"hide"}, Code: []string{leaves(t.Program)}})
	}
	for _, b := range all {
		b.Opts = append(slices.Clone(opts), b.Opts...)
	}
	t.Free()
	return all
}

// leaves returns the input that ends a program.
func leaves(program string) string {
	switch {
	case program == "psql":
		return `\q`
	case strings.HasPrefix(program, "python"):
		return "exit()"
	case program == "node":
		return ".exit"
	}
	return "exit"
}

// Into records that a program was started within the one in the terminal.
func (t *Terminal) Into(program string) {
	t.outer, t.Program = append(t.outer, t.Program), program
}

// Out records that the program in the terminal has ended.
func (t *Terminal) Out() {
	if len(t.outer) == 0 {
		t.Free()
		return
	}
	last := len(t.outer) - 1
	t.Program, t.outer, t.Endless = t.outer[last], t.outer[:last], false
}

// Free records that the terminal is at the shell's prompt.
func (t *Terminal) Free() {
	t.Program, t.outer, t.Endless, t.ignores, t.name, t.command = "", nil, false, false, "", ""
}

// Keep records that a command keeps the terminal.
func (t *Terminal) Keep(text string, n needs.Need) {
	t.Program = n.Program
	t.Endless, t.ignores = n.Program == "", needs.IgnoresInterrupt(text)
	_, t.name, _ = needs.Image(text)
	t.command = text
}

var endsRE = regexp.MustCompile(`^(?:sudo )?docker (?:container )?(?:stop|kill|rm -f|rm --force|restart) (.*)$`)

// EndedBy reports whether a command in another terminal ends the program in
// this one.
func (t *Terminal) EndedBy(text string) bool {
	m := endsRE.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || t.name == "" {
		return false
	}
	for _, w := range strings.Fields(m[1]) {
		if w == t.name {
			return true
		}
	}
	return false
}

// visits matches commands that people run in another terminal while a server
// runs in the first one, even if the page does not say so.
var visits = regexp.MustCompile(`^(?:sudo )?(?:curl|wget|http|docker (?:container )?(?:ps|ls|exec|stop|kill|logs|stats|top|inspect|port|attach|cp|diff|pause)|docker[ -]compose (?:ps|exec|logs|stop|down|kill|scale)|ab |telnet|nc |netstat|ss |lsof)(?: |$)`)
