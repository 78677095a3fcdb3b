#!/bin/sh
# Every gate once; each is one test. gates.sh [FILE...]: the format of these files only, everything else always.
set -u
cd "$(dirname "$0")/.."
passed=0
failed=0
gate() { # name, command...
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "gate failed: $name"
        failed=$((failed + 1))
    fi
}
gate rooms sh tools/check-rooms.sh
gate sizes sh tools/check-sizes.sh
gate readmes sh tools/check-readmes.sh
gate sentences sh tools/check-sentences.sh
gate names sh tools/check-names.sh
gate printing sh tools/check-printing.sh
gate format sh tools/check-format.sh "$@"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
