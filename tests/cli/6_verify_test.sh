# merlon verify: what is held against the ledger beside the ledger itself, and what it says of keys.
data=$work/proven
works demo --data "$data"
works verify "$data"
says 'Signed by the key'
yes 'lines end as lines' [ "$(grep -c 'x0a' "$work/out")" -eq 0 ]
yes 'one key is not told as several' [ "$(grep -c 'keys of this ledger' "$work/out")" -eq 0 ]
cp "$data/ledger.pub" "$work/first.pub"

# A trigger that somebody took away is made anew by the next start, which says so, once.
sqlite3 "$data/merlon.db" 'DROP TRIGGER ledger_entry_no_UPDATE'
works rebuild --data "$data"
yes 'the missing trigger is told' grep -q 'was missing and is made anew.*ledger_entry_no_UPDATE' "$work/err"
works rebuild --data "$data"
alarms() { sqlite3 "$data/merlon.db" "SELECT count(*), max(detail) FROM security_event WHERE kind = 'alarm' AND subject = 'database'"; }
yes 'it is an alarm among the security events' [ "$(alarms)" = "1|Triggers that keep rows from being changed were missing at \
a start and are made anew (1, first ledger_entry_no_UPDATE): somebody removed them, or the program was upgraded." ]
yes 'and then no more' [ "$(grep -c 'made anew' "$work/err")" -eq 0 ]

# Taken away before the key changes: a head and a note.
start_server --data "$data" --log-level error
works token --data "$data" --user marta.nowak@tidewell.example
bearer="Authorization: Bearer $(cat "$work/out")"
settled() { [ "$(curl -s -H "$bearer" "$address/api/v1/ledger/head" | sed -n 's/.*"size":\([0-9]*\).*/\1/p')" -ge "$1" ]; }
entries=$(sqlite3 "$data/merlon.db" 'SELECT count(*) FROM ledger_entry')
until settled "$entries"; do kill -0 "$server" || break; done
curl -s -H "$bearer" "$address/api/v1/ledger/head" >"$work/head.json"
curl -s -H "$bearer" "$address/api/v1/ledger/checkpoint" >"$work/head.note"
stop_server

# Whoever holds any key of the chain, the oldest or the newest alone, checks all that was signed.
works key rotate --data "$data" --reason 'a new year'
awk '/BEGIN/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$data/ledger.pub" >"$work/newest.pub"
yes 'it is another key' [ "$(cat "$work/newest.pub")" != "$(cat "$work/first.pub")" ]
newest=$("$merlon" key list --data "$data" | tail -n 1 | cut -d ' ' -f 1)
for key in newest first; do
    works verify "$data" --public-key "$work/$key.pub"
    says "Signed by the key $newest"
    says 'it is the last of 2 keys of this ledger'
    yes 'there are signatures to be checked' grep -q '^signatures *right ([1-9]' "$work/out"
done
works verify "$data" --public-key "$work/newest.pub" --json
says "\"key\":\"$newest\""

# A head that was taken away: whose it is, who signed it, and that it is contained.
works verify "$data" --head "$work/head.json"
says 'is contained in it: so many of its first'
works verify "$data" --checkpoint "$work/head.note"
works init --data "$work/other"
refuses 1 'The head that was given is of the ledger' verify "$work/other" --head "$work/head.json"
refuses 1 'that was given is of the log merlon/' verify "$work/other" --checkpoint "$work/head.note"
yes 'the checkpoint has a wrong line' grep -q '^heads from elsewhere *WRONG: The checkpoint' "$work/out"
sed 's/"at":[0-9]*/"at":1700000000000/' "$work/head.json" >"$work/altered.json"
refuses 1 'The signature of the head that was given does not hold' verify "$data" --head "$work/altered.json"
sed 's/"key_id":"[0-9a-f]*/"key_id":"0123456789abcdef/' "$work/head.json" >"$work/altered.json"
refuses 1 'names the key 0123456789abcdef' verify "$data" --head "$work/altered.json"
sed 's/,"signature":"[^"]*"//' "$work/head.json" >"$work/paper.json"
works verify "$data" --head "$work/paper.json"
says 'bears no signature'
refuses 2 'is given with --checkpoint' verify "$data" --head "$work/head.note"

# The key beside the data is not read through a link, which may lead to a file that is not the operator's to show.
mv "$data/ledger.pub" "$work/kept.pub"
ln -s "$work/kept.pub" "$data/ledger.pub"
refuses 2 'ledger.pub is a symbolic link' verify "$data"
rm "$data/ledger.pub" && mv "$work/kept.pub" "$data/ledger.pub"
works verify "$data"

# Rows of what others say, put in by somebody who writes the database: each is named.
put_in() { # a part of the sentence, SQL that does it, SQL that undoes it
    sqlite3 "$data/merlon.db" "$2"
    refuses 1 "$1" verify "$data"
    sqlite3 "$data/merlon.db" "$3"
}
size=$(sqlite3 "$data/merlon.db" 'SELECT max(size) FROM ledger_head')
put_in 'ledger_peer says that mail has a head over 999999 entries' \
    "INSERT INTO ledger_peer VALUES ('mail', 999999, 1, 1, '')" 'DELETE FROM ledger_peer'
put_in 'ledger_peer has a row "a b" that the program did not write' \
    "INSERT INTO ledger_peer VALUES ('a b', 0, 1, 1, '')" 'DELETE FROM ledger_peer'
