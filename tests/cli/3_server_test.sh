# Beside and through a running server.
data=$work/demo
start_server --data "$data" --log-level warning
yes 'the server answers' [ -n "$address" ]
# SIGTERM must find the thread that waits for it: any other would end the program on the spot.
deaf() {
    for thread in /proc/"$server"/task/*; do
        [ "${thread##*/}" = "$server" ] && continue
        [ $((0x$(sed -n 's/^SigBlk:[[:space:]]*//p' "$thread/status") & 0x4000)) -ne 0 ] || return 1
    done
}
yes 'no thread but the first takes SIGTERM' deaf
works token --data "$data" --user marta.nowak@tidewell.example
token=$(cat "$work/out")
run import asset "$work/assets.csv" --url "$address" --token "$token" --dry-run
yes 'a refused row is a failure' [ $status -eq 1 ]
says 'Dry run, nothing was kept. 4 rows: 3 created, 0 changed, 0 unchanged, 1 refused'
run import asset "$work/assets.csv" --url "$address/" --token "$token"
says '4 rows: 3 created, 0 changed, 0 unchanged, 1 refused'
works import asset "$work/mapped.csv" --mapping "$work/mapping.json" --url "$address" --token "$token" --json
says '"created":1'
works import framework "$work/framework.json" --url "$address" --token "$token"
works export asset --data "$data" --filter 'q=tug' --format json
says '"title":"Tug"'
works backup "$work/online.backup" --data "$data"
works verify "$data"
works check --data "$data"
works report soa --soa SOA-1 --data "$data" --output "$work/beside.pdf"

# What writes goes through the server, with the caller's files and terminal; a second program that writes is refused.
works user add --data "$data" --email beside@tidewell.example --name Beside --role reader --password-file "$work/password"
refuses 1 'There is a user' user add --data "$data" --email beside@tidewell.example --name Beside --role reader
refuses 2 'Say which user' user password --data "$data"
"$merlon" user password --data "$data" --email beside@tidewell.example --password-file - <"$work/passphrase" || wrong 'a password from standard input'
works user list --data "$data" --json
says 'beside@tidewell.example'
works import asset "$work/mapped.csv" --mapping "$work/mapping.json" --data "$data" --json
says '"created":1'
refuses 2 'cannot be read' import asset "$work/not-there.csv" --data "$data"
works rebuild --data "$data"
says ' 0 changes'
refuses 1 "Process $server (merlon serve) writes" serve --data "$data" --listen 127.0.0.1:0
refuses 1 'stop that server first' demo --data "$data"
refuses 1 'stop that server first' restore "$work/plain.backup" --data "$data"
works verify "$data"
refuses 1 'in use by another program' serve --data "$work/files" --listen "${address#http://}"
refuses 1 'unknown, revoked' import asset "$work/mapped.csv" --url "$address" --token mrl_wrong
refuses 1 'no register' import nonsense "$work/mapped.csv" --url "$address" --token "$token"
refuses 2 'needs --token' import asset "$work/mapped.csv" --url "$address"
stop_server
yes 'no socket is left' [ ! -e "$data/merlon.sock" ]
refuses 1 'does not answer' import asset "$work/mapped.csv" --url "$address" --token "$token"
works verify "$data"

# A file that is moved away is noticed: nothing is written into a file that nobody will find.
cp -r "$data" "$work/moved"
start_server --data "$work/moved" --log-level error
mv "$work/moved/merlon.db" "$work/moved/elsewhere"
code() { curl -s -o "$work/out" -w '%{http_code}' -H "Authorization: Bearer $token" "$@"; }
yes 'a write is refused' [ "$(code -X POST -d '{"title":"Lost"}' "$address/api/v1/task")" = 503 ]
says 'moved away or replaced'
yes 'it is not ready' [ "$(code "$address/readyz")" = 503 ]
stop_server
mv "$work/moved/elsewhere" "$work/moved/merlon.db"
works verify "$work/moved"

# So is its log: what reads beside says the same, and makes no empty one in its place.
start_server --data "$work/moved" --log-level error
yes 'a write is taken' [ "$(code -X POST -d '{"title":"In the log"}' "$address/api/v1/task")" = 201 ]
mv "$work/moved/merlon.db-wal" "$work/moved/elsewhere"
for command in verify check 'export task' "backup $work/no.backup"; do
    refuses 1 'merlon.db-wal was moved away while the program runs' $command --data "$work/moved"
    yes 'no log was made' [ ! -e "$work/moved/merlon.db-wal" ]
done
stop_server
mv "$work/moved/elsewhere" "$work/moved/merlon.db-wal"
works verify "$work/moved"
run export task --data "$work/moved"
says 'In the log'

