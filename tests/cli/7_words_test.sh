# What newcomers stumble over: words, help, sentences and exit statuses, the same for all commands.
data=$work/words
printf 'harbour lights at dawn\n' >"$work/password"
works init --data "$data" --organisation 'Quay & Sons' --name 'Ada Quay' --email ada@quay.example --password-file "$work/password"
works init --data "$data"
yes 'no link is promised where there is an administrator' grep -q "starts it\.$" "$work/out"

# The data directory as a word or as --data, after a command's own words.
works check "$data"
yes 'the master key is asked for once' [ "$(grep -c '^master key' "$work/out")" -eq 1 ]
works check --json --data "$data"
yes 'also in JSON' [ "$(grep -o '"name":"master key"' "$work/out" | wc -l)" -eq 1 ]
works verify "$data"
yes 'verify asks for it, too' [ "$(grep -c '^master key' "$work/out")" -eq 1 ]
works rebuild "$data"
works user list "$data"
works user list --json "$data"
refuses 2 'Whom to ask stands in a policy' verify --ask "$data"
works init --organisation Other --name Oda --email oda@other.example --password-file "$work/password" "$work/otherwords"
says "$work/otherwords is ready"
works export asset --format json "$data"
works key list "$data"
works ledger keys "$data"
works backup "$work/words.backup" "$data"
works backup --check "$work/words.backup" "$data"
works token --user ada@quay.example "$data"
works serve --print-config "$data"
yes 'print-config says where it is from' grep -q "^data .*$data .*# argument" "$work/out"
printf 'title,kind\nTug,hardware\n' >"$work/tug.csv"
works import asset "$work/tug.csv" --dry-run "$data"
refuses 1 'This witness knows no log a.log' ledger forget a.log --reason none "$data"
refuses 2 'The data directory is given twice' check "$data" --data "$work/elsewhere"
refuses 2 'is one word too many' check "$data" "$data"
refuses 2 "There is no database in $work/none" check "$work/none"
mkdir -m 700 "$work/back" && cp "$data/master.key" "$work/back/"
works restore "$work/words.backup" "$work/back"
works verify "$work/back"

# Help names the settings that a command goes by, and where the others stand.
works verify --help
says 'merlon verify [DIR]'
says '--witness-policy'
says 'merlon help settings'
yes 'and no others' [ "$(grep -c '^  --listen \|^  --mail-server \|^  --publish' "$work/out")" -eq 0 ]
works schema --help
yes 'none that has nothing to do with it' [ "$(grep -c -e '--data ' "$work/out")" -eq 0 ]
works serve --help
says '--mail-server'
works help settings
says '--mail-server'
says '--log-format'
works help verify
says 'merlon verify [DIR]'
works help
says 'merlon help settings'
refuses 2 'no command "nonsense"' help nonsense

# A value that no setting can have is refused at the start, whatever the command.
for url in isms.example ftp://isms.example https:// https:///x 'https://isms example' http://:80 https://isms.example:x https://a@b; do
    refuses 2 'must be an http:// or https:// address with a host' serve --data "$data" --listen 127.0.0.1:0 --public-url "$url"
done
for url in https://isms.example http://127.0.0.1:8080/ 'https://[::1]:8443/isms'; do
    works serve --print-config --data "$data" --public-url "$url"
done
refuses 2 'is one of debug, info, warning, error' check "$data" --log-level loud
refuses 2 'is one of json, text' check "$data" --log-format xml

# A command speaks in sentences, a server in JSON; either does as it is told.
sqlite3 "$data/merlon.db" 'DROP TRIGGER ledger_entry_no_UPDATE'
works rebuild --data "$data"
yes 'a warning is a sentence' grep -q '^merlon: error: .*made anew.*(trigger ledger_entry_no_UPDATE)$' "$work/err"
sqlite3 "$data/merlon.db" 'DROP TRIGGER ledger_entry_no_UPDATE'
works rebuild --data "$data" --log-format json
yes 'or JSON where that is asked for' grep -q '^{"time":.*made anew.*ledger_entry_no_UPDATE' "$work/err"
works rebuild --data "$data"
yes 'nothing is said where there is nothing to say' [ ! -s "$work/err" ]
start_server --data "$data"
stop_server
yes 'a server logs JSON' grep -q '^{"time":.*"what":"stopping"' "$work/server.err"
start_server --data "$data" --log-format text
stop_server
yes 'unless it is told otherwise' grep -q '^merlon: info: stopping (signal 15)$' "$work/server.err"

