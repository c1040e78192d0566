# $1: the lab's directory. The input has a line "mode size path" for each file,
# with so many bytes after it. If a file can't be written, its path is printed.
while IFS=' ' read -r mode size name; do
	head -c "$size" | file write "$1" "$name" "$mode"
	status=$?
	if [ "$status" != 0 ]; then
		printf '\n%s' "$name"
		exit "$status"
	fi
done
