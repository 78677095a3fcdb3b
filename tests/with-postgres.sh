#!/bin/sh
# Runs a command with a PostgreSQL of its own: with-postgres.sh COMMAND...
# It finds in the environment
#   MERLON_TEST_DATABASE  postgresql://postgres@127.0.0.1:PORT/merlon, an empty database; tests may create others
#   MERLON_POSTGRES       the folder of the cluster: the first line of `pg/postmaster.pid` in it is the process, for
#                         tests that kill it, and `start` is a script that starts it again
# The cluster lives in a temporary folder and is gone afterwards. It hands its writes to the kernel but does not wait
# for the disk (fsync is off): a killed process loses nothing, and only a power cut would. MERLON_POSTGRES_DURABLE
# makes it wait, as a measurement needs it.
set -u
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo 'PostgreSQL is not installed; tools/setup.sh test installs it.' >&2 && exit 1; }
home=$(mktemp -d "${TMPDIR:-/tmp}/merlon-pg.XXXXXX")
chmod 755 "$home"
owner='' # PostgreSQL refuses to run as root
[ "$(id -u)" != 0 ] || owner='setpriv --reuid=postgres --regid=postgres --init-groups --reset-env'
[ -z "$owner" ] || chown postgres "$home"
stop() {
    (cd / && $owner "$bin/pg_ctl" -D "$home/pg" -m immediate -w stop >/dev/null 2>&1)
    rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM
(cd / && $owner "$bin/initdb" -D "$home/pg" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync) \
    >"$home/log" 2>&1 || {
    cat "$home/log" >&2
    exit 1
}
durable='-c fsync=off -c full_page_writes=off'
[ -z "${MERLON_POSTGRES_DURABLE:-}" ] || durable=''

# After a kill the memory of the dead process is still held by its children for a moment, hence more than one try.
write_start() { # port, tries
    cat >"$home/start" <<SCRIPT
#!/bin/sh
cd /
tries=0
until $owner "$bin/pg_ctl" -D "$home/pg" -w -t 60 -l "$home/pg/log" -o "-p $1 -k $home -c listen_addresses=127.0.0.1 \
-c max_connections=200 -c shared_buffers=64MB $durable" start >/dev/null 2>&1 </dev/null; do
    tries=\$((tries + 1))
    [ \$tries -lt $2 ] || { tail -n 20 "$home/pg/log" >&2 && exit 1; }
    sleep 0.1
done
SCRIPT
    chmod 755 "$home/start"
}

# Nobody hands out a port that stays free, so a taken one is answered by trying another.
port=$((20000 + $$ % 20000))
tries=0
until write_start $port 1 && "$home/start" 2>"$home/log"; do
    tries=$((tries + 1))
    [ $tries -lt 20 ] || { cat "$home/log" >&2 && exit 1; }
    port=$((port + 37))
done
write_start $port 100
"$bin/createdb" -h 127.0.0.1 -p $port -U postgres merlon || exit 1
MERLON_TEST_DATABASE=postgresql://postgres@127.0.0.1:$port/merlon MERLON_POSTGRES=$home "$@"
