# Sourced by run-check.sh and run-all.sh: how a part is started, and how the counts of all are summed up.
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

part() { sh tests/part.sh "$logs" "$@"; }
build() { make --no-print-directory -j2 -k BUILD="$build" "$@"; }
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
