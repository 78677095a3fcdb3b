# Somebody who writes the database, but has no key, lets an operator's command find the wrong row by an address or a
# title, and puts all back: nothing may rest on a row that is not what the ledger says.
data=$work/swapped
works demo --data "$data"
head=ida.lindqvist@tidewell.example # the administrator
lena=lena.fischer@tidewell.example
# Its log lines tell the alarm, too.
refused() { # a part of the sentence, arguments
    sentence=$1
    shift
    run "$@"
    yes "merlon $* is refused" [ $status -eq 1 ]
    yes "merlon $* says \"$sentence\"" grep -qF -- "merlon: $sentence" "$work/err"
    yes "merlon $* prints nothing" [ ! -s "$work/out" ]
}
address() { sqlite3 "$data/merlon.db" "UPDATE user SET email = '$2', email_key = '$2' WHERE id = $1"; }
number_of() { sqlite3 "$data/merlon.db" "SELECT id FROM user WHERE email_key = '$1'"; }
first=$(number_of $head)
second=$(number_of $lena)

# The administrator's row bears Lena's address.
address "$first" t && address "$second" $head && address "$first" $lena
printf 'eleven badgers dig by moonlight\n' >"$work/password"
printf 'title,unit\nOf nobody,UNT-1\n' >"$work/tasks.csv"
changed="The user $first was changed outside of the program"
refused "$changed" token --data "$data" --user $lena
refused "$changed" user grant --data "$data" --email $lena --role employee
refused "$changed" user password --data "$data" --email $lena --password-file "$work/password"
refused "$changed" import task "$work/tasks.csv" --data "$data" --user $lena
address "$first" t && address "$second" $lena && address "$first" $head
works token --data "$data" --user $lena
works verify "$data"

# Two units have changed their titles; the topmost one lies below another; and by its reference, the same.
title() { sqlite3 "$data/merlon.db" "SELECT title FROM unit WHERE id = $1"; }
one=$(title 1)
four=$(title 4)
swap() { sqlite3 "$data/merlon.db" "UPDATE unit SET title = '$1' WHERE id = 1; UPDATE unit SET title = '$2' WHERE id = 4"; }
swap "$four" "$one"
wrong_unit='UNT-1 is not what the ledger says: its field "title"'
refused "$wrong_unit" user grant --data "$data" --email $lena --role "owner@$four"
refused "$wrong_unit" user grant --data "$data" --email $lena --role owner@UNT-1
refused "$wrong_unit" user grant --data "$data" --email $lena --role owner
refused "$wrong_unit" user add --data "$data" --email new@tidewell.example --name New --role "owner@$four"
refused "$wrong_unit" import task "$work/tasks.csv" --data "$data" --unit "$four"
swap "$one" "$four"
parent=$(sqlite3 "$data/merlon.db" 'SELECT parent FROM unit WHERE id = 4')
sqlite3 "$data/merlon.db" 'UPDATE unit SET parent = 4 WHERE id = 1; UPDATE unit SET parent = NULL WHERE id = 4'
refused 'UNT-1 is not what the ledger says: its field "parent"' \
    user grant --data "$data" --email $lena --role owner
sqlite3 "$data/merlon.db" "UPDATE unit SET parent = NULL WHERE id = 1; UPDATE unit SET parent = $parent WHERE id = 4"
works verify "$data"
works user grant --data "$data" --email $lena --role "owner@$four"

# A person bears an address that is another's.
person=$(sqlite3 "$data/merlon.db" 'SELECT max(id) FROM person')
email=$(sqlite3 "$data/merlon.db" "SELECT email FROM person WHERE id = $person")
sqlite3 "$data/merlon.db" "UPDATE person SET email = 'mallory@x.example' WHERE id = $person"
refused "PER-$person is not what the ledger says: its field \"email\"" \
    user add --data "$data" --email mallory@x.example --name Mallory --role employee
sqlite3 "$data/merlon.db" "UPDATE person SET email = '$email' WHERE id = $person"
works verify "$data"

