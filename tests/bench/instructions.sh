#!/bin/sh
# Instructions that one request costs, counted by callgrind: instructions.sh [PROGRAM]. Machines differ in speed, hardly
# in this. Prints for a create and for a page of 50 of a list what the whole process executes for one, sealing and
# search included: the difference between 2 N and N requests, divided by N, so that start and idling fall out.
set -eu
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-build/merlon}")
each=${REQUESTS:-200}
command -v valgrind >/dev/null || { echo 'It needs valgrind.' >&2 && exit 1; }
tmp=$(mktemp -d)
server=''
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || :; } 2>/dev/null
    server=''
}
trap 'stop; rm -rf "$tmp"' EXIT
echo 'seven swans swim south slowly' >"$tmp/password"
"$program" init --data "$tmp/data" --organisation Count --name Count --email count@example.org \
    --password-file "$tmp/password" 2>/dev/null
token=$("$program" token --data "$tmp/data" --user count@example.org | tail -n 1)

# The counts of every thread are summed up when the program has ended.
counted() { # requests, path, further arguments of curl for one
    requests=$1 path=$2
    shift 2
    valgrind -q --tool=callgrind --callgrind-out-file="$tmp/out" "$program" serve --data "$tmp/data" \
        --listen 127.0.0.1:0 >"$tmp/log" 2>&1 &
    server=$!
    until url=$(grep -o 'http://127[.0-9]*:[0-9]*' "$tmp/log" | head -n 1) && [ -n "$url" ]; do
        kill -0 "$server" 2>/dev/null || { cat "$tmp/log" >&2 && exit 1; }
    done
    i=0
    while [ $i -lt "$requests" ]; do
        i=$((i + 1))
        curl -sf -o "$tmp/answer" -H "Authorization: Bearer $token" "$@" "$url$path" || { cat "$tmp/answer" "$tmp/log" >&2 && exit 1; }
    done
    stop
    awk '/^(summary|totals):/ { total = $2 } END { print total }' "$tmp/out"
}
tell() { # what, path, arguments of curl
    what=$1
    shift
    once=$(counted "$each" "$@")
    twice=$(counted $((each * 2)) "$@")
    echo "$what: $(((twice - once) / each)) instructions"
}
tell 'a create' /api/v1/asset -H 'Content-Type: application/json' -d '{"title": "Counted"}'
tell 'a page of 50' '/api/v1/asset?limit=50'
