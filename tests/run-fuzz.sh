#!/bin/sh
# Fuzzes each target of a folder for FUZZ_SECONDS. New inputs are kept beside the programs; what crashes is named, and
# belongs into tests/fuzz/corpus/ once it is mended.
set -u
folder=$1
status=0
for program in "$folder"/*_fuzz; do
    name=$(basename "$program" _fuzz)
    mkdir -p "$folder/found/$name"
    echo "== $name, ${FUZZ_SECONDS:-60} s"
    "$program" -max_total_time="${FUZZ_SECONDS:-60}" -rss_limit_mb=2048 -timeout=10 -verbosity=0 \
        -artifact_prefix="$folder/found/$name-" "$folder/found/$name" "tests/fuzz/corpus/$name" || status=1
done
exit $status
