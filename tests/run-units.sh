#!/bin/sh
# Runs unit test programs, two at a time: run-units.sh LOGDIR PROGRAM... Each prints TAP into a log of its own; what
# failed is shown, and the counts of all are summed up in the closing line.
set -eu
if [ "$1" = --one ]; then
    log=$2/$(echo "$3" | tr / _).log
    status=0
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "$3" >"$log" 2>&1 || status=$?
    if ! awk -v status=$status -f tests/summarise.awk "$log" >"$log.sum"; then
        echo "FAILED $3 (exit status $status)"
        tail -n 60 "$log"
    fi
    exit 0
fi
logs=$1
shift
rm -rf "$logs" && mkdir -p "$logs"
printf '%s\n' "$@" | xargs -P 2 -I{} sh "$0" --one "$logs" {}
cat "$logs"/*.sum | awk -f tests/summarise.awk
