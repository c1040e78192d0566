# Answers questions until its input ends. A question is a line
#
#   FUNCTION MARK ARGUMENTS BYTES
#
# then a line for each argument, and so many bytes of input. An answer is what
# the function prints, a line break, and a line "MARK STATUS". After a failure
# it ends, for what is left of the input is not a question.
umask 022 # see start.sh of package shell
echo ready
while IFS=' ' read -r function mark arguments bytes; do
	set --
	while [ "$arguments" -gt 0 ]; do
		IFS= read -r argument
		set -- "$@" "$argument"
		arguments=$((arguments - 1))
	done
	head -c "$bytes" | "$function" "$@" 2>&1
	status=$?
	printf '\n%s %d\n' "$mark" "$status"
	[ "$status" = 0 ] || exit
done
