#!/usr/bin/env bash
# Flask: Dockerfile, build, run
# The commands of this lab, typed as they were on 23 November 2026 when the page was verified.
# It ends at the first one that fails.
# shellcheck shell=bash

# How it is done: each terminal of the lab is an interactive bash at a terminal
# of its own, made by script(1). Its prompt has marks that terminals do not show
# (OSC 133); they tell when a command has ended, and with which status.

page='' line=0 me=''
unset term exit pipe retry later ready stay until key # see run; a value that is reckoned with can run commands

# What it says, in the language of the site.
says_usage='usage: {command}'
says_script='this needs script(1) of util-linux'
says_terminal='terminal {number}'
says_shell='the shell has ended'
says_ended='ended with {status}, expected that it keeps the terminal'
says_exited='exited with {status}, expected {expected}'
says_part='a part of the pipeline exited with {status}'
says_writing='{file} (line {line})'
says_unwritable='{file} can’t be written'
says_unfit='the change does not fit'
says_skipped='line {line} is skipped: {reason}'
says_removed='what the lab left is removed'
says_left='not everything could be removed, see above'

# word TEXT NAME=VALUE… fills in what stands in braces.
word() {
	local text=$1 pair
	shift
	for pair; do text=${text/"{${pair%%=*}}"/"${pair#*=}"}; done
	printf %s "$text"
}

say() { printf '\e[2m== %s\e[0m\n' "$*"; }

fail() {
	show
	printf '\n'
	say "$page:$line: $*" >&2
	exit 1
}

