// Package need is for tests that need more of the computer than Go: a Docker
// Engine, a browser, a program. Where it is missing the test is skipped, or
// fails if the environment says so:
//
//	HANDBOOK_REQUIRE=1          nothing may be missing
//	HANDBOOK_REQUIRE_DOCKER=1   an engine may not be missing
//	HANDBOOK_REQUIRE_BROWSER=1  neither may a browser, nor what is run in it
//
// Each skipped test is written to the file that HANDBOOK_SKIPPED names;
// with-engine shows it when the tests are over.
package need

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A Need is what a test can need of the computer.
type Need string

// The needs.
const (
	Docker  Need = "DOCKER"  // an engine
	Browser Need = "BROWSER" // Chromium, and the packages of npm that look into it
	Program Need = "PROGRAM" // a program of another kind
)

// required reports whether a need may not be missing.
func (n Need) required() bool {
	return os.Getenv("HANDBOOK_REQUIRE") == "1" || os.Getenv("HANDBOOK_REQUIRE_"+string(n)) == "1"
}

// Missing skips a test because something is missing, or fails it.
func (n Need) Missing(t testing.TB, why any) {
	t.Helper()
	if n.required() {
		t.Fatal(why)
	}
	Skip(t, why)
}

// Find returns the path of the first of the programs that is there. It skips
// the test if none is, or fails it.
func (n Need) Find(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	n.Missing(t, "there is no "+strings.Join(names, " or "))
	return ""
}

// Has reports whether a program is there that a part of the test needs (see
// Lacks).
func (n Need) Has(t testing.TB, name string) bool {
	t.Helper()
	_, err := exec.LookPath(name)
	if err != nil {
		n.Lacks(t, "there is no "+name)
	}
	return err == nil
}

// Lacks notes that a part of the test has to be left out because something is
// missing, or marks the test as failed. The rest goes on.
func (n Need) Lacks(t testing.TB, why any) {
	t.Helper()
	if n.required() {
		t.Error(why)
		return
	}
	write(t, fmt.Sprintf("in part: %v", why))
}

// Skip skips a test that can't be run on this computer, whatever is installed.
func Skip(t testing.TB, why any) {
	t.Helper()
	write(t, why)
	t.Skip(why)
}

// write names a skipped test in the file of HANDBOOK_SKIPPED.
func write(t testing.TB, why any) {
	t.Helper()
	name := os.Getenv("HANDBOOK_SKIPPED")
	if name == "" {
		return
	}
	dir, err := os.Getwd() // the folder of the test's package
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// One write: other processes append to it too.
	if _, err := f.WriteString(fmt.Sprintf("%s %s: %v\n", dir, t.Name(), why)); err != nil {
		t.Fatal(err)
	}
}
