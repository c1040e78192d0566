# Answers questions about the processes of this computer until its input ends.
# A question is a line, its name and its arguments; an answer ends with a line
# that holds only a dot. See proc(5) for the files.

# at PID [MARK]: what the shell does: "readline" or "read" if it waits for what is
# typed at its terminal, "busy" if not, "stopped" if it was stopped (suspend), "gone"
# if it has ended, nothing if that can't be known. If it waits, MARK is then printed at its terminal, behind all that
# was printed before, and the answer says "marked".
at() {
	if ! { read -r stat <"/proc/$1/stat"; } 2>/dev/null; then
		[ ! -d /proc/self ] || echo gone
		return
	fi
	mark=${2-}
	set -- "$1" ${stat##*) }
	case $2 in
	Z)
		echo gone
		return
		;;
	T)
		echo stopped
		return
		;;
	esac
	# After the name: state ppid pgrp session tty_nr tpgid.
	if [ "$4" != "$7" ]; then
		echo busy
		return
	fi
	{ read -r call _ _ bytes _ timeout _ <"/proc/$1/syscall"; } 2>/dev/null || return
	case $call in
	270 | 23 | 72) # pselect6, select; pselect6 on arm64
		# Readline waits without end, read -t does not.
		if [ "$timeout" != 0x0 ] && canonical "$6"; then
			echo busy
			return
		fi
		call=readline
		;;
	0 | 7 | 271 | 63 | 73) call=read ;; # read, poll, ppoll; read, ppoll on arm64
	*)
		echo busy
		return
		;;
	esac
	# Without its line editor a bash reads 1,024 bytes; its command read reads more.
	case "$call $stat" in
	"read "*"(bash) "*)
		if [ "$bytes" != 0x400 ]; then
			echo busy
			return
		fi
		;;
	esac
	if [ -n "$mark" ] && tell "$6" "$mark"; then
		call="$call marked"
	fi
	echo "$call"
}

# line PID: "yes" if the shell PID reads a line at its prompt, and not for its
# command read.
line() {
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
	{ read -r call fd _ bytes _ <"/proc/$1/syscall"; } 2>/dev/null || return
	case $stat in
	*"(bash) "*) # its prompt is no read(2), but that of its command read is
		[ "$call" != 0 ] && [ "$call" != 63 ] || return
		;;
	*"(sh) "* | *"(dash) "* | *"(ash) "* | *"(busybox) "*) ;;
	*) return ;;
	esac
	set -- ${stat##*) }
	[ "$3" = "$6" ] || return
	case $call in
	0 | 63) # dash takes all there is, but for read one byte after the other
		[ "$fd" != 0x0 ] || [ "$bytes" = 0x1 ] || echo yes
		;;
	7 | 271 | 73 | 270 | 23 | 72) # BusyBox and bash edit the line themselves
		canonical "$5" || echo yes
		;;
	esac
}

# shows PID: "yes" if what the shell PID writes about its lines goes to a terminal.
shows() { if terminal "/proc/$1" 2; then echo yes; fi; }

# pipe PID NAME MARK: prints MARK into the pipe NAME, which the process PID reads as its
# descriptor 3, and says "marked". "gone" if it has ended, "unknown" if that can't be known,
# nothing if it has to be asked again. Nobody else opens the pipe meanwhile.
pipe() {
	if ! { read -r stat <"/proc/$1/stat"; } 2>/dev/null; then
		[ -d /proc/self ] && echo gone || echo unknown
		return
	fi
	pid=$1 name=$2 mark=$3
	set -- ${stat##*) }
	if [ ! -e "/proc/$pid/fd/0" ]; then
		echo unknown
		return
	fi
	if [ -e "/proc/$pid/fd/3" ]; then
		name=/proc/$pid/fd/3
	elif [ "$1" != S ] || [ ! -p "$name" ]; then # S: nobody has opened it, which it waits for
		[ "$1" != Z ] || echo gone
		return
	fi
	{ printf '\033]7777;%s\007' "$mark" >"$name"; } 2>/dev/null && echo marked
}

# group PID: the process group in the foreground of the terminal of the shell PID, the
# time now, and when the group's first process was started, unless that is gone. Times
# are those of processes, see started.
group() {
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
	set -- ${stat##*) }
	echo "$6 $(started self) $(started "$6")"
}

# started PID: when a process was started, in ticks of the kernel's clock; of "self", a
# process that was started just now.
started() {
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
	set -- ${stat##*) }
	echo "${20}"
}

# jobs PID: the processes that the shell PID has started, and theirs: their process
# group, "rests" or "busy", and the time that they have taken. It is asked at the
# shell's prompt, so they run in the background.
jobs() {
	shell=$1
	for p in $(family "$shell"); do
		[ "${p#/proc/}" != "$shell" ] || continue
		{ read -r stat <"$p/stat"; } 2>/dev/null || continue
		set -- ${stat##*) }
		case $1 in
		Z) ;; # it has ended
		R | D) echo "$3 busy $((${12} + ${13}))" ;;
		*) echo "$3 rests $((${12} + ${13}))" ;;
		esac
	done
}

# slept PID: how often a process has gone to sleep.
slept() {
	while read -r name count; do
		[ "$name" != voluntary_ctxt_switches: ] || echo "$count"
	done <"/proc/$1/status"
} 2>/dev/null

# canonical TERMINAL: whether the terminal with that number (see tell) edits lines
# itself.
canonical() {
	case $(stty -a <"/dev/pts/$(($1 & 0xff | $1 >> 12 & 0xfff00))" 2>/dev/null) in
	*-icanon* | "") return 1 ;;
	esac
}

