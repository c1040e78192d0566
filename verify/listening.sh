# Does a process in the foreground of the terminal whose shell is $1 listen on
# a TCP port?
listening=
for f in /proc/net/tcp /proc/net/tcp6; do
	# Its columns: proc_net_tcp.txt of the kernel's documentation; 0A is LISTEN.
	while read -r _ _ _ state _ _ _ _ _ inode _; do
		[ "$state" != 0A ] || listening="$listening $inode"
	done <"$f"
done 2>/dev/null
[ -n "$listening" ] || exit 0
for p in /proc/[0-9]*; do
	{ read -r stat <"$p/stat"; } 2>/dev/null || continue
	set -- "$1" ${stat##*) }
	# After the name: state ppid pgrp session tty_nr tpgid (proc(5)).
	if [ "$5" != "$1" ] || [ "$4" != "$7" ]; then continue; fi
	open=$(ls -l "$p/fd" 2>/dev/null)
	for inode in $listening; do
		case $open in
		*"socket:[$inode]"*)
			echo yes
			exit
			;;
		esac
	done
done
