#!/bin/sh
# Three programs on one PostgreSQL, in network namespaces: see README.md.
set -eu
skip() { echo "skipped: several nodes, $1" && echo '0 passed, 0 failed, 1 skipped' && exit 0; }
[ "$(id -u)" = 0 ] || skip 'needs root to make network namespaces'
command -v ip >/dev/null || skip 'needs iproute2'
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || skip 'PostgreSQL is not installed'
# A namespace within a namespace, and a pair of ends between them, is all that is needed.
unshare --net --mount sh -c 'mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && ip netns add probe &&
    ip link add name end0 type veth peer name end1 netns probe && ip link add name bridge0 type bridge' 2>/dev/null ||
    skip 'network namespaces cannot be made here'
work=$(mktemp -d "${TMPDIR:-/tmp}/merlon-nodes.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
export MERLON_WORK="$work" POSTGRES_BIN="$bin"
# What is started in it ends with it: --kill-child ends the first process, and with it its process namespace.
unshare --net --mount --pid --fork --kill-child --mount-proc sh -c \
    'mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && exec node nodes.mjs'
