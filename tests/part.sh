#!/bin/sh
# Runs one part of the tests: part.sh LOGDIR NAME COMMAND... The output goes to LOGDIR/NAME.log; shown are the counts, the
# names of what was skipped, and the end of the log when something failed. A part that prints no counts is one test.
set -u
logs=$1
name=$2
shift 2
mkdir -p "$logs"
started=$(date +%s)
status=0
"$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
if ! grep -qE '^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed|^(#|ℹ) pass [0-9]+$|^1\.\.[0-9]+' "$logs/$name.log"; then
    if [ $status -eq 0 ]; then line='1 passed, 0 failed'; else line='0 passed, 1 failed'; fi
    echo "$line" >>"$logs/$name.log"
fi
failed=0
awk -v status=$status -f tests/summarise.awk "$logs/$name.log" >"$logs/$name.sum" || failed=1
[ $failed -eq 0 ] || { echo "---- $name: the end of its log" && tail -n "${MERLON_LOG_LINES:-80}" "$logs/$name.log" && echo "----"; }
grep '^skipped: ' "$logs/$name.sum" | sed "s/^/  $name /"
printf '%-16s %s (%s s)\n' "$name" "$(tail -n 1 "$logs/$name.sum")" "$(($(date +%s) - started))"
exit $failed