# family PID: the folders of a process, of those that it has started, and of
# theirs; those of all processes where that can't be known.
family() {
	if [ ! -e "/proc/$$/task/$$/children" ]; then
		echo /proc/[0-9]*
		return
	fi
	while [ $# -gt 0 ]; do
		children=
		for p in "$@"; do
			echo "/proc/$p"
			for f in "/proc/$p/task/"*/children; do
				more=
				{ read -r more <"$f"; } 2>/dev/null
				children="$children $more"
			done
		done
		set -- $children
	done
}

# waiting PID [MARK]: the processes in the foreground of a terminal, and whether they
# wait for its input: "read PID" or "poll PID", see sleeps, or "busy PID". A docker
# command reads its terminal at all times when it is attached to a container (run
# -it), and so tells nothing: that is "attached PID", and another one that reads or
# polls "docker PID". Before it stands "here" if the terminal is that of the shell
# PID, and "there" if it is a container's, which is looked for if there is a docker
# command. If one reads here, MARK is then printed at the terminal, behind all that
# was printed before, and the answer says "marked".
waiting() {
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || stat=
	shell=$1 mark=${2-} docker= reads=
	set -- ${stat##*) }
	tty=${5-}
	foreground here $(family "$shell")
	[ -z "$docker" ] || foreground there /proc/[0-9]*
	if [ -n "$reads" ] && [ -n "$mark" ]; then
		tell "$tty" "$mark" && echo marked
	fi
}

# print PID MARK: prints MARK at the terminal of the shell PID, behind all that was printed
# before, and says "marked".
print() {
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
	mark=$2
	set -- ${stat##*) }
	tell "$5" "$mark" && echo marked
}

# tell TERMINAL MARK: prints a mark at the terminal with that number, which is
# tty_nr of proc_pid_stat(5).
tell() {
	{ printf '\033]7777;%s\007' "$2" >"/dev/pts/$(($1 & 0xff | $1 >> 12 & 0xfff00))"; } 2>/dev/null
}

# foreground WHERE FOLDER…: what waiting tells of processes.
foreground() {
	side=$1
	shift
	for p in "$@"; do
		{ read -r stat <"$p/stat"; } 2>/dev/null || continue
		comm=${stat#*(}
		comm=${comm%)*}
		set -- ${stat##*) }
		# One in a container that runs waits for nothing, but its terminal can be seen.
		case "$side $1" in
		*" S" | "there R" | "there D") ;;
		*) continue ;;
		esac
		if [ "$5" = 0 ] || [ "$3" != "$6" ]; then continue; fi
		state=$1
		# At its prompt a shell waits for the next command. (A bash there polls.)
		if [ "${p#/proc/}" = "$shell" ] && [ "$comm" != bash ] && [ -n "$(line "$shell")" ]; then continue; fi
		# A container's terminals have numbers of their own, which may be the same.
		if [ "$side" = here ]; then
			[ "$5" = "$tty" ] || continue
		elif [ "$p/ns/mnt" -ef /proc/$$/ns/mnt ]; then
			continue
		fi
		kind=
		[ "$state" != S ] || kind=$(sleeps "$p")
		case "$side $comm" in
		"here docker"*)
			docker=yes
			[ -z "$kind" ] || kind=$(attached "$p")
			;;
		esac
		if [ "$kind" = poll ] && [ "${p#/proc/}" = "$shell" ] && [ "$comm" = bash ] && canonical "$5"; then # read -t
			kind=read
		fi
		# What a container has printed comes here by another way than a mark.
		if [ "$side $kind" = "here read" ]; then reads=yes; fi
		echo "$side ${kind:-busy} ${p#/proc/}"
	done
}

# attached FOLDER: "attached" if a docker command may have connected its terminal to
# that of a container, "docker" if not.
attached() {
	case " $(tr '\0' ' ' <"$1/cmdline") " in
	*" run "* | *" exec "* | *" attach "* | *" start "*) echo attached ;;
	*) echo docker ;;
	esac 2>/dev/null
}

