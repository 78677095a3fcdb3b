# Wrong use of the program ends in one sentence that says what to do, and a non-zero exit status.
data=$work/files
refuses 2 'no command "nonsense"' nonsense
refuses 2 'no option --colour' serve --new --data "$work/x" --colour
refuses 2 '--listen needs a value' serve --listen
refuses 2 'HOST:PORT' serve --new --data "$work/x" --listen nowhere
refuses 2 'number from 1 to 64' serve --data "$work/x" --workers 0
refuses 2 'configuration file' serve --config "$work/none"
printf 'colour = blue\n' >"$work/bad.conf"
refuses 2 'names no setting' serve --config "$work/bad.conf"
for command in 'export risk' 'check' 'rebuild' 'user list' 'verify' 'backup b' 'token --user a@b.example' 'report traceability'; do
    refuses 2 'no database' $command --data "$work/nowhere"
    yes "$command makes nothing" [ ! -e "$work/nowhere" ]
done
refuses 2 'cannot be made' init --data "$work/password/data"
if [ "$(id -u)" != 0 ]; then
    mkdir -m 0 "$work/closed"
    refuses 2 'cannot be used' check --data "$work/closed"
fi
refuses 2 'no register "nonsense"' export nonsense --data "$data"
refuses 2 'no register "nonsense"' import nonsense "$work/assets.csv" --data "$data"
refuses 2 'Say what and from where' import --data "$data"
refuses 2 'cannot be read' import asset "$work/none.csv" --data "$data"
refuses 1 'empty' import asset /dev/null --data "$data"
printf 'PK\003\004 no workbook' >"$work/bad.xlsx"
refuses 1 'workbook' import asset "$work/bad.xlsx" --data "$data"
refuses 2 'must be a JSON object' import asset "$work/mapped.csv" --mapping "$work/assets.csv" --data "$data"
refuses 2 'no user' import asset "$work/assets.csv" --user nobody@quay.example --data "$data"
refuses 2 '"zzz" is no scope' token --user ada@quay.example --scopes read,zzz --data "$data"
# An option that the word behind the command does not use is refused, and not left out of account.
unused() { # option, command
    refuses 2 "merlon $2 does not use --$1: leave it out" $2 --$1 x --data "$data"
}
for option in email name language password-file role; do unused $option 'user list'; done
for option in name language password-file; do unused $option 'user grant'; done
for option in name language role; do unused $option 'user password'; done
for option in name language role password-file; do unused $option 'user restore'; done
unused reason 'ledger keys'
unused reason 'key list'
for option in mapping unit; do unused $option 'import framework'; done
refuses 2 'user add does not use --json' user add --json --email x@quay.example --data "$data"
refuses 2 '--token is for a server' import asset "$work/assets.csv" --token x --data "$data"
refuses 2 'There is no option --colour' user list --colour red --data "$data"
refuses 2 'no user' token --user nobody@quay.example --data "$data"
refuses 2 'csv, xlsx or json' export asset --format pdf --data "$data"
refuses 2 'must be a date' export asset --as-of yesterday --data "$data"
refuses 2 'no field' export asset --filter 'colour=blue' --data "$data"
refuses 2 'cannot be written' export asset --output "$work/none/out.csv" --data "$data"
refuses 2 'no report "nonsense"' report nonsense --data "$data"
refuses 2 'no option --colour' report traceability --colour blue --data "$data"
refuses 2 'no register' schema nonsense
refuses 2 'no role "king"' user add --email c@quay.example --name C --role king --data "$data"
refuses 2 'what the user may do' user add --email c@quay.example --name C --data "$data"
refuses 2 'takes add, grant, password, restore or list' user remove --data "$data"
refuses 2 'must be the password or passphrase' user password --email bo@quay.example --password-file /dev/null --data "$data"
refuses 1 'no user' user password --email nobody@quay.example --password-file "$work/password" --data "$data"
refuses 2 'cannot be read' verify "$data" --public-key "$work/none.pem"
refuses 2 'Ed25519' verify "$data" --public-key "$work/assets.csv"
refuses 2 'where to' backup --data "$data"
refuses 2 'what from' restore --data "$work/new"
refuses 2 'backup' restore "$work/assets.csv" --data "$work/new" --passphrase-file "$work/passphrase"
# A path that is none, a directory, or a picture: one sentence that says which and what is wrong with it.
printf '\211PNG\r\n\032\n\000\000\000\rIHDR' >"$work/picture.png"
head -c 300000 /dev/zero >"$work/large"
refuses 2 "$work/none/b.partial cannot be made: No such file" backup "$work/none/b" --data "$data"
refuses 2 "$work, which is a directory" backup "$work" --data "$data"
refuses 2 'cannot be opened: No such file' backup --check "$work/none"
refuses 2 'it is not a file' backup --check "$work"
refuses 2 'is no backup of this program' backup --check "$work/picture.png"
for command in "backup $work/b" "restore $work/plain.backup" 'user password --email bo@quay.example' \
    'init --organisation Q --name A --email a@quay.example'; do
    name=passphrase-file
    case $command in user* | init*) name=password-file ;; esac
    place=$data
    case $command in init* | restore*) place=$work/fresh ;; esac
    refuses 2 'picture.png is no file with a password or passphrase' $command --data "$place" --$name "$work/picture.png"
    refuses 2 "$work cannot be read: Is a directory" $command --data "$place" --$name "$work"
    refuses 2 'none cannot be read: No such file' $command --data "$place" --$name "$work/none"
