package adopt

import (
	"path"
	"regexp"
	"strings"

	"handbook/cmd/handbook/adopt/needs"
	"handbook/cmd/handbook/adopt/session"
)

// A terminal is what a reader has in front of them at a place of a page.
type terminal struct {
	program string   // what keeps it: "sh", "mysql"; "" if the shell's prompt is there
	outer   []string // the programs in which that was started, the outermost first
	endless bool     // it is kept by what reads nothing, and is ended by ^C
	ignores bool     // that ignores ^C
	name    string   // the container that keeps it
	dir     string   // where the shell is: "LAB/…", "~/…" or "/…"; "" if that can't be told
	last    string   // the directory before, for "cd -"
	used    bool
}

func (t *terminal) busy() bool { return t.program != "" || t.endless }

// LAB stands for the lab's directory, whose name is chosen when the page has
// been read.
const lab = "LAB"

// cd follows the changes of directory in a command.
func (t *terminal) cd(text string) {
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

// leave returns what has to be typed so that the shell's prompt is there again,
// each line as a snippet of its own.
func (t *terminal) leave(n int) (all []*block) {
	if t.endless {
		all = append(all, &block{lang: "bash", opts: []string{`type="^C"`, "hide"}})
	}
	for ; t.program != ""; t.out() {
		all = append(all, &block{lang: "bash", opts: []string{"hide"}, code: []string{leaves(t.program)}})
	}
	if n > 1 {
		for _, b := range all {
			b.opts = append([]string{termOption(n)}, b.opts...)
		}
	}
	t.free()
	return all
}

// leaves is what ends a program.
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

// into notes that a program was started in the one that keeps the terminal.
func (t *terminal) into(program string) {
	t.outer, t.program = append(t.outer, t.program), program
}

// out notes that the program that keeps the terminal was left.
func (t *terminal) out() {
	if len(t.outer) == 0 {
		t.free()
		return
	}
	last := len(t.outer) - 1
	t.program, t.outer, t.endless = t.outer[last], t.outer[:last], false
}

// free notes that nothing keeps the terminal.
func (t *terminal) free() {
	t.program, t.outer, t.endless, t.ignores, t.name = "", nil, false, false, ""
}

// keep notes that a command keeps the terminal.
func (t *terminal) keep(text string, n needs.Need) {
	t.program = n.Program
	t.endless, t.ignores = n.Program == "", needs.IgnoresInterrupt(text)
	_, t.name, _ = needs.Image(text)
}

var endsRE = regexp.MustCompile(`^(?:sudo )?docker (?:container )?(?:stop|kill|rm -f|rm --force|restart) (.*)$`)

// endedBy reports whether a command in another terminal ends what keeps this one.
func (t *terminal) endedBy(text string) bool {
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

// visits are commands that people give while a server runs in their terminal,
// from another one, whether the page says so or not.
var visits = regexp.MustCompile(`^(?:sudo )?(?:curl|wget|http|docker (?:container )?(?:ps|ls|exec|stop|kill|logs|stats|top|inspect|port|attach|cp|diff|pause)|docker[ -]compose (?:ps|exec|logs|stop|down|kill|scale)|ab |telnet|nc |netstat|ss |lsof)(?: |$)`)