# sleeps FOLDER: "read" if a process sleeps in a read of a terminal, "poll" if it
# sleeps until a terminal or something else can be read, if it is one of several
# threads that does so, or if that can't be known.
sleeps() {
	for task in "$1"/task/*; do
		{ read -r call a b _ <"$task/syscall"; } 2>/dev/null || call=unknown
		case $call in
		unknown)
			echo poll
			return
			;;
		0 | 63) # read(2) on x86-64, on arm64 and riscv64
			terminal "$1" "$a" || continue
			[ "${task##*/}" = "${1##*/}" ] && echo read || echo poll
			return
			;;
		*)
			if polls "$1" "$call" "$a" "$b"; then
				echo poll
				return
			fi
			;;
		esac
	done
}

# terminal FOLDER DESCRIPTOR: whether a process has a terminal there.
terminal() {
	case $(readlink "$1/fd/$(($2))") in
	/dev/pts/* | /dev/tty | /dev/console) ;;
	*) return 1 ;;
	esac
}

# polls FOLDER CALL A B: whether a process may sleep in a system call until a
# terminal can be read. A and B are the first two arguments of the call.
polls() {
	case $2 in
	7 | 271 | 73) # poll, ppoll on x86-64; ppoll on arm64: structures of a descriptor and events
		set -- "$1" $(memory "$1" "$3" $((($4 > 64 ? 64 : $4) * 8)))
		[ $# -gt 1 ] || return 0
		process=$1
		shift
		while [ $# -ge 8 ]; do
			# The least significant byte comes first. 1 is POLLIN.
			if [ $(($5 & 1)) = 1 ] && terminal "$process" $(($1 + 256 * $2)); then return; fi
			shift 8
		done
		;;
	23 | 270 | 72) # select, pselect6 on x86-64; pselect6 on arm64: a set of bits
		[ $(($4)) != 0 ] || return
		set -- "$1" $(memory "$1" "$4" $((($3 > 256 ? 256 : $3) / 8 + 1)))
		[ $# -gt 1 ] || return 0
		process=$1 first=0
		shift
		for byte in "$@"; do
			n=$first first=$((first + 8))
			while [ "$byte" != 0 ]; do
				if [ $((byte & 1)) = 1 ] && terminal "$process" "$n"; then return; fi
				byte=$((byte >> 1)) n=$((n + 1))
			done
		done
		;;
	232 | 281 | 441 | 22) # epoll_wait, epoll_pwait, epoll_pwait2 on x86-64; epoll_pwait on arm64
		while read -r tfd fd _ events _; do
			if [ "$tfd" = tfd: ] && [ $((0x$events & 1)) = 1 ] && terminal "$1" "$fd"; then return; fi
		done <"$1/fdinfo/$(($3))"
		;;
	esac 2>/dev/null
	return 1
}

# memory FOLDER ADDRESS COUNT: so many bytes of a process's memory.
memory() { dd if="$1/mem" bs=1 skip=$(($2)) count="$3" 2>/dev/null | od -An -v -tu1; }

# listening PID: "yes" if a process in the foreground of the terminal whose
# shell is PID listens on a TCP port.
listening() {
	inodes=
	for f in /proc/net/tcp /proc/net/tcp6; do
		# Its columns: proc_net_tcp.txt of the kernel's documentation; 0A is LISTEN.
		while read -r _ _ _ state _ _ _ _ _ inode _; do
			[ "$state" != 0A ] || inodes="$inodes $inode"
		done <"$f"
	done 2>/dev/null
	[ -n "$inodes" ] || return
	for p in $(family "$1"); do
		{ read -r stat <"$p/stat"; } 2>/dev/null || continue
		set -- "$1" ${stat##*) }
		if [ "$5" != "$1" ] || [ "$4" != "$7" ]; then continue; fi
		open=$(ls -l "$p/fd" 2>/dev/null)
		for inode in $inodes; do
			case $open in
			*"socket:[$inode]"*)
				echo yes
				return
				;;
			esac
		done
	done
}

echo ready
while read -r question argument; do
	"$question" $argument
	echo .
done
