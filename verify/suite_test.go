//go:build unix

package verify_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/content/mistake"
	"handbook/content/record"
	"handbook/verify"
	"handbook/verify/compare"
	"handbook/verify/docker/testenv"
	"handbook/verify/local"
	"handbook/verify/plans"
)

// A verdict is what a page has to come to: passing, or failing at a line with
// these words. See promises.
type verdict struct {
	name string
	page string // without front matter; ''' stands for a fence
	lab  string // keys of lab:, if any
	want string // the messages, a line each; "" means that the lab passes. [..] is any text
	out  string // what the last command printed, if it matters
	real bool   // needs a real machine

	machine string // the site's settings of machines, if any
	write   func(page string) string
	beside  string                                   // another page, which has to pass at the same time
	again   func(t *testing.T, d compare.Difference) // told what a second run changed
	check   func(t *testing.T, r *content.Record)
	random  bool // it prints something else each time
}

// other are verdicts on what the format promises beside the cases.
var other = []verdict{
	{name: "a wanted exit status", page: `
'''bash exit=3
echo fine
(exit 3)
'''`},
	{name: "a wanted exit status that does not come", page: `
'''bash exit=3
true
'''`, want: "p.md:6:1: exited with 0, expected 3"},
	{name: "without a terminal", page: `
'''bash tty=no
test -t 1 || echo no terminal
# -> no terminal
cat
'''`},
	{name: "wildcards", page: `
'''bash
seq 100
# -> 1
# -> ...
# -> 9[..]
# -> ...
'''
'''console
$ echo a; echo b
...
b
$ true
'''`},
	{name: "the line that does not hold", page: `
'''console
$ seq 4
1
2
tree
4
'''`, want: "p.md:9:1: printed something other than the page says\n|   … 2 lines as expected\n| - tree\n| + 3\n|   … 1 line as expected"},
	{name: "output where none is expected", page: `
'''console
$ echo surprise
'''
'''output
'''`, want: "p.md:8:1: printed something other than the page says\n| + surprise"},
	{name: "a session's command without output makes no claim", page: `
'''console
$ echo surprise
$ echo a
a
'''`},
	{name: "tabs are what they show", page: `
'''bash
printf 'a\tb\n1234567\t8\n12345678\t9\n'
# -> a	b
# -> 1234567	8
# -> 12345678	9
printf 'id 17\tx\n'
# -> id [..]	x
'''
'''bash tty=no
printf 'a\tb\n'
# -> a	b
'''`},
	{name: "an empty last line of what is expected", page: `
'''bash
echo a; echo
# -> a
# ->
true
# ->
'''`},
	{name: "include= shows the file as it is there", lab: "placeholders: {YOUR_NAME: ann}", page: `
'''text file=a
YOUR_NAME
'''
'''include=a
'''
'''text file=a append
two
'''
'''diff file=a
@@
-two
+three
'''
'''text include=a
'''
'''bash
cd /; sed -i s/three/four/ ~-/a; seq 3 > ~-/made
'''
'''include=a lines=2
'''
'''python include=made
'''
'''bash
: > ~-/made
'''
'''include=made
'''`, check: func(t *testing.T, r *content.Record) {
		var got []string
		for _, s := range r.Snippets {
			if s.Kind == "include" {
				got = append(got, fmt.Sprintf("%s %s %q", s.Verdict, s.File, s.Text))
			}
		}
		want := `passed a "ann\n"; passed a "ann\nthree\n"; passed a "four\n"; passed made "1\n2\n3\n"; passed made ""`
		if got := strings.Join(got, "; "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}},
	{name: "include= of what is not there any more", page: `
'''text file=a
1
'''
'''bash
rm a; seq 3 > b; printf '\0' > c
'''
'''text include=a
'''
'''text include=b lines=3-4
'''
'''text include=b#part
'''
'''text include=c
'''
`, want: `p.md:11:9: there is no file "a"
p.md:13:9: file "b" has 3 lines, not 4
p.md:15:9: file "b" has no region "part", expected lines with "#region part" and "#endregion"
p.md:17:9: file "c" is not text`},
	{name: "commands that a file on the machine does not have any more", page: `
'''bash file=a.sh
echo a
'''
'''bash include=a.sh
'''
'''bash
echo "echo b" >> a.sh
'''
'''bash include=a.sh
'''`, want: "p.md:13:9: file \"a.sh\" is not what the snippets above have written any more, expected that only those change what is run\n1 not run"},
	{name: "placeholders are whole words", lab: "placeholders: {YOUR_NAME: ann, <your-pet>: cat}", page: `
'''bash
echo YOUR_NAME YOUR_NAMES MY_YOUR_NAME a-YOUR_NAME.
# -> ann YOUR_NAMES MY_YOUR_NAME a-YOUR_NAME.
echo "x<your-pet>y" <your-pet>
# -> x<your-pet>y cat
'''
'''bash stay until="YOUR_NAME is there"
echo "an""n is there"; cat
'''
'''bash type="^D"
'''`},
	{name: "all that differs is told", page: `
'''bash
echo a
# -> b
echo c
# -> d
'''`, want: "p.md:7:1: printed something other than the page says\n| - b\n| + a\np.md:9:1: printed something other than the page says\n| - d\n| + c"},
	{name: "what is typed goes to whichever command waits", page: `
'''bash type="ann\nsecret\n^D"
read name
sleep 4
read -p "Password: " password
echo "$name/$password"
# -> ann/secret
cat
echo done
'''`, out: "done"},
	{name: "what is typed is left for a command of the same snippet", page: `
'''bash type="ann\n"
printf 'working: '; sleep 0.5; echo done
# -> working: done
read name; echo "$name"
# -> ann
# -> ann
'''`},
	{name: "what is typed at a program that keeps the terminal", page: `
'''bash stay
sh
'''
'''bash type="ann\nbob\n"
read -p "First: " first
echo hello $first
# -> hello ann
read -p "Second: " second
'''
'''bash
echo $second; exit
'''`, out: "bob"},
	{name: "nobody waits for what is typed", page: `
'''bash type="ann\nbob\n^D"
read name
echo $name
# -> ann
'''
'''bash
echo the rest runs
'''`, want: `p.md:5:9: no command waited for "bob" and what type= types after it`},
	{name: "a command waits for more than is typed", page: `
'''bash type="ann\n"
read name
read password
echo not run
'''`, want: "p.md:7:1: waits for input that nobody types\n1 not run"},
	{name: "retry", page: `
'''bash
(sleep 1; touch late) &
'''
'''bash retry=20s
ls late
# -> late
'''`},
	{name: "files", page: `
'''sh file=bin/hello.sh mode=0755 run="bin/hello.sh"
#!/bin/sh
echo hello
'''
'''output
hello
'''
'''sh file=bin/hello.sh append
echo again
'''
'''diff file=bin/hello.sh
@@ -1,3 +1,3 @@
 #!/bin/sh
-echo hello
+echo HELLO
 echo again
'''
'''bash
bin/hello.sh
# -> HELLO
# -> again
'''`},
	{name: "a large file is changed", page: `
'''bash
seq 200000 > big; printf 'no line break' > small; printf 'a\0b\n\n' > odd
'''
'''diff file=big
 199999
-200000
+the end
'''
'''text file=small append
, but two lines
'''
'''text file=odd append
c
'''
'''bash
tail -n 2 big; cat small; od -An -c odd
# -> 199999
# -> the end
# -> no line break, but two lines
# ->    a  \0   b  \n  \n   c  \n
'''`, check: func(t *testing.T, r *content.Record) {
		var files []string
		for _, f := range r.Files {
			files = append(files, fmt.Sprint(f.Path, " ", f.Bytes, " ", f.Text != nil))
		}
		if want := []string{"big 1288896 false", "odd 7 false", "small 29 true"}; !slices.Equal(files, want) {
			t.Errorf("got %q, want %q", files, want)
		}
	}},
	{name: "what can't be written is told", real: true, page: `
'''bash
mkdir small && mount -t tmpfs -o size=8k tmpfs small
'''
'''text file=small/x
` + strings.Repeat("a line of which there are many\n", 10_000) + `'''
'''bash
echo not run
'''`, want: "p.md:8:9: \"small/x\" can't be written: [..]No space left on device\n1 not run"},
	{name: "a lab may end the processes with which it is observed", real: true, page: `
'''text file=a
1
'''
'''dockerfile file=Dockerfile
FROM scratch
COPY a /
'''
'''bash
docker build -q -t app:1 . | wc -l
# -> 1
'''
'''bash
for p in /proc/[0-9]*; do if grep -aq 'eval.*head -c' $p/cmdline 2> /dev/null; then kill -9 ${p#/proc/}; echo ended; fi; done | uniq
# -> ended
'''
'''text file=a
12345
'''
'''bash
docker build -q -t app:2 . | wc -l
# -> 1
'''
It sent [24 bytes](context:app:1) and [28 bytes](context:app:2), and about [100 bytes](download:app:2) are downloaded.
`},
	{name: "a diff that does not fit", page: `
'''text file=a
one
'''
'''diff file=a
 one
-two
'''`, want: `p.md:9:1: a: the file has no line "two"`},
	{name: "append to nothing", page: `
'''text file=a append
one
'''`, want: `p.md:5:9: there is no file "a"`},
	{name: "placeholders are filled in", lab: "placeholders: {YOUR_NAME: ann, YOUR_NAME_TAG: t}", page: `
'''text file=a
YOUR_NAME_TAG
'''
'''bash
echo YOUR_NAME; cat a
# -> ann
# -> t
'''`},
	{name: "env", lab: "env: {GREETING: hi there}", page: `
'''bash
echo "$GREETING"
# -> hi there
'''`},
	{name: "a Dockerfile that does not build", real: true, page: `
'''dockerfile file=Dockerfile
FROM scratch
COPY nonesuch /
'''
'''bash
docker build -q .
'''`, want: "p.md:10:1: exited with 1, expected 0\n| [..]"},
	{name: "the machine is the lab's own", real: true, page: `
'''bash
docker ps -aq | wc -l
# -> 0
hostname | wc -l
# -> 1
'''`},
}

func TestVerdictsLocal(t *testing.T) {
	t.Parallel()
	tryAll(t, slices.Concat(other, numbered()), false, local.Engine{})
}

func TestVerdictsDocker(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	tryAll(t, other, true, engine)
}

// tryAll tries verdicts beside each other; on real machines also those that
// need one, which then is their own.
func tryAll(t *testing.T, all []verdict, real bool, engine verify.Engine) {
	t.Helper()
	shared := engine
	if real {
		shared = share(t, engine)
	}
	for _, v := range all {
		if v.real && !real {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			if v.real {
				v.try(t, engine)
			} else {
				v.try(t, shared)
			}
		})
	}
}

