#!/bin/sh
# The fast part, for every commit: about a minute when little has changed. Linters look at what differs from the main
# branch; everything else runs in full, in lanes beside each other, since tests of a server wait as much as they work.
. "$(dirname "$0")/parts.sh"
changed=$(sh tools/changed.sh)
c_files=$(printf '%s\n' "$changed" | grep -E '^(src|tests|tools)/.*\.[ch]$')

part gates sh tools/gates.sh $c_files
{
    part gate-tests sh tests/gates/run.sh
    [ -z "$c_files" ] || for tool in clang cppcheck tidy; do part lint-$tool sh tools/lint.sh $tool $c_files; done
    ! printf '%s\n' "$changed" | grep -q '^ui/' || part ui sh tests/folder.sh ui -
} &
if part build sanitized unit-tests fuzz-programs "$san/merlon"; then
    {
        ! has_tests tests/api || part api-sqlite sh tests/folder.sh tests/api "$PWD/$san/merlon"
        part corpus env MERLON_REPLAY=30 sh tests/run-corpus.sh $(programs fuzz)
    } &
    # Locks are seen only where there are several writers, and some doubts only where the database is another program.
    collide=$(programs unit | grep -E '/(collide|witness|pulse)_test$')
    ! ls -d /usr/lib/postgresql/*/bin >/dev/null 2>&1 ||
        part collisions sh tests/with-postgres.sh sh tests/run-units.sh "$logs/collisions" $collide &
    part units sh tests/run-units.sh "$logs/units" $(programs unit)
fi
wait
finish
