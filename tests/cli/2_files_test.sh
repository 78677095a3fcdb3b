# Files in and out.
data=$work/files
works init --data "$data" --organisation 'Quay & Sons' --name 'Ada Quay' --email ada@quay.example --password-file "$work/password"
works user add --data "$data" --email bo@quay.example --name 'Bo Reader' --role reader --password-file "$work/password"
says 'bo@quay.example is user 2.'
refuses 1 'There are users already' init --data "$data" --organisation X --name Y --email y@quay.example \
    --password-file "$work/password"
works token --data "$data" --user ada@quay.example
token=$(cat "$work/out")
yes 'a token' [ "${token#mrl_}" != "$token" ]
works user grant --data "$data" --email bo@quay.example --role 'auditor@Quay & Sons'
works user list --json --data "$data"
says '"role":"auditor"'

# Rows: some created, one refused with its line; a dry run keeps nothing; what comes back unchanged changes nothing.
cat >"$work/assets.csv" <<'CSV'
title;kind;confidentiality;availability
Quay crane;hardware;;5
"Crane; spare";hardware;;
Ledger;nonsense;9;
=1+1;software;1;1
CSV
run import asset "$work/assets.csv" --data "$data" --dry-run
yes 'a dry run tells the refused row' [ $status -eq 1 ]
says 'Dry run, nothing was kept. 4 rows: 3 created, 0 changed, 0 unchanged, 1 refused'
yes 'with its line and reasons' grep -q '^line 4: kind must be .*confidentiality must be' "$work/err"
works export asset --data "$data"
yes 'nothing was kept' [ "$(wc -l <"$work/out")" -eq 1 ]
run import asset "$work/assets.csv" --data "$data" --user ada@quay.example
says '4 rows: 3 created, 0 changed, 0 unchanged, 1 refused'
for format in csv xlsx; do
    works export asset --data "$data" --format $format --output "$work/back.$format"
    works import asset "$work/back.$format" --data "$data"
    says '3 rows: 0 created, 0 changed, 3 unchanged, 0 refused'
    yes 'nothing is told of what is so anyway' [ ! -s "$work/err" ]
done
yes 'formulas are disarmed in CSV' grep -qF "'=1+1" "$work/back.csv"
works export asset --data "$data" --format json --filter 'availability.gte=5'
says '"title":"Quay crane"'
yes 'only one' [ "$(grep -o '"title"' "$work/out" | wc -l)" -eq 1 ]
printf 'Name,Type\nTug,hardware\n' >"$work/mapped.csv"
printf '{"Name": "title", "Type": "kind"}' >"$work/mapping.json"
works import asset "$work/mapped.csv" --mapping "$work/mapping.json" --data "$data"
refuses 2 'no field' import asset "$work/mapped.csv" --data "$data"
run import asset "$work/mapped.csv" --mapping "$work/mapping.json" --data "$data" --user bo@quay.example
yes 'an auditor imports no assets' grep -q 'do not let you' "$work/err"

# What is wrong far down a long file is told, too.
awk 'BEGIN { print "title,kind"; for (i = 1; i <= 10500; i++) print "Pump " i "," (i == 10499 ? "nonsense" : "software") }' >"$work/long.csv"
run import asset "$work/long.csv" --data "$data" --dry-run
yes 'line 10500 is told' grep -q '^line 10500: kind must be one of' "$work/err"

# What a file says and an import does not take over is told, with its line.
cat >"$work/told.csv" <<'CSV'
title,kind,status,version,need_availability
Old tug,hardware,retired,,
New tug,hardware,in_use,1,
Lent tug,hardware,lent,7,3
CSV
works import asset "$work/told.csv" --data "$data" --dry-run
says 'Dry run, nothing was kept. 3 rows: 3 created, 0 changed, 0 unchanged, 0 refused'
says '2 of them say something that is not imported.'
printf '%s\n' \
    'line 2: status is not imported: the file says "retired", and this asset is in_use. Take the step "retire".' \
    'line 4: status is not imported: the file says "lent", the record has "in_use"; only a step of the workflow changes it. version is not imported: the file says "7", the record has "1"; the program sets it. need_availability is not imported: the file says "3", the record has nothing; the program sets it.' >"$work/told"
