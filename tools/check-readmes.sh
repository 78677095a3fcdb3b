#!/bin/sh
# Each room of src/, and each of the folders below that a contributor looks into, opens with a README.md of at most 15
# lines: what lives here, what does not, where to start reading.
set -eu
cd "${1:-.}"
failed=0
for folder in src/*/ tests/ tools/ content/ ui/; do
    [ -n "$(find "$folder" -type f ! -path '*/node_modules/*' 2>/dev/null | head -n 1)" ] || continue
    if [ ! -s "${folder}README.md" ]; then
        echo "${folder}: no README.md"
        failed=1
    fi
done
for readme in $(find src tests tools content ui -name node_modules -prune -o -name README.md -print 2>/dev/null); do
    lines=$(wc -l <"$readme")
    [ "$lines" -gt 15 ] || continue
    echo "$readme: $lines lines, at most 15 are allowed"
    failed=1
done
exit $failed
