# A data directory from the first command to the last: demonstration, verification, backup, restore.
data=$work/demo
printf 'harbour lights at dawn\n' >"$work/password"
printf 'a passphrase for the safe\n' >"$work/passphrase"

works demo --data "$data"
says 'marta.nowak@tidewell.example'
says 'harbour lights at dawn'
refuses 1 'of its own' demo --data "$data"
works verify "$data"
says 'Everything is right'
works verify --json "$data"
says '"right":true'
works check --data "$data"
works rebuild --data "$data"
says ' 0 changes'
works user list --data "$data"
says 'security_manager at Tidewell Group'

# A directory that remembers no head cannot tell that its database was put back, and says so.
cp -r "$data" "$work/forgot"
rm "$work/forgot/ledger.heads"
works verify "$work/forgot"
says 'not looked for: ledger.heads is missing or empty, or has no whole line'
says 'What could be checked is right'
: >"$work/forgot/ledger.heads"
works verify --json "$work/forgot"
says '"detail":"not looked for: ledger.heads is missing or empty, or has no whole line'

# What stands in the files was made through the interface by the people who are named.
works export soa --data "$data" --format json
says '"status":"approved"'
works export soa_line --data "$data" --filter 'applicable=0' --format json
yes 'three exclusions' [ "$(grep -o '"justification":"[^"]' "$work/out" | wc -l)" -eq 3 ]
works export soa_line --data "$data" --filter 'open=1' --format csv
yes 'no line without a reason' [ "$(wc -l <"$work/out")" -eq 1 ]

# Verification needs no master key, changes nothing, and finds what somebody changed behind the program's back.
cp -r "$data" "$work/copy"
rm "$work/copy/master.key"
works verify "$work/copy"
refuses 2 'no master key' rebuild --data "$work/copy"
cp "$data/master.key" "$work/copy/"
sqlite() { sqlite3 "$1" "$2" >/dev/null; }
sqlite "$work/copy/merlon.db" "UPDATE risk SET title = 'Nothing to see here' WHERE id = 4"
refuses 1 'RSK-4 is not what the ledger says: its field "title"' verify "$work/copy"
run verify --json "$work/copy"
yes 'JSON says which' grep -qF '"right":false' "$work/out"
refuses 1 'wrong answer' check --data "$work/copy"
sqlite "$work/copy/merlon.db" "UPDATE risk SET title = (SELECT json_extract(state, '\$.title') FROM ledger_state
    JOIN ledger_entry e ON e.id = entry WHERE subject = 'risk' AND record = 4 ORDER BY entry DESC LIMIT 1) WHERE id = 4"
works verify "$work/copy"
sqlite "$work/copy/merlon.db" "DELETE FROM saved_view WHERE id = 1"
refuses 1 'VIE-1 is in the ledger' verify "$work/copy"
sqlite "$work/copy/merlon.db" "UPDATE ledger_state SET state = replace(state, 'Ransomware', 'Rain') WHERE entry =
    (SELECT min(entry) FROM ledger_state WHERE state LIKE '%Ransomware%')"
refuses 1 'has another state' verify "$work/copy"
works init --data "$work/other"
refuses 1 'key' verify "$data" --public-key "$work/other/ledger.pub"

# A head that was taken away earlier shows that nothing was cut off or exchanged since.
works verify --json "$data"
sed -n 's/.*"head_size":\([0-9]*\),"head_root":"\([0-9a-f]*\)".*/{"size":\1,"root":"\2"}/p' "$work/out" >"$work/head.json"
works verify "$data" --head "$work/head.json"
sed 's/"root":"..../"root":"0000/' "$work/head.json" >"$work/false.json"
refuses 1 'head' verify "$data" --head "$work/false.json"
sed 's/"size":/"size":9/' "$work/head.json" >"$work/later.json"
refuses 1 'head' verify "$data" --head "$work/later.json"
refuses 2 'holds no head' verify "$data" --head "$work/demo/ledger.pub"

