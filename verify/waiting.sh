# Which processes are in the foreground of a terminal and sleep in a read of
# that terminal? The docker command always reads it when it is attached (run
# -it), so it tells nothing.
for p in /proc/[0-9]*; do
	{ read -r stat <"$p/stat"; } 2>/dev/null || continue
	comm=${stat#*(}
	comm=${comm%)*}
	set -- ${stat##*) }
	# After the name: state ppid pgrp session tty_nr tpgid (proc(5)).
	if [ "$1" != S ] || [ "$5" = 0 ] || [ "$3" != "$6" ] || [ "$comm" = docker ]; then continue; fi
	{ read -r call fd _ <"$p/syscall"; } 2>/dev/null || continue
	# read(2) is 0 on x86-64, 63 on arm64 and riscv64.
	if [ "$call" != 0 ] && [ "$call" != 63 ]; then continue; fi
	case $(readlink "$p/fd/$((fd))") in
	/dev/pts/* | /dev/tty | /dev/console)
		echo "${p#/proc/}"
		;;
	esac
done
