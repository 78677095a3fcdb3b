#!/bin/sh
# The command line as others script against it: what it prints, what it leaves behind, its exit status. Needs MERLON_BIN;
# with MERLON_TEST_DATABASE (tests/with-postgres.sh) also on PostgreSQL. One folder for all, gone afterwards.
set -u
cd "$(dirname "$0")"
merlon=${MERLON_BIN:?MERLON_BIN names the program to be tested}
[ -x "$merlon" ] || { echo "There is no program $merlon." >&2 && exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/merlon-cli.XXXXXX")
trap 'stop_server; chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
# What fontconfig keeps until the end is not ours; looked at by programs built with the sanitizers only.
export LSAN_OPTIONS="suppressions=$PWD/leaks.supp:print_suppressions=0"
. ./lib.sh
unset MERLON_DATA MERLON_DATABASE MERLON_CONFIG MERLON_MASTER_KEY CREDENTIALS_DIRECTORY
for part in ./[0-9]_*_test.sh; do . "$part"; done
finish
