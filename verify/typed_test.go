//go:build unix

package verify_test

// typed are what makes the shell of a lab a reader's: each row does for a reader
// what its page says. The oracle compares far more of it with a real terminal.
var typed = []verdict{
	{name: "a pipeline before ||", page: `
'''bash
curl -s file:///nonesuch | cat || echo "nothing listens"
# ->
curl -s file:///nonesuch || echo "nothing listens"
# -> nothing listens
(exit 3) | true && echo up
# -> up
'''`},
	{name: "pipelines in if, while, until and !", page: `
'''bash
if false | true; then echo so; fi
# -> so
if true | false; then echo so; else echo no; fi
# -> no
n=0; while [ $n -lt 2 ] | true && [ $n -lt 2 ]; do n=$((n + 1)); done; echo $n
# -> 2
until false | echo once | grep once; do :; done
# -> once
! false | false
! true | false; echo $?
# -> 0
'''`},
	{name: "the status is that of the last part, and the verdict that of all", page: `
'''bash exit=3
true | (exit 3)
'''
'''bash exit=3
(exit 2) | (exit 3)
'''
'''bash
(exit 2) | (exit 3) | true
'''`, want: "p.md:12:1: part 1 of the pipeline exited with 2"},
	{name: "parts whose reader has ended", page: `
'''bash
yes | head -n 1
# -> y
seq 100000 | sed 1q | cat
# -> 1
until seq 100000 | grep -q 7 && echo up; do :; done
# -> up
'''`},
	{name: "parts that say in their own words that their reader has ended", page: `
'''bash
seq 100000 | xargs -n 1 echo | head -n 1
# -> 1
# -> xargs: [..]signal 13
sh -c 'echo out; echo "Error: write EPIPE" >&2; exit 1' | head -n 1
# -> ...
'''`},
	{name: "a part that fails behind one whose reader has ended", page: `
'''bash
yes | (exit 4) | true
'''`, want: "p.md:6:1: part 2 of the pipeline exited with 4"},
	{name: "a long log whose reader has seen enough", real: true, page: `
'''bash
docker run -d --name web alpine sh -c 'echo ready; seq 200000; sleep 1000' > /dev/null
until docker logs web 2>&1 | grep -q 200000; do sleep 0.2; done
docker logs web | grep -q ready && echo up
# -> up
docker logs web | grep -q ready
until docker logs web | grep -q ready; do sleep 0.2; done
if docker logs web | grep -q ready; then echo up; fi
# -> up
docker logs web | head -n 1
# -> ready
'''`},
	{name: "events of the history", page: `
'''console
$ echo one two
one two
$ echo !$
echo two
two
$ !echo
echo two
two
$ ^two^three
echo three
three
$ echo 'no!!'
no!!
'''
'''bash
echo "done!!"
# -> echo "doneecho 'no!!'"
# -> doneecho 'no!!'
'''`},
	{name: "an event that there is not", page: `
'''bash
echo "done!nonesuch"
'''`, want: "p.md:6:1: the shell did not run it\n| bash: !nonesuch: event not found"},
	{name: "an event in an assignment", page: `
'''bash
password="secret!pass"
'''`, want: "p.md:6:1: the shell did not run it\n| bash: !pass: event not found"},
	{name: "jobs that are stopped, and go on", page: `
'''bash type="^Z" exit=148
sleep 300
'''
'''output
^Z
[1]+  Stopped[..]sleep 300
'''
'''bash
bg
# -> [1]+ sleep 300 &
jobs
# -> [1]+  Running[..]sleep 300 &
'''
'''bash type="^C" exit=130
fg
'''
'''output
sleep 300
^C
'''
'''bash
jobs
# ->
'''`},
	{name: "jobs that end", page: `
'''bash
sleep 0.2 &
# -> [1] [..]
while kill -0 $! 2> /dev/null; do sleep 0.1; done
# -> [1]+  Done[..]sleep 0.2
(exit 3) & wait $! || echo "it was $?"
# -> [1] [..]
# -> ...
# -> it was 3
{ sleep 0.1; exit 4; } &
# -> [1] [..]
wait %1 || echo "and $?"
# -> ...
# -> and 4
wait; jobs; disown || echo "nothing of ours"
# -> bash: disown: current: no such job
# -> nothing of ours
'''`},
	{name: "a shell that is stopped, and continued by its own job", page: `
'''bash
{ kill -STOP $$; sleep 1.5; kill -CONT $$; } &
wait; echo on
# -> ...
# -> on
'''`},
	{name: "a shell that is stopped, and whose job does not continue it", page: `
'''bash timeout=2s
sleep 300 &
kill -STOP $$
'''`, want: "p.md:7:1: the shell was stopped here, as a reader's would be, and nothing in its terminal continues it"},
	{name: "a shell of a shell that is stopped", page: `
'''bash
bash --norc -i -c 'suspend; echo on' || echo "it was $?"
# ->
# -> [1]+  Stopped[..]
# -> it was 1[..]
fg > /dev/null
# -> on
'''`},
	{name: "break, continue and return", page: `
'''bash
for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; [ $i = 3 ] && break; done
# -> 1
# -> 3
f() { return 3; }; f || echo "returned $?"
# -> returned 3
break
# -> bash: break: only meaningful in a [..]for', [..]while', or [..]until' loop
continue
# -> bash: continue: only meaningful in a [..]for', [..]while', or [..]until' loop
echo goes on
# -> goes on
'''`},
	{name: "return outside of a function", page: `
'''bash
return
'''`, want: "p.md:6:1: exited with [..], expected 0\n| bash: return: can only [..]return' from a function or sourced script"},
	{name: "set -e with an exempt status", page: `
'''bash
set -e
false || true
if false; then :; fi
while false; do :; done
false | true || true
echo "still $-"
# -> still [..]e[..]
'''
'''bash exit=1
! true
'''
'''bash exit=1
false && true
'''
'''bash
echo still
# -> still
set +e
false
'''`, want: "p.md:24:1: exited with 1, expected 0"},
	{name: "set -x, of lists and of the next prompt", page: `
'''bash
set -x
for i in 1 2; do :; done
# -> + for i in 1 2
# -> + :
# -> + for i in 1 2
# -> + :
(exit 3) || ! false
# -> + exit 3
# -> + false
set +x
# -> + set +x
'''`},
	{name: "traps for DEBUG and ERR", page: `
'''bash
trap 'echo "D $BASH_COMMAND"' DEBUG
echo one
# -> D echo one
# -> one
trap - DEBUG
# -> D trap - DEBUG
trap 'echo "E $?"' ERR
(exit 3) || true
false || (exit 4) || echo on
# -> on
'''
'''bash exit=5
(exit 5)
# -> E 5
'''
'''bash
trap
# -> trap -- 'echo "E $?"' ERR
trap - ERR
'''`},
	{name: "IFS, and a prompt that the lab changes", page: `
'''bash
IFS=,
false | true || true
a=1,2; printf '%s\n' $a
# -> 1
# -> 2
(exit 3) | true && echo "${PIPESTATUS[*]}"
# -> 3,0
unset IFS
PS1='mine> '
echo one
# -> one
printf 'no end'
# -> no end
(exit 3) || echo "it was $?"
# -> it was 3
PS1='\[\e[32m\]\w\n\$ \[\e[0m\]'
echo two
# -> two
cat <<X
> three
X
# -> > three
PROMPT_COMMAND='echo before'
echo four
# -> four
# -> before
unset PROMPT_COMMAND
false
'''`, want: "p.md:33:1: exited with 1, expected 0"},
	{name: "the parts of a pipeline at a changed prompt", page: `
'''bash
PS1='mine> ' IFS=';'
(exit 3) | true
'''`, want: "p.md:7:1: part 1 of the pipeline exited with 3"},
	{name: "nothing of the machinery is seen", page: `
'''bash
jobs; trap; alias; declare -F; compgen -A function; dirs -p | wc -l
# -> 1
ps -s $$ -o comm= --sort=comm
# -> bash
# -> ps
history
# ->     1  jobs; trap; alias; declare -F; compgen -A function; dirs -p | wc -l
# ->     2  ps -s $$ -o comm= --sort=comm
# ->     3  history
env | cut -d= -f1 | grep -aiE 'handbook|7777|^(PS[0-4]|BASH_ENV|ENV|PROMPT_COMMAND|TOKEN)$'
'''`, want: "p.md:15:1: exited with 1, expected 0"},
	{name: "nothing of the machinery is left", real: true, page: `
'''bash
ls -A /dev/shm . | grep -v ':$'
# ->
find ~ /tmp -newer /proc/1 -type f ! -path '*/.docker/*'
# ->
ls /proc/$$/fd
# -> 0  1  2  255
shopt -p expand_aliases interactive_comments login_shell progcomp || true
# -> shopt -s expand_aliases
# -> shopt -s interactive_comments
# -> shopt -u login_shell
# -> shopt -s progcomp
echo "$-, $SHLVL, $BASH_SUBSHELL, $PPID"
# -> himBHs, 1, 0, 0
'''`},
	// One of ours that is just being started has the name of what starts it.
	{name: "of the machine no more is seen than the guide lists", real: true, page: `
'''bash
find / -xdev -iname '*handbook*'
# -> /etc/apt/apt.conf.d/80handbook
# -> /run/handbook
env | cut -d= -f1 | sort | xargs
# -> GIT_PAGER HOME HOSTNAME LANG PAGER PATH PWD SHLVL TERM TZ _
ps -e -o comm= | grep -vxE 'bash|sleep|ps|grep|sort|xargs|runc:\[2:INIT\]' | sort -u | xargs
# -> containerd docker dockerd init sh
'''`},
	{name: "files and ports are as on a computer that systemd has started", real: true, page: `
'''bash
umask
# -> 0022
docker run -d --name web -p 8080:80 busybox sh -c 'mkdir /w; cd /w; httpd -f -p 80' > /dev/null
docker exec web sh -c 'umask; touch f; stat -c %a f'
# -> 0022
# -> 644
if [ -d /proc/sys/net/ipv6 ]; then docker port web; fi | grep -c 8080
# -> 2
'''`},
	{name: "expectations that are nearly written, or stand where none can", page: `
'''bash
# -> before any command
cat <<X # -> behind
text
X
echo a # → a
echo b #  -> b
if true; then # -> c
  echo c
fi
'''`, want: `p.md:6:1: expected output without a command before it
p.md:7:9: expected output inside a command, expected it behind the command's end
p.md:10:8: "# → a" is not read as expected output, expected "# -> a"
p.md:11:8: "#  -> b" is not read as expected output, expected "# -> b"
p.md:12:15: expected output inside a command, expected it behind the command's end`},
	{name: "detach keys", real: true, page: `
'''bash
docker pull -q alpine > /dev/null
'''
'''bash type="echo inside\n^P^Q"
docker run -it --name box alpine sh
'''
'''bash
docker ps --format '{{.Names}} {{.State}}'
# -> box running
'''
'''bash stay
docker attach box
'''
'''bash type="^P^Q"
'''
'''bash type="^P^Q"
docker run -it --name talks alpine sh -c 'while :; do echo on; sleep 0.1; done'
'''
'''bash
docker ps --format '{{.Names}} {{.State}}'
# -> talks running
# -> box running
'''
'''console
$ docker attach box
/ # echo again
again
/ # ^P^Q
$ echo outside
outside
'''`},
	{name: "a progress line is no prompt", page: `
'''bash type="y\n"
perl -e '$| = 1; print "90% [2 Packages store 0 B]"; pipe(R, W); vec($r, fileno(R), 1) = 1; select($r, undef, undef, 1.5); print "\r\e[K"; print "Go on? [Y/n] "; print "got ", scalar <STDIN>'
# -> Go on? [Y/n] y
# -> got y
'''
'''bash type="y\n"
perl -e '$| = 1; print "Packages: 2]"; pipe(R, W); vec($r, fileno(R), 1) = 1; select($r, undef, undef, 1.5); print "\r\e[K"; print "Go on? [Y/n] "; print "got ", scalar <STDIN>'
# -> Go on? [Y/n] y
# -> got y
'''`},
	{name: "a progress line in a container is no prompt", real: true, page: `
'''text file=ask.py
import os, select, time
print("90% [2 Packages store 0 B]", end="", flush=True)
select.select([os.pipe()[0]], [], [], 1.5)
print("\r\x1b[K(1 of 2)", end="", flush=True)
time.sleep(1.5)
print("\r\x1b[K", end="")
print("got", input("Go on? [Y/n] "))
'''
'''bash
docker pull -q python:3.12-slim > /dev/null
'''
'''bash type="y\n"
docker run --rm -it -v "$PWD:/lab" python:3.12-slim python /lab/ask.py
'''
'''output
Go on? [Y/n] y
got y
'''`},
	{name: "a question of a program with threads", real: true, page: `
'''text file=ask.py
import threading
t = threading.Thread(target=lambda: print("got", input("Name: ")))
t.start()
t.join()
'''
'''bash
docker pull -q python:3.12-slim > /dev/null
'''
'''bash type="größe\n"
docker run --rm -it -v "$PWD:/lab" -e PYTHONUTF8=1 python:3.12-slim python /lab/ask.py
'''
'''output
Name: größe
got größe
'''`},
}