done
yes 'no backup was made' [ ! -e "$work/b" -a ! -e "$work/b.partial" ]
for option in head checkpoint policy public-key; do
    refuses 2 "--$option needs a value" verify "$data" --$option
    refuses 2 "$work cannot be read: Is a directory" verify "$data" --$option "$work"
    refuses 2 'none cannot be read: No such file' verify "$data" --$option "$work/none"
    refuses 2 'picture.png' verify "$data" --$option "$work/picture.png"
done
refuses 2 'is larger than 64 kB' verify "$data" --head "$work/large"
refuses 2 'or something that is none' verify "$data" --checkpoint "$work/assets.csv"
for option in data database master-key; do
    refuses 2 "looks at no data: leave --$option out" proof "$work/none" --policy "$work/none" --$option "$data"
    refuses 2 "looks at no data: leave --$option out" schema --$option "$data"
done
refuses 2 'none cannot be read: No such file' proof "$work/none" --policy "$work/none"
for command in "import asset $work" "import framework $work" "import asset $work/assets.csv --mapping $work"; do
    refuses 2 "$work cannot be read: Is a directory" $command --data "$data"
done
printf 'quorum none\n' >"$work/none.policy"
serves="serve --data $data --listen 127.0.0.1:0"
refuses 2 'names no log' $serves --witness-logs "$work/none.policy"
refuses 2 'holds no certificates' $serves --timestamp-url http://127.0.0.1:1/ --timestamp-ca "$work/picture.png"
refuses 2 'is an https:// or http:// address' $serves --timestamp-url ftp://127.0.0.1/ --timestamp-ca "$work/picture.png"
refuses 2 'is smtp://HOST:PORT' $serves --publish-mail a@b.example --mail-from a@b.example --mail-server ftp://127.0.0.1
refuses 2 'needs two lines' $serves --mail-login "$work/picture.png"
refuses 2 'names a directory' $serves --publish-file "$work"
start_server --data "$data" --witness-policy "$work/none.policy" --publish-file "$work/none/heads"
until grep -q 'a head did not go out' "$work/server.err"; do sleep 0.05; done
yes 'the log says which file' grep -q 'Heads cannot be appended to .*none/heads' "$work/server.err"
yes 'quorum none is said' grep -q 'quorum none' "$work/server.err"
stop_server
refuses 1 'wrong answer' check --data "$data"
yes 'check says which head does not go out' grep -q '^heads go out .*none/heads' "$work/out"
# Where no head is sent to any more there is no trouble.
start_server --data "$data"
stop_server
works check --data "$data"
start_server --data "$data" --publish-file "$work/heads.txt"
until [ -s "$work/heads.txt" ]; do sleep 0.05; done
stop_server
works check --data "$data"
works verify "$data" --checkpoint "$work/heads.txt"
says '1 checkpoint that was given is contained in it.'

