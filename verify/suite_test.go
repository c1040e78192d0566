//go:build unix

package verify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/testenv"
)

// A verdict is what a page has to come to. The cases read as the promise that
// verify makes: what passes, what fails, at which line and with which words.
type verdict struct {
	name string
	page string // without front matter; ''' stands for a fence
	lab  string // keys of lab:, if any
	want string // the messages, a line each; "" means that the lab passes
	out  string // what the last command printed, if it matters
	real bool   // needs a real Docker machine
}

var verdicts = []verdict{
	// 1: one live shell
	{name: "state carries over", page: `
'''bash
mkdir sub && cd sub
export A=1; B='two
lines'
f() { echo "f $1"; }
'''
'''sh
pwd | sed 's|.*/||'
# -> sub
f "$A$B"
# -> f 1two
# -> lines
'''`},
	{name: "here-documents keep what they hold", page: `
'''bash
cat > page.md <<'MD'
~~~bash
echo '# -> not expected'
~~~
MD
cat page.md
# -> ~~~bash
# -> echo '# -> not expected'
# -> ~~~
'''`},

	// 2: failing
	{name: "a pipeline fails if a part of it fails", page: `
'''bash
false | cat
'''`, want: "p.md:6:1: exited with 1, expected 0"},
	{name: "a failing command stops the lab", page: `
'''bash
true
cat nonesuch
echo not run
'''`, want: "p.md:7:1: exited with 1, expected 0\n| cat: nonesuch: No such file or directory\n1 not run"},
	{name: "a wanted exit status", page: `
'''bash exit=3
echo fine
(exit 3)
'''`},
	{name: "a wanted exit status that does not come", page: `
'''bash exit=3
true
'''`, want: "p.md:6:1: exited with 0, expected 3"},

	// 3: time
	{name: "an endless loop ends at its timeout", page: `
'''bash timeout=1s
echo begun; while :; do sleep 0.1; done
'''`, want: "p.md:6:1: still running after 1s\n| begun"},
	{name: "a lab has its time", lab: "timeout: 10s", page: `
'''bash
sleep 60
'''`, want: "p.md:7:1: the lab is not done after 10s"},

	// 4: what goes on in the background
	{name: "a job that keeps the terminal", page: `
'''bash
sleep 1000 &
echo on
# -> on
jobs | wc -l
# -> 1
'''`},

	// 5: standard input
	{name: "a command that reads does not eat the script", page: `
'''bash type="one\n^D"
cat
'''
'''output
one
one
'''
'''bash
echo still here
# -> still here
'''`},
	{name: "prompts are answered", page: `
'''bash type="ann\nsecret\n"
read -p "Name: " n; read -s -p "Password: " p; echo; echo "$n, ${#p} letters"
'''
'''output
Name: ann
Password:
ann, 6 letters
'''`},
	{name: "without a terminal", page: `
'''bash tty=no
test -t 1 || echo no terminal
# -> no terminal
cat
'''`},

	// 6: the settled screen
	{name: "progress settles", page: `
'''bash
printf '10%%\r50%%\r100%%\n\033[32mdone\033[0m\n'
# -> 100%
# -> done
'''`, out: "100%\n\x1b[32mdone\x1b[0m"},

	// 7: any bytes
	{name: "bytes that are not UTF-8", page: `
'''bash
printf 'a\377\000b\n'
'''`, out: "a\ufffdb"},

	// 8: expectations
	{name: "no nearness", page: `
'''bash
echo "Up 2 minutes (unhealthy)"
# -> Up [..] (healthy)
'''`, want: "p.md:7:1: printed something else than the page says\n| - Up [..] (healthy)\n| + Up 2 minutes (unhealthy)"},
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
'''`, want: "p.md:9:1: printed something else than the page says\n|   … 2 lines as expected\n| - tree\n| + 3\n|   … 1 line as expected"},
	{name: "output where none is expected", page: `
'''console
$ echo surprise
'''`, want: "p.md:6:1: printed something else than the page says\n| + surprise"},
	{name: "all that differs is told", page: `
'''bash
echo a
# -> b
echo c
# -> d
'''`, want: "p.md:7:1: printed something else than the page says\n| - b\n| + a\np.md:9:1: printed something else than the page says\n| - d\n| + c"},
	{name: "retry", page: `
'''bash
(sleep 1; touch late) &
'''
'''bash retry=20s
ls late
# -> late
'''`},

	// 11 and files
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
	{name: "19: a link that leads outside", page: `
'''bash
ln -s / out
'''
'''text file=out/etc/x
gone
'''`, want: `p.md:8:9: a symbolic link is on the way to "out/etc/x"`},
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

	// 14: the shell
	{name: "exit 0", page: `
'''bash
exit 0
'''
'''bash
echo not run
'''`, want: "p.md:6:1: the shell ended here\n1 not run"},
	{name: "set -e", page: `
'''bash
set -e
false
echo not run
'''`, want: "p.md:7:1: the shell ended here\n1 not run"},
	{name: "exec", page: `
'''bash
exec true
'''`, want: "p.md:6:1: the shell ended here"},
	{name: "killed", page: `
'''bash
kill -9 $$
'''`, want: "p.md:6:1: the shell ended here"},

	// Docker
	{name: "9: docker run and curl at once", real: true, page: dockerfile + `
'''bash
docker build -q -t slow . > /dev/null
docker run -d --name slow -p 8080:80 slow > /dev/null
curl -s http://localhost:8080/file
# -> served
'''`},
	{name: "9: a container that dies at start", real: true, page: strings.Replace(dockerfile, "sleep 1;", "echo no config >&2; exit 3;", 1) + `
'''bash
docker build -q -t dies . > /dev/null
docker run -d --name dies -p 8080:80 dies > /dev/null
curl -s http://localhost:8080/file
'''`, want: "p.md:13:1: the container \"dies\" (dies) ended with exit status 3\n| no config\np.md:14:1: exited with 7, expected 0"},
	{name: "9: the last container dies", real: true, page: strings.Replace(dockerfile, "sleep 1;", "exit 3;", 1) + `
'''bash
docker build -q -t dies . > /dev/null
docker run -d --name dies -p 8080:80 dies > /dev/null
'''`, want: "p.md:13:1: the container \"dies\" (dies) ended with exit status 3"},
	{name: "10: docker run -it", real: true, page: dockerfile + `
'''bash
docker build -q -t sh . > /dev/null
'''
'''bash type="echo in\nexit\n"
docker run -it --rm --name in sh sh -c 'read a; $a'
'''`, out: "echo in\nin"},
	{name: "18: an image that does not exist", real: true, page: `
'''bash
docker run nonesuch-image
'''`, want: "p.md:6:1: exited with 125, expected 0\n| Unable to find image 'nonesuch-image:latest' locally\n| [..]"},
	{name: "a Dockerfile that does not build", real: true, page: `
'''dockerfile file=Dockerfile
FROM scratch
COPY nonesuch /
'''
'''bash
docker build -q .
'''`, want: "p.md:10:1: exited with 1, expected 0\n| [..]"},
	{name: "a command that waits for input", real: true, page: `
'''bash
read -p "Sure? " answer
'''`, want: "p.md:6:1: waits at \"Sure?\" for input that nobody types\n| Sure?"},
	{name: "the machine is the lab's own", real: true, page: `
'''bash
docker ps -aq | wc -l
# -> 0
hostname | wc -l
# -> 1
'''`},
}

// dockerfile makes an image whose server listens only after a second.
const dockerfile = `
'''dockerfile file=Dockerfile
FROM python:3.12-slim
RUN echo served > /file
CMD ["sh", "-c", "sleep 1; exec python -m http.server -d / 80"]
'''
`

func TestVerdictsLocal(t *testing.T) {
	for _, v := range verdicts {
		if v.real {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			v.try(t, verify.NewLocalEngine(t))
		})
	}
}

func TestVerdictsDocker(t *testing.T) {
	engine := testenv.Engine(t)
	for _, v := range verdicts {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			v.try(t, engine)
		})
	}
}

func (v *verdict) try(t *testing.T, engine verify.Engine) {
	t.Helper()
	head := "---\nlab:\n  dir: ~/lab\n"
	if v.lab != "" {
		head += "  " + v.lab + "\n"
	}
	plan := planOf(t, head+"---"+strings.ReplaceAll(v.page, "'''", "```")+"\n")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	record, err := (&verify.Runner{Engine: engine}).Run(ctx, plan)
	got := messages(err)
	if !like(v.want, got) {
		t.Errorf("(-want +got):\n%s", cmp.Diff(v.want, got))
	}
	if v.out != "" && record != nil {
		commands := record.Snippets[len(record.Snippets)-1].Commands
		if out := strings.Join(commands[len(commands)-1].Output, "\n"); out != v.out {
			t.Errorf("printed %q, want %q", out, v.out)
		}
	}
	if (record == nil) == (v.want == "") {
		t.Errorf("a record of %v with messages %q", record, got)
	}
}

func planOf(t testing.TB, page string) *verify.Plan {
	t.Helper()
	site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := verify.NewPlan(site, site.Pages[0], "test")
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// messages writes an error as the cases do.
func messages(err error) string {
	var failed *verify.Failures
	if err == nil || !errors.As(err, &failed) {
		if err != nil {
			return "ERROR " + err.Error()
		}
		return ""
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

// like compares messages; a line "| [..]" stands for any details.
func like(want, got string) bool {
	head, any := strings.CutSuffix(want, "\n| [..]")
	return got == want || any && strings.HasPrefix(got, head)
}
