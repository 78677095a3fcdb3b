# Beside and through a running server.
data=$work/demo
start_server --data "$data" --log-level warning
yes 'the server answers' [ -n "$address" ]
works token --data "$data" --user marta.nowak@tidewell.example
token=$(cat "$work/out")
run import asset "$work/assets.csv" --url "$address" --token "$token" --dry-run
yes 'a refused row is a failure' [ $status -eq 1 ]
says 'Dry run, nothing was kept. 4 rows: 3 created, 0 changed, 0 unchanged, 1 refused'
run import asset "$work/assets.csv" --url "$address/" --token "$token"
says '4 rows: 3 created, 0 changed, 0 unchanged, 1 refused'
works import asset "$work/mapped.csv" --mapping "$work/mapping.json" --url "$address" --token "$token" --json
says '"created":1'
works import framework "$work/framework.json" --url "$address" --token "$token"
works export asset --data "$data" --filter 'q=tug' --format json
says '"title":"Tug"'
works backup "$work/online.backup" --data "$data"
works verify "$data"
refuses 1 'in use by another program' serve --data "$work/files" --listen "${address#http://}"
refuses 1 'unknown, revoked' import asset "$work/mapped.csv" --url "$address" --token mrl_wrong
refuses 1 'no register' import nonsense "$work/mapped.csv" --url "$address" --token "$token"
refuses 2 'needs --token' import asset "$work/mapped.csv" --url "$address"
stop_server
refuses 1 'does not answer' import asset "$work/mapped.csv" --url "$address" --token "$token"
works verify "$data"
