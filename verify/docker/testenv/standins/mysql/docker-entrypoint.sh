#!/bin/bash
# Starts the server, and makes the databases first if there are none: with the
# variables MYSQL_* or MARIADB_*, and what is in /docker-entrypoint-initdb.d.
set -euo pipefail

readonly data=/var/lib/mysql socket=/run/mysqld/mysqld.sock

# setting NAME prints a variable of either name, which a file may hold instead
# (NAME_FILE).
setting() {
    local name file
    for name in "MYSQL_$1" "MARIADB_$1"; do
        file=${name}_FILE
        if [[ -n ${!name:-} ]]; then
            echo "${!name}"
        elif [[ -n ${!file:-} ]]; then
            cat "${!file}"
        fi
    done
}

# quoted TEXT prints a string of SQL.
quoted() {
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\\\'}"
}

sql() { mariadb --socket "$socket" --user root "$@"; }

make_databases() {
    local root user password database
    root=$(setting ROOT_PASSWORD) user=$(setting USER) password=$(setting PASSWORD) database=$(setting DATABASE)
    if [[ -n $(setting RANDOM_ROOT_PASSWORD) ]]; then
        root=$(tr -dc a-zA-Z0-9 < /dev/urandom | head -c 32 || true)
        echo "GENERATED ROOT PASSWORD: $root"
    elif [[ -z $root && -z $(setting ALLOW_EMPTY_PASSWORD)$(setting ALLOW_EMPTY_ROOT_PASSWORD) ]]; then
        cat >&2 << '.'
[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD
.
        exit 1
    fi
    echo '[Note] [Entrypoint]: Initializing database files'
    mariadb-install-db --user=mysql --datadir="$data" --skip-test-db --auth-root-authentication-method=normal > /dev/null

    # Nobody but this script reaches the server before all is there.
    mariadbd --user=mysql --skip-networking --socket="$socket" &
    local server=$!
    until sql --execute 'SELECT 1' > /dev/null 2>&1; do
        kill -0 "$server"
        sleep 0.1
    done
    [[ -z $database ]] || sql <<< "CREATE DATABASE IF NOT EXISTS \`${database//\`/\`\`}\`;"
    if [[ -n $user && -n $password ]]; then
        sql <<< "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
        [[ -z $database ]] || sql <<< "GRANT ALL ON \`${database//\`/\`\`}\`.* TO $(quoted "$user")@'%';"
    fi
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
        *.sh) if [[ -x $file ]]; then
            echo "[Note] [Entrypoint]: $0: running $file"
            "$file"
        else
            echo "[Note] [Entrypoint]: $0: sourcing $file"
            # shellcheck disable=SC1090 # the user's
            . "$file"
        fi ;;
        *.sql) echo "[Note] [Entrypoint]: $0: running $file" && sql ${database:+--database "$database"} < "$file" ;;
        *.sql.gz) echo "[Note] [Entrypoint]: $0: running $file" && gunzip --stdout "$file" | sql ${database:+--database "$database"} ;;
        *'*') ;;
        *) echo "[Warn] [Entrypoint]: $0: ignoring $file" ;;
        esac
    done
    sql <<< "
        CREATE USER root@'%' IDENTIFIED BY $(quoted "$root");
        GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
        ALTER USER root@localhost IDENTIFIED BY $(quoted "$root");"
    kill "$server"
    wait "$server"
    printf '\n[Note] [Entrypoint]: MySQL init process done. Ready for start up.\n\n'
}

[[ ${1-} != -* ]] || set -- mysqld "$@"
if [[ ${1-} == mysqld || ${1-} == mariadbd ]] && [[ " $* " != *" --version "* && " $* " != *" --help "* ]]; then
    mkdir -p "$data" /run/mysqld
    chown -R mysql:mysql "$data" /run/mysqld
    [[ -d $data/mysql ]] || make_databases
fi
exec "$@"