# Backup: sealed under the master key, or under a passphrase and then complete.
works backup "$work/plain.backup" --data "$data"
works backup "$work/sealed.backup" --data "$data" --passphrase-file "$work/passphrase"
works backup --check "$work/sealed.backup" --passphrase-file "$work/passphrase" --data "$data"
works backup --check "$work/sealed.backup" --passphrase-file "$work/passphrase" --data "$work/nowhere"
works backup --check "$work/plain.backup" --master-key "$data/master.key" --data "$work/nowhere"
refuses 2 'with --master-key FILE' backup --check "$work/plain.backup" --data "$work/nowhere"
refuses 2 'with --passphrase-file FILE' backup --check "$work/sealed.backup" --data "$work/nowhere"
yes 'a check makes nothing' [ ! -e "$work/nowhere" ]
works restore "$work/sealed.backup" --data "$work/restored" --passphrase-file "$work/passphrase"
says 'Restored'
says 'Verified'
yes 'what is remembered begins with what was restored, and nothing is warned of' [ ! -s "$work/err" -a -s "$work/restored/ledger.heads" ]
yes 'the ledger says that it is a copy, and not that a node forgot' [ "$(sqlite3 "$work/restored/merlon.db" \
    "SELECT count(*) FROM ledger_entry WHERE action = 'remember'")" = 0 ]
works verify "$work/restored"
works check --data "$work/restored"
works export risk --data "$data"
cp "$work/out" "$work/risks"
works export risk --data "$work/restored"
yes 'the same risks after restoring' cmp -s "$work/out" "$work/risks"
cp "$work/restored/ledger.heads" "$work/heads"
refuses 1 'There is data here already' restore "$work/plain.backup" --data "$work/restored"
yes 'a restore that was refused leaves what is remembered' cmp -s "$work/heads" "$work/restored/ledger.heads"
works verify "$work/restored"
refuses 2 'no master key' restore "$work/plain.backup" --data "$work/nokey"
mkdir -p "$work/withkey" && cp "$data/master.key" "$work/withkey/"
works restore "$work/plain.backup" --data "$work/withkey"
# Cut off after the data have come: nothing bears the name of a database before all of it is there, and the next one is whole.
mkdir -p "$work/cutoff/ledger.pub" && cp "$data/master.key" "$work/cutoff/" && : >"$work/cutoff/merlon.db"
refuses 2 'ledger.pub' restore "$work/plain.backup" --data "$work/cutoff"
yes 'nothing half passes for a database' [ ! -s "$work/cutoff/merlon.db" ]
yes 'and nothing of it is remembered' [ ! -e "$work/cutoff/ledger.heads" ]
mkdir -p "$work/keyed/ledger.pub"
refuses 2 'ledger.pub' restore "$work/sealed.backup" --data "$work/keyed" --passphrase-file "$work/passphrase"
yes 'nothing is said to be restored that is not' [ ! -s "$work/out" ]
yes 'and the key that this restore has brought is gone' [ ! -e "$work/keyed/master.key" ]
cp "$data/master.key" "$work/keyed/"
refuses 2 'ledger.pub' restore "$work/sealed.backup" --data "$work/keyed" --passphrase-file "$work/passphrase"
yes 'one that was there stays' cmp -s "$data/master.key" "$work/keyed/master.key"
rmdir "$work/cutoff/ledger.pub"
works restore "$work/plain.backup" --data "$work/cutoff"
yes 'the ledger says that it is a copy' [ "$(sqlite3 "$work/cutoff/merlon.db" \
    "SELECT count(*) FROM ledger_entry WHERE action = 'restore' AND subject = 'ledger-key'")" = 1 ]
works token --data "$work/cutoff" --user marta.nowak@tidewell.example --name after
works verify "$work/cutoff"
refuses 1 'passphrase' restore "$work/sealed.backup" --data "$work/wrongphrase" --passphrase-file "$work/password"
yes 'nothing is made' [ ! -e "$work/wrongphrase" ]
head -c 3000 "$work/sealed.backup" >"$work/cut.backup"
refuses 1 'is cut off' backup --check "$work/cut.backup" --passphrase-file "$work/passphrase"
head -c -100 "$work/sealed.backup" >"$work/cut.backup"
mkdir -m 700 "$work/cut" && cp "$work/heads" "$work/cut/ledger.heads"
refuses 1 'is cut off' restore "$work/cut.backup" --data "$work/cut" --passphrase-file "$work/passphrase"
yes 'a restore that failed leaves what is remembered' cmp -s "$work/heads" "$work/cut/ledger.heads"
yes 'and no database and no key' [ ! -e "$work/cut/merlon.db" -a ! -e "$work/cut/master.key" ]
works restore "$work/sealed.backup" --data "$work/cut" --passphrase-file "$work/passphrase"
yes 'one that was done puts it aside' cmp -s "$work/heads" "$work/cut/ledger.heads.before"
works verify "$work/cut"