func (v *verdict) try(t *testing.T, engine verify.Engine) {
	t.Helper()
	beside := v.startBeside(t, engine)
	result, plan, got := v.run(t, engine)
	if !like(v.want, got) {
		t.Errorf("(-want +got):\n%s", cmp.Diff(v.want, got))
	}
	beside()
	if (result == nil) == (v.want == "") {
		t.Errorf("a record of %v with messages %q", result, got)
	}
	if result == nil {
		return
	}
	if _, err := record.Decode(record.Encode(result)); err != nil {
		t.Errorf("the record can't be read: %v", err)
	}
	if commands := result.Snippets[len(result.Snippets)-1].Commands; v.out != "" {
		if out := strings.Join(commands[len(commands)-1].Output, "\n"); out != v.out {
			t.Errorf("printed %q, want %q", out, v.out)
		}
	}
	if v.check != nil {
		v.check(t, result)
	}
	for i := 1; i < runs(t, 1) && !v.random && v.again == nil; i++ {
		second, _, got := v.run(t, engine)
		if second == nil {
			t.Fatalf("another run: %s", got)
		}
		same(t, plan.Page, result, second)
	}
	if v.again != nil {
		second, _, got := v.run(t, engine)
		if second == nil {
			t.Fatalf("the second run: %s", got)
		}
		v.again(t, compare.Records(plan.Page, result, second))
	}
}