sqlite3 "$data/merlon.db" "INSERT INTO ledger_peer VALUES ('mail', 0, 0, 0, '')" # who was never asked
works verify "$data"
sqlite3 "$data/merlon.db" 'DELETE FROM ledger_peer'
put_in 'witness_log has a row of the log merlon/elsewhere' \
    "INSERT INTO witness_log VALUES ('merlon/elsewhere', 3, 1, 'no note', x'00')" 'DELETE FROM witness_log'
for case in "ledger_timestamp|VALUES (999999, 1, x'00')|ledger_timestamp has a row over 999999 entries" \
    "ledger_timestamp|VALUES ($size, 1, x'00')|entries: This is no reply of a time-stamp authority" \
    "ledger_cosignature|VALUES ($size, 'nobody', 1, 'junk')|ledger_cosignature has a row of nobody over $size entries that is no" \
    "ledger_cosignature|VALUES (999999, 'nobody', 1, 'junk')|ledger_cosignature has a row of nobody over 999999 entries, but"; do
    table=${case%%|*} rest=${case#*|}
    triggers=$(append_only "$table")
    names=$(sqlite3 "$data/merlon.db" "SELECT 'DROP TRIGGER \"' || name || '\";' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '$table'")
    put_in "${rest#*|}" "INSERT INTO $table ${rest%%|*}" "$names DELETE FROM $table; $triggers"
done
works verify "$data"

# An older database beside the heads of the newer one: seen by both commands, each in its line, and by nobody's accusing
# the ledger when it is the file that is damaged.
answer_is() { # line's name, the beginning of its answer
    yes "$1 $2" grep -q "^$1 *$2" "$work/out"
}
older=$work/older
mkdir -m 700 "$older"
cp -p "$data"/* "$older/"
start_server --data "$data" --log-level error
works user add --data "$data" --email late@tidewell.example --name Late --role reader@UNT-1
entries=$(sqlite3 "$data/merlon.db" 'SELECT count(*) FROM ledger_entry')
until settled "$entries"; do kill -0 "$server" || break; done
stop_server
cp -p "$data/ledger.heads" "$older/"
for command in check verify; do
    run $command "$older"
    yes "$command sees the roll-back" [ $status -eq 1 ]
    answer_is roll-back 'WRONG: The ledger in the database ends after'
done
sed '1s/^\([0-9]* [0-9]*\) [0-9]/\1 9/' "$data/ledger.heads" >"$older/ledger.heads"
cp -p "$data/merlon.db" "$older/"
for command in check verify; do
    run $command "$older"
    yes "$command sees the damaged file" [ $status -eq 1 ]
    answer_is roll-back 'WRONG: Line 1 of ledger.heads bears no signature'
done
answer_is ledger right
cp -p "$data/ledger.heads" "$older/"
works verify "$older"
works key rotate --data "$data" --reason 'after the copy'
cp -p "$data/ledger.heads" "$older/"
run verify "$older"
answer_is roll-back 'WRONG: Line [0-9]* of ledger.heads is of the key [0-9a-f]*, which this database does not know'
cp -p "$data/merlon.db" "$data/ledger.pub" "$older/"

# The public key's file: another ledger's, or gone. Sound signatures are not called wrong for it.
cp "$work/other/ledger.pub" "$older/ledger.pub"
refuses 1 'wrong answer' check "$older"
answer_is 'public key' 'WRONG: ledger.pub is another'
rm "$older/ledger.pub"
run check "$older"
answer_is 'public key' 'WRONG: '
answer_is signatures right
cp -p "$data/ledger.pub" "$older/"

# By another's key everything would seem altered: the key alone is called wrong, and what needs it is not asked.
head -c 32 /dev/zero | tr '\0' k >"$older/master.key"
for command in check verify; do
    run $command "$older"
    yes "$command sees the wrong key" [ $status -eq 1 ]
    answer_is 'master key' 'WRONG: The master key is not the one'
    answer_is 'users and grants' 'right'
    answer_is 'security events' 'not checked: without the master key'
    yes 'nothing else is wrong' [ "$(grep -c WRONG "$work/out")" -eq 1 ]
done
printf short >"$older/master.key"
refuses 1 'has 5 bytes and not 32' verify "$older"
rm "$older/master.key"
works verify "$older"

# What awaits its seal has nothing but its MAC: without the key that is said, and with it the row is named.
cp -p "$data/master.key" "$work/kept.key"
sqlite3 "$data/merlon.db" "INSERT INTO ledger_entry (id, at, actor, action, subject, record, version, state_size)
    SELECT max(id) + 1, max(at), 1, 'export', 'asset', 0, 0, 0 FROM ledger_entry;
    INSERT INTO ledger_pending (entry, mac) SELECT max(id), zeroblob(32) FROM ledger_entry"
run verify "$data"
yes 'verify with the key names the row' [ $status -eq 1 ]
answer_is ledger 'WRONG: Entry'
rm "$data/master.key"
works verify "$data"
answer_is ledger 'right as far as it is signed; whether the [0-9]* entr.* put in by hand was not looked at'
cp -p "$work/kept.key" "$data/master.key"

refuses 2 'no certificates' verify --timestamp-ca /etc/hostname "$data"
refuses 2 'no certificates' check --timestamp-ca /etc/hostname "$data"
