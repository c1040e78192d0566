//go:build unix

package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Generate makes up lines to be typed into bash: pipes, lists, compounds,
// here-documents, jobs, traps, set options and redirections. They end by themselves, and two
// runs of them show the same: what runs side by side never writes to the same
// place, and a job goes on only when a later line lets it.
func Generate(seed uint64) []string {
	g := &generator{r: rand.New(rand.NewPCG(seed, 1))}
	for n := 4 + g.r.IntN(8); n > 0 && !g.over; n-- {
		g.line()
	}
	if g.job != "" && !g.over {
		g.add("touch " + g.job + "; wait")
	}
	return g.lines
}

type generator struct {
	r     *rand.Rand
	lines []string
	depth int
	names int    // files and variables made so far
	job   string // the file on which a background job waits
	trace bool   // set -x or -v, or a trap that prints: what runs in parallel must be silent
	over  bool   // nothing more to type
}

func (g *generator) add(lines ...string) { g.lines = append(g.lines, lines...) }

func (g *generator) pick(of ...string) string { return of[g.r.IntN(len(of))] }

func (g *generator) name(prefix string) string {
	g.names++
	return fmt.Sprint(prefix, g.names)
}

func (g *generator) word() string {
	return g.pick("a", "b", "'c d'", `"e f"`, "$x", `"$x"`, "$((1+2))", "$(echo sub)", "{p,q}", "*.none", "~root", `\$`, "$?", `"$?"`, "${y:-z}", "${#x}", "'!'", "$'t\\tu'")
}

// simple is a command that prints, fails or sets something. Its output is one write.
func (g *generator) simple() string {
	switch g.r.IntN(16) {
	case 0:
		return "true"
	case 1:
		return "false"
	case 2:
		return fmt.Sprintf("(exit %d)", g.r.IntN(6))
	case 3:
		return fmt.Sprintf("x=%s", g.pick("1", "'two words'", "$(echo v)", "*", "''", "$x$x"))
	case 4:
		return fmt.Sprintf("printf '%%s\\n' %s %s", g.word(), g.word())
	case 5:
		return fmt.Sprintf("[ %s = %s ]", g.pick("a", `"$x"`), g.pick("a", "b", `"$y"`))
	case 6:
		return "nosuchcommand" + g.pick("", " a")
	case 7:
		return "ls /nonexistent"
	case 8:
		return fmt.Sprintf("seq %d", 1+g.r.IntN(4))
	case 9:
		return fmt.Sprintf("((n%s))", g.pick("++", "--", "=0", "+=2", ">1", "==0"))
	case 10:
		return fmt.Sprintf("[[ $x %s ]]", g.pick("== a*", "== ''", "=~ ^[0-9]+$", "!= b"))
	case 11:
		return "! " + g.pick("true", "false")
	case 12:
		return "printf " + g.word()
	default:
		return "echo " + g.word() + " " + g.word()
	}
}

// quiet is a command that writes nothing but to standard output, and starts nothing.
func (g *generator) quiet() string {
	return g.pick("echo a b", "seq 3", "printf 'b\\na\\n'", "true", "false", "(exit 3)", "echo $x", "echo one two three", "{ echo g; false; }", "(echo s; exit 2)")
}

// filter reads everything: whether a writer meets a reader that has ended is a matter of time.
func (g *generator) filter() string {
	return g.pick("cat", "sort", "wc -l", "tr a-z A-Z", "sed -n 1p", "tail -1", "grep a", "grep -c nothing", "sed 's/a/X/'", "{ cat > /dev/null; (exit 4); }",
		"while read l; do echo \"<$l>\"; done", "grep -c .", "{ read l; cat > /dev/null; echo $l; }")
}

func (g *generator) pipeline() string {
	if g.trace {
		return g.simple()
	}
	parts := []string{g.quiet()}
	if g.r.IntN(6) == 0 {
		parts = []string{"yes", g.pick("head -2", "grep -q y", "true", "(exit 4)", "{ read l; echo $l; }", "sed 1q")} // dies of SIGPIPE
	}
	for n := 1 + g.r.IntN(3); n > 0; n-- {
		parts = append(parts, g.filter())
	}
	p := strings.Join(parts, " | ")
	switch g.r.IntN(8) {
	case 0:
		p = "! " + p
	case 1:
		p += `; echo "${PIPESTATUS[@]}"`
	}
	return p
}

func (g *generator) redirected(c string) string {
	f := g.name("f")
	switch g.r.IntN(7) {
	case 0:
		return c + " > " + f + "; cat " + f
	case 1:
		return c + " 2> /dev/null"
	case 2:
		return c + " > /nonexistent/" + f
	case 3:
		return "{ " + c + "; } 2>&1"
	case 4:
		return c + " &> " + f + "; cat " + f
	case 5:
		return c + " >> " + f + "; wc -l < " + f
	default:
		return c + " < /dev/null"
	}
}

func (g *generator) list() string {
	a := g.command()
	for n := g.r.IntN(3); n > 0; n-- {
		a += g.pick(" && ", " || ", "; ") + g.command()
	}
	return a
}

