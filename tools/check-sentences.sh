#!/bin/sh
# Every sentence that a person can meet stands in each catalogue of content/labels/sentences.LANGUAGE.json, and nothing
# else stands there; a template names only arguments that its English format has. src/base/sentences.h is the contract.
set -eu
export LC_ALL=C
cd "${1:-.}"

# Whose sentences nobody meets in the browser or over HTTP: a folder or a file, and who does.
excepted() {
    cat <<'TABLE'
src/app/                      operators, at the command line and in the settings
src/announce/announce.c       operators: where heads go, at the start
src/schema/lint               developers: what is wrong with the declaration of a register stops the start
src/http/address.c            operators: the setting of trusted proxies
src/http/gate.c               operators: listening, at the start
src/http/pool.c               operators: threads, at the start
src/http/route.c              developers: the tables of routes, at the start
src/http/server.c             operators: opening the server
src/http/tls.c                operators: certificate and key, at the start
src/access/access.c           operators: memory for sessions, at the start
src/format/catalogue.c        translators: catalogues are read at the start
src/ledger/policy.c           operators: whose word counts as a witness's
src/ledger/public_key.c       operators: ledger.pub, at the start
src/ledger/timestamp.c        operators: time stamps are obtained in the background, and checked by merlon verify
src/ledger/verify.c           operators: merlon verify
src/ledger/witness.c          operators: what other programs ask a witness goes to its log
src/records/rebuild.c         operators: merlon rebuild
src/records/verify.c          operators: merlon verify
src/store/backup              operators: merlon backup and restore
src/store/check.c             operators: merlon check
src/store/lock.c              operators: the lock of the data directory, at the start
src/store/migrate.c           operators: a database of another version, at the start
src/store/table_apply.c       operators: tables are made at the start
src/store/postgres_open.c     operators: opening the database
src/store/sqlite_journal.c    operators: opening the database
src/store/sqlite_open.c       operators: opening the database
src/store/sqlite_writer.c     operators: opening the database
src/store/postgres_driver.c   developers: a query that the program gets wrong
src/store/sqlite_driver.c     developers: a query that the program gets wrong
src/store/statements.c        developers: a query that the program gets wrong
TABLE
}
# One entry a line, each but the last with its comma: a merge of two branches joins lines, and nothing else looks at them
# before the program starts.
find content/labels -name '*.json' | sort | while read -r file; do
    awk -v file="$file" '
        /^ *["}]/ {
            entry = before ~ /^ *"/
            if (entry && (before !~ /,$/) != /^ *}/) { print file ":" NR ": a comma is missing or too many before this line"; bad = 1 }
            before = $0
        }
        END { exit bad }' "$file"
done

{
    excepted | sed 's/ .*//; s/^/except /'
    find src -name '*.[ch]' | sort | sed 's/^/code /'
    find content/labels -name 'sentences.*.json' | sort | sed 's/^/catalogue /'
} | awk -f "$(dirname "$0")/sentences.awk"
