# shellcheck shell=bash disable=SC2154

# What the script of a lab with several machines has besides.

turn=''
says_turn='Press Enter when {machine} has done what stands before'

# machine NAME… -- ARGUMENT… notes on which machine of the lab this runs: the script
# runs on each, with its name as the first argument, and does what is for that one.
machine() {
	local names=$1
	shift
	while [ "$1" != -- ]; do names+="|$1" && shift; done
	if [ -n "${2-}" ] && [[ "|$names|" == *"|$2|"* ]]; then
		me=$2
		return
	fi
	word "$says_usage" "command=bash lab.sh $names" >&2
	printf '\n' >&2
	exit 2
}

# on NAME tells whether what follows is for this machine. If another one has had its
# turn before, it is waited for.
on() {
	local before=${turn-}
	turn=$1
	[ "$1" = "$me" ] || return
	[ -z "$before" ] || [ "$before" = "$1" ] || read -rp "$(word "$says_turn" "machine=$before") " _ || exit 1
}
