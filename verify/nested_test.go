//go:build unix

package verify_test

import (
	"testing"

	"handbook/content"
)

// nested are shells and programs in which a lab types, and what of them is
// checked.
var nested = []verdict{
	{name: "a bash within bash", page: `
'''console
$ env PS1='root@inner:/# ' bash --norc
root@inner:/# true
root@inner:/# (exit 3)
'''`, want: "p.md:8:15: exited with 3, expected 0"},
	{name: "a part of a pipeline in a bash within bash", page: `
'''console
$ env PS1='root@inner:/# ' bash --norc
root@inner:/# false | cat
'''`, want: "p.md:7:15: part 1 of the pipeline exited with 1"},
	{name: "a wanted exit status in a nested shell", page: `
'''bash stay
env PS1='root@inner:/# ' bash --norc
'''
'''bash exit=3
(exit 3)
'''`},
	{name: "a container's shell", real: true, page: `
'''console
$ docker run --rm -it alpine sh
/ # true
/ # (exit 3)
'''`, want: "p.md:8:5: exited with 3, expected 0"},
	{name: "another user's shell in a container", real: true, page: `
'''console
$ docker run -d --name box debian:trixie-slim sleep infinity
...
$ docker exec -it box bash
root@[..]:/# su -s /bin/bash daemon
daemon@[..]:/$ true
daemon@[..]:/$ (exit 3)
'''`, want: "p.md:11:16: exited with 3, expected 0"},
	{name: "a pipeline where only the last part can be judged", real: true, page: `
'''console
$ docker run --rm -it alpine sh
/ # false | cat
'''`, check: census(content.Census{Snippets: 1, Verified: 1, Pipelines: 1})},
	{name: "the same in a machine's own sh", real: true, lab: "machine: alpine", page: `
'''bash
false | cat
'''`, check: census(content.Census{Snippets: 1, Verified: 1, Pipelines: 1})},
	{name: "a program of which nothing is known", page: asks + `
'''bash
one
'''`, check: census(content.Census{Snippets: 2, Verified: 1, Commands: 1})},
	{name: "a program of which nothing is known, with expected output", page: asks + `
'''bash
one
# -> got one
two
# -> got two
'''`, check: census(content.Census{Snippets: 2, Verified: 2})},
	{name: "a program of which nothing is known, with an exit status", page: asks + `
'''bash exit=1
one
'''`, want: "p.md:9:1: its exit status can't be known, expected 1: it was typed to a program that goes on\n| got one"},
	{name: "an exception", real: true, page: `
'''console
$ docker run --rm -it python:3.12-slim python -q
>>> 1 + 1
2
>>> raise SystemError from None
'''`, want: "p.md:9:5: Python tells of an error: SystemError\n| Traceback (most recent call last):\n|   File \"[..]\", line 1, in <module>\n|     raise SystemError from None\n| SystemError"},
	{name: "an exception that the page expects", real: true, lab: "placeholders: {YOUR_NAME: ann}", page: `
'''console
$ docker run --rm -it python:3.12-slim python -q
>>> 1 / 0
Traceback (most recent call last):
...
ZeroDivisionError: division by zero
>>> raise SystemError("YOUR_NAME")
...
SystemError: YOUR_NAME
>>> 2
2
>>> exit()
$ echo back
back
'''`, check: census(content.Census{Snippets: 1, Verified: 1})},
	{name: "prompts of programs in a session", real: true, page: `
'''console
$ docker run --rm -it python:3.12-slim sh
# echo one
one
# python -m sqlite3
...
sqlite> select 1;
(1,)
sqlite> .quit
# python -q
>>> max(1,
...   2)
2
>>> exit()
# exit
$ echo back
back
'''`, check: census(content.Census{Snippets: 1, Verified: 1})},
	{name: "what fails at a program's prompts in a session", real: true, page: `
'''console
$ docker run --rm -it python:3.12-slim sh
# cat nonesuch
'''`, want: "p.md:7:3: exited with 1, expected 0\n| cat: nonesuch: No such file or directory"},
	{name: "an exception that the page expects by exit=", real: true, page: `
'''bash stay
docker run --rm -it python:3.12-slim python -q
'''
'''bash exit=1
1 / 0
'''`, check: census(content.Census{Snippets: 2, Verified: 2})},
}

// asks starts a program that no table knows.
const asks = `
'''bash stay
while printf 'ask> '; read x; do echo "got $x"; done
'''`

// census compares what a record counts.
func census(want content.Census) func(*testing.T, *content.Record) {
	return func(t *testing.T, r *content.Record) {
		if got := r.Census(); got != want {
			t.Errorf("the census is %+v, not %+v", got, want)
		}
	}
}
