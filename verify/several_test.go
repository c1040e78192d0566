//go:build unix

package verify_test

import (
	"context"
	"strings"
	"testing"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker/testenv"
	"handbook/verify/local"
)

// several are verdicts on labs with more than one machine, and on placeholders
// whose values such a lab shows.
var several = []verdict{
	{name: "each machine has its own files, shell and terminals", lab: "machines: [a, b]", page: `
'''bash
x=first; echo here > here
'''
'''bash on=b
echo "[$x]"; ls; x=second
# -> []
'''
'''bash on=b term=2
echo "[$x]"
# -> []
'''
'''bash on=a
echo "$x"; cat here
# -> first
# -> here
'''
'''bash on=b
echo "$x"
# -> second
'''`},
	{name: "files are written on the machine of their fence", lab: "machines: [a, b]", page: `
'''text file=f
of a
'''
'''text file=f on=b
of b
'''
'''diff file=f on=b
@@
-of b
+changed
'''
'''bash
cat f
# -> of a
'''
'''bash on=b
cat f
# -> changed
'''
'''text include=f on=b
'''`, check: func(t *testing.T, r *content.Record) {
		got := map[string]string{}
		for _, f := range r.Files {
			got[f.Path] = *f.Text
		}
		if len(got) != 2 || got["a/f"] != "of a\n" || got["b/f"] != "changed\n" {
			t.Errorf("files %q", got)
		}
		if text := r.Snippets[len(r.Snippets)-1].Text; text != "changed\n" {
			t.Errorf("the included file is %q", text)
		}
	}},
	{name: "a file that another machine has", lab: "machines: [a, b]", page: `
'''text file=f
of a
'''
'''bash on=b
cat f
'''`, want: "p.md:10:1: exited with 1, expected 0\n| cat: f: No such file or directory"},
	{name: "a diff of a file that another machine has", lab: "machines: [a, b]", page: `
'''text file=f
of a
'''
'''diff file=f on=b
@@
-of a
+of b
'''`, want: `p.md:9:9: there is no file "f"`},
	{name: "a program stays in a terminal of one machine", lab: "machines: [a, b]", page: `
'''bash stay on=b
cat
'''
'''bash
echo of the shell
# -> of the shell
'''
'''bash on=b
of the program
'''
'''bash on=b type="^C"
'''`},
	{name: "a value comes from an output", lab: `placeholders: {TOKEN: {from: make, match: 'token (\S+)$'}}`, page: `
'''bash name=make
echo "a token abc-$$"; echo "$$" > number
'''
'''text file=f
it is TOKEN
'''
'''bash
cat f; test TOKEN = "abc-$(cat number)" && echo TOKEN
# -> it is TOKEN
# -> TOKEN
'''`, random: true, check: func(t *testing.T, r *content.Record) {
		if text := *r.Files[0].Text; text != "it is TOKEN\n" {
			t.Errorf("the file is kept as %q", text)
		}
		if out := r.Snippets[2].Commands[0].Output[0]; !strings.HasPrefix(out, "it is abc-") {
			t.Errorf("it was run with %q", out)
		}
	}},
	{name: "a value for another machine", lab: `machines: [a, b]` + "\n" + `  placeholders: {TOKEN: {from: make, match: 'token (\S+)'}}`, page: `
'''bash name=make
echo token one
'''
'''bash on=b
echo TOKEN
# -> one
'''
'''bash type="TOKEN\n" on=b
read -r x; echo "$x"
# -> one
# -> one
'''`},
	{name: "no value is there", lab: `placeholders: {TOKEN: {from: make, match: 'token (\S+)'}}`, page: `
'''bash name=make
echo no such thing
'''
'''bash
echo TOKEN
'''`, want: `p.md:4:45: "token (\\S+)", which is to find the value of TOKEN, does not match what the snippet "make" in line 6 printed` + "\n| no such thing\n1 not run"},
	{name: "a value that is empty", lab: `placeholders: {TOKEN: {from: make, match: 'token(\w*)'}}`, page: `
'''bash name=make
echo token
'''
'''bash
echo TOKEN
'''`, want: `p.md:4:45: the group of "token(\\w*)", which is the value of TOKEN, is empty in what the snippet "make" in line 6 printed` + "\n| token\n1 not run"},
	{name: "a value of several lines", lab: `placeholders: {TOKEN: {from: make, match: '(?s)(a.*c)'}}`, page: `
'''bash name=make
printf 'a\ntouch owned\nc\n'
'''
'''bash
echo TOKEN
'''`, want: `p.md:4:45: the value of TOKEN, from the snippet "make" in line 6, has a line break or another control character, expected a line of text` + "\n| a\n| touch owned\n| c\n1 not run"},
	{name: "a long value", lab: `placeholders: {TOKEN: {from: make, match: '(?s)(.*)'}}`, page: `
'''bash name=make
printf %03000d 7
'''
'''bash
echo TOKEN
'''`, want: `p.md:4:45: the value of TOKEN, from the snippet "make" in line 6, has 3000 bytes, expected at most 2000` + "\n| " + strings.Repeat("0", 2999) + "7\n1 not run"},
}

func TestSeveralLocal(t *testing.T) {
	t.Parallel()
	for _, v := range several {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			v.try(t, local.Engine{})
		})
	}
}

// wrapping is an engine whose machines do something more, as those do that are
// removed in the background.
type wrapping struct{ local.Engine }

func (e wrapping) Start(ctx context.Context, spec verify.Spec) (verify.Machine, error) {
	m, err := e.Engine.Start(ctx, spec)
	return struct{ verify.Machine }{m}, err
}

// Several machines stay several in an engine of another type.
func TestSeveralWrapped(t *testing.T) {
	t.Parallel()
	several[0].try(t, wrapping{})
}

// A swarm of two machines: they know each other by name, their prompts show theirs,
// each has an engine of its own, and each is cleaned up.
func TestSeveralDocker(t *testing.T) {
	t.Parallel()
	v := verdict{lab: "machines: [manager, worker1]\n  cleanup: on\n" + `  placeholders: {JOIN_TOKEN: {from: init, match: '(SWMTKN-\S+)'}}`, page: `
'''console
$ echo "${PS1@P}" | grep -o root@manager
root@manager
$ getent hosts worker1
[..]worker1
'''
'''bash name=init
docker swarm init > /dev/null
docker swarm join-token worker
'''
'''bash on=worker1
docker swarm join --token JOIN_TOKEN manager:2377
# -> This node joined a swarm as a worker.
docker volume create of-worker1
# -> of-worker1
'''
'''bash
docker volume ls -q
# ->
docker node ls --format '{{.Hostname}} {{.Status}}' | sort
# -> manager Ready
# -> worker1 Ready
'''`, check: func(t *testing.T, r *content.Record) {
		all := r.AllCleanups()
		if len(all) != 2 || all[0].Machine != "manager" || all[1].Machine != "worker1" {
			t.Fatalf("clean-ups %+v", all)
		}
		for _, c := range all {
			if c.Of(content.LeftSwarm).Count == 0 && len(c.Of(content.LeftSwarm).Names) == 0 {
				t.Errorf("%s leaves %+v, want a swarm", c.Machine, c.Left)
			}
		}
		if a, b := len(all[0].Of(content.LeftVolumes).Names), len(all[1].Of(content.LeftVolumes).Names); a != 0 || b != 1 {
			t.Errorf("%d and %d volumes are left", a, b)
		}
	}}
	v.try(t, testenv.Engine(t))
}
