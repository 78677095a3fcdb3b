# What was asked for and is saved is told as that, whatever fails afterwards.
data=$work/kept
printf 'title\nCoil ropes\nGrease hinges\n' >"$work/tasks.csv"
works init --data "$data" --organisation Quay --name Ada --email ada@quay.example --password-file "$work/password"
works import task "$work/tasks.csv" --data "$data"
guards=$(append_only ledger_entry)
sqlite3 "$data/merlon.db" 'DROP TRIGGER ledger_entry_no_UPDATE; DROP TRIGGER ledger_entry_no_DELETE'
sqlite3 "$data/merlon.db" "INSERT INTO ledger_entry SELECT 900000, max(at), 0, 'create', 'asset', 77, 1, 0, NULL FROM ledger_entry;
    INSERT INTO ledger_pending (entry, mac) VALUES (900000, zeroblob(32)); $guards"
kept() { grep -c 'done and saved, and nothing needs to be run again' "$work/err"; }
why() { grep -c 'Entry 900000 awaits its seal and does not get it' "$work/err"; }
works import task "$work/tasks.csv" --data "$data"
says '2 rows: 2 created'
yes 'a warning, once, with the reason, once' [ "$(kept) $(why)" = '1 1' ]
works import task "$work/tasks.csv" --data "$data" --json
says '"created":2'
works rebuild --data "$data"
says ' 0 changes'
yes 'a rebuild likewise' [ "$(kept) $(why)" = '1 1' ]
yes 'what is saved was indexed' [ "$(sqlite3 "$data/merlon.db" "SELECT count(*) FROM search_index WHERE search_index MATCH 'ropes'")" -eq 3 ]
run key rotate --data "$data" --reason 'a new year'
yes 'no key takes over' grep -q '^merlon: The key was not replaced' "$work/err"
refuses 1 'Nothing was restored' user restore --data "$data" --email ada@quay.example
start_server --data "$data" --log-level error
works import task "$work/tasks.csv" --data "$data"
says '2 rows: 2 created'
yes 'through a server too' [ "$(kept) $(why)" = '1 1' ]
stop_server

# A list that was exported comes back whole, with what is locked in it.
for reg in asset control risk acceptance methodology treatment_action; do
    works export $reg --data "$work/demo"
    cp "$work/out" "$work/whole.csv"
    works import $reg "$work/whole.csv" --data "$work/demo" --dry-run
    says ' 0 created, 0 changed,'
    says ' 0 refused'
done
retired=$(sqlite3 "$work/demo/merlon.db" "SELECT min(id) FROM asset WHERE status = 'retired'")
printf 'reference,title\nAST-%s,Another\n' "$retired" >"$work/locked.csv"
run import asset "$work/locked.csv" --data "$work/demo" --dry-run
yes 'what would change it is refused' grep -q 'is retired and is not changed any more' "$work/err"

# Where no witness has an address, none was asked; that is no wrong answer.
printf 'witness W %s\nquorum none\n' "$("$merlon" ledger keys --data "$work/demo" | sed -n 's/^witness NAME //p')" >"$work/mute-policy"
refuses 1 'No witness was asked' verify "$work/demo" --policy "$work/mute-policy" --ask
yes 'which is said to be no answer' grep -q '^heads from elsewhere *NOT ASKED: No witness was asked' "$work/out"

# Another program has the ledger's lock for longer than anybody waits.
if [ -n "${MERLON_TEST_DATABASE:-}" ]; then
    "$psql" -q "$MERLON_TEST_DATABASE" -c 'DROP DATABASE IF EXISTS cli_kept' -c 'CREATE DATABASE cli_kept' 2>/dev/null
    pg="--data $work/kept-pg --database $other/cli_kept"
    works init $pg --organisation Quay --name Ada --email ada@quay.example --password-file "$work/password"
    mkfifo "$work/kept-held"
    "$psql" -qAt "$other/cli_kept" <"$work/kept-held" >"$work/locked" &
    exec 9>"$work/kept-held"
    echo "BEGIN; SELECT pg_advisory_xact_lock('public'::regnamespace::oid::int4, -1969701524); SELECT 'locked';" >&9
    until grep -q locked "$work/locked"; do :; done
    works import task "$work/tasks.csv" $pg
    says '2 rows: 2 created'
    yes 'the seal is still to come' [ "$(kept)" -eq 1 ]
    yes 'and nobody is told to try again' [ "$(grep -c 'try again' "$work/err")" -eq 0 ]
    exec 9>&-
    wait $!
    works rebuild $pg
    yes 'the next command seals it' [ ! -s "$work/err" ]
fi
