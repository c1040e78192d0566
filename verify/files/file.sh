# $1: write, append or read; $2: the lab's directory; $3: path in it; $4: mode.
case $2 in
"~") dir=$HOME ;;
"~/"*) dir=$HOME/${2#??} ;;
*) dir=$2 ;;
esac
cd -- "$dir" 2>/dev/null || { mkdir -p -- "$dir" && cd -- "$dir"; } || exit 1
way=
rest=$3
while :; do
	way=$way${rest%%/*}
	if [ -L "$way" ]; then exit 81; fi
	case $rest in
	*/*) rest=${rest#*/} ;;
	*) break ;;
	esac
	if [ -e "$way" ] && [ ! -d "$way" ]; then exit 84; fi
	way=$way/
done
if [ -d "$way" ]; then exit 82; fi
case $1 in
read)
	if [ ! -f "$way" ]; then exit 83; fi
	exec cat <"$way"
	;;
append)
	if [ ! -f "$way" ]; then exit 83; fi
	cat >>"$way" || exit 1
	;;
write)
	case $way in */*) mkdir -p -- "${way%/*}" || exit 1 ;; esac
	cat >"$way" || exit 1
	;;
esac
if [ -n "$4" ]; then chmod "$4" "$way" || exit 1; fi
if [ "$1" = append ]; then exec cat <"$way"; fi
