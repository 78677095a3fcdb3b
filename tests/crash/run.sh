#!/bin/sh
# Kills the program under load, and fills its disk: 200 rounds on SQLite, 50 on PostgreSQL (program and database) where MERLON_TEST_DATABASE is set.
# On SQLite also two processes on one file: a server, and each command beside it, with delays at locks and writes.
# MERLON_CRASH_ROUNDS and, for these, ROUNDS (24) say otherwise how many. Then 40 (MERLON_FLIPS) single bits of a filled database are turned over,
# each chosen by MERLON_FLIPS_SEED: what of it changes anything is named by verify or check. A restore is cut off at each of its points (or at
# each MERLON_CUTS-th).
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra crash.c -o "$tmp/crash" -lcurl -pthread
echo 'seven swans swim south slowly' >"$tmp/password"
set -- --organisation Crash --name Crash --email crash@example.org --password-file "$tmp/password"
if [ -n "${MERLON_TEST_DATABASE:-}" ]; then
    "$MERLON_BIN" init --data "$tmp/data" --database "$MERLON_TEST_DATABASE" "$@" >&2
    "$tmp/crash" "$MERLON_BIN" "$tmp/data" "${MERLON_CRASH_ROUNDS:-50}" "$MERLON_TEST_DATABASE" \
        "kill -9 \$(head -n 1 '$MERLON_POSTGRES/pg/postmaster.pid') && sh '$MERLON_POSTGRES/start' >/dev/null"
else
    "$MERLON_BIN" init --data "$tmp/data" "$@" >&2
    "$tmp/crash" "$MERLON_BIN" "$tmp/data" "${MERLON_CRASH_ROUNDS:-200}"
    ${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra beside.c -o "$tmp/beside" -lcurl -lsqlite3 -pthread
    ${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -shared -fPIC delays.c -o "$tmp/delays.so" -ldl
    "$MERLON_BIN" init --data "$tmp/two" "$@" >&2
    "$tmp/beside" "$MERLON_BIN" "$tmp/two" "${ROUNDS:-24}" "$tmp/delays.so" "$tmp"
    sh ./disk_full.sh "$MERLON_BIN" "$tmp/password"
    ${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -shared -fPIC cut.c -o "$tmp/cut.so" -ldl
    sh ./restore_cut.sh "$MERLON_BIN" "$tmp/password" "$tmp/cut.so" "${MERLON_CUTS:-1}"
    ${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra flips.c -o "$tmp/flips"
    "$MERLON_BIN" demo --data "$tmp/demo" >&2
    "$tmp/flips" "$MERLON_BIN" "$tmp/demo" "${MERLON_FLIPS:-40}" "${MERLON_FLIPS_SEED:-1}"
fi
