#!/bin/bash
# The two commands of README.md on a machine that has nothing: a fresh Debian 12 in a folder (debootstrap), with git and
# make and no more, into which the last commit is cloned. clean-machine.sh [run|test] ends after `make run` has answered,
# or does both, and closes with the counts of `make test`. KEEP=folder makes the machine there and leaves it behind.
#
# It needs root, debootstrap and the network. Packages come from where this machine gets its own: apt's sources and npm's
# registry are read at run time. Everything runs in namespaces of its own, so that mounts and processes end with it.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-test}
release=bookworm
[ "$(id -u)" = 0 ] || { echo 'It needs root, to make a machine in a folder.' >&2 && exit 1; }
command -v debootstrap >/dev/null || { echo 'It needs debootstrap.' >&2 && exit 1; }

# Debian's own lines among this machine's sources of packages, in the one-line form.
sources() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v r=$release '
        $1 == "deb" { sub(/\[[^]]*\] */, ""); if ($3 == r || $3 ~ "^" r "-(updates|security)$") print }' || :
    awk -v r=$release '
        function out(  i, n, each) {
            n = split(suites, each, " ")
            for (i = 1; i <= n; i++) if (each[i] ~ "^" r "(-updates|-security)?$") print "deb", uri, each[i], parts
            uri = suites = parts = ""
        }
        FNR == 1 || /^$/ { out() }
        /^URIs:/ { uri = $2 }
        /^Suites:/ { $1 = ""; suites = $0 }
        /^Components:/ { $1 = ""; parts = $0 }
        END { out() }' /etc/apt/sources.list.d/*.sources 2>/dev/null || :
}
mirror=$(sources | awk -v r=$release '$3 == r { print $2; exit }')
[ -n "$mirror" ] || { echo "None of this machine's sources of packages has $release." >&2 && exit 1; }

root=${KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/merlon-clean.XXXXXX")}
mkdir -p "$root" && chmod 755 "$root" # it is the root of that machine, which PostgreSQL's own user must be able to enter
[ -n "${KEEP:-}" ] || trap 'rm -rf --one-file-system "$root"' EXIT
if [ ! -d "$root/etc/apt" ]; then
    echo "Making a machine in $root"
    mkdir -p "$root"
    debootstrap --variant=minbase --include=git,make $release "$root" "$mirror" >"$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        exit 1
    }
    mv "$root.log" "$root/var/log/debootstrap.log"
fi
sources >"$root/etc/apt/sources.list"
apt-config dump | grep -iE '^Acquire::(https?::Proxy|Check-)' >"$root/etc/apt/apt.conf.d/machine" || :
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || :
mkdir -p "$root/usr/local/share/ca-certificates"
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || :
npm_says() { command -v npm >/dev/null && npm config get "$1" 2>/dev/null | grep -v '^null$' || :; }

rm -rf "$root/root/merlon" "$root/root/merlon.bundle"
git bundle create -q "$root/root/merlon.bundle" HEAD
cat >"$root/root/commands" <<'INSIDE'
set -eu
cd /root
git -c advice.detachedHead=false clone -q merlon.bundle merlon && cd merlon
echo "Clone of $(git log -1 --format='%h %s')"
began=$SECONDS
LISTEN=127.0.0.1:0 make run >/root/run.log 2>&1 &
run=$!
until port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\).*|\1|p' /root/run.log | tail -n 1) && [ -n "$port" ]; do
    kill -0 $run 2>/dev/null || { tail -n 40 /root/run.log && echo 'make run ended.' && exit 1; }
    [ $((SECONDS - began)) -lt 3600 ] || { tail -n 40 /root/run.log && echo 'make run took too long.' && exit 1; }
    sleep 1
done
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET / HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$port" >&3
read -r answer <&3
echo "make run: after $((SECONDS - began)) s it answers ${answer%$'\r'}"
case $answer in *' 200 '*) ;; *) exit 1 ;; esac
for process in /proc/[0-9]*; do
    case $(readlink "$process/exe") in */build/merlon) kill "${process#/proc/}" ;; esac
done
wait $run || :
[ "$1" = test ] || exit 0
began=$SECONDS
status=0
make test >/root/test.log 2>&1 || status=$?
grep -vE '^  (CC|LINK|NPM|VITE) ' /root/test.log | tail -n 200
echo "make test: status $status after $((SECONDS - began)) s"
exit $status
INSIDE
unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --make-rslave "$0/dev" &&
        mount -t tmpfs tmpfs "$0/dev/shm" && mount -t sysfs -o ro sysfs "$0/sys"
    shift
    exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        "$@" chroot "$0" bash /root/commands '"$what"'
' "$root" x npm_config_registry="$(npm_says registry)" npm_config_cafile="$(npm_says cafile)"
