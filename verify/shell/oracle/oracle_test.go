//go:build unix

package oracle

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

var (
	everything = flag.Bool("oracle.everything", false, "compare BusyBox without a machine, and bash on one, too")
	parallel   = flag.Int("oracle.parallel", 6, "terminals at a time; most of them sleep")
	machine    = flag.String("oracle.machine", "", "a running container whose shells are used, instead of this computer's")
	bashWords  = flag.String("oracle.bash", "bash", "the command of bash")
	show       = flag.Bool("oracle.show", false, "print what the oracle saw")
	twice      = flag.Bool("oracle.twice", false, "compare the oracle with itself, even if there is a driver")
	seed       = flag.Uint64("oracle.seed", 0, "seed of the first script that is made up; 0 is one that HANDBOOK_SEED decides")
	timed      = flag.Duration("oracle.for", 20*time.Second, "how long scripts are made up; 0 is for one")
)

// known are the differences that stand, by snippet: what the verification guide's
// table says of each. A snippet that agrees must not be here.
var known = map[string]string{
	"functions/funcname":       lineNumbers,
	"expansion/lineno":         lineNumbers,
	"heredocs/ended-by-eof":    lineNumbers,
	"builtins/prompt-marks":    "`set`, `echo \"$PS1\"` and `declare -p` have the marks in them",
	"screen/invalid-utf8":      "bytes that are not UTF-8 show as `\ufffd`",
	"screen/many-lines":        "of long outputs the first and the last 1,000 lines are kept",
	"screen/stty-raw":          "an output that ends at the start of a row, but not at its first column, has an empty line more",
	"traps/int-at-prompt":      "what a trap prints at an idle prompt comes before the next command",
	"builtins/suspend-refused": "a shell that stops itself (`suspend`) fails at once",
	"running/ps2":              "in `sh`, a changed `PS2` is known for a prompt only behind a whole command",
}

const lineNumbers = "`$LINENO` is one more"

// seenOnMachines is the reason of what a row of the promises table shows.
const seenOnMachines = "both shells run on one computer, and would see it"

// unseen are the differences that this test can't see, each with the reason.
var unseen = map[string]string{
	"`ps -e` shows processes that are not the reader's, and `docker info` a registry mirror": seenOnMachines,
	"`/run/handbook` and `/etc/apt/apt.conf.d/80handbook` are there":                         seenOnMachines,
	"`PAGER` and `GIT_PAGER` are `cat`":                                                      seenOnMachines,
	"a Tab that a command contains is typed as a Tab, and does not complete words":           "the oracle pastes, too",
	"after `exec 2>file` statuses are not known":                                             "the oracle reads them from the same prompts",
	"`read -e` looks like the shell's own prompt":                                            "the oracle takes it for that, too",
}

// TestGuide holds the table of the verification guide against what is known: a
// difference of a snippet stands there, and each row there has a snippet or a reason
// for having none.
func TestGuide(t *testing.T) {
	b, err := os.ReadFile("../../../content/guides/verification.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Differences(string(b))
	if err != nil {
		t.Fatal(err)
	}
	inGuide := map[string]bool{}
	for _, row := range rows {
		if inGuide[row.What] = true; row.Why == "" {
			t.Errorf("the guide gives no reason for %q", row.What)
		}
		if unseen[row.What] == "" && !slices.Contains(slices.Collect(maps.Values(known)), row.What) {
			t.Errorf("the guide has %q, which no snippet shows", row.What)
		}
	}
	for name, what := range known {
		if !inGuide[what] {
			t.Errorf("%s differs, and the guide does not say so: %q", name, what)
		}
	}
	for what := range unseen {
		if !inGuide[what] {
			t.Errorf("the guide does not have %q any more", what)
		}
	}
	gone := maps.Clone(known)
	for _, s := range slices.Concat(snippets(t, "testdata/bash"), snippets(t, "testdata/sh")) {
		delete(gone, s.Name)
	}
	for name := range gone {
		t.Errorf("there is no snippet %s any more", name)
	}
}

// A test of both: what the terminal shows, and what the driver reports.
func TestBash(t *testing.T) {
	t.Parallel()
	compareAll(t, place(t, *bashWords), snippets(t, "testdata/bash"))
}

// TestSh is the same where there is no bash, and sh is one of the small shells.
// TestAlpine has BusyBox's; it is also tried here where -oracle.everything says so.
func TestSh(t *testing.T) {
	t.Parallel()
	programs := []string{"dash"}
	if *everything {
		programs = append(programs, "busybox")
	}
	for _, program := range programs {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			need.Program.Find(t, program)
			sh := place(t, "sh")
			sh.Sh = program
			compareAll(t, sh, snippets(t, "testdata/sh"))
		})
	}
}

