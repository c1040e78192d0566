# Start-up file of a lab's bash: takes commands from a pipe and runs them at
# the terminal. Descriptor 250 is the pipe, 251 the terminal; commands see
# neither.
exec 250<"$HANDBOOK_HOME/commands" 251>&1
__handbook_home=$HANDBOOK_HOME
unset HANDBOOK_HOME ENV
rm -f "$__handbook_home/rc" "$__handbook_home/commands"
unset HISTFILE
set +o history
set -o pipefail
shopt -s expand_aliases
trap : INT
PROMPT_COMMAND='exit 200'
__handbook_status=0
__handbook_is() { return "$1"; }

while IFS=' ' builtin read -r -u 250 __handbook_mode __handbook_n __handbook_lines; do
	__handbook_text=
	while ((__handbook_lines-- > 0)); do
		IFS= builtin read -r -u 250 __handbook_line
		__handbook_text+=$__handbook_line$'\n'
	done
	# The status and that of every part of a pipeline are taken within eval,
	# before anything else can change them.
	__handbook_text+='__handbook_status=$? __handbook_parts="${PIPESTATUS[*]}"'
	__handbook_parts=
	__handbook_was=$__handbook_status
	__handbook_status=
	if [[ $__handbook_mode == n ]]; then
		if [[ ! -p $__handbook_home/out ]]; then
			mkfifo "$__handbook_home/out"
			command cat <"$__handbook_home/out" >&251 250<&- 251>&- & disown
			exec 252>"$__handbook_home/out"
		fi
		__handbook_is "$__handbook_was"
		eval "$__handbook_text" </dev/null >&252 2>&1 250<&- 251>&- 252>&-
		: "${__handbook_status:=$?}"
		builtin printf '\033]7777;@NONCE@;%s;%s;%s\007' "$__handbook_n" "$__handbook_status" "$__handbook_parts" >&252
	else
		__handbook_is "$__handbook_was"
		eval "$__handbook_text" 250<&- 251>&-
		: "${__handbook_status:=$?}"
		builtin printf '\033]7777;@NONCE@;%s;%s;%s\007' "$__handbook_n" "$__handbook_status" "$__handbook_parts" >&251
	fi
done
exit 200
