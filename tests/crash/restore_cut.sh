#!/bin/sh
# A restore is killed at each point where it flushes, closes, renames or removes files, beginning with none: nothing opens
# what it leaves before it has come to its end, it is told what to do, and the next restore takes its place; what is
# called merlon.db is whole. Of the many points each STEP-th is tried.
#   restore_cut.sh MERLON PASSWORD-FILE CUT.SO STEP
set -eu
merlon=$1
password=$2
cut=$3
step=$4
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
no() {
    echo "cut at $at: $1"
    [ ! -s "$tmp/err" ] || sed 's/^/    /' "$tmp/err"
    echo "$passed passed, 1 failed"
    exit 1
}
passed=0
at=0
begun=0
ended=0
"$merlon" init --data "$tmp/first" --organisation Cut --name Cut --email cut@example.org --password-file "$password" >&2
"$merlon" backup "$tmp/backup" --data "$tmp/first" --passphrase-file "$password" >&2
while :; do
    at=$((at + step))
    rm -rf "$tmp/data"
    status=0
    LD_PRELOAD="$cut" CUT_AT=$at "$merlon" restore "$tmp/backup" --data "$tmp/data" --passphrase-file "$password" \
        >"$tmp/out" 2>"$tmp/err" || status=$?
    [ $status -ne 0 ] || break
    [ $status -eq 137 ] || no "it ended with $status"
    if [ -e "$tmp/data/merlon.db.restoring" ]; then
        [ ! -e "$tmp/data/merlon.db" ] || no 'there are a merlon.db and one that is restored'
        begun=$((begun + 1))
        status=0
        "$merlon" serve --data "$tmp/data" --listen 127.0.0.1:0 >"$tmp/out" 2>"$tmp/err" || status=$?
        [ $status -eq 1 ] || no "serve ended with $status"
        [ "$(grep -c '' "$tmp/err")" -eq 1 ] || no 'serve said more than one sentence'
        grep -q "run it again: merlon restore FILE --data $tmp/data" "$tmp/err" || no 'serve does not say what to do'
    fi
    # What was done to its end is not done again.
    if [ ! -e "$tmp/data/merlon.db" ]; then
        "$merlon" restore "$tmp/backup" --data "$tmp/data" --passphrase-file "$password" >"$tmp/out" 2>"$tmp/err" ||
            no 'the next restore failed'
    else
        ended=$((ended + 1))
    fi
    [ "$(cd "$tmp/data" && echo *.restoring*)" = '*.restoring*' ] || no 'something of a restore is left'
    "$merlon" verify "$tmp/data" >"$tmp/out" 2>"$tmp/err" || no 'what was restored does not verify'
    "$merlon" rebuild --data "$tmp/data" >"$tmp/out" 2>"$tmp/err" || no 'what was restored cannot be written'
    passed=$((passed + 1))
done
[ $begun -gt 3 ] || no "only $begun of the cuts were in the middle of a restore"
echo "a restore was cut off at $passed points, at $begun of them in the middle, at $ended after its end"
echo "$passed passed, 0 failed"
