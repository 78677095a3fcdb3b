#!/bin/sh
# A second pair of eyes on C files: lint.sh clang|tidy|cppcheck FILE... "clang" compiles with clang under the
# Makefile's warnings, headers on their own too, so that each is known to be self-contained.
set -u
cd "$(dirname "$0")/.."
tool=$1
shift
if [ "$tool" = --one ]; then
    case $1 in
    clang) clang -x "$(case $2 in *.h) echo c-header ;; *) echo c ;; esac)" -fsyntax-only $FLAGS "$2" ;;
    tidy) clang-tidy --quiet "$2" -- $FLAGS ;;
    cppcheck)
        cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
            --suppress=missingIncludeSystem --suppress=varFuncNullUB -Isrc -D_GNU_SOURCE "$2"
        ;;
    esac >"$OUT/$(echo "$2" | tr / _)" 2>&1 && echo "ok 1 - $2" && exit 0
    echo "not ok 1 - $2"
    grep -vE '^[0-9]+ warnings? (treated|generated)|^Suppressed |^Use -header' "$OUT/$(echo "$2" | tr / _)"
    exit 0
fi
FLAGS=$(make -s --no-print-directory print-flags)
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
export FLAGS OUT
[ "$tool" = clang ] || set -- $(printf '%s\n' "$@" | grep '\.c$')
[ $# -gt 0 ] || { echo '0 passed, 0 failed' && exit 0; }
printf '%s\n' "$@" | xargs -P 2 -I{} sh "$0" --one "$tool" {} >"$OUT/all"
grep -v "^ok " "$OUT/all"
failed=$(grep -c "^not ok " "$OUT/all")
if [ "$failed" -eq 0 ]; then echo "$tool finds nothing in $# files"; echo "1 passed, 0 failed"; else echo "0 passed, $failed failed"; fi
[ "$failed" -eq 0 ]