# option NAME ARGUMENT… sets cleaning if the script's argument is the option of that
# name. It ends the script if there are others, or if it has no option ("").
option() {
	local name=$1
	shift
	cleaning=
	[ $# -gt 0 ] || return 0
	if [ $# = 1 ] && [ "$1" = "$name" ]; then
		# shellcheck disable=SC2034 # the lab's own lines, below, look at it
		cleaning=1
	else
		word "$says_usage" "command=bash lab.sh${me:+ $me}${name:+ [$name]}" >&2
		printf '\n' >&2
		exit 2
	fi
}

# ask VARIABLE NAME DEFAULT asks for what readers put in place of a name.
ask() {
	local value=${!1-}
	while [ -z "$value" ]; do
		read -rp "$2${3:+ [$3]}: " value || exit 1
		value=${value:-$3}
	done
	printf -v "$1" %s "$value"
}

# secret VARIABLE WHAT asks for what must not be seen.
secret() {
	while [ -z "${!1-}" ]; do
		read -rsp "$2: " "$1" || exit 1
		echo
	done
	export "${1?}"
}

# begin DIRECTORY makes the lab's directory and all that terminals need.
begin() {
	script --version >/dev/null 2>&1 || fail "$says_script"
	dir=$1
	mkdir -p "$dir" && cd "$dir" && dir=$PWD || exit 1
	tmp=$(mktemp -d) || exit 1
	trap 'trap - EXIT; kill "${shells[@]}" 2>/dev/null; rm -rf "$tmp"' EXIT
	trap 'exit 130' INT TERM HUP
	shells=() shown=() kept=() answers=()
	[ "${TERM:-dumb}" != dumb ] || export TERM=xterm
	{ declare -f variables && printf 'variables\nunset -f variables\n'; } >"$tmp/rc"
	cat >>"$tmp/rc" <<-'END'
		stty rows 30 cols 100
		tty >"$LAB_TTY"
		unset LAB_TTY
		unset HISTFILE PROMPT_COMMAND
		HISTCONTROL=
		bind 'set enable-bracketed-paste on' 'set enable-active-region off'
		PS0='\e]133;C\a'
		PS1='\[\e]133;D;$?;${PIPESTATUS[*]/%/,};\a\]\u@\h:\w\$ \[\e]133;B\a\]'
		PS2='\[\e]133;A\a\]> \[\e]133;B\a\]'
	END
}

# variables sets those of the lab, for its terminals only. Labs that have some say so
# below.
variables() { :; }

# terminal N turns to that terminal of the lab.
terminal() {
	[ "$1" != "${t-}" ] || return
	if [ -n "${t-}" ] || [ "$1" != 1 ]; then say "$(word "$says_terminal" "number=$1")"; fi
	t=$1 out=$tmp/out.$1
	[ ! -e "$out" ] || return
	: >"$out"
	mkfifo "$tmp/in.$t"
	set -m # or else all that runs there would ignore ^C
	(
		unset term exit pipe retry later ready stay until key
		LAB_TTY=$tmp/tty.$t exec script -qefc "exec bash --noprofile --rcfile $tmp/rc -i" /dev/null
	) <"$tmp/in.$t" >"$out" 2>&1 &
	shells[t]=$!
	set +m
	eval "exec $((t + 10))>\"\$tmp/in.\$t\""
	shown[t]=0 from=0 entered=1
	until prompted; do pause; done
	show
}

keys() { printf %s "$1" >&$((t + 10)); }

# show shows what the terminal has printed, and notes how often it has been
# silent since.
show() {
	local size
	[ -n "${t-}" ] || return
	size=$(wc -c <"$out")
	quiet=$((quiet + 1))
	[ "$size" -gt "${shown[t]}" ] || return
	tail -c "+$((shown[t] + 1))" "$out" | head -c "$((size - shown[t]))"
	shown[t]=$size quiet=0
}

pause() {
	sleep "${1-0.1}"
	show
}

# since COUNT prints the last bytes of what the terminal has printed since a
# line was typed.
since() {
	local size
	size=$(($(wc -c <"$out") - from))
	[ "$size" -le 0 ] || tail -c "$((size < $1 ? size : $1))" "$out" | tr -d '\0'
}

# plain takes control sequences out of a text.
plain() { sed $'s/\e\\[[0-9;?]*[a-zA-Z]//g; s/\e\\][^\a]*\a//g'; }

# prompted tells whether the shell is at its prompt again: status and parts are
# those of the command before, or more is 1 if it wants more of the command.
prompted() {
	local LC_ALL=C new
	if [ "$entered" = 0 ]; then
		new=$(tail -c "+$((from + 1))" "$out" | head -c "$((4096 + 3 * ${#typed}))" | tr -d '\0')
		[[ $new == *$'\e[?2004l'* ]] || return
		entered=1
	fi
	new=$(since 4096)
	new=${new##*$'\e[?2004l'}
	more=0
	if [[ $new =~ $'\e]133;D;'([0-9]+)';'([^$'\a']*)';'$'\a' ]]; then
		status=${BASH_REMATCH[1]} parts=${BASH_REMATCH[2]//[!0-9]/ }
	elif [[ $new == *$'\e]133;A'* ]]; then
		more=1
	else
		return 1
	fi
	[[ $new == *$'\e]133;B\a'* ]]
}

# enter LINE types a line.
enter() {
	typed=$1 from=$(wc -c <"$out") entered=0 quiet=0 began=$SECONDS
	if [ -n "${kept[t]-}" ]; then
		entered=1
		keys "$1"$'\r'
	else
		keys $'\e[200~'"$1"$'\e[201~\r'
	fi
}

# unfinished tells whether the cursor stands behind a text, as it does behind
# the question of a program, and not behind how far something is.
unfinished() {
	local LC_ALL=C last
	last=$(since 512 | plain && echo .) # keeps the line feeds at the end
	last=${last%.} last=${last##*$'\n'}
	last=${last%$'\r'} last=${last##*$'\r'}
	case $last in *'^C' | *"^\\") return 1 ;; esac # a key, as the terminal shows it
	[ -n "$last" ] && ! [[ $last =~ ^[0-9]+' '?%[^?]*$ ]]
}

# reads tells whether a program reads from the terminal (proc(5)); if it is given
# "perhaps", also whether one waits for several things, of which the terminal may be
# one, or can't be looked at.
reads() {
	local p task call fd tty
	tty=$(cat "$tmp/tty.$t") || return
	for p in /proc/[0-9]*; do
		[ "$(readlink "$p/fd/0")" = "$tty" ] || continue
		for task in "$p"/task/*; do
			{ read -r call fd _ <"$task/syscall"; } 2>/dev/null || call=unknown
			case $call in
			0 | 63)
				[ "$(readlink "$p/fd/$((fd))")" = "$tty" ] || continue
				[ -z "${1-}" ] && [ "${task##*/}" != "${p##*/}" ] || return 0
				;;
			7 | 22 | 23 | 72 | 73 | 232 | 270 | 271 | 281 | 441 | unknown) [ -z "${1-}" ] || return 0 ;;
			esac
		done
	done 2>/dev/null
	return 1
}

# answer types the next answer if the command waits for one.
answer() {
	local text key
	[ ${#answers[@]} -gt 0 ] || return
	case ${answers[0]} in
	^C | ^Z | ^\\) [ $((SECONDS - began)) -ge 3 ] ;; # for a program that keeps printing, too
	^P^Q) [ $((SECONDS - began)) -ge 3 ] && stty -a <"$(cat "$tmp/tty.$t")" | grep -q -e -icanon ;; # docker is attached
	*) false ;;
	esac || {
		[ "$quiet" -ge 5 ] || return
		{ unfinished && reads perhaps; } || reads || { [ "$quiet" -ge 30 ] && [ -z "${later-}" ]; } || return
		# It may have been the shell, whose prompt script(1) has not passed on yet.
		pause
		[ "$quiet" -gt 0 ] && ! prompted || return
	}
	began=$SECONDS
	press "${answers[0]}"
	answers=("${answers[@]:1}")
	quiet=0
}

# press TEXT types keys: ^C and such, and \n at the end as the Enter key.
press() {
	local text=$1
	text=${text//^C/$'\003'} text=${text//^D/$'\004'} text=${text//^Z/$'\032'}
	text=${text//^P^Q/$'\020\021'} text=${text//^\\/$'\034'}
	case $text in
	*'\n') keys "${text%\\n}"$'\r' ;;
	*) keys "${text//$'\n'/$'\r'}" ;;
	esac
}

# run LINE COMMAND types a command that stands in a line of the page; if it is not
# given, it is the input. Before it
# stands what is known of it: term=2, exit=1 (its status), pipe=1 (each part of
# the pipeline has to succeed), retry=SECONDS, later=1 (what is left of the
# answers is for a later command), ready=1 (it starts what has to be waited
# for), stay=1 (it keeps the terminal), until=TEXT (which shows that it is
# ready), key=1 (it is keys).
run() {
	local deadline=$((SECONDS + ${retry:-0})) problem command
	line=$1
	[ $# -gt 1 ] && command=$2 || command=$(cat)
	terminal "${term:-1}"
	while :; do
		problem=
		try "$command"
		[ -n "$problem" ] || break
		[ "$SECONDS" -lt "$deadline" ] || fail "$problem"
		pause
	done
	[ -z "${ready-}" ] || await
}

try() {
	local text rest=
	patience=30
	if [ -n "${key-}" ]; then
		case $1 in *'^C'* | *'^D'* | *"^\\"*) patience=300 ;; esac # ending takes time
		from=$(wc -c <"$out") entered=1 quiet=0 typed='' began=$SECONDS
		press "$1"
	else
		while IFS= read -r text; do
			[ -z "$rest" ] || until prompted || [ -n "${kept[t]-}" ]; do pause 0.01; done
			enter "$text"
			rest=1
		done <<<"$1"
	fi
	until ended; do
		pause
		answer
		kill -0 "${shells[t]}" 2>/dev/null || fail "$says_shell"
	done
	show
}

# ended tells whether a command has ended, or is ready if it is to stay; what is
# wrong with it is the problem.
ended() {
	local part
	if prompted && [ "$more" = 0 ]; then
		if [ -n "${kept[t]-}" ] && [ "$status" = 130 ]; then status=0; fi
		kept[t]=
		if [ -n "${stay-}" ]; then
			problem=$(word "$says_ended" "status=$status")
		elif [ "$status" != "${exit:-0}" ]; then
			problem=$(word "$says_exited" "status=$status" "expected=${exit:-0}")
		elif [ -n "${pipe-}" ]; then
			for part in $parts; do
				case $part in 0 | 141 | 23) ;; *) problem=$(word "$says_part" "status=$part") ;; esac
			done
		fi
		return
	fi
	[ -n "${stay-}${kept[t]-}" ] && [ ${#answers[@]} = 0 ] || return
	if [ -n "${until-}" ]; then
		part=$(since 100000) # without what was typed
		[ -n "${kept[t]-}" ] && part=${part#*$'\n'} || part=${part#*$'\e[?2004l'}
		[ "$entered" = 1 ] && [[ $(plain <<<"$part") == *"$until"* ]] || return
	else
		{ [ "$quiet" -ge 5 ] && unfinished; } || [ "$quiet" -ge "$patience" ] || return
	fi
	kept[t]=1
}

# await waits, for a minute at most, until containers listen on the ports that
# they publish, or are healthy. Docker's own proxy listens at once, and closes
# what it cannot pass on.
await() {
	local port tries=0
	while [ $((tries += 1)) -lt 120 ]; do
		sleep 0.5
		if (variables && docker ps --format '{{.Status}}') | grep -q 'health: starting'; then continue; fi
		for port in $(variables && docker ps --format '{{.Ports}}' | grep -Eo ':[0-9]+->[0-9]+/tcp' | grep -Eo '^:[0-9]+'); do
			listens "${port#:}" || continue 2
		done
		return
	done
}

listens() {
	local answer
	{ exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return
	IFS= read -rn 1 -t 0.5 answer <&3
	[ $? -gt 128 ] || [ -n "$answer" ]
	set -- $?
	exec 3>&-
	return "$1"
}

# put LINE MODE FILE TEXT writes a file of the lab's directory, add appends to it.
# If there is no TEXT, it is the input.
put() { write put "$@"; }
add() { write add "$@"; }

# put64 LINE MODE FILE writes a file that is no text: the input is in base64.
put64() {
	base64 -d >"$tmp/decoded" || fail "$(word "$says_unwritable" "file=$3")"
	put "$@" <"$tmp/decoded"
}

write() {
	local file=$dir/$4
	line=$2
	say "$(word "$says_writing" "file=$4" "line=$line")"
	mkdir -p "${file%/*}" || fail "$(word "$says_unwritable" "file=$4")"
	[ "$1" = add ] || : >"$file" || fail "$(word "$says_unwritable" "file=$4")"
	if [ $# -gt 4 ]; then printf %s "$5"; else cat; fi >>"$file"
	[ -z "$3" ] || chmod "$3" "$file"
}

# change LINE FILE DIFF changes one.
change() {
	line=$1
	say "$(word "$says_writing" "file=$2" "line=$line")"
	if [ $# -gt 2 ]; then printf %s "$3"; else cat; fi | patch -s "$dir/$2" || fail "$says_unfit"
}

# remove COMMAND types a command that removes something. If it fails, the next
# ones are typed all the same: a lab that was not finished has not made all that
# they name.
remove() {
	local problem=
	terminal 1
	try "$1"
	[ -z "$problem" ] || incomplete=1
}

# removed ends a clean-up.
removed() {
	[ -n "${incomplete-}" ] || { say "$says_removed" && exit; }
	printf '\n'
	say "$says_left" >&2
	exit 1
}

skip() { say "$(word "$says_skipped" "line=$1" "reason=$2")"; }

page=labs/04-flask.md
option --clean-up "$@"
ask MY_YOUR_DOCKERHUB_USERNAME YOUR_DOCKERHUB_USERNAME ''
[ -n "$cleaning" ] || secret DOCKERHUB_TOKEN 'Password or access token for Docker Hub'
begin ~/docker-labs/04-flask
if [ -n "$cleaning" ]; then
remove 'docker rm -f flask flask-alpine'
remove 'docker rmi '"$MY_YOUR_DOCKERHUB_USERNAME"'/flask-app:1.1 flask-app:1.0'
remove 'docker logout'
remove 'cd ~/docker-labs/04-flask && rm -rf .git "it'\''s" '\''<b>'\'''
remove 'cd ~ && rmdir ~/docker-labs/04-flask'
removed
fi

run 24 'mkdir -p ~/docker-labs/04-flask && cd ~/docker-labs/04-flask'
run 25 <<'EOF'
cat > app.py <<'PY'
from flask import Flask

app = Flask(__name__)

@app.get('/')
def home():
    return 'Hello from Flask in Docker!'

if __name__ == '__main__':
    app.run(host='0.0.0.0', port=5000)
PY
EOF
run 37 <<'EOF'
cat > requirements.txt <<'REQ'
Flask==3.0.3
REQ
EOF

run 45 ls

put 54 '' Dockerfile <<'EOF'
# 1) Choose a base image that already has Python
FROM python:3.12-slim
# 2) Set a working directory inside the image
WORKDIR /app
# 3) Copy only requirements first to leverage Docker layer caching
COPY requirements.txt ./
# 4) Install Python dependencies (no cache to reduce layer size)
RUN pip install --no-cache-dir -r requirements.txt
# 5) Copy the application source code
COPY app.py ./
# 6) Expose the port your app listens on (documentation only)
EXPOSE 5000
# 7) Default process to run when the container starts
CMD ["python", "app.py"]
EOF

run 86 'docker build -t flask-app:1.0 .'

ready=1 run 92 'docker run -d --name flask -p 5000:5000 flask-app:1.0'

run 98 'curl http://localhost:5000'

exit=22 run 105 'curl -fsS http://localhost:5000/none'

put 115 '' Dockerfile.alpine <<'EOF'
FROM python:3.12-alpine
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py ./
EXPOSE 5000
CMD ["python", "app.py"]
EOF

change 125 app.py <<'EOF'
--- a/app.py
+++ b/app.py
@@ -5,3 +5,3 @@
 @app.get('/')
 def home():
-    return 'Hello from Flask in Docker!'
+    return 'Hello from Flask on Alpine!'
EOF

run 136 'docker build -q -f Dockerfile.alpine -t flask-app:alpine .'
run 138 'docker images --format '\''table {{.Repository}}\t{{.Tag}}'\'''

run 159 'docker tag flask-app:1.0 '"$MY_YOUR_DOCKERHUB_USERNAME"'/flask-app:1.0'

skip 162 'the lab runs on Linux'

skip 166 'needs an account of your own'

say 'all is done'
say 'to remove what it leaves: bash lab.sh --clean-up'
