#!/bin/sh
# Runs a folder with tests of its own kind: folder.sh FOLDER PROGRAM. `npm test` if it has a package.json, else run.sh.
set -eu
cd "$1"
export MERLON_BIN="$2"
installed='[ node_modules/.package-lock.json -nt package-lock.json ]'
if [ -f package.json ]; then
    # Two runs beside each other install once.
    flock package.json sh -c "$installed || npm ci --loglevel=error"
    if [ "$1" = ui ]; then npm run --silent check; fi
    npm test --silent --if-present
else
    sh ./run.sh
fi
