#!/bin/sh
# Installs what Debian 12 lacks for building and running (setup.sh run), or for the tests as well (setup.sh test). Asks
# dpkg once and is done when nothing is missing. As root, or with sudo.
set -eu
cd "$(dirname "$0")/.."

building='gcc make pkg-config libc6-dev libmicrohttpd-dev libsqlite3-dev libpq-dev libsodium-dev libssl-dev
    libcurl4-openssl-dev libyaml-dev libxml2-dev libpango1.0-dev libcairo2-dev libxlsxwriter-dev libzip-dev
    libgnutls28-dev libcmark-gfm-dev libcmark-gfm-extensions-dev fonts-dejavu-core fonts-inter brotli ca-certificates'
testing='git libcmocka-dev postgresql chromium-headless-shell clang clang-tidy cppcheck clang-format libclang-rt-14-dev
    poppler-utils libxml2-utils openssl python3 sqlite3 curl wrk iproute2 faketime'
# The pages are built by vite, which wants at least this. Debian 12 has 18; the newer one comes from the npm package.
node_at_least=20.19
node_package=node@22.23.3
npm_package=npm@10.9.4

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        echo "These packages are missing: $missing. Install them as root, or install sudo." >&2
        exit 1
    fi
}

install_packages() { # names
    missing=$(for name in "$@"; do echo "$name"; done | sort -u >"$list.wanted"
        dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u |
            comm -13 - "$list.wanted" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    echo "Installing $missing"
    as_root apt-get update -qq
    as_root apt-get install -y -qq --no-install-recommends $missing >"$list.log" 2>&1 || {
        tail -n 20 "$list.log" >&2
        echo "apt-get could not install: $missing" >&2
        exit 1
    }
}

node_is_new() { # program
    "$1" -e 'const [a, b] = process.versions.node.split("."), [c, d] = process.argv[1].split(".");
        process.exit(+a > +c || (+a === +c && +b >= +d) ? 0 : 1)' $node_at_least 2>/dev/null
}

install_node() {
    own=build/node/node_modules/.bin
    if [ -x $own/node ] && node_is_new $own/node; then return 0; fi
    if command -v npm >/dev/null && node_is_new node; then return 0; fi
    command -v npm >/dev/null || install_packages nodejs npm
    echo "Installing $node_package, because node $node_at_least or later is needed"
    mkdir -p build/node
    npm install --prefix build/node --no-audit --no-fund --loglevel=error $node_package $npm_package
    node_is_new $own/node || { echo "The node of $node_package does not run on this machine." >&2 && exit 1; }
}

list=$(mktemp -d)/packages
trap 'rm -rf "${list%/packages}"' EXIT
case ${1:-} in
run) install_packages $building ;;
test) install_packages $building $testing ;;
*) echo 'setup.sh run|test' >&2 && exit 2 ;;
esac
[ ! -f ui/package.json ] || install_node
