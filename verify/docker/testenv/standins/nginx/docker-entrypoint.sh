#!/bin/sh
# Runs what is in /docker-entrypoint.d before the server.
set -e

log() { [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS-}" ] || echo "$0: $*"; }

if [ "${1-}" = nginx ] || [ "${1-}" = nginx-debug ]; then
    log "/docker-entrypoint.d/ is not empty, will attempt to perform configuration"
    log "Looking for shell scripts in /docker-entrypoint.d/"
    for file in /docker-entrypoint.d/*; do
        case $file in
        *.sh | *.envsh)
            if [ ! -x "$file" ]; then
                log "Ignoring $file, not executable"
            elif [ "${file%.envsh}" = "$file" ]; then
                log "Launching $file"
                "$file"
            else
                log "Sourcing $file"
                # shellcheck disable=SC1090 # the user's
                . "$file"
            fi
            ;;
        *) log "Ignoring $file" ;;
        esac
    done
    log "Configuration complete; ready for start up"
fi
exec "$@"
