package testenv

import (
	"flag"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// An M runs a package's tests that wait for machines more than they work:
// several parallel tests for each processor, unless the command line says how
// many.
//
//	func TestMain(m *testing.M) { os.Exit(testenv.M{M: m}.Run()) }
type M struct{ *testing.M }

// Run runs the tests and returns the exit status.
func (m M) Run() int {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		// Each machine takes memory, too.
		flag.Set("test.parallel", strconv.Itoa(min(6, 3*runtime.GOMAXPROCS(0))))
	}
	return m.M.Run()
}

// apart names the test that this process was started for.
const apart = "HANDBOOK_TEST_APART"

// Apart makes a test parallel that changes the environment or the working
// directory: it runs the test in a process of its own. In that process Apart
// returns true; in the one that called it first, it returns false when all is
// done.
func Apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(apart) == t.Name() {
		return true
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), apart+"="+t.Name())
	out, err := cmd.CombinedOutput()
	switch text := string(out); {
	case err != nil:
		t.Errorf("%v\n%s", err, text)
	case strings.Contains(text, "--- SKIP: "+t.Name()+" "):
		t.Skip(text)
	default:
		t.Log(text)
	}
	return false
}
