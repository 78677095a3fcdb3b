# What cannot be written: a full disk, a standard output that takes nothing. Never status 0, and always why.
data=$work/demo
no_space='cannot be written: No space left on device'

# A file: as a device that is full, and as one that may not grow (a full disk, to somebody who may not mount one; what is
# beside the database has its size already, because of the server).
start_server --data "$data"
for command in 'report soa --soa SOA-1' 'report soa --soa SOA-1 --format xlsx' 'export asset --format csv' \
    'export asset --format xlsx' 'export asset --format json'; do
    refuses 1 "The file /dev/full $no_space" $command --output /dev/full --data "$data"
    case $command in *xlsx*) continue ;; esac # which has temporary files, too
    refuses_small 1 "The file $work/small.out cannot be written: File too large" $command --output "$work/small.out" \
        --data "$data"
    yes "$command leaves nothing" [ ! -e "$work/small.out" -a ! -e "$work/small.out.partial" ]
done
stop_server
yes '/dev/full is what it was' [ -c /dev/full -a ! -e /dev/full.partial ]
# Whoever may write the folder could lay a link there: the name gets the new file, and where it led to stays as it was.
echo old >"$work/led.csv"
for name in leads.csv other.csv.partial; do ln -s "$work/led.csv" "$work/$name"; done
works export asset --output "$work/leads.csv" --data "$data"
yes 'the link is replaced' [ -f "$work/leads.csv" -a ! -L "$work/leads.csv" ]
refuses 2 'cannot be written' export asset --output "$work/other.csv" --data "$data"
yes 'where it led to stays' [ "$(cat "$work/led.csv")" = old ]
rm "$work/other.csv.partial"
# Nor does an output take the place of what the data need.
for name in master.key merlon.db merlon.db-wal ledger.heads ledger.pub merlon.lock; do
    for command in backup "export asset --output" "report soa --soa SOA-1 --output"; do
        refuses 2 "is the name of a file of the program's own" $command "$data/$name" --data "$data"
    done
done
works verify "$data"

# Standard output.
into_full() { # a part of the sentence, arguments
    sentence=$1
    shift
    status=0
    "$merlon" "$@" >/dev/full 2>"$work/err" </dev/null || status=$?
    : >"$work/out"
    if [ $status -ne 1 ]; then
        wrong "merlon $* into a full standard output gave $status"
    elif [ "$(grep -c '' "$work/err")" -ne 1 ] || ! grep -qF -- "$sentence" "$work/err"; then
        wrong "merlon $* into a full standard output: not the one sentence"
    else
        right
    fi
}
for command in verify 'check --json' 'user list' 'export asset' 'export asset --format json' 'export asset --format xlsx' \
    "report traceability --output -" "rebuild" 'ledger keys'; do
    into_full "merlon: Standard output $no_space." $command --data "$data"
done
for command in --help 'help settings' 'verify --help' schema roles openapi 'ddl sqlite' version; do
    into_full "merlon: Standard output $no_space." $command
done
works user list --json --data "$data"
someone=$(sed 's/.*"email":"\([^"]*\)".*/\1/' "$work/out")
into_full 'its secret is lost: revoke it' token --user "$someone" --data "$data"
start_server --data "$data"
into_full 'its secret is lost: revoke it' token --user "$someone" --data "$data"
into_full "merlon: Standard output $no_space." user list --data "$data"
stop_server
status=0
"$merlon" user list --data "$data" >&- 2>"$work/err" || status=$?
yes 'a closed standard output is said' grep -q 'Standard output cannot be written' "$work/err"
yes 'and is a failure' [ $status -eq 1 ]
mkdir -m 700 "$work/linkless"
"$merlon" serve --new --listen 127.0.0.1:0 --data "$work/linkless" >/dev/full 2>"$work/server.err" &
server=$!
while kill -0 $server 2>/dev/null && ! grep -q 'link for the first administrator is lost' "$work/server.err"; do sleep 0.05; done
yes 'a link that nobody saw is said to be lost' grep -q 'first administrator is lost' "$work/server.err"
stop_server
