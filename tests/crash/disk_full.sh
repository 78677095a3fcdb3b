#!/bin/sh
# Disk full: the data directory on a small tmpfs is filled by writing evidence until the program refuses; what it refuses it says
# in a sentence, what it acknowledged is there, and once there is room it goes on. Needs root, for the mount.
#   disk_full.sh MERLON PASSWORD-FILE
set -eu
merlon=$1
password=$2
[ "$(id -u)" = 0 ] || { echo 'skipped: disk full, needs root to mount a small tmpfs' && echo '0 passed, 0 failed, 1 skipped' && exit 0; }
tmp=$(mktemp -d)
server=''
end() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    umount "$tmp" 2>/dev/null || :
    rmdir "$tmp"
}
trap end EXIT
no() { echo "$1" && echo '0 passed, 1 failed' && exit 1; }
mount -t tmpfs -o size=24m tmpfs "$tmp"
mkdir "$tmp/data"
"$merlon" init --data "$tmp/data" --organisation Full --name Full --email full@example.org --password-file "$password" >&2
token=$("$merlon" token --data "$tmp/data" --user full@example.org)
mkfifo "$tmp/said"
"$merlon" serve --data "$tmp/data" --listen 127.0.0.1:0 --log-level error >"$tmp/said" &
server=$!
read -r line <"$tmp/said"
address=${line##* }
ask() { curl -sS -o "$tmp/answer" -w '%{http_code}' -H "Authorization: Bearer $token" "$@"; }

kept=0
status=201
head -c 900000 /dev/urandom >/dev/shm/merlon-full.$$
while [ "$status" = 201 ] && [ $kept -lt 60 ]; do
    status=$(ask -X POST --data-binary "@/dev/shm/merlon-full.$$" "$address/api/v1/unit/1/evidence?name=big$kept")
    [ "$status" != 201 ] || kept=$((kept + 1))
done
rm -f "/dev/shm/merlon-full.$$"
[ "$status" = 503 ] || no "the disk was never full (status $status after $kept files)"
grep -q '"detail":"[A-Z]' "$tmp/answer" || no 'the refusal has no sentence'
echo "after $kept files: $(sed 's/.*"detail":"\([^"]*\)".*/\1/' "$tmp/answer")"
[ "$(ask "$address/api/v1/evidence?count=1&limit=1")" = 200 ] || no 'reading does not work on a full disk'
grep -q "\"total\":$kept" "$tmp/answer" || no 'what was acknowledged is not what is there'
mount -o remount,size=64m "$tmp"
[ "$(ask -X POST -d '{"title":"There is room again"}' "$address/api/v1/task")" = 201 ] || no 'it does not go on when there is room'
kill "$server"
wait "$server" || no 'it did not end well'
server=''
"$merlon" verify "$tmp/data" >&2 || no 'the ledger does not verify'
echo '1 passed, 0 failed'
