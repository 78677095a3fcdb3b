# Rows that no sound database has: the backup warns, the restore leaves them out and keeps the rest.
planted=$work/planted
works init --data "$planted" --organisation Quay --name Ada --email ada@quay.example --password-file "$work/password"
works token --data "$planted" --user ada@quay.example
start_server --data "$planted" --log-level error
stop_server
works backup "$work/sound.backup" --data "$planted"
yes 'without a word of complaint' [ ! -s "$work/err" ]
rows='SELECT (SELECT count(*) FROM token), (SELECT count(*) FROM user)'
plant() { # name, how many are left out, the first, SQL
    rm -rf "$work/bad" "$work/mended"
    cp -a "$planted" "$work/bad"
    sqlite3 "$work/bad/merlon.db" "$4"
    works backup "$work/bad.backup" --data "$work/bad"
    yes "$1: the backup warns" grep -q "^merlon: Warning: $2 .*(first $3" "$work/err"
    run restore "$work/bad.backup" --data "$work/mended" --master-key "$planted/master.key"
    yes "$1: the restore says that it came with the backup" [ $status -eq 1 ]
    yes "$1: in its last sentence" grep -q "^merlon: All was restored but $2 row.* first $3" "$work/err"
    yes "$1: it is named" grep -q "^Left out: $2 row.* first $3" "$work/out"
    yes "$1: all else is there" [ "$(sqlite3 "$work/mended/merlon.db" "$rows")" = "$(sqlite3 "$planted/merlon.db" "$rows")" ]
    works verify "$work/mended" --master-key "$planted/master.key"
}
no_trigger() { sqlite3 "$planted/merlon.db" "SELECT 'DROP TRIGGER \"' || name || '\";' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '$1'"; }
plant 'a token of nobody' 1 '"token" 78: its user_id names a row of "user" that is not there' \
    "INSERT INTO token SELECT id + 77, 999, name, secret_hash || 'x', scopes, created_at, expires_at, last_used_at, revoked_at, mac FROM token LIMIT 1"
works backup "$work/bad.backup" --check --master-key "$planted/master.key"
yes 'which a check of the backup tells, too' grep -q '^merlon: Warning: 1 row .*(first "token" 78: its user_id' "$work/err"
works backup "$work/sound.backup" --check --master-key "$planted/master.key"
yes 'and not of one that is sound' [ ! -s "$work/err" ]
plant 'a stranger in meta' 1 '"meta" zzz: this program did not write' "INSERT INTO meta VALUES ('zzz', '1', x'00')"
plant 'a leaf twice' 1 '"ledger_leaf" .*: another row has the same entry' "$(no_trigger ledger_leaf) DROP INDEX ledger_leaf_entry_unique;
    INSERT INTO ledger_leaf SELECT (SELECT max(position) + 1 FROM ledger_leaf), entry, leaf_hash, mac FROM ledger_leaf WHERE position = 1"
plant 'a user twice' 1 '"user" .*: another row has the same ' "DROP INDEX user_email_key_unique; DROP INDEX user_person_unique;
    INSERT INTO user SELECT id + 5, version, name, email, email_key, NULL, language, active, password_hash, password_at, created_at, changed_at, last_login_at, mac FROM user WHERE id = (SELECT min(id) FROM user WHERE email_key IS NOT NULL)"
plant 'an event twice' 1 '"security_event" .*: another row has the same mac' "$(no_trigger security_event) DROP INDEX security_event_mac_unique;
    INSERT INTO security_event SELECT (SELECT max(id) + 1 FROM security_event), at, node, kind, outcome, actor, account, address, request, subject, record, detail, times, previous, previous_at, mac FROM security_event WHERE id = 1"
