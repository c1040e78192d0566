#!/bin/bash
# Starts the server, and makes the database first if there is none: with the
# variables POSTGRES_*, and what is in /docker-entrypoint-initdb.d.
set -euo pipefail

# setting NAME DEFAULT exports a variable, which a file may hold instead
# (NAME_FILE).
setting() {
    local file=$1_FILE
    local value=${!1:-}
    [[ -n $value || -z ${!file:-} ]] || value=$(< "${!file}")
    export "$1=${value:-$2}"
    unset "$file"
}

sql() { psql --no-psqlrc --no-password --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

make_database() {
    if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
        cat >&2 << '.'
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".
.
        exit 1
    fi
    local args=()
    read -ra args <<< "$POSTGRES_INITDB_ARGS"
    initdb --username "$POSTGRES_USER" --pwfile <(echo "$POSTGRES_PASSWORD") "${args[@]}"
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"

    # Nobody but this script reaches the server before all is there.
    export PGPASSWORD=$POSTGRES_PASSWORD
    pg_ctl --wait --options "-c listen_addresses=''" start
    if [[ $POSTGRES_DB != postgres ]]; then
        sql --dbname postgres --set "db=$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
        echo
    fi
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
        *.sh) if [[ -x $file ]]; then
            echo "$0: running $file"
            "$file"
        else
            echo "$0: sourcing $file"
            # shellcheck disable=SC1090 # the user's
            . "$file"
        fi ;;
        *.sql) echo "$0: running $file" && sql --dbname "$POSTGRES_DB" --file "$file" ;;
        *.sql.gz) echo "$0: running $file" && gunzip --stdout "$file" | sql --dbname "$POSTGRES_DB" ;;
        *'*') ;;
        *) echo "$0: ignoring $file" ;;
        esac
    done
    pg_ctl --wait --mode fast stop
    unset PGPASSWORD
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

[[ ${1-} != -* ]] || set -- postgres "$@"
if [[ ${1-} == postgres && " $* " != *" --version "* && " $* " != *" --help "* ]]; then
    if [[ $(id -u) == 0 ]]; then
        mkdir -p "$PGDATA" /var/run/postgresql
        chown -R postgres:postgres "$PGDATA" /var/run/postgresql
        exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
    fi
    chmod 700 "$PGDATA"
    setting POSTGRES_PASSWORD ""
    setting POSTGRES_USER postgres
    setting POSTGRES_DB "$POSTGRES_USER"
    setting POSTGRES_INITDB_ARGS ""
    setting POSTGRES_HOST_AUTH_METHOD ""
    if [[ -s $PGDATA/PG_VERSION ]]; then
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    else
        make_database
    fi
fi
exec "$@"