// command is something on one line.
func (g *generator) command() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 3 {
		return g.simple()
	}
	switch g.r.IntN(14) {
	case 0:
		return fmt.Sprintf("if %s; then %s; else %s; fi", g.command(), g.list(), g.list())
	case 1:
		return fmt.Sprintf("for i in 1 %s; do %s; done", g.word(), g.pick(g.list(), "echo $i", "[ $i = 1 ] && continue; echo $i", "echo $i; break"))
	case 2:
		v := g.name("w")
		return fmt.Sprintf("{ %s=0; while [ $%s -lt %d ]; do %s=$((%s+1)); %s; done; }", v, v, 1+g.r.IntN(3), v, v, g.command())
	case 3:
		v := g.name("u")
		return fmt.Sprintf("{ %s=2; until [ $%s -le 0 ]; do %s=$((%s-1)); echo $%s; done; }", v, v, v, v, v)
	case 4:
		return fmt.Sprintf("case %s in a) %s;; *) %s;; esac", g.word(), g.command(), g.command())
	case 5:
		return "(" + g.list() + ")"
	case 6:
		return "{ " + g.list() + "; }"
	case 7:
		f := g.name("fn")
		return fmt.Sprintf("%s() { %s; %s; }; %s a b", f, g.command(), g.pick("return 3", "echo $1 $#", "true", "local x=l; echo $x"), f)
	case 8, 9:
		return g.pipeline()
	case 10:
		return g.redirected(g.simple())
	default:
		return g.simple()
	}
}

func (g *generator) line() {
	switch g.r.IntN(20) {
	case 0: // here-document
		end := g.pick("END", "'END'", `"END"`)
		to := g.pick("cat", "sort", "while read l; do echo \"[$l]\"; done", "cat > h; cat h", "grep -c a", "{ read a; echo $a; }")
		g.add(to + " <<" + end)
		for n := g.r.IntN(4); n > 0; n-- {
			g.add(g.pick("a $x", "b $((2*3))", "  c", "$(echo sub)", `\$x "q"`, "'single'"))
		}
		g.add("END")
	case 1: // over several lines
		switch g.r.IntN(4) {
		case 0:
			g.add("for i in a b; do", g.command(), "done")
		case 1:
			g.add("if "+g.command(), "then", g.list(), "else", g.command(), "fi")
		case 2:
			g.add("echo one \\", "two", "echo 'three", "four'")
		default:
			g.add(g.pick("true", "false")+" "+g.pick("&&", "||"), g.command())
		}
	case 2: // a job that waits for a later line
		if g.job != "" || g.trace {
			g.add("touch " + orDefault(g.job, "none") + "; wait")
			g.job = ""
			return
		}
		g.job = g.name("go")
		body := g.pick("echo from the job", "(exit 3)", "seq 2", "false", "echo a | tr a b", "true")
		g.add(fmt.Sprintf("{ until [ -e %s ]; do sleep 0.02; done; %s; } &", g.job, body))
	case 3: // a trap
		if g.job != "" {
			return
		}
		switch g.r.IntN(4) {
		case 0:
			g.trace = true
			g.add("trap 'echo \"ERR $?\"' ERR")
		case 1:
			g.trace = true
			g.add("trap 'echo \"D $BASH_COMMAND\"' DEBUG")
		case 2:
			g.add("trap 'echo \"bye $?\"' EXIT")
		default:
			g.add("trap 'echo USR1' USR1", "kill -USR1 $$")
		}
	case 4, 5: // an option
		if g.job != "" {
			return
		}
		o := g.pick("-e", "-u", "-x", "-v", "-f", "-C", "-o pipefail", "+e", "+u", "+f", "+C", "+o pipefail")
		switch o {
		case "-x", "-v":
			g.trace = true
		}
		g.add("set " + o)
	case 6:
		g.add(g.pick("echo $?", "!!", "echo \"${PIPESTATUS[*]}\"", "# a comment", "", "echo !$", "x='a b' y=", "unset x", "jobs"))
	case 7:
		if g.r.IntN(4) == 0 && g.job == "" {
			g.add("exit" + g.pick("", " 0", " 3"))
			g.over = true
			return
		}
		g.add(g.pick(")", "fi", "echo ${", "echo a | | b", "for x"))
		if g.lines[len(g.lines)-1] == "echo ${" {
			g.add("^C")
		}
		if g.lines[len(g.lines)-1] == "for x" {
			g.add("^C")
		}
	case 8:
		g.add("exec 3> " + g.name("e") + "; echo to three >&3; exec 3>&-")
	case 9:
		g.add(g.pick("read v", "read -p 'v? ' v", "read a v"), g.pick("typed", "typed words", "a\\b"), "echo \"$v\"")
	default:
		g.add(g.list())
	}
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestGenerate: the same seed makes the same script.
func TestGenerate(t *testing.T) {
	for seed := range uint64(200) {
		a, b := Generate(seed), Generate(seed)
		if strings.Join(a, "\n") != strings.Join(b, "\n") || len(a) == 0 {
			t.Fatalf("seed %d: %q, %q", seed, a, b)
		}
	}
}
