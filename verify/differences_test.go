//go:build unix

package verify_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"handbook/verify/shell/oracle"
)

// differences are what the guide lists under "These differences remain". The name
// of a row is what stands in the guide's table.
var differences = []verdict{
	{name: "`set`, `echo \"$PS1\"` and `declare -p` have the marks in them", page: `
'''bash
echo "$PS1" | cat -v | grep -o ']7777;' | wc -l
# -> 2
set | grep -c '^PS1=.*7777;'
# -> 1
declare -p | grep -c '^declare -- PS1=.*7777;'
# -> 1
'''`},
	{name: "`PAGER` and `GIT_PAGER` are `cat`", real: true, page: `
'''bash
echo $PAGER $GIT_PAGER
# -> cat cat
'''`},
	{name: "`$LINENO` is one more", page: `
'''bash
echo $LINENO
# -> 2
'''`},
	{name: "a Tab that a command contains is typed as a Tab, and does not complete words", page: `
'''bash
echo 'a	b' | cat -A
# -> a^Ib$
'''`},
	{name: "in `sh`, a changed `PS2` is known for a prompt only behind a whole command", real: true, lab: "machine: alpine", page: `
'''sh
PS2='more> '
for i in 1 2
do echo $i
done
# -> more> more> 1
# -> 2
'''`},
	{name: "after `exec 2>file` statuses are not known", page: `
'''bash
exec 2>file
echo shown; false
# -> shown
'''`},
	{name: "`read -e` looks like the shell's own prompt", page: `
'''bash
read -e name
'''`},
	{name: "what a trap prints at an idle prompt comes before the next command", page: `
'''bash
trap 'echo trapped' USR1
(until [[ $(ps -o stat= $$) == Ss+ ]]; do :; done; kill -USR1 $$; sleep 1000) &
'''
'''bash
echo next
# -> trapped
# -> next
'''`},
	{name: "a shell that stops itself (`suspend`) fails at once", page: `
'''bash
echo before
suspend
echo not run
'''`, want: "p.md:7:1: the shell was stopped here, as a reader's would be, and nothing in its terminal continues it\n1 not run"},
	{name: "an output that ends at the start of a row, but not at its first column, has an empty line more", page: `
'''bash
printf 'a\n\e[3C\e[3D'
'''`},
}

// differencesElsewhere are the rows of the guide's table that other tests have.
var differencesElsewhere = map[string]string{
	"`ps -e` shows processes that are not the reader's, and `docker info` a registry mirror": "verify TestPromises", // of the machine no more is seen than the guide lists
	"`/run/handbook` and `/etc/apt/apt.conf.d/80handbook` are there":                         "verify TestPromises",
	"bytes that are not UTF-8 show as `�`":                                                   "verify/shell TestShellSessions",
	"of long outputs the first and the last 1,000 lines are kept":                            "verify TestHundredMegabytes",
}

// TestDifferencesInGuide compares the guide's table with the tests that show its rows.
func TestDifferencesInGuide(t *testing.T) {
	b, err := os.ReadFile("../content/guides/verification.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := oracle.Differences(string(b))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		got[row.What] = true
	}
	for _, d := range differences {
		want[d.name] = true
	}
	for what, test := range differencesElsewhere {
		if want[what] = true; !exists(t, test) {
			t.Errorf("%s: there is no %s", what, test)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the guide's table is another one than is tested (-tested +guide):\n%s", diff)
	}
}