# A file that is written over while the program runs: reading a little may still do, but nobody is sent here any more.
cp -r "$work/moved" "$work/over"
start_server --data "$work/over" --log-level error
yes 'a write is taken' [ "$(code -X POST -d '{"title":"Kept"}' "$address/api/v1/task")" = 201 ]
pages=$(($(stat -c %s "$work/over/merlon.db") / 4096))
dd if=/dev/zero of="$work/over/merlon.db" bs=4096 seek=1 count=$((pages - 1)) conv=notrunc 2>/dev/null
yes 'a write fails' [ "$(code -X POST -d '{"title":"Lost"}' "$address/api/v1/task")" = 500 ]
until [ "$(code "$address/readyz")" = 503 ]; do kill -0 "$server" || break; done
yes 'it is not ready either' [ "$(code "$address/readyz")" = 503 ]
stop_server

# On a read-only medium it is read as it is, and nobody needs to write beside it.
if [ "$(id -u)" = 0 ] && mkdir "$work/medium" && mount -t tmpfs tmpfs "$work/medium" 2>/dev/null; then
    works rebuild --data "$work/moved" # moves the log into the file
    cp -r "$work/moved" "$work/medium/data" && mount -o remount,ro "$work/medium"
    works verify "$work/medium/data"
    works export task --data "$work/medium/data"
    works user list --data "$work/medium/data"
    says 'administrator at'
    works user list --json --data "$work/medium/data"
    says '"role":"administrator"'
    works key list --data "$work/medium/data"
    says 'from entry'
    umount "$work/medium"
fi

# Evidence that was altered in the database: nobody is sent it, the log and the security events say so.
start_server --data "$work/moved" --log-level error
yes 'a small file' [ "$(head -c 5000 /dev/urandom | code --data-binary @- "$address/api/v1/task/1/evidence?name=small.bin")" = 201 ]
small=$(sed -n 's/^{"id":\([0-9]*\),.*/\1/p' "$work/out")
yes 'a large file' [ "$(head -c 6000000 /dev/urandom | code --data-binary @- "$address/api/v1/task/1/evidence?name=large.bin")" = 201 ]
large=$(sed -n 's/^{"id":\([0-9]*\),.*/\1/p' "$work/out")
for id in $small $large; do yes "evidence $id is sent" [ "$(code "$address/api/v1/evidence/$id/content")" = 200 ]; done
stop_server
sqlite3 "$work/moved/merlon.db" "UPDATE blob_chunk SET content = zeroblob(length(content)) WHERE rowid IN
    (SELECT max(c.rowid) FROM blob_chunk c JOIN evidence e ON e.blob = c.blob WHERE e.id IN ($small, $large) GROUP BY c.blob)"
start_server --data "$work/moved" --log-level error
yes 'the small one is refused' [ "$(code "$address/api/v1/evidence/$small/content")" = 500 ]
says 'restore it from a backup'
curl -s -o "$work/out" -H "Authorization: Bearer $token" "$address/api/v1/evidence/$large/content"
yes 'the large one is a broken download' [ $? -eq 18 ]
for id in $small $large; do
    yes "the log names evidence $id" grep -q "altered outside of the program.*\"evidence\":$id[,}]" "$work/server.err"
done
stop_server # which writes what it knows
yes 'two alarms are kept' [ "$(sqlite3 "$work/moved/merlon.db" \
    "SELECT count(*) FROM security_event WHERE kind = 'alarm' AND subject = 'evidence' AND record IN ($small, $large)")" = 2 ]
refuses 1 'wrong answer' check --data "$work/moved"

# A problem names its request, also where nobody has looked at it yet.
start_server --data "$work/moved" --log-level error
for path in api/v1/nowhere api/v1/nowhere/1 api/v1/risk/%ff; do
    code "$address/$path" >"$work/code"
    yes "the problem of /$path names its request" grep -q '"request":"[0-9]*-[0-9]*"' "$work/out"
done
stop_server

# A server that stands still keeps nobody from reading; whoever would write through it is told, and waits for it.
start_server --data "$work/moved" --log-level error
kill -STOP "$server"
for command in "backup $work/still.backup" 'export task'; do
    status=0
    timeout 60 "$merlon" $command --data "$work/moved" >"$work/out" 2>"$work/err" </dev/null || status=$?
    yes "merlon $command beside a server that stands still" [ $status -eq 0 ]
done
timeout 60 "$merlon" user add --data "$work/moved" --email still@example.org --name Still --role reader@UNT-1 >"$work/out" 2>"$work/waits" </dev/null &
waiting=$!
until grep -q 'has not taken this command yet' "$work/waits"; do kill -0 $waiting 2>/dev/null || break; done
kill -CONT "$server"
yes 'the server takes it when it goes on' wait $waiting
yes 'it was told that it had to wait' grep -q 'has not taken this command yet: it does another one' "$work/waits"
stop_server
