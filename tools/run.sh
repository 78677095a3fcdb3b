#!/bin/sh
# Starts the program on ./data; the first time with the demonstration organisation in it: run.sh PROGRAM.
# DATA=folder and LISTEN=host:port say otherwise.
set -eu
program=$1
data=${DATA:-data}
listen=${LISTEN:-127.0.0.1:8080}
if [ -z "$(ls -A "$data" 2>/dev/null)" ]; then
    mkdir -p "$data"
    chmod 700 "$data"
    # A demonstration that broke half-way would look like somebody's data, so it goes before it is tried again.
    "$program" demo --data "$data" || { rm -rf "$data" && exit 1; }
fi
exec "$program" serve --data "$data" --listen "$listen"
