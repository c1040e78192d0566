//go:build unix

package verify_test

import (
	"slices"
	"testing"

	"handbook/content"
	"handbook/verify/docker/testenv"
	"handbook/verify/local"
)

// What a page may do with more than one terminal, and with commands that keep
// theirs. See verdicts for how they are written.
var terminals = []verdict{
	{name: "another terminal has its own shell and directory", page: `
'''bash
mkdir sub && cd sub && A=1
'''
'''bash term=2
pwd | sed 's|.*/||'
# -> lab
echo "A=$A"
# -> A=
'''
'''bash
pwd | sed 's|.*/||'
# -> sub
'''`},
	{name: "a shell keeps the terminal until exit", page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash
echo one
# -> one
f() {
  echo two
}
f
# -> two
'''
'''bash
exit
echo "at the shell: $?"
# -> at the shell: 0
'''`},
	{name: "what is typed may be wrong", page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash
echo one
# -> two
'''`, want: "p.md:10:1: printed something other than the page says\n| - two\n| + one"},
	{name: "a session shows the prompts it is typed at", page: `
'''console
$ env PS1='root@lab:/# ' sh
root@lab:/# echo one
one
root@[..]:/# cat <<END
> two
> END
two
root@lab:/# exit
$ echo at the shell
at the shell
'''`},
	{name: "another prompt than the page's", page: `
'''console
$ env PS1='root@lab:/# ' sh
root@other:/# echo one
one
'''`, want: "p.md:7:15: typed at the prompt \"root@lab:/#\", expected \"root@other:/#\"\n| one"},
	{name: "an exit status of what kept the terminal", page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash exit=3
exit 3
'''`},
	{name: "another exit status than the page's", page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash
exit 3
'''`, want: "p.md:9:1: exited with 3, expected 0"},
	{name: "a command that should stay and ends", page: `
'''bash stay
echo done
'''
'''bash
echo not run
'''`, want: "p.md:6:1: ended with 0, expected that it keeps the terminal\n| done\n1 not run"},
	{name: "a command that is never ready", page: `
'''bash stay timeout=1s
sleep 60
'''`, want: "p.md:6:1: neither a prompt nor a port that listens within 1s"},
	{name: "until a text appears", page: `
'''bash stay until="ready for"
for i in 1 2 3; do sleep 0.1; echo $i; done; echo ready for you; sleep 60
'''
'''bash term=2
echo meanwhile
# -> meanwhile
'''
'''bash type="^C"
'''
'''bash
echo at the shell
# -> at the shell
'''`},
	{name: "loops that never rest are ended by Ctrl-C, each time", page: `
'''bash stay until="tick"
while :; do echo tick; sleep 0.02; done
'''
'''bash type="^C"
'''
'''bash stay until="tock"
while :; do echo tock; sleep 0.02; done
'''
'''bash type="^C"
'''
'''bash stay until="tack"
while :; do echo tack; sleep 0.02; done
'''
'''bash type="^C"
'''
'''bash
echo at the shell
# -> at the shell
'''`},
	{name: "a key is not pressed again at a shell that is slow to come back", page: `
'''bash
PROMPT_COMMAND='end=$((SECONDS + 3)); while ((SECONDS < end)); do :; done'
'''
'''bash stay until="ready"
(trap 'echo bye; exit 0' INT; echo ready; while :; do sleep 0.1; done)
'''
'''bash type="^C"
'''
'''bash
PROMPT_COMMAND=
'''`, check: func(t *testing.T, r *content.Record) {
		for _, s := range r.Snippets {
			for _, c := range s.Commands {
				if c.Exit != 0 {
					t.Errorf("%q ended with %d", c.Text, c.Exit)
				}
			}
		}
	}},
	{name: "a server that Ctrl-C does not end", page: `
'''bash stay until="ready"
trap '' INT; echo ready; sleep 60
'''
'''bash type="^C" timeout=1s
'''`, want: "p.md:8:9: the program that it is to end still runs after 1s"},
	{name: "a text that is only typed has not appeared", page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash stay until="ready for" timeout=1s
: ready for you; sleep 60
'''`, want: "p.md:9:1: \"ready for\" did not appear within 1s"},
	{name: "what is typed may stay in its turn", page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash stay until="ready for"
echo ready for you; sleep 60
'''
'''bash type="^C"
'''
'''bash
echo inside
# -> inside
'''
'''bash
exit 0
'''
'''bash
echo at the shell
# -> at the shell
'''`},
	{name: "a text that does not appear", page: `
'''bash stay until="ready" timeout=1s
echo steady; sleep 60
'''`, want: "p.md:6:1: \"ready\" did not appear within 1s\n| steady"},
	{name: "a silent command beside a shell that stays is not hungry", real: true, page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash term=2
sleep 10; echo slept
# -> slept
'''`},
	{name: "a command that waits for input beside a shell that stays", real: true, page: `
'''bash stay
env PS1='inner# ' sh
'''
'''bash term=2
read -p "Sure? " answer
'''`, want: "p.md:9:1: waits at \"Sure?\" for input that nobody types\n| Sure?"},
	{name: "a shell in a container", real: true, page: `
'''console
$ docker run -it --rm alpine sh
...
/ # echo $((6*7)) > /answer; cat /answer
42
/ # cd /etc
/etc # pwd
/etc
/etc # exit
$ docker ps -q
'''`},
	{name: "Python in a container", real: true, page: `
'''console
$ docker run -it --rm python:3.12-slim python3
...
>>> import sys; print(sys.platform)
linux
>>> exit()
'''`},
	{name: "a container in the foreground", real: true, page: dockerfile + `
'''bash quiet
docker build -t served .
'''
'''bash stay
docker run --rm --name web -p 8080:80 served
'''
'''bash term=2
curl -s http://localhost:8080/file
# -> served
'''
'''bash type="^C" varies
'''
'''bash term=2
docker ps -q
'''
'''bash
echo at the shell
# -> at the shell
'''`},
	{name: "compose up", real: true, page: dockerfile + `
'''yaml file=compose.yaml
services:
  web:
    build: .
    ports: ["8080:80"]
'''
'''bash stay varies
docker compose up
'''
'''bash term=2
curl -s http://localhost:8080/file
# -> served
docker compose down
docker ps -aq
'''`},
}

// withPython are those that need a Python, which lab machines do not have.
var withPython = []verdict{
	{name: "a server stays once it listens, and is not held up by what it prints", page: `
'''bash stay
python3 -c 'import http.server as h, sys; h.test(h.SimpleHTTPRequestHandler, port=8917)'
'''
'''bash term=2
for i in $(seq 300); do exec 3<>/dev/tcp/127.0.0.1/8917; echo "GET /nonesuch HTTP/1.0" >&3; echo >&3; cat <&3 >/dev/null; done; echo asked
# -> asked
'''
'''bash
^C
'''
'''bash
echo at the shell
# -> at the shell
'''`},
	{name: "a REPL is typed its blocks", page: `
'''console
$ python3 -q
>>> for i in range(2):
...     print(i)
...
0
1
>>> 1 + 1
2
>>> exit()
$ echo at the shell
at the shell
'''`},
}

func TestTerminalsLocal(t *testing.T) {
	t.Parallel()
	tryAll(t, slices.Concat(terminals, withPython), false, local.Engine{})
}

func TestTerminalsDocker(t *testing.T) {
	t.Parallel()
	tryAll(t, terminals, true, testenv.Engine(t))
}