// run runs the page, and returns its record or its messages.
func (v *verdict) run(t *testing.T, engine verify.Engine) (*content.Record, *plans.Plan, string) {
	t.Helper()
	plan, err := v.plan()
	if err != nil {
		return nil, nil, messages(err)
	}
	record, err := runPlan(t, engine, plan)
	return record, plan, messages(err)
}

func runPlan(t *testing.T, engine verify.Engine, plan *plans.Plan) (*content.Record, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	return (&verify.Runner{Engine: engine}).Run(ctx, plan)
}

// startBeside runs the other page, and returns what waits for it to pass.
func (v *verdict) startBeside(t *testing.T, engine verify.Engine) (wait func()) {
	if v.beside == "" {
		return func() {}
	}
	other := verdict{page: v.beside}
	done := make(chan string, 1)
	go func() {
		_, _, got := other.run(t, engine)
		done <- got
	}()
	return func() {
		if got := <-done; got != "" {
			t.Errorf("the lab beside it: %s", got)
		}
	}
}

func (v *verdict) plan() (*plans.Plan, error) {
	head := "---\nlab:\n  dir: ~/lab\n"
	if v.lab != "" {
		head += "  " + v.lab + "\n"
	}
	page := head + "---" + strings.NewReplacer("''''", "````", "'''", "```").Replace(v.page) + "\n"
	if v.write != nil {
		page = v.write(page)
	}
	fsys := fstest.MapFS{"p.md": {Data: []byte(page)}}
	if v.machine != "" {
		fsys["handbook.yaml"] = &fstest.MapFile{Data: []byte("machine: " + v.machine + "\n")}
	}
	site, err := content.Load(fsys, "")
	if err != nil {
		return nil, err
	}
	if lab := site.Pages[0].Lab; !strings.Contains(v.lab, "cleanup: on") && lab != nil {
		lab.Cleanup = false // promise 33 is about it
	}
	return plans.New(site, site.Pages[0], "test")
}

// messages writes an error as the verdicts do.
func messages(err error) string {
	if err == nil {
		return ""
	}
	if page := mistake.All(err); page != nil {
		return page.Error()
	}
	var failed *verify.Failures
	if !errors.As(err, &failed) {
		return "ERROR " + err.Error()
	}
	var out []string
	for _, f := range failed.All {
		out = append(out, f.Error())
		for _, line := range f.Details {
			out = append(out, "| "+line)
		}
	}
	if failed.NotRun > 0 {
		out = append(out, fmt.Sprintf("%d not run", failed.NotRun))
	}
	return strings.Join(out, "\n")
}

// like compares messages; a line "| [..]" stands for any details, and one
// "[...]" at the end for all that is told besides.
func like(want, got string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), regexp.QuoteMeta("\n| [..]"), `(\n\| .*)*`)
	pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta("[..]"), ".*")
	pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta("\n[...]"), "(?s:.*)")
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}
