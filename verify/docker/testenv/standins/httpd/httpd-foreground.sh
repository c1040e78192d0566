#!/bin/sh
# What a killed server has left would keep the next one from starting.
rm -f "$HTTPD_PREFIX/logs/httpd.pid"
exec httpd -d "$HTTPD_PREFIX" -f conf/httpd.conf -DFOREGROUND "$@"