# Nothing is restored to a user who is what the ledger says.
entries() { sqlite3 "$data/merlon.db" 'SELECT count(*) FROM ledger_entry'; }
before=$(entries)
works user restore --email ada@quay.example "$data"
says 'nothing was to be restored'
yes 'and nothing is written' [ "$(entries)" = "$before" ]
events() { sqlite3 "$data/merlon.db" "SELECT count(*) FROM security_event WHERE kind = '$1'"; }
alarms=$(events alarm)
sqlite3 "$data/merlon.db" "UPDATE \"user\" SET name = 'Mallory'"
works user restore --email ada@quay.example "$data"
says 'It is now     : Ada Quay'
yes 'what was done is written' [ "$(entries)" -gt "$before" ]
yes 'the repair is an event' [ "$(events user_restored)" = 1 ]
yes 'and no alarm' [ "$(events alarm)" = "$alarms" ]

# Nor from a database that was put back: ledger.heads knows of more than is there.
start_server --data "$data"
cp "$data/merlon.db" "$work/before.db"
works user add --email cay@quay.example --name 'Cay Quay' --role reader --password-file "$work/password" "$data"
stop_server
cp "$work/before.db" "$data/merlon.db" && rm -f "$data"/merlon.db-*
sqlite3 "$data/merlon.db" "UPDATE \"user\" SET name = 'Mallory'"
before=$(entries)
refuses 1 'the database went back in time' user restore --email ada@quay.example "$data"
yes 'nothing is restored from an older copy' [ "$(entries)" = "$before" ]

# What is no backup is told as that, whether there is a key or not.
head -c 100 /dev/zero >"$work/zero"
mkdir -m 700 "$work/keyless"
refuses 2 'zero is no backup of this program' restore "$work/zero" "$work/keyless"
refuses 2 'zero is no backup of this program' restore "$work/zero" --data "$work/keyless" --master-key "$work/none"
refuses 2 'zero is no backup of this program' backup --check "$work/zero" --master-key "$work/none"
refuses 2 'There is no master key' restore "$work/words.backup" "$work/keyless"
printf 'a passphrase for the safe\n' >"$work/passphrase"
works backup "$work/phrase.backup" "$data" --passphrase-file "$work/passphrase"
refuses 2 'is sealed with a passphrase' restore "$work/phrase.backup" "$work/keyless"

# Wrong use ends with 2, and what is damaged with 1.
cp -r "$data" "$work/hurt"
printf short >"$work/hurt/master.key"
for command in 'user list' rebuild 'serve --listen 127.0.0.1:0' "backup $work/x"; do
    refuses 1 'master.key has 5 bytes and not 32' $command --data "$work/hurt"
done
refuses 1 'has 5 bytes and not 32' restore "$work/words.backup" "$work/new" --master-key "$work/hurt/master.key"
cp "$data/master.key" "$work/hurt/" && echo junk >"$work/hurt/ledger.pub"
refuses 1 'ledger.pub holds no public key any more' verify "$work/hurt"
refuses 1 'ledger.pub holds no public key any more' rebuild --data "$work/hurt"
printf 'PK\003\004 no workbook' >"$work/hurt.xlsx"
printf 'title\n"never closed\n' >"$work/hurt.csv"
printf '{"id": "x"' >"$work/hurt.json"
refuses 1 'workbook' import asset "$work/hurt.xlsx" "$data"
refuses 1 'is never closed' import asset "$work/hurt.csv" "$data"
refuses 1 'empty' import asset /dev/null "$data"
refuses 1 'JSON is not valid' import framework "$work/hurt.json" "$data"
refuses 2 'no field' import asset "$work/passphrase" "$data"

# What a restore that was cut off has left is opened by nothing, and makes room for the next one.
mkdir -m 700 "$work/cutshort" && cp "$data/master.key" "$work/cutshort/"
head -c 4096 "$data/merlon.db" >"$work/cutshort/merlon.db.restoring"
head -c 4096 "$data/merlon.db" >"$work/cutshort/merlon.db.restoring-wal"
for command in check verify rebuild 'user list' init demo 'serve --listen 127.0.0.1:0' 'serve --new --listen 127.0.0.1:0' "backup $work/x"; do
    refuses 1 "run it again: merlon restore FILE --data $work/cutshort" $command --data "$work/cutshort"
