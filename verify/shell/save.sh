# Writes down what the lab's shell is like, for a person's shell to start as:
# its variables, functions, aliases and options, and where it is. The file's
# name is printed. POSIX sh: a plain machine may have no bash, and then it is
# what is exported that can be told.
(
	__handbook_file=$HOME/.handbook-shell.${BASH_VERSION:+ba}sh
	{
		if [ -n "${BASH_VERSION-}" ]; then
			printf '%s\n' '[ ! -f ~/.bashrc ] || . ~/.bashrc'
			for __handbook_name in $(compgen -v); do
				case $__handbook_name in
				__handbook* | BASH* | COMP_* | EPOCH* | PROMPT_COMMAND | PS[14] | PPID | UID | EUID | SHELLOPTS | PIPESTATUS | \
					FUNCNAME | GROUPS | DIRSTACK | LINENO | SECONDS | RANDOM | SRANDOM | SHLVL | HIST* | COLUMNS | LINES | TERM | OPTIND | _) ;;
				*) declare -p "$__handbook_name" ;;
				esac
			done
			for __handbook_name in $(compgen -A function); do
				[[ $__handbook_name == __handbook* ]] || declare -f "$__handbook_name"
			done
			alias -p
			shopt -p
			printf 'cd -- %q\n' "$PWD"
		else
			unset __handbook_home
			export -p
			alias | sed 's/^alias //; s/^/alias /'
			printf "cd -- '%s'\n" "$(printf %s "$PWD" | sed "s/'/'\\\\''/g")"
		fi
		echo 'unset ENV BASH_ENV'
	} >"$__handbook_file" 2>/dev/null
	echo "$__handbook_file"
)
