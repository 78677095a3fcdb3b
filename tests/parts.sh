# Sourced by run-check.sh and run-all.sh: how a part is run, and how the counts of all are summed up.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
san=$build/sanitize
logs=$build/test-logs
rm -rf "$logs" && mkdir -p "$logs"
started=$(date +%s)
if [ -z "${MERLON_TEST_DATA:-}" ] && [ -d ../shared/data ]; then
    MERLON_TEST_DATA=$(cd ../shared/data && pwd)
    export MERLON_TEST_DATA
fi
export PATH="$PWD/build/node/node_modules/.bin:$PATH"

# part NAME COMMAND...: the output goes to a log; shown are the counts, the names of what was skipped, and the end of
# the log when something failed. A part that prints no counts is one test.
counts='^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed|^(#|ℹ) pass [0-9]+$|^1\.\.[0-9]+'
part() {
    name=$1
    log=$logs/$name.log
    began=$(date +%s)
    shift
    status=0
    ("$@") >"$log" 2>&1 </dev/null || status=$?
    if ! grep -qE "$counts" "$log"; then
        if [ $status -eq 0 ]; then echo '1 passed, 0 failed'; else echo '0 passed, 1 failed'; fi >>"$log"
    fi
    failed=0
    awk -v status=$status -f tests/summarise.awk "$log" >"$logs/$name.sum" || failed=1
    if [ $failed -ne 0 ]; then
        echo "---- $name: the end of its log"
        grep -vE "^  (CC|LINK|NPM|VITE) " "$log" | tail -n "${MERLON_LOG_LINES:-80}"
        echo ----
    fi
    grep '^skipped: ' "$logs/$name.sum" | sed "s/^/  $name /"
    printf '%-16s %s (%s s)\n' "$name" "$(tail -n 1 "$logs/$name.sum")" "$(($(date +%s) - began))"
    return $failed
}

release() { make --no-print-directory -j2 -k BUILD="$build" "$@"; }
sanitized() { make --no-print-directory -j2 -k MODE=sanitize BUILD="$san" "$@"; }
programs() { sanitized -s print-programs | tr ' ' '\n' | grep "/tests/$1/"; }
# Whether a folder has tests of its own kind (tests/folder.sh runs them); where there are none yet, nothing is run.
has_tests() { [ -f "$1/run.sh" ] || [ -f "$1/package.json" ]; }

# The closing line, and the status: 0 when nothing has failed.
finish() {
    cat "$logs"/*.sum | grep -v '^skipped: ' | awk -f tests/summarise.awk >"$logs/total"
    status=$?
    echo "in $(($(date +%s) - started)) s, logs in $logs"
    cat "$logs/total"
    exit $status
}