done
cp "$work/words.backup" "$work/damaged.backup"
printf 'x' >>"$work/damaged.backup"
refuses 1 'has something after its end' restore "$work/damaged.backup" "$work/cutshort"
yes 'a damaged backup does not take its place' cmp "$work/cutshort/merlon.db.restoring" "$work/cutshort/merlon.db.restoring-wal"
mv "$work/cutshort/merlon.db.restoring-wal" "$work/aside.log" && ln -s "$work/aside.log" "$work/cutshort/merlon.db.restoring-wal"
refuses 2 'merlon.db.restoring-wal is a symbolic link' restore "$work/words.backup" "$work/cutshort"
yes 'with a link among them nothing is touched' cmp "$work/cutshort/merlon.db.restoring" "$work/aside.log"
rm "$work/cutshort/merlon.db.restoring-wal"
works restore "$work/words.backup" "$work/cutshort"
works verify "$work/cutshort"
yes 'nothing is left of that' [ "$(cd "$work/cutshort" && echo *.restoring*)" = '*.restoring*' ]
refuses 1 'There is data here already' restore "$work/words.backup" "$work/cutshort"

# Whatever somebody puts beside a sound database, no restore takes its place, and it is said to be whole.
for planted in restore.unfinished merlon.db.restoring; do
    : >"$work/cutshort/$planted"
    cp "$work/cutshort/merlon.db" "$work/sound"
    for from in words damaged; do refuses 1 'There is data here already' restore "$work/$from.backup" "$work/cutshort"; done
    yes "beside $planted the database stays" cmp "$work/cutshort/merlon.db" "$work/sound"
    for command in verify check 'user list'; do works $command --data "$work/cutshort"; done
done
yes 'that it is whole is said' grep -q 'beside merlon.db, which is whole, lies a merlon.db.restoring' "$work/err"
start_server --data "$work/cutshort"
stop_server
rm "$work/cutshort/merlon.db" && ln -s "$work/sound" "$work/cutshort/merlon.db"
refuses 2 'merlon.db is a symbolic link' restore "$work/words.backup" "$work/cutshort"
yes 'and what a link leads to stays' [ -s "$work/sound" ]

# What a witness remembers is held against its MACs.
works init --data "$work/watch" --organisation Watch --name Wim --email wim@watch.example --password-file "$work/password"
works ledger keys "$data"
{ grep '^log ' "$work/out" && echo 'quorum none'; } >"$work/watched.policy"
start_server --data "$work/watch" --witness-logs "$work/watched.policy"
watching=$server
works ledger keys "$work/watch"
{ grep '^log ' "$work/watched.policy"; grep '^witness ' "$work/out" | sed "s|\$| $address/witness|"; } >"$work/asked"
name=$(sed -n 's/^witness \([^ ]*\) .*/\1/p' "$work/asked")
{ cat "$work/asked" && echo "quorum $name"; } >"$work/asked.policy"
"$merlon" serve --data "$data" --listen 127.0.0.1:0 --witness-policy "$work/asked.policy" --witness-every 1 >"$work/log.out" 2>"$work/log.err" &
logging=$!
deadline=$(($(date +%s) + 60))
seen() { [ "$(sqlite3 "$work/watch/merlon.db" 'SELECT count(*) FROM witness_log')" = 1 ]; }
until seen || [ "$(date +%s)" -gt $deadline ]; do sleep 0.05; done
kill $logging && wait $logging
server=$watching
stop_server
yes 'the witness remembers the log' seen
works check "$work/watch"
yes 'and that is looked at' grep -q "^others' word on heads *right ([1-9]" "$work/out"
mv "$work/watch/master.key" "$work/watch.key"
works verify "$work/watch"
says 'the MACs of the 1 log that is witnessed here were not looked at'
mv "$work/watch.key" "$work/watch/master.key"
origin=$(sqlite3 "$work/watch/merlon.db" 'SELECT origin FROM witness_log')
sqlite3 "$work/watch/merlon.db" 'UPDATE witness_log SET at = at + 1'
refuses 1 "witness_log has a row of the log $origin that this program did not write" verify "$work/watch"
refuses 1 'wrong answer' check "$work/watch"
says "witness_log has a row of the log $origin"
sqlite3 "$work/watch/merlon.db" 'DELETE FROM witness_log'
refuses 1 'has no row in witness_log any more' verify "$work/watch"
