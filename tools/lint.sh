#!/bin/sh
# A second pair of eyes on C files: lint.sh clang|tidy|cppcheck FILE... "clang" compiles with clang under the Makefile's
# warnings, headers on their own too, so that each is known to be self-contained. "tidy" reads the program only: its
# analyser does not know that a failed assertion of a test never returns.
set -u
cd "$(dirname "$0")/.."
tool=$1
shift
if [ "$tool" = --one ]; then
    out=$OUT/$(echo "$2" | tr / _)
    case $1:$2 in
    clang:*.h) clang -x c-header -fsyntax-only $FLAGS -Wno-unused-function "$2" ;;
    clang:*) clang -fsyntax-only $FLAGS "$2" ;;
    tidy:*) clang-tidy --quiet "$2" -- $FLAGS ;;
    cppcheck:*)
        cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --error-exitcode=1 \
            --inline-suppr --suppress=missingIncludeSystem --suppress=varFuncNullUB \
            --suppress=returnDanglingLifetime -Isrc -D_GNU_SOURCE "$2"
        ;;
    esac >"$out" 2>&1 && exit 0
    echo "not ok 1 - $2"
    grep -E ': (error|warning|portability|performance|style): ' "$out" || cat "$out"
    exit 0
fi
FLAGS=$(make -s --no-print-directory print-flags)
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
export FLAGS OUT
case $tool in
tidy) set -- $(printf '%s\n' "$@" | grep '^src/.*\.c$') ;;
cppcheck) set -- $(printf '%s\n' "$@" | grep '\.c$') ;;
esac
printf '%s\n' "$@" | xargs -r -P 2 -I{} sh "$0" --one "$tool" {} | tee "$OUT/all"
failed=$(grep -c '^not ok ' "$OUT/all")
[ "$failed" -eq 0 ] || { echo "0 passed, $failed failed" && exit 1; }
echo "$tool finds nothing in $# files"
echo '1 passed, 0 failed'