yes 'which lines, and why' cmp -s "$work/told" "$work/err"
works import asset "$work/told.csv" --data "$data" --json
says '"warned":2'
printf '{"status": ""}' >"$work/no-status.json"
printf 'reference,status\nAST-1,retired\n' >"$work/left.csv"
works import asset "$work/left.csv" --mapping "$work/no-status.json" --data "$data"
yes 'what was left out by hand is not told' [ ! -s "$work/err" ]

# The machine's own software, several hundred rows.
if command -v dpkg-query >/dev/null; then
    { echo title,product_version,kind && dpkg-query -W -f='${Package},${Version},software\n'; } >"$work/dpkg.csv"
    works import asset "$work/dpkg.csv" --data "$data" --json
    says "\"created\":$(($(wc -l <"$work/dpkg.csv") - 1))"
fi

# As of an instant: what was exported then comes out again, byte for byte.
works export asset --data "$data" --format csv
cp "$work/out" "$work/then.csv"
then=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
printf 'reference,title\nAST-1,Quay crane 2\n' >"$work/change.csv"
works import asset "$work/change.csv" --data "$data"
works export asset --data "$data" --format csv
yes 'the list has changed' sh -c "! cmp -s '$work/out' '$work/then.csv'"
works export asset --data "$data" --format csv --as-of "$then"
yes 'and is what it was, then' cmp -s "$work/out" "$work/then.csv"

# Frameworks and reports.
cat >"$work/framework.json" <<'JSON'
{"id": "quay-1", "title": "House rules", "version": "1", "publisher": "Quay & Sons", "licence": "own",
 "items": [{"id": "1", "parent": null, "title": "Order", "assessable": false},
           {"id": "1.1", "parent": "1", "title": "Coil ropes", "assessable": true, "attributes": {"kind": ["preventive"]}}]}
JSON
works import framework "$work/framework.json" --data "$data"
says '2 requirements created'
works import framework "$work/framework.json" --data "$data" --json
says '"unchanged":2'
works report --data "$data"
says 'soa'
works report soa --data "$work/demo" --soa SOA-1 --output "$work/soa.pdf"
yes 'a PDF' [ "$(head -c 5 "$work/soa.pdf")" = '%PDF-' ]
works report soa --data "$work/demo" --soa SOA-1 --format xlsx --language de --output "$work/soa.xlsx"
yes 'a workbook' [ "$(head -c 2 "$work/soa.xlsx")" = PK ]
works report risk-register --data "$work/demo" --paper letter --output "$work/risks.pdf"

# Tables as text.
works schema
says 'protection needs of the assets it depends on'
works schema risk
says 'analyse'
works schema --labels
says 'register.risk.help'
says 'role.security_manager'
works roles
says '| risk |'
works openapi
says '"openapi":"3.1'
works version
for command in serve init demo user token import export report backup restore verify check rebuild schema roles openapi; do
    works $command --help
    says "merlon $command"
    says '--config'
done

# A rollback journal that somebody put beside the database: SQLite would obey it (tests/unit/store/own_file_test.c).
works demo --data "$work/journal"
printf '\331\325\005\371 \241c\327' >"$work/journal/merlon.db-journal"
for command in 'user list' rebuild check verify "backup $work/of-a-journal" serve; do
    # shellcheck disable=SC2086
    run $command --data "$work/journal"
    yes "merlon $command is refused" [ $status -ne 0 ]
    yes "merlon $command names the journal" grep -q 'merlon.db-journal is a rollback journal' "$work/err" "$work/out"
    yes "merlon $command leaves it there" [ -s "$work/journal/merlon.db-journal" ]
done
mv "$work/journal/merlon.db-journal" "$work/kept-journal"
works verify "$work/journal"