# A note that was cut short, at its end or within its signature, is no lie: the next one is parted from it and holds.
for cut in 10 30 130 200 "$(($(wc -c <"$work/heads.txt") - 10))"; do
    head -c "$cut" "$work/heads.txt" >"$work/torn.txt"
    refuses 2 'holds no checkpoint' verify "$data" --checkpoint "$work/torn.txt"
    start_server --data "$data" --publish-file "$work/torn.txt"
    until [ "$(wc -c <"$work/torn.txt")" -gt "$((cut + 100))" ]; do sleep 0.05; done
    stop_server
    works verify "$data" --checkpoint "$work/torn.txt"
    says '1 checkpoint that was given is contained in it.'
    says '1 that was cut short while it was written says nothing and was passed over, the first at line 1 of'
done
seq 20 | while read -r _; do cat "$work/torn.txt"; done >"$work/many.txt"
works verify "$data" --json --checkpoint "$work/many.txt"
says '"checkpoints":20,"checkpoints_cut_short":20'
seq 30000 | while read -r _; do cat "$work/heads.txt"; done >"$work/many.txt"
works verify "$data" --checkpoint "$work/many.txt"
says '30000 checkpoints that were given'
sed '3s/./x/' "$work/heads.txt" >"$work/forged.txt"
refuses 1 'not signed by a key of this ledger' verify "$data" --checkpoint "$work/forged.txt"
refuses 2 'or something that is none' verify "$data" --checkpoint "$work/picture.png"
yes 'nothing was checked before' [ ! -s "$work/out" ]
refuses 2 'Whom to ask' verify "$data" --ask
yes 'nothing was checked before' [ ! -s "$work/out" ]

# A pipe that nobody reads is not waited for.
mkfifo "$work/pipe"
refuses 2 "cannot be written to $work/pipe (--events-file): it is a pipe or a socket that nobody reads; name a plain file" $serves --events-file "$work/pipe"
start_server --data "$data" --publish-file "$work/pipe"
until grep -q 'Heads cannot be appended to .*pipe (--publish-file): it is a pipe or a socket that nobody reads' "$work/server.err"; do sleep 0.05; done
stop_server
refuses 2 "$work cannot be written: Is a directory" export asset --output "$work" --data "$data"
refuses 2 "$work cannot be written: Is a directory" report traceability --output "$work" --data "$data"
refuses 1 'wrong answer' check --data "$data" --tls-key "$work/password"
says 'given together or not at all'

# A master key that is not the right one, is missing, or is open to others.
cp -r "$data" "$work/keys"
head -c 32 /dev/zero >"$work/keys/master.key"
refuses 2 'not the one that the data was sealed with' rebuild --data "$work/keys"
refuses 2 'not the one that the data was sealed with' serve --data "$work/keys" --listen 127.0.0.1:0
printf short >"$work/keys/master.key"
refuses 1 'master.key' serve --data "$work/keys" --listen 127.0.0.1:0
rm "$work/keys/master.key"
refuses 2 'no master key' serve --data "$work/keys" --listen 127.0.0.1:0
yes 'no new key takes its place' [ ! -e "$work/keys/master.key" ]
cp "$data/master.key" "$work/keys/" && chmod 644 "$work/keys/master.key"
refuses 2 'master.key' serve --data "$work/keys" --listen 127.0.0.1:0

# A database that a newer program has written, and one that is none.
cp -r "$data" "$work/newer"
sqlite "$work/newer/merlon.db" "UPDATE meta SET value = '4000' WHERE name = 'schema_version'"
for command in 'serve --listen 127.0.0.1:0' 'export asset' 'rebuild' 'verify' 'check'; do
    refuses 2 'newer one' $command --data "$work/newer"
done
sqlite "$work/newer/merlon.db" "UPDATE meta SET value = '2' WHERE name = 'schema_version'"
for command in 'serve --listen 127.0.0.1:0' 'export asset' 'rebuild' 'verify' 'check' "backup $work/old.backup"; do
    refuses 2 'too old' $command --data "$work/newer"
done
yes 'and none has brought it up' [ "$(sqlite3 "$work/newer/merlon.db" "SELECT value FROM meta WHERE name = 'schema_version'")" = 2 ]
# A database is made by init, or by serve when told so; never beside what an earlier one has left.
mkdir -m 700 "$work/bare"
refuses 2 'merlon init --data' serve --data "$work/bare" --listen 127.0.0.1:0
yes 'nothing is made' [ -z "$(ls -A "$work/bare")" ]
works init --data "$work/bare"
mkdir "$work/aside" && mv "$work/bare/merlon.db" "$work/aside/"
for command in 'serve --new --listen 127.0.0.1:0' 'init' 'demo'; do
    refuses 2 'ledger.pub of an earlier one' $command --data "$work/bare"
