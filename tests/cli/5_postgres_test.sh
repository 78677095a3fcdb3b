# The same on PostgreSQL, and from one database to the other.
if [ -n "${MERLON_TEST_DATABASE:-}" ]; then
    psql=$(ls -d /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1)
    other=${MERLON_TEST_DATABASE%/*}
    for name in cli_demo cli_restored cli_empty; do
        "$psql" -q "$MERLON_TEST_DATABASE" -c "DROP DATABASE IF EXISTS $name" -c "CREATE DATABASE $name" 2>/dev/null
    done
    works demo --data "$work/pg" --database "$other/cli_demo"
    works verify "$work/pg" --database "$other/cli_demo"
    works check --data "$work/pg" --database "$other/cli_demo"
    # A function elsewhere that does with the owner's rights what its caller could not is a right to write.
    "$psql" -q "$other/cli_demo" -c 'CREATE SCHEMA back' -c 'CREATE FUNCTION back.door(t text) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER AS $$BEGIN EXECUTE t; END$$'
    refuses 1 'wrong answer' check --data "$work/pg" --database "$other/cli_demo"
    says 'the right through a function "EXECUTE of PUBLIC" of "back.door()"'
    "$psql" -q "$other/cli_demo" -c 'REVOKE ALL ON FUNCTION back.door(text) FROM PUBLIC'
    works check --data "$work/pg" --database "$other/cli_demo"
    works rebuild --data "$work/pg" --database "$other/cli_demo"
    says ' 0 changes'
    works export risk --data "$work/pg" --database "$other/cli_demo"
    yes '25 risks' [ "$(grep -c '^RSK-' "$work/out")" -eq 25 ]
    works import asset "$work/mapped.csv" --mapping "$work/mapping.json" --data "$work/pg" --database "$other/cli_demo"
    works backup "$work/pg.backup" --data "$work/pg" --database "$other/cli_demo" --passphrase-file "$work/passphrase"
    works restore "$work/pg.backup" --data "$work/from-pg" --passphrase-file "$work/passphrase"
    works verify "$work/from-pg"
    works backup "$work/lite.backup" --data "$work/from-pg" --passphrase-file "$work/passphrase"
    works restore "$work/lite.backup" --data "$work/to-pg" --database "$other/cli_restored" \
        --passphrase-file "$work/passphrase"
    works verify "$work/to-pg" --database "$other/cli_restored"
    # Who may not make temporary tables cannot compare the schema; that passes for no good answer.
    "$psql" -q "$other/cli_restored" -c 'REVOKE TEMPORARY ON DATABASE cli_restored FROM PUBLIC' \
        -c 'CREATE ROLE cli_reader LOGIN IN ROLE pg_read_all_data'
    reader=$(echo "$other" | sed 's|//[^@]*@|//cli_reader@|')
    refuses 1 'schema could not be compared' verify "$work/to-pg" --database "$reader/cli_restored"
    yes 'which is said to be no answer' grep -q '^schema  *NOT ASKED: ' "$work/out"
    refuses 1 'could not be asked' check --data "$work/to-pg" --database "$reader/cli_restored"
    # Who may only read is told at the start, and what reads says nothing of what it could not write.
    for command in 'serve --listen 127.0.0.1:0' rebuild; do
        refuses 2 'may not write' $command --data "$work/to-pg" --database "$reader/cli_restored"
    done
    works user list --data "$work/to-pg" --database "$reader/cli_restored"
    works backup "$work/reader.backup" --data "$work/to-pg" --database "$reader/cli_restored"
    yes 'without a word of complaint' [ ! -s "$work/err" ]
    # A database that is empty, and a data directory that is a file.
    for command in verify check 'user list' 'export asset' "backup $work/b" 'serve --listen 127.0.0.1:0'; do
        refuses 2 'There is no Merlon database here yet' $command --data "$work/to-pg" --database "$other/cli_empty"
        refuses 2 "$work/password is not a directory" $command --data "$work/password" --database "$other/cli_demo"
    done
    refuses 2 'There is no master key' demo --data "$work/pg-without-key" --database "$other/cli_demo"
    yes 'no key is made for data that was sealed with another' [ ! -e "$work/pg-without-key/master.key" ]
    refuses 1 'demonstration needs' demo --data "$work/pg" --database "$other/cli_demo"
    refuses 1 'cannot be reached' check --data "$work/pg" --database 'postgresql://nobody@127.0.0.1:1/none?connect_timeout=2'

    # Where the database is away, strangers learn that it is, and nothing of where it stands.
    works token --data "$work/pg" --database "$other/cli_demo" --user marta.nowak@tidewell.example
    token=$(cat "$work/out")
    start_server --data "$work/pg" --database "$other/cli_demo" --log-level warning
    "$psql" -q "$MERLON_TEST_DATABASE" -c 'ALTER DATABASE cli_demo ALLOW_CONNECTIONS false' \
        -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cli_demo'" >"$work/out"
    for method in GET POST; do
        curl -s -o "$work/out" -X $method -d '{}' -H "Authorization: Bearer $token" "$address/api/v1/task"
        says '"status":503'
        says 'The database cannot be reached at present'
        yes 'the problem names its request' grep -q '"request":"[0-9]*-[0-9]*"' "$work/out"
        yes 'and nothing of the database' sh -c "! grep -q 'cli_demo\|port' '$work/out'"
    done
    yes 'the log says why' grep -q '"why":".*cli_demo' "$work/server.err"
    "$psql" -q "$MERLON_TEST_DATABASE" -c 'ALTER DATABASE cli_demo ALLOW_CONNECTIONS true'
    stop_server
else
    echo 'skipped: the command line on PostgreSQL (no MERLON_TEST_DATABASE)'
fi
