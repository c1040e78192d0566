//go:build unix

package verify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"handbook/content"
	"handbook/content/record"
	"handbook/verify/compare"
	"handbook/verify/docker/testenv"
	"handbook/verify/plans"
)

// A promise is one of the cases that verify survives. Its rows are run on a
// real machine; what is about the program and not about a machine is kept by
// the tests that are named, "FOLDER TestName" or the path of a script.
type promise struct {
	says string
	rows []verdict
	kept []string
}

// promises are what handbook promises, in the order of the cases. This table
// is the promise: a case without a row or a test is none.
var promises = []promise{
	{says: "1: what one block leaves in the shell is there in the next", rows: []verdict{
		{name: "directory, exports, functions, values of many lines", page: `
'''bash
mkdir sub && cd sub
export A=1; B='two
lines'
f() { echo "f $1"; }
alias g='f g'
set -u
'''
'''sh
pwd | sed 's|.*/||'
# -> sub
f "$A$B"
# -> f 1two
# -> lines
g
# -> f g
sh -c 'echo "A=$A B=$B"'
# -> A=1 B=
echo "$-" | grep -o u
# -> u
'''
Some prose, and a session.
'''console
$ echo "${B%l*}"
two
'''`},
		{name: "exit status of the last command", page: `
'''bash
false || echo "it was $?"
# -> it was 1
(exit 3) || true
echo $?
# -> 0
'''`},
	}},

	{says: "2: what fails is noticed, even if it is only a part, or says nothing", rows: []verdict{
		{name: "a part of a pipeline", page: `
'''bash
false | cat
'''`, want: "p.md:6:1: part 1 of the pipeline exited with 1"},
		{name: "a pipeline that is a part of something else", page: `
'''bash
false | cat || echo failed
if false | true; then echo so; fi
# -> so
! true | false
false | cat && echo passed
# -> passed
until true | true; do :; done
'''`},
		{name: "a part whose reader has ended", real: true, page: `
'''bash
seq 300000 > long
cat long | head -n 1
# -> 1
curl -s "file://$PWD/long" | head -n 1
# -> 1
until curl -s "file://$PWD/long" | grep -q 1; do :; done
curl -so /nonesuch/x "file://$PWD/long" | cat
'''`, want: "p.md:12:1: part 1 of the pipeline exited with 23"},
		{name: "keys for programs that keep printing", page: `
'''bash type="^C"
while :; do echo tick; sleep 0.1; done
'''
'''bash type="^Z" exit=148
sh -c 'while :; do echo tock; sleep 0.1; done'
'''
'''bash type="größe 日本 ü\n"
kill %1; while kill -0 %1 2> /dev/null; do sleep 0.1; done
read -r name && echo "$name"
# -> größe 日本 ü
# -> größe 日本 ü
'''`},
		{name: "a line that the shell's history refuses", page: `
'''bash
echo "#!/bin/sh"
'''`, want: "p.md:6:1: the shell did not run it\n| bash: !/bin/sh: event not found"},
		{name: "jobs, history and tracing as at a reader's prompt", page: `
'''bash
sleep 300 &
# -> [1] [..]
jobs
# -> [1]+  Running[..]sleep 300 &
kill %1; while kill -0 %1 2> /dev/null; do sleep 0.1; done
# -> [1]+  Terminated[..]sleep 300
echo one
# -> one
!!
# -> echo one
# -> one
set -x
true
# -> + true
set +x
# -> + set +x
ps -s $$ -o comm= --sort=comm
# -> bash
# -> ps
'''`},
		{name: "a failure without output", page: `
'''bash
test -e nonesuch
echo not run
'''
'''bash
echo not run either
'''`, want: "p.md:6:1: exited with 1, expected 0\n2 not run"},
		{name: "a failure with output", page: `
'''bash
true
cat nonesuch
echo not run
'''`, want: "p.md:7:1: exited with 1, expected 0\n| cat: nonesuch: No such file or directory\n1 not run"},
		{name: "a reader that has seen enough is no failure", page: `
'''bash
yes | head -n 1
# -> y
'''`},
	}},

	{says: "3: what does not end is ended at its timeout, with what it has printed", rows: []verdict{
		{name: "an endless loop", page: `
'''bash timeout=1s
echo begun; while :; do sleep 0.1; done
'''
'''bash
echo not run
'''`, want: "p.md:6:1: still running after 1s\n| begun\n1 not run", beside: `
'''bash
sleep 2; echo on
# -> on
'''`},
		{name: "an endless loop that prints without end", real: true, page: `
'''bash timeout=2s
yes begun
'''`, want: "p.md:6:1: still running after 2s\n| [..]"},
		{name: "a lab has its time", lab: "timeout: 15s", page: `
'''bash
while echo on; do sleep 1; done
'''`, want: "p.md:7:1: the lab is not done after 15s"},
	}, kept: []string{"cmd/handbook/testdata/promises.txtar"}},

	{says: "4: a command is over when the shell says so, whatever it leaves behind", rows: []verdict{
		{name: "a job that keeps the terminal", page: `
'''bash
sleep 1000 &
echo on
# -> on
jobs | wc -l
# -> 1
'''`},
		{name: "a daemon that keeps the terminal open", real: true, page: `
'''bash timeout=5s
setsid sh -c 'while :; do sleep 1; done' &
nohup sleep 1000 > /dev/null 2>&1 &
(sleep 1000 & sleep 1000 &)
echo on
# -> on
'''`},
	}},

	{says: "5: a command that reads neither eats the script nor hangs, and the message says at what it waits", rows: []verdict{
		{name: "it reads what is typed and no more", page: `
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
		{name: "at a prompt", real: true, page: `
'''bash
read -p "Sure? " answer
echo not run
'''
'''bash
echo not run
'''`, want: "p.md:6:1: waits at \"Sure?\" for input that nobody types\n| Sure?\n2 not run"},
		{name: "without a prompt", real: true, page: `
'''bash
cat
'''`, want: "p.md:6:1: waits for input that nobody types"},
		{name: "without a terminal there is nothing to read", page: `
'''bash tty=no
cat; read x || echo nothing
# -> nothing
'''`},
	}},

	{says: "6: the screen that a reader is left with is published, with its colours", rows: []verdict{
		{name: "progress", page: `
'''bash
printf '10%%\r50%%\r100%%\n\033[32mdone\033[0m\n'
# -> 100%
# -> done
'''`, out: "100%\n\x1b[32mdone\x1b[0m"},
		{name: "cursor movement", page: `
'''bash
printf 'one\ntwo\n\033[2AONE\033[B\r\033[2KTWO\nthree\bE\n'
# -> ONE
# -> TWO
# -> threE
'''`},
		{name: "a full-screen program leaves nothing", page: `
'''bash
printf 'before\n\033[?1049h\033[Hmenu\033[?1049lafter\n'
# -> before
# -> after
'''`},
		{name: "the animation of a build", real: true, page: dockerfile + `
'''bash
docker build -t app .
'''
'''output
[+] Building [..]s ([..]) FINISHED[..]
...
'''`, check: func(t *testing.T, r *content.Record) {
			text := strings.Join(r.Snippets[1].Commands[0].Output, "\n")
			if n := strings.Count(text, "[+] Building"); n != 1 || strings.Count(text, "CANCELED") > 0 || !strings.Contains(text, "\x1b[34m") {
				t.Errorf("%d frames of the animation, or no colours:\n%s", n, text)
			}
		}},
	}},

	{says: "7: any bytes, as many as may come", rows: []verdict{
		{name: "bytes that are not UTF-8, and NUL", page: `
'''bash
printf 'a\377\000b\n'
'''`, out: "a\ufffdb"},
		{name: "a letter cut in two", page: `
'''bash
printf '\303'; sleep 0.2; printf '\244\n'
# -> ä
'''`},
		{name: "a file that is no text", random: true, page: `
'''bash
head -c 4096 /dev/urandom > noise
cat noise; printf '\033c\n'
echo on
# -> on
'''`},
	}, kept: []string{"verify TestHundredMegabytes", "verify/screen TestScreenIsBounded", "verify/screen TestScreenLongLine", "render TestSample"}},

	{says: "8: (healthy) is not (unhealthy)", rows: []verdict{
		{name: "no nearness", page: `
'''bash
echo "Up 2 minutes (unhealthy)"
# -> Up [..] (healthy)
'''`, want: "p.md:7:1: printed something other than the page says\n| - Up [..] (healthy)\n| + Up 2 minutes (unhealthy)"},
		{name: "a container that is not well", real: true, page: dockerfile + `
'''bash
docker build -q -t app . > /dev/null
docker run -d --name app --health-cmd false --health-interval 1s --health-retries 1 app > /dev/null && until docker ps | grep unhealthy > /dev/null; do sleep 0.2; done; docker ps --format '{{.Status}}'; docker rm -f app > /dev/null
# -> Up [..] (healthy)
'''`, want: "p.md:14:1: printed something other than the page says\n| - Up [..] (healthy)\n| + Up [..] (unhealthy)"},
	}},

	{says: "9: what was started is waited for; what dies at start is reported as that", rows: []verdict{
		{name: "docker run and curl at once", real: true, page: dockerfile + `
'''bash
docker build -q -t slow . > /dev/null
docker run -d --name slow -p 8080:80 slow > /dev/null
curl -s http://localhost:8080/file
# -> served
'''`},
		{name: "a container that dies at start", real: true, page: strings.Replace(dockerfile, "sleep 1;", "echo no config >&2; exit 3;", 1) + `
'''bash
docker build -q -t dies . > /dev/null
docker run -d --name dies -p 8080:80 dies > /dev/null
curl -s http://localhost:8080/file
'''`, want: "p.md:13:1: the container \"dies\" (dies) ended with exit status 3\n| no config\np.md:14:1: exited with 7, expected 0"},
		{name: "the last container dies", real: true, page: strings.Replace(dockerfile, "sleep 1;", "exit 3;", 1) + `
'''bash
docker build -q -t dies . > /dev/null
docker run -d --name dies -p 8080:80 dies > /dev/null
'''`, want: "p.md:13:1: the container \"dies\" (dies) ended with exit status 3"},
	}, kept: []string{"verify/docker TestSettle"}},

	{says: "10: prompts are answered", rows: []verdict{
		{name: "one after the other", page: `
'''bash type="ann\nsecret\n"
read -p "Name: " n; read -s -p "Password: " p; echo; echo "$n, ${#p} letters"
'''
'''output
Name: ann
Password:
ann, 6 letters
'''`},
		{name: "docker run -it", real: true, page: dockerfile + `
'''bash
docker build -q -t sh . > /dev/null
'''
'''bash type="echo in\n"
docker run -it --rm --name in sh sh -c 'read a; $a'
'''`, out: "echo in\nin"},
		{name: "docker login", real: true, lab: "hub: student", page: `
'''bash type="$DOCKERHUB_TOKEN\n"
docker login -u student
'''
'''output
...
Login Succeeded
'''`},
	}, kept: []string{"verify/docker TestHubPage", "verify TestTokenIsNotPublished", "verify TestTerminalsDocker"}},

	{says: "11: blocks are what GitHub takes for them", rows: []verdict{
		{name: "here-documents", page: `
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
		{name: "fences in here-documents", page: `
''''bash
cat > page.md <<'MD'
'''bash
false
'''
MD
wc -l < page.md
# -> 3
''''`},
		{name: "tildes", page: `
~~~bash
echo a
# -> a
~~~
~~~~console
$ echo "~~~"
~~~
~~~~`},
		{name: "in a list", page: `
1. First

   '''bash
   echo one
   # -> one
   false
   '''
2. Second
   - deeper
     '''bash
     echo not run
     '''
`, want: "p.md:10:4: exited with 1, expected 0\n1 not run"},
		{name: "in a quote", page: `
> Quoted
>
> '''bash
> cat <<X
> two
>   lines
> X
> # -> two
> # ->   lines
> # no -> comment of ours
> false
> '''
`, want: "p.md:15:3: exited with 1, expected 0"},
		{name: "tabs", page: "\n- item\n\n\t```bash\n\tcat <<-X\n\t\tone\n\t\tX\n\t# -> one\n\tprintf '\\ta\\n'\n\t# ->         a\n\t```\n"},
		{name: "CRLF", write: func(page string) string { return strings.ReplaceAll(page, "\n", "\r\n") }, page: `
'''bash
cat <<X | od -c | head -n 1
a
X
# -> 0000000   a  \n
'''
'''text file=unix
a
'''
'''bash
wc -c < unix
# -> 2
'''`},
		{name: "no newline at the end", write: func(page string) string { return strings.TrimRight(page, "\n") }, page: `
'''bash
echo a
# -> a
'''`},
	}, kept: []string{"content TestSnippets", "content/prompt TestShell"}},

	{says: "12: what is mistyped is an error at its line", rows: []verdict{
		{name: "an unclosed fence", page: `
'''bash
echo a

Prose that would be lost.
`, want: "p.md:5:1: the fence is never closed"},
		{name: "an unclosed fence in a list", page: `
- item

  '''bash
  echo a

Prose.
`, want: "p.md:7:3: the fence is never closed"},
		{name: "an unknown option", page: `
'''bash exti=1
false
'''`, want: "p.md:5:9: unknown option \"exti\" (did you mean \"exit\"?)"},
		{name: "a mistyped language", page: `
'''bash
true
'''
'''bahs
true
'''`, want: "p.md:8:1: language \"bahs\" is not verified on a lab (did you mean \"bash\"?)"},
		{name: "shell that does not parse", page: `
'''bash
echo 'a
'''`, want: "p.md:6:6: shell: the quote `'` is never closed"},
		{name: "an expectation that is nearly written", page: `
'''bash
echo a #-> b
echo b
# => c
'''`, want: "p.md:6:8: \"#-> b\" is not read as expected output, expected \"# -> b\"\np.md:8:1: \"# => c\" is not read as expected output, expected \"# -> c\""},
		{name: "an expectation inside a command", page: `
'''bash
for i in a b; do
  echo $i # -> b
done
'''`, want: "p.md:7:11: expected output inside a command, expected it behind the command's end"},
		{name: "an expectation in a session's comment", page: `
'''console
$ echo a # -> b
'''`, want: "p.md:6:10: expected output in a comment of a session, expected it in the lines below the command"},
		{name: "a key of the front matter", lab: "timout: 5s", page: "", want: "p.md:4:3: unknown key \"timout\" (did you mean \"timeout\"?)"},
	}, kept: []string{"content TestErrors"}},

	{says: "13: a lab on which nothing is verified is not a verified lab", rows: []verdict{
		{name: "no snippets", page: "\nProse.\n", want: "p.md:3:3: a lab on which nothing is verified"},
		{name: "only text", page: `
'''text
ls
'''`, want: "p.md:3:3: a lab on which nothing is verified"},
		{name: "everything skipped", page: `
'''bash skip="no time"
ls
'''
'''python skip="no Python"
1
'''`, want: "p.md:3:3: a lab on which nothing is verified"},
		{name: "a block without commands", page: `
'''bash
# nothing but a comment
'''`, want: "p.md:3:3: a lab on which nothing is verified"},
		{name: "the census adds up", page: `
'''bash
echo a
'''
'''output
a
'''
'''python skip="shown only"
1
'''
'''text
no code
'''
'''text file=b
b
'''`, check: func(t *testing.T, r *content.Record) {
			var kinds []string
			for _, s := range r.Snippets {
				kinds = append(kinds, s.Kind+" "+string(s.Verdict)+" "+s.Reason)
			}
			if got, want := strings.Join(kinds, "; "), "shell passed ; output passed ; unverified skipped shown only; file passed "; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}},
	}, kept: []string{"cmd/handbook/testdata/promises.txtar"}},

	{says: "14: a shell that ends fails the lab there, and what is not run is told", rows: []verdict{
		{name: "exit 0", page: `
'''bash
exit 0
'''
'''bash
echo not run
'''`, want: "p.md:6:1: the shell ended here\n| exit\n1 not run"},
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
		{name: "return and a wrong name are no end", page: `
'''bash
f() { return 0; }; f
nonesuch || echo "it was $?"
# -> bash: nonesuch: command not found
# -> it was 127
'''`},
	}, kept: []string{"verify/shell TestShellEndings"}},

	{says: "15: what is volatile is no change and is named; anything else is a change", rows: []verdict{
		{name: "volatile text", real: true, page: dockerfile + `
'''bash
docker build -q -t app .
docker run -d --name app app
docker ps
date
mktemp
docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' app
echo "took 0.$RANDOM s"
'''`, again: func(t *testing.T, d compare.Difference) {
			if len(d.Changes) > 0 {
				t.Errorf("changed: %+v", d.Changes)
			}
			if len(d.Aside) == 0 {
				t.Error("what was set aside is not named")
			}
		}},
		{name: "anything else", page: `
'''bash
echo "you won $RANDOM$RANDOM euros"
echo same
'''`, again: func(t *testing.T, d compare.Difference) {
			if len(d.Changes) != 1 || d.Changes[0].Pos.Line != 6 {
				t.Errorf("changed: %+v, want the line 6", d.Changes)
			}
		}},
	}, kept: []string{"verify/compare TestRecords", "verify/compare TestVolatileExamples", "verify/compare TestVolatileInGuide", "cmd/handbook/testdata/check_changed.txtar"}},

	{says: "16: labs with the same names, tags and ports run at the same time, in any order", rows: []verdict{
		{name: "two at once", real: true, page: alike, beside: alike},
	}, kept: []string{"verify/docker TestSideBySide", "verify/docker TestHubsSideBySide"}},

	{says: "17: whatever ends handbook or the engine, records are whole and nothing is left behind", kept: []string{
		"cmd/handbook TestFaults", "cmd/handbook/testdata/interrupted.txtar", "cmd/handbook/testdata/disk_full.txtar", "cmd/handbook/publish TestNeverHalf", "cmd/handbook/publish TestFile",
		"verify/docker TestKilled", "verify/docker TestSweep", "verify/docker TestSweepAbandoned", "verify/docker TestRestart", "verify/docker TestNothingIsLeft",
		"verify/docker TestCancelledStartLeavesNothing", "verify/pool TestScenarios",
	}},

	{says: "18: what is missing is named in one sentence, and whose fault it is", rows: []verdict{
		{name: "an image that a command wants", real: true, page: `
'''bash
docker run nonesuch-image
'''`, want: "p.md:6:1: exited with 125, expected 0\n| Unable to find image 'nonesuch-image:latest' locally\n| [..]"},
		{name: "an image that the lab wants", real: true, lab: "machine: handbook-no/such-image:1", page: `
'''bash
true
'''`, want: "p.md:3:3: there is no image \"handbook-no/such-image:1\"\n1 not run"},
		{name: "no network", real: true, lab: "network: none", page: `
'''bash timeout=20s
curl -sS http://deb.debian.org/
'''`, want: "p.md:7:1: exited with 6, expected 0\n| curl: (6) Could not resolve host: deb.debian.org"},
		{name: "no network on a plain machine", real: true, lab: "machine: python:3.12-slim\n  network: none", page: `
'''bash timeout=20s
python -c 'import socket; socket.create_connection(("1.1.1.1", 53))' 2>&1 | tail -n 1
'''`, want: "p.md:8:1: part 1 of the pipeline exited with 1\n| OSError: [Errno 101] Network is unreachable"},
	}, kept: []string{"verify/docker TestFaults", "verify/docker TestBlame", "verify/docker/daemon TestNoEngine", "verify/docker TestNoNetwork", "verify/docker TestRuntime",
		"cmd/handbook/testdata/no_engine.txtar", "cmd/handbook/testdata/engine.txtar", "verify/pool TestScenarios"}},

	{says: "19: nothing is ever written outside the lab", rows: []verdict{
		{name: "dots", page: `
'''text file=../out
x
'''`, want: "p.md:5:14: file \"../out\" is outside the lab's directory"},
		{name: "dots on the way", page: `
'''text file=a/../../out
x
'''`, want: "p.md:5:14: file \"a/../../out\" is outside the lab's directory"},
		{name: "an absolute path", page: `
'''text file=/etc/out
x
'''`, want: "p.md:5:14: file \"/etc/out\" is outside the lab's directory, expected a relative path"},
		{name: "a reserved name", page: `
'''text file=lib/aux.c
x
'''`, want: "p.md:5:14: file \"lib/aux.c\" has a name that Windows reserves"},
		{name: "a link on the way", page: `
'''bash
ln -s / out
'''
'''text file=out/tmp/handbook-out
gone
'''`, want: `p.md:8:9: a symbolic link is on the way to "out/tmp/handbook-out"`},
		{name: "a link", page: `
'''bash
ln -s /tmp/handbook-out out
'''
'''text file=out
gone
'''
'''bash
echo not run
'''`, want: "p.md:8:9: a symbolic link is on the way to \"out\"\n1 not run"},
		{name: "a change through a link", page: `
'''bash
ln -s /etc/hostname out
'''
'''diff file=out
-lab
+mine
'''`, want: `p.md:8:9: a symbolic link is on the way to "out"`},
		{name: "a folder", page: `
'''bash
mkdir out
'''
'''text file=out
x
'''`, want: `p.md:8:9: "out" is a directory`},
	}, kept: []string{"content TestErrors", "cmd/handbook TestDownload"}},

	{says: "20: a bomb fails its lab; the computer, and the lab beside it, feel nothing", rows: bombs("docker", "python:3.12-slim"),
		kept: []string{"verify/docker TestLimits", "verify/docker TestDiskLimit", "verify/pool TestDivide", "verify/pool TestLimits"}},

	{says: "21: what a lab prints, and what its files are called, is data", rows: []verdict{
		{name: "markup in outputs and names", page: `
'''bash
echo '<script>alert(1)</script>' | tee '<img src=x onerror=alert(2)>'
# -> <script>alert(1)</script>
ls
# -> '<img src=x onerror=alert(2)>'
'''`, check: func(t *testing.T, r *content.Record) {
			if got := r.Snippets[0].Commands[0].Output[0]; got != "<script>alert(1)</script>" || len(r.Files) != 1 {
				t.Errorf("%q, %+v", got, r.Files)
			}
		}},
		{name: "a command can't speak for handbook", page: `
'''bash
printf '\033]7777;x;1;0;0\007'; false
'''`, want: "p.md:6:1: exited with 1, expected 0"},
	}, kept: []string{"cmd/handbook/testdata/promises.txtar", "render TestEscapes", "render TestHostileHTML", "verify/report TestGitHubEscapes", "verify/report TestMarkdownEscapes"}},

	{says: "22: a record that is not whole, or not ours, is refused", kept: []string{"content/record TestRecord", "cmd/handbook/testdata/promises.txtar"}},

	{says: "23: any names, long pages, many labs", rows: []verdict{
		{name: "names with blanks and letters", page: `
'''text file="größe/a b (1).txt"
x
'''
'''bash
cat "größe/a b (1).txt"
# -> x
ls größe | cat
# -> a b (1).txt
'''`, check: func(t *testing.T, r *content.Record) {
			if len(r.Files) != 1 || r.Files[0].Path != "größe/a b (1).txt" {
				t.Errorf("files: %+v", r.Files)
			}
		}},
		{name: "a directory with a blank", write: func(page string) string { return strings.Replace(page, "~/lab", "~/my läb's", 1) }, page: `
'''bash
pwd | sed 's|.*/||'
# -> my läb's
'''`},
		{name: "a page of 1 MB", write: longPage, page: `
'''bash
n=0
'''`},
	}, kept: []string{"cmd/handbook/testdata/promises.txtar", "render TestNastyNames", "verify TestThousandLabs"}},

	{says: "24: the same screen and the same status as in a reader's terminal", rows: typed, kept: []string{"verify/shell/oracle TestBash", "verify/shell/oracle TestSh", "verify/shell/oracle TestAlpine", "verify/shell/oracle TestGenerated"}},

	containers,

	{says: "26: what fails in a nested shell fails; nothing unchecked looks checked", rows: nested,
		kept: []string{"verify/shell TestSSH", "verify/programs TestProgramSessions", "render TestGaps", "verify/report TestGaps"}},

	{says: "27: labs that run again do the same", kept: []string{"verify TestAgain", "verify/compare TestQuiet"}},

	{says: "28: no edit of a page puts a result under another command; include= shows the file as it is there", kept: []string{"cmd/handbook TestEdits", "verify TestVerdictsLocal"}},

	{says: "29: reports and claims are about what is there when a reader gets there", rows: []verdict{
		{name: "names, images of the classic builder, removed images", real: true, page: dockerfile + `
'''bash
docker build -q -t app:1 . > /dev/null
docker tag app:1 app:prod
'''
'''build-steps
app:prod cached=none
'''
'''bash
docker build -q -t copy:1 . > /dev/null
'''
'''build-steps
app:1 cached=none
copy:1 cached=2
'''
The copy has [0 MB](size:copy:1).
'''bash
DOCKER_BUILDKIT=0 docker build -q --no-cache -t app:1 . > /dev/null 2>&1
docker rmi copy:1
'''
'''build-steps
app:1
app:prod
'''
'''image-sizes
copy:1
app:prod
'''`, want: "p.md:31:1: app:1: BuildKit has not built this image, so nothing is known of its steps: it was pulled, loaded or committed, " +
			"or the classic builder made it (DOCKER_BUILDKIT=0)\np.md:35:1: copy:1: the image is gone here, the snippet in line 26 has removed it"},
	}, kept: []string{"verify TestClaims", "content TestMeasures", "verify/docker/images TestObserve"}},

	{says: "30: the password of the stand-in hub's user never leaves the machine", kept: []string{"verify/secrets TestHide", "verify TestPublish", "cmd/handbook TestNoSecretLeaves"}},

	{says: "31: a lab's script does what verify did", kept: []string{"cmd/handbook TestScript", "cmd/handbook TestScriptOfHandbook", "cmd/handbook TestScriptFails"}},

	{says: "32: a lab that works on one Docker Engine and fails on another fails, and says on which; claims hold on all, or name one",
		kept: []string{"verify TestJoin", "verify TestPlanOn", "verify TestClaimsOnEngines", "verify/docker TestEnginesDiffer", "verify/docker TestEnginesStart", "render TestGolden"}},

	{says: "33: what a lab leaves is listed, and removed to the last file by commands made for it, and by these nothing else", rows: leftovers,
		kept: []string{"verify TestCleanupAfter", "verify/cleanup TestIsOwn", "verify/cleanup TestCommands"}},

	{says: "34: what is not as in a reader's terminal stands in the guide, with its reason", rows: differences, kept: []string{"verify TestDifferencesInGuide"}},
}

// alike is a lab that uses names, tags and ports as any other does.
const alike = dockerfile + `
'''bash
docker build -q -t app:1.0 . > /dev/null
docker run -d --name web -p 5000:80 app:1.0 > /dev/null
curl -s http://localhost:5000/file
# -> served
docker ps --format '{{.Names}} {{.Image}}'
# -> web app:1.0
'''`

// bombs use up each thing that a machine has only so much of.
func bombs(machines ...string) (rows []verdict) {
	const beside = `
'''bash
for i in $(seq 40); do sleep 0.1; ls > /dev/null; done
head -c 100000000 /dev/zero > file && rm file
'''`
	for _, machine := range machines {
		bomb := func(what, settings, page, want string) {
			rows = append(rows, verdict{name: what + " on " + machine, real: true, lab: fmt.Sprintf("machine: %q", machine), machine: settings, page: page, want: want, beside: beside})
		}
		bomb("processes", "{pids: 300}", `
'''bash
:(){ :|:& };:
ls
ls
'''`, "p.md:[..]:1: the machine's 300 processes were used up\n[...]")
		bomb("memory", "{memory: 300m}", `
'''bash
head -c 2000M /dev/zero | tail > /dev/null
echo not run
'''`, "p.md:7:1: the machine's 300 MiB of memory were used up\np.md:7:1: exited with 137 (killed, perhaps for want of memory), expected 0\n| Killed[..]\n1 not run")
		bomb("disk", "{disk: 200m}", `
'''bash
echo begun; while :; do cat /bin/bash >> /opt/bomb; done
echo not run
'''`, "p.md:7:1: the machine's 200 MiB of disk were used up\n| begun\n1 not run")
	}
	return rows
}

// dockerfile makes an image whose server listens only after a second.
const dockerfile = `
'''dockerfile file=Dockerfile
FROM python:3.12-slim
RUN echo served > /file
CMD ["sh", "-c", "sleep 1; exec python -m http.server -d / 80"]
'''
`

// longPage adds prose, snippets and a last one that has seen them all.
func longPage(page string) string {
	var b strings.Builder
	b.WriteString(page)
	for i := range 50 {
		fmt.Fprintf(&b, "\n## Part %d\n\n%s\n```bash\nn=$((n + 1))\n```\n", i, strings.Repeat("Some words that somebody has to read. ", 560))
	}
	b.WriteString("\n```bash\necho $n\n# -> 50\n```\n")
	if b.Len() < 1<<20 {
		panic(b.Len())
	}
	return b.String()
}

func TestPromises(t *testing.T) {
	t.Parallel()
	engine := testenv.Engine(t)
	tryAll(t, numbered(), true, engine)
}

// numbered are the promises' rows, with the number of the case in their names.
func numbered() (all []verdict) {
	for _, p := range promises {
		number, _, _ := strings.Cut(p.says, ":")
		for _, row := range p.rows {
			row.name = number + " " + row.name
			all = append(all, row)
		}
	}
	return all
}

// TestHundredMegabytes lets a command print that much. Memory does not grow
// with it, and what was cut is told to the byte.
func TestHundredMegabytes(t *testing.T) {
	engine := testenv.Engine(t)
	const lines, width = 1_000_000, 99 // of the terminal's 100 columns
	v := verdict{page: fmt.Sprintf("\n'''bash\nyes $(printf %%0%dd 0) | head -n %d\n'''\n", width, lines)}
	runtime.GC()
	most := peak(func() {
		record, _, got := v.run(t, engine)
		if record == nil {
			t.Error(got)
			return
		}
		c := record.Snippets[0].Commands[0]
		kept := len(strings.Join(c.Output, "\n")) + 1
		if c.Cut == 0 || c.CutAt == 0 || int64(kept)+c.Cut != lines*(width+1) {
			t.Errorf("%d bytes kept and %d cut behind line %d, want %d in all", kept, c.Cut, c.CutAt, lines*(width+1))
		}
	})
	t.Logf("%d KiB of memory at most", most>>10)
	if most > 32<<20 {
		t.Errorf("it took %d bytes of memory", most)
	}
}

// peak returns how much the heap grows meanwhile.
func peak(f func()) (most uint64) {
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	for {
		select {
		case <-done:
			return most
		case <-time.After(20 * time.Millisecond):
			if runtime.ReadMemStats(&now); now.HeapAlloc > before.HeapAlloc {
				most = max(most, now.HeapAlloc-before.HeapAlloc)
			}
		}
	}
}

// TestThousandLabs tells fresh labs from stale ones without a machine.
func TestThousandLabs(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 1000 {
		fsys[fmt.Sprintf("labs/lab %d/größe.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "---\nlab: {}\n---\n\n```bash\necho %d\n```\n", i)}
	}
	site, err := content.Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range site.Pages {
		plan, err := plans.New(site, page, "test")
		if err != nil {
			t.Fatal(err)
		}
		page.Record = &content.Record{Format: record.Format, Page: page.Path, Results: content.Results{Digest: plan.Digest, Machine: content.RecordMachine{Docker: plan.Docker}}}
		if i%10 == 0 {
			page.Record.Digest = "sha256:another"
		}
	}
	fresh, err := (&plans.Planner{Site: site, Machines: plans.Same("test")}).Check()
	if err != nil {
		t.Fatal(err)
	}
	n := map[content.State]int{}
	for _, page := range site.Pages {
		n[fresh.Of(page).State]++
	}
	if n[content.Fresh] != 900 || n[content.Stale] != 100 {
		t.Errorf("%v, want 900 fresh and 100 stale", n)
	}
}

// TestPromisesAreKept makes sure that no case is missing, and that the tests
// that are named are there.
func TestPromisesAreKept(t *testing.T) {
	before := 0
	for _, p := range promises {
		words, _, _ := strings.Cut(p.says, ":")
		number, err := strconv.Atoi(words)
		if err != nil || number != before+1 {
			t.Errorf("case %s stands behind %d", words, before)
		}
		before = number
		if len(p.rows)+len(p.kept) == 0 {
			t.Errorf("%s: nothing keeps it", p.says)
		}
		for _, test := range p.kept {
			if !exists(t, test) {
				t.Errorf("%s: there is no %s", p.says, test)
			}
		}
	}
}

// exists reports whether there is a test, named by its folder and function, or
// by its file.
func exists(t *testing.T, test string) bool {
	dir, name, ok := strings.Cut(test, " ")
	if !ok {
		_, err := os.Stat(filepath.Join("..", test))
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(t *testing.T) {") {
			return true
		}
	}
	return false
}
