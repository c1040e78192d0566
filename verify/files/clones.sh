# $1: the address of a Git repository; $2: the URL of its mirror, or nothing. If
# there is none, the input is what bring reads, and becomes a repository with a
# single commit. From then on git has the repository at the address from there.
#
# Git starts git-remote-https for addresses. It is replaced by a script that starts
# the real one for all others: so a repository with a longer name is not meant, and
# git tells the address as it was written.
all=/var/lib/handbook/clones
command -v git >/dev/null || exit 85
exec_path=$(git --exec-path) && mkdir -p "$all" || exit 1
if [ ! -e "$all/list" ]; then
	: >"$all/list"
	for name in https http; do # one may be a link to the other
		cp -L "$exec_path/git-remote-$name" "$exec_path/git-remote-$name.real" && rm "$exec_path/git-remote-$name" || exit 1
		cat >"$exec_path/git-remote-$name" <<-END || exit 1
			#!/bin/sh
			# Some repositories are on this machine: see $all/list.
			address=\$2
			while [ "\$address" != "\${address%/}" ]; do address=\${address%/}; done
			address=\${address%.git}
			while read -r url at <&3; do
				[ "\$address" = "\$url" ] || continue
				case \$at in
				/*) exec git remote-ext "\$1" "env -u GIT_DIR git -c safe.directory=* %s \$at" 3<&- ;;
				*) exec "\$0.real" "\$1" "\$at" 3<&- ;;
				esac
			done 3<"$all/list"
			exec "\$0.real" "\$@"
		END
		chmod 755 "$exec_path/git-remote-$name" || exit 1
	done
fi
while IFS=' ' read -r url _; do
	if [ "$url" = "$1" ]; then exit 0; fi # a lab before this one has made it
done <"$all/list"
at=$2
if [ -z "$at" ]; then
	at=$all/$(wc -l <"$all/list").git
	files=$(mktemp -d) || exit 1
	bring "$files" >/dev/null || exit 1
	export GIT_CONFIG_NOSYSTEM=1 HOME="$files"
	export GIT_AUTHOR_NAME=handbook GIT_AUTHOR_EMAIL=handbook@localhost GIT_AUTHOR_DATE='1577836800 +0000'
	export GIT_COMMITTER_NAME=handbook GIT_COMMITTER_EMAIL=handbook@localhost GIT_COMMITTER_DATE='1577836800 +0000'
	git init -q --bare --template= -b main "$at" && git -C "$at" config uploadpack.allowFilter true || exit 1
	export GIT_DIR="$at" GIT_WORK_TREE="$files"
	git add -A -f && git commit -q --allow-empty -m 'The files that stand in for this repository' || exit 1
	rm -rf "$at/index" "$files"
	mkdir "$at/hooks" && printf '#!/bin/sh\necho "this repository stands in for another one, and takes nothing" >&2\nexit 1\n' >"$at/hooks/pre-receive" && chmod 755 "$at/hooks/pre-receive" || exit 1
fi
printf '%s %s\n' "$1" "$at" >>"$all/list"
