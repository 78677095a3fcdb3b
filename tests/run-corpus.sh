#!/bin/sh
# Replays the corpus of every fuzz target: run-corpus.sh PROGRAM... A target without seeds tests nothing, so it fails.
set -u
for program in "$@"; do
    name=$(basename "$program" _fuzz)
    echo "$name"
    said=$("$program" "tests/fuzz/corpus/$name" 2>&1)
    printf '%s\n' "$said"
    case $said in
    '0 passed, 0 failed') echo "no seeds in tests/fuzz/corpus/$name" && echo '0 passed, 1 failed' ;;
    *' passed, '*) ;;
    *) echo '0 passed, 1 failed' ;;
    esac
done
