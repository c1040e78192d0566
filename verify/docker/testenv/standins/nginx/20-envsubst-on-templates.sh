#!/bin/sh
# Makes settings out of templates, with the variables that are set.
set -e
from=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
to=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
[ -d "$from" ] || exit 0
# Variables of nginx's own, such as $host, stay as they are.
# shellcheck disable=SC2016 # envsubst wants them with their dollars
names=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1}/p')
find "$from" -follow -type f -name "*$suffix" | while read -r template; do
    file=$to/${template#"$from/"}
    file=${file%"$suffix"}
    mkdir -p "${file%/*}"
    [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS-}" ] || echo "${0##*/}: Running envsubst on $template to $file"
    envsubst "$names" < "$template" > "$file"
done
