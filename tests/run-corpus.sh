#!/bin/sh
# Replays the corpus of every fuzz target, two at a time: run-corpus.sh PROGRAM... A target without seeds tests nothing,
# so it fails.
set -u
if [ "$1" = --one ]; then
    name=$(basename "$2" _fuzz)
    said=$("$2" "tests/fuzz/corpus/$name" 2>&1)
    case $said in
    '0 passed, 0 failed') said="no seeds in tests/fuzz/corpus/$name
0 passed, 1 failed" ;;
    *' passed, '*) ;;
    *) said="$said
0 passed, 1 failed" ;;
    esac
    printf '%s\n%s\n' "$name" "$said" # by one write: what another says does not come between
    exit 0
fi
printf '%s\n' "$@" | xargs -P 2 -I{} sh "$0" --one {}
