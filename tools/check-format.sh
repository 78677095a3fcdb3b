#!/bin/sh
# clang-format finds nothing to change. With arguments only those files are looked at.
set -eu
[ $# -gt 0 ] || set -- $(find src tests tools -name node_modules -prune -o -name '*.[ch]' -print | sort)
[ $# -eq 0 ] || clang-format --dry-run -Werror "$@"
