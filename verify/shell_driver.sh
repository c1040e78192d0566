# Start-up file of a lab's sh where there is no bash, as in Alpine: the same
# loop as shell_driver.bash in POSIX shell.
exec 8<"$HANDBOOK_HOME/commands" 9>&1
__handbook_home=$HANDBOOK_HOME
unset HANDBOOK_HOME ENV
rm -f "$__handbook_home/rc" "$__handbook_home/commands"
unset HISTFILE
(set -o pipefail) 2>/dev/null && set -o pipefail
trap : INT
__handbook_status=0
__handbook_is() { return "$1"; }
__handbook_newline='
'

while IFS=' ' read -r __handbook_mode __handbook_n __handbook_lines <&8; do
	__handbook_text=
	while [ "$__handbook_lines" -gt 0 ]; do
		IFS= read -r __handbook_line <&8
		__handbook_text=$__handbook_text$__handbook_line$__handbook_newline
		__handbook_lines=$((__handbook_lines - 1))
	done
	__handbook_text=$__handbook_text'__handbook_status=$?'
	__handbook_was=$__handbook_status
	__handbook_status=
	if [ "$__handbook_mode" = n ]; then
		if [ ! -p "$__handbook_home/out" ]; then
			mkfifo "$__handbook_home/out"
			cat <"$__handbook_home/out" >&9 8<&- 9>&- &
			exec 7>"$__handbook_home/out"
		fi
		__handbook_is "$__handbook_was"
		command eval "$__handbook_text" </dev/null >&7 2>&1 8<&- 9>&- 7>&-
		: "${__handbook_status:=$?}"
		printf '\033]7777;@NONCE@;%s;%s;\007' "$__handbook_n" "$__handbook_status" >&7
	else
		__handbook_is "$__handbook_was"
		command eval "$__handbook_text" 8<&- 9>&-
		: "${__handbook_status:=$?}"
		printf '\033]7777;@NONCE@;%s;%s;\007' "$__handbook_n" "$__handbook_status" >&9
	fi
done
exit 200