# What was written in a restored copy, which has the same master key, is good there alone: an administrator of the copy
# cannot be carried into the original, neither row nor entry. And what the original wrote since is strange in the copy.
original=$work/original
copy=$work/parted
works demo --data "$original"
works ledger keys --data "$original"
witness=$(grep '^witness ' "$work/out")
works backup "$work/parting.backup" --data "$original"
works restore "$work/parting.backup" --data "$copy" --master-key "$original/master.key"
cp "$original/master.key" "$copy/"
works verify "$copy"
# It does not know what the original has cosigned since, so it answers in a name of its own.
works ledger keys --data "$copy"
yes 'a restored witness has a key of its own' grep -q '^witness ' "$work/out"
yes 'which is not that of the original' [ "$(grep '^witness ' "$work/out")" != "$witness" ]
cp -a "$copy" "$work/served"
start_server --data "$work/served" --log-level error
works token --data "$work/served" --user $head
curl -s -H "Authorization: Bearer $(cat "$work/out")" "$address/api/v1/ledger/policy" >"$work/policy"
yes 'its policy names one key of a log' [ "$(grep -c '^log ' "$work/policy")" -eq 1 ]
stop_server
rm -rf "$work/served"
works ledger keys --data "$copy"
yes 'which is its own' grep -qxF "$(grep '^log ' "$work/policy")" "$work/out"
works ledger keys --data "$original"
yes 'which has the one that it had' [ "$(grep '^witness ' "$work/out")" = "$witness" ]
carry() { # from, to
    sqlite3 "$2/merlon.db" "ATTACH '$1/merlon.db' AS c; BEGIN IMMEDIATE;
        DELETE FROM role_grant WHERE user_id = $second; INSERT INTO role_grant SELECT * FROM c.role_grant WHERE user_id = $second;
        UPDATE user SET (version, changed_at, mac) = (SELECT version, changed_at, mac FROM c.user WHERE id = $second)
            WHERE id = $second;
        CREATE TEMP TABLE new AS SELECT max(id) AS id FROM c.ledger_entry WHERE subject = 'user' AND record = $second;
        INSERT INTO ledger_entry SELECT * FROM c.ledger_entry WHERE id = (SELECT id FROM new);
        INSERT INTO ledger_state SELECT * FROM c.ledger_state WHERE entry = (SELECT id FROM new);
        INSERT INTO ledger_pending SELECT entry, mac FROM c.ledger_leaf WHERE entry = (SELECT id FROM new)
            UNION SELECT entry, mac FROM c.ledger_pending WHERE entry = (SELECT id FROM new); COMMIT"
}
for pair in "$copy $original" "$original $copy"; do
    from=${pair% *} to=${pair#* }
    cp -a "$to" "$work/carried"
    cp -a "$from" "$work/source"
    for role in reader owner auditor security_manager administrator; do
        works user grant --data "$work/source" --email $lena --role $role
    done
    carry "$work/source" "$work/carried"
    run verify "$work/carried"
    yes 'the entry is named' grep -q 'ledger  *WRONG: .*was not written by this program' "$work/out"
    yes 'and so is the user' grep -q 'users and grants  *WRONG' "$work/out"
    refused "The user $second was changed outside of the program" token --data "$work/carried" --user $lena
    rm -rf "$work/carried" "$work/source"
done

# An event that somebody altered before the backup is as wrong in the copy.
cp -a "$original" "$work/altered"
sqlite3 "$work/altered/merlon.db" 'DROP TRIGGER "security_event_no_UPDATE"; UPDATE security_event SET detail = "nothing" WHERE id = 2'
works backup "$work/altered.backup" --data "$work/altered"
run restore "$work/altered.backup" --data "$work/altered-copy" --master-key "$original/master.key"
cp "$original/master.key" "$work/altered-copy/"
run verify "$work/altered-copy"
yes 'an altered event stays one' grep -q '^security events  *WRONG: Security event 2 was altered' "$work/out"

# The key that was replaced, put back with its MAC, signs nothing any more.
sqlite3 "$original/merlon.db" '.mode insert meta' "SELECT * FROM meta WHERE name IN ('ledger.secret', 'ledger.public')" |
    sed 's/^INSERT INTO/INSERT OR REPLACE INTO/' >"$work/old-key.sql"
works key rotate --data "$original" --reason 'It was shown around'
cp -a "$original" "$work/rotated"
sqlite3 "$original/merlon.db" <"$work/old-key.sql"
refuses 1 'was put back into the database outside of the program' rebuild --data "$original"
works rebuild --data "$work/rotated"
