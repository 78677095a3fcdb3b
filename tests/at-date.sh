#!/bin/sh
# Runs a command as if it were another day: at-date.sh 2027-01-01 [COMMAND...]; without one, the unit tests and those of
# the interface, on SQLite. The wall clock of all that is started begins at that day (libfaketime, Debian's package
# `faketime`); time passes as it does. Not for programs with sanitizers.
set -eu
library=/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketimeMT.so.1
[ -f "$library" ] || { echo "at-date.sh: there is no $library (apt-get install faketime)" >&2; exit 2; }
day=$1
shift
if [ $# -eq 0 ]; then
    cd "$(dirname "$0")/.."
    make --no-print-directory -j2 all unit-tests
    units=$(make -s print-programs | tr ' ' '\n' | grep /tests/unit/)
    sh tests/at-date.sh "$day" sh tests/run-units.sh build/test-logs/units $units
    exec sh tests/at-date.sh "$day" sh tests/folder.sh tests/api "$PWD/build/merlon"
fi
offset=$(($(date -u -d "$day" +%s) - $(date +%s))) # the same for all, whenever they start
case $offset in -*) ;; *) offset=+$offset ;; esac
export FAKETIME="$offset" LD_PRELOAD="$library" FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0
exec "$@"
