#!/bin/sh
# Options alone, and a file that is no program, are for node.
case ${1-} in
-*) set -- node "$@" ;;
*) command -v "${1-}" > /dev/null || set -- node "$@" ;;
esac
exec "$@"
