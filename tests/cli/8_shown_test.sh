# What stands in a row is shown as text: a terminal obeys none of it.
data=$work/shown
works init --data "$data" --organisation Quay --name Ada --email ada@quay.example --password-file "$work/password"
start_server --data "$data"
entries=$(sqlite3 "$data/merlon.db" 'SELECT count(*) FROM ledger_entry')
sealed() { [ "$(sqlite3 "$data/merlon.db" 'SELECT count(*) FROM ledger_leaf')" -ge "$entries" ]; }
until sealed || ! kill -0 "$server"; do sleep 0.05; done
stop_server
yes 'everything is sealed' sealed
obeyed() { # whether standard output or error of the last run have a byte that a terminal obeys
    LC_ALL=C tr -d '\n' <"$work/out" | LC_ALL=C grep -q '[[:cntrl:]]' || LC_ALL=C tr -d '\n' <"$work/err" | LC_ALL=C grep -q '[[:cntrl:]]'
}
only_shown() { if obeyed; then wrong "$1: a control character was printed"; else right; fi; }
clear="char(27) || '[2J' || char(27) || '[H'"

cp "$data/merlon.db" "$work/shown.db"
triggers=$(append_only ledger_entry)
sqlite3 "$data/merlon.db" "SELECT 'DROP TRIGGER \"' || name || '\";' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'" >"$work/drop.sql"
sqlite3 "$data/merlon.db" "$(cat "$work/drop.sql")
    UPDATE ledger_entry SET action = action || $clear || 'Everything is right' || char(10) || char(27) || '[8m' WHERE id = 2;
    $triggers"
refuses 1 'Everything is right\x0a\x1b[8m of ' verify "$data"
says 'WRONG: Entry 2 ('
only_shown 'verify, of an action'

cp "$work/shown.db" "$data/merlon.db"
works ledger keys "$data"
{ grep '^log ' "$work/out" && sed -n 's|^witness NAME \(.*\)|witness w \1 http://127.0.0.1:9|p' "$work/out" && echo 'quorum none'; } >"$work/shown.policy"
sqlite3 "$data/merlon.db" "INSERT INTO ledger_peer VALUES ('file', 0, 1, 0, 'x' || $clear || char(10))"
run check "$data" --witness-policy "$work/shown.policy"
says 'x\x1b[2J\x1b[H\x0a'
only_shown 'check, of a trouble'

cp "$work/shown.db" "$data/merlon.db"
sqlite3 "$data/merlon.db" "UPDATE user SET name = 'a' || $clear || char(0x9b, 0x202e) || 'b' WHERE id = 1"
works user list --data "$data"
says 'a\x1b[2J\x1b[H\u009b\u202eb'
only_shown 'user list, of a name'
works user list --data "$data" --json
yes 'JSON is as it is' grep -q "$(printf '\302\233\342\200\256')" "$work/out"

# Words of the command line come back in a sentence, too.
refuses 2 'There is no option --\x1b[2J\x0amerlon: x here' check --data "$data" "--$(printf '\033[2J\nmerlon: x')"
only_shown 'a sentence'
