#!/bin/sh
# Replays the corpus of every fuzz target: run-corpus.sh PROGRAM... A target without seeds has failed, for it tests nothing.
set -u
for program in "$@"; do
    name=$(basename "$program" _fuzz)
    echo "$name"
    "$program" "tests/fuzz/corpus/$name" 2>&1 | sed "s/^0 passed, 0 failed$/no seeds in tests\/fuzz\/corpus\/$name\n0 passed, 1 failed/"
done
