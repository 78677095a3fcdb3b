#!/bin/sh
# The files that differ from where this branch left the main one (or, on the main one, from the last commit), also those
# that git does not know yet. Only files that exist are printed.
set -eu
cd "$(dirname "$0")/.."
base=$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD)
{ git diff --name-only "$base" && git ls-files --others --exclude-standard; } | sort -u |
    while IFS= read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done