// TestMachine is the same on a lab's machine, whose bash may be another one. It takes
// long, so it has to be asked for by -oracle.everything.
func TestMachine(t *testing.T) {
	if !*everything {
		t.Skip("-oracle.everything is not set")
	}
	t.Parallel()
	compareAll(t, onMachine(t, config.DockerMachine, "bash"), snippets(t, "testdata/bash"))
}

// TestAlpine is the same on a lab's machine of an image that has no bash.
func TestAlpine(t *testing.T) {
	t.Parallel()
	compareAll(t, onMachine(t, "alpine", "sh"), snippets(t, "testdata/sh"))
}

func onMachine(t *testing.T, image, shell string) Place {
	m := testenv.Start(t, testenv.Engine(t), verify.Spec{Image: image})
	at := place(t, shell)
	words := strings.Fields(m.Enter()) // docker exec -it MACHINE sh
	at.Machine, at.Host, at.Homes = words[len(words)-2], m, "/tmp"
	return at
}

// TestGenerated compares scripts that nobody thought of, for a time. A script is
// made again by the seed in its name: -oracle.seed N -oracle.for 0.
func TestGenerated(t *testing.T) {
	t.Parallel()
	first := *seed
	if first == 0 {
		n, _ := strconv.ParseUint(os.Getenv("HANDBOOK_SEED"), 10, 64)
		first = 1 + n*1000
	}
	t.Logf("seeds from %d on (HANDBOOK_SEED=%d)", first, first/1000)
	bash := place(t, *bashWords)
	for start, from := time.Now(), first; ; from += uint64(*parallel) {
		var some []Snippet
		for n := range uint64(*parallel) {
			some = append(some, Snippet{Name: fmt.Sprint("seed-", from+n), Lines: Generate(from + n)})
			if *timed == 0 {
				break
			}
		}
		compareAll(t, bash, some)
		if t.Failed() || time.Since(start) >= *timed {
			return
		}
	}
}

// slots are for the terminals that are open at a time, of all tests.
var slots = sync.OnceValue(func() chan struct{} { return make(chan struct{}, *parallel) })

func place(t testing.TB, shell string) Place {
	return Place{Shell: strings.Fields(shell), Machine: *machine, Homes: homes(), Terminal: newTmux(t)}
}

func compareAll(t *testing.T, oracle Place, all []Snippet) {
	var driver Driver = oracle
	if newDriver != nil && !*twice {
		driver = newDriver(t, oracle)
	}
	has := sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for _, s := range all {
			for _, n := range s.Needs {
				if _, ok := m[n]; !ok {
					m[n] = oracle.Has(n)
				}
			}
		}
		return m
	})
	slots := slots()
	t.Run("all", func(t *testing.T) { // the server outlives its parallel tests
		for _, s := range all {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				for _, name := range s.Needs {
					switch {
					case has()[name]:
					case oracle.Host != nil: // a machine is as its image is
						need.Skip(t, "the machine has no "+name)
					default:
						need.Program.Missing(t, "there is no "+name)
					}
				}
				slots <- struct{}{}
				defer func() { <-slots }()
				compareOne(t, oracle, driver, s)
			})
		}
	})
}

// compareOne compares a snippet. One that differs is compared once more: on a busy
// computer the oracle itself may look too early. What differs only once is
// logged.
func compareOne(t *testing.T, oracle, driver Driver, s Snippet) {
	difference := differenceOf(t, oracle, driver, s)
	reason := known[s.Name]
	if difference != "" && reason == "" {
		if again := differenceOf(t, oracle, driver, s); again == "" {
			t.Logf("differed once of twice:\n%s", difference)
			return
		}
	}
	switch {
	case difference == "" && reason != "":
		t.Errorf("no difference any more; take it out of the table (%s)", reason)
	case difference != "" && reason != "":
		t.Logf("known: %s\n%s", reason, difference)
	case difference != "":
		t.Errorf("- in a reader's terminal, + by the driver:\n%s", difference)
	}
}

func differenceOf(t *testing.T, oracle, driver Driver, s Snippet) string {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	start := time.Now()
	seen, err := oracle.Run(ctx, s.Lines)
	if err != nil {
		t.Fatalf("oracle: %v", err)
	}
	want := Transcript{Typed: s.Lines, Results: seen}.Masked(s.Collapse)
	if *show {
		fmt.Fprintf(os.Stderr, "=== %s (%.2fs)\n%s\n", s.Name, time.Since(start).Seconds(), want)
	}
	reported, err := driver.Run(ctx, s.Lines)
	if err != nil {
		t.Fatalf("driver: %v\n%s", err, want)
	}
	return Compare(want, Transcript{Typed: s.Lines, Results: reported}.Masked(s.Collapse))
}
