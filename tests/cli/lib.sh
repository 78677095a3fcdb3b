# Sourced by run.sh: how a case is told and counted.
passed=0
failed=0
server=''

right() { passed=$((passed + 1)); }
wrong() { # sentence
    failed=$((failed + 1))
    echo "not ok - $1"
    [ ! -s "$work/out" ] || sed 's/^/    out: /' "$work/out" | head -n 5
    [ ! -s "$work/err" ] || sed 's/^/    err: /' "$work/err" | head -n 5
}
yes() { # what, command...: the command succeeds
    what=$1
    shift
    if "$@"; then right; else wrong "$what"; fi
}

# Runs the program; afterwards $status, $work/out and $work/err say what it did.
run() {
    status=0
    "$merlon" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}
works() { # arguments: exit status 0
    run "$@"
    if [ $status -eq 0 ]; then right; else wrong "merlon $* gave $status"; fi
}
says() { # text that the last run printed
    if grep -qF -- "$1" "$work/out"; then right; else wrong "no \"$1\" was printed"; fi
}
# Wrong use and failure end in one sentence on standard error, which says what to do, and in the status.
refuses() { # status, a part of the sentence, arguments
    wanted=$1
    sentence=$2
    shift 2
    run "$@"
    is_refused "$@"
}
# The same where no file may grow beyond 4 kB.
refuses_small() {
    wanted=$1
    sentence=$2
    shift 2
    status=0
    (
        trap '' XFSZ
        ulimit -f 8
        exec "$merlon" "$@" >"$work/out" 2>"$work/err" </dev/null
    ) || status=$?
    is_refused "$@"
}
is_refused() {
    lines=$(grep -c '' "$work/err")
    if [ $status -ne "$wanted" ]; then
        wrong "merlon $* gave $status instead of $wanted"
    elif [ "$lines" -ne 1 ] || ! grep -qF -- "$sentence" "$work/err" || ! grep -q '^merlon: .*[.)]$' "$work/err"; then
        wrong "merlon $*: not the one sentence with \"$sentence\""
    else
        right
    fi
}

# Starts a server on a free port; $address is where it answers.
start_server() { # arguments
    : >"$work/server"
    "$merlon" serve --listen 127.0.0.1:0 "$@" >"$work/server" 2>"$work/server.err" &
    server=$!
    while kill -0 $server 2>/dev/null && ! grep -q 'answers on' "$work/server"; do sleep 0.05; done
    address=$(sed -n 's/.*answers on //p' "$work/server")
}
stop_server() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=''
}

# SQL that makes the triggers of a table again; of the database in $data.
append_only() { sqlite3 "$data/merlon.db" "SELECT sql || ';' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '$1'"; }

finish() {
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
}