done
for command in 'serve --listen 127.0.0.1:0' verify 'check' "backup $work/b" 'user list' 'export asset' rebuild; do
    refuses 2 'ledger.pub of an earlier one: put merlon.db back' $command --data "$work/bare"
done
: >"$work/bare/merlon.db"
refuses 2 'ledger.pub of an earlier one: put merlon.db back' serve --data "$work/bare" --listen 127.0.0.1:0
mkdir -m 700 "$work/onlykey" && cp "$data/master.key" "$work/onlykey/"
for command in verify 'user list' 'serve --listen 127.0.0.1:0' init; do
    refuses 2 'master.key of an earlier one' $command --data "$work/onlykey"
done
mv "$work/aside/merlon.db" "$work/bare/"
works verify "$work/bare"
mkdir "$work/log" && echo 'what was written last' >"$work/log/merlon.db-wal"
refuses 2 'merlon.db-wal of an earlier one' init --data "$work/log"
refuses 2 'merlon.db-wal of an earlier one' verify "$work/log"
cp "$work/withkey/master.key" "$work/log/"
refuses 2 'merlon.db-wal of an earlier one' restore "$work/plain.backup" --data "$work/log"
yes 'the log is still there' grep -q last "$work/log/merlon.db-wal"

mkdir -p "$work/damaged" && cp "$data/master.key" "$work/damaged/" && cp "$work/assets.csv" "$work/damaged/merlon.db"
refuses 1 'merlon.db' serve --data "$work/damaged" --listen 127.0.0.1:0

# Links under the names of the program's own files: root's next command would write through them, and give them away.
cp -r "$work/demo" "$work/links"
for case in 2:merlon.lock 1:ledger.heads 2:ledger.pub 2:master.key 2:merlon.db 2:merlon.db-wal; do
    name=${case#*:}
    rm -rf "$work/kept"
    [ ! -e "$work/links/$name" ] || mv "$work/links/$name" "$work/kept"
    echo 'not yours' >"$work/victim"
    ln -s "$work/victim" "$work/links/$name"
    refuses "${case%%:*}" "/$name is a symbolic link" rebuild --data "$work/links"
    yes "$name leads nowhere" [ "$(cat "$work/victim")" = 'not yours' ]
    rm "$work/links/$name"
    [ ! -e "$work/kept" ] || mv "$work/kept" "$work/links/$name"
done
mkdir -m 700 "$work/second"
ln "$work/links/merlon.db" "$work/second/merlon.db"
cp "$work/links/master.key" "$work/links/ledger.pub" "$work/links/ledger.heads" "$work/second/"
refuses 2 'merlon.db has a second name' serve --listen 127.0.0.1:0 --data "$work/second"
refuses 2 'merlon.db has a second name' verify "$work/links"
rm "$work/second/merlon.db"
works rebuild --data "$work/links"

# A copy that another user may read, in a directory that he may not write: what is missing is room for the log's index.
foreign=$(mktemp -d "${TMPDIR:-/tmp}/merlon-foreign.XXXXXX")
cp "$work/demo/merlon.db" "$work/demo/ledger.pub" "$merlon" "$foreign/"
sqlite3 "$foreign/merlon.db" "PRAGMA journal_mode" >/dev/null
rm -f "$foreign/merlon.db-wal" "$foreign/merlon.db-shm"
chmod 644 "$foreign/merlon.db" "$foreign/ledger.pub"
chmod 555 "$foreign"
own=$merlon
merlon=$foreign/other
printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$([ "$(id -u)" != 0 ] || echo setpriv --reuid=65534 --clear-groups)" \
    "$foreign/$(basename "$own")" >"$work/as-nobody"
chmod 755 "$foreign" && mv "$work/as-nobody" "$merlon" && chmod 755 "$merlon" && chmod 555 "$foreign"
for command in verify 'export asset'; do
    refuses 2 'may be read, but its directory not written by this user' $command --data "$foreign"
done
merlon=$own
chmod 755 "$foreign"
rm -rf "$foreign"
