# $1: name of the folder, $2: start-up file for bash, $3: for any other sh.
umask 077
for d in /dev/shm /run "${TMPDIR:-/tmp}"; do
	if mkdir "$d/$1" 2>/dev/null; then break; fi
done
d=$d/$1
if ! mkfifo "$d/commands"; then
	exit 1
fi
if command -v bash >/dev/null 2>&1; then
	kind=bash
	printf '%s\n' "$2" >"$d/rc"
else
	kind=sh
	printf '%s\n' "$3" >"$d/rc"
fi
printf 'HANDBOOK_HOME=%s\n' "$d" >"$d/rc.new"
cat "$d/rc" >>"$d/rc.new"
mv "$d/rc.new" "$d/rc"
printf '%s %s\n' "$d" "$kind"
exec cat >"$d/commands"
