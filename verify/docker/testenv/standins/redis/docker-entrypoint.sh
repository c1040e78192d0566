#!/bin/sh
set -e
# Options alone, or a configuration file, are the server's.
case ${1-} in
-* | *.conf) set -- redis-server "$@" ;;
esac
if [ "${1-}" = redis-server ]; then
    umask 0077
    if [ "$(id -u)" = 0 ]; then
        chown -R redis:redis .
        exec setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
    fi
fi
exec "$@"
