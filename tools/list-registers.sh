#!/bin/sh
# Writes the list of registers, and of the tables that say what follows from what, to the C file named by $1.
# A linker section would find nothing in a static library, so the definitions are looked for in the sources:
#     const struct reg risk_register = {              const struct follow risk_follows[] = {
# The list is sorted by name, and the file is touched only when it changes.
set -eu
export LC_ALL=C
out=$1
sources=${2:-src/registers}

names() { # pattern of the definition, with the name as the first group
    find "$sources" -name '*.c' -exec sed -n -E "s/$1/\\1/p" {} + | sort
}
registers=$(names '^const struct reg ([a-z0-9_]+)_register = .*')
follows=$(names '^const struct follow ([a-z0-9_]+)_follows\[\] = .*')
doubled=$(printf '%s\n' "$registers" | uniq -d)
[ -z "$doubled" ] || { echo "list-registers: defined twice: $doubled" >&2 && exit 1; }

mkdir -p "$(dirname "$out")"
{
    echo "/* Written by tools/list-registers.sh from the definitions in $sources. */"
    echo '#include "schema/reg.h"'
    echo
    for name in $registers; do echo "extern const struct reg ${name}_register;"; done
    echo
    echo 'const struct reg *const register_list[] = {'
    for name in $registers; do echo "    &${name}_register,"; done
    echo '    NULL,'
    echo '};'
    echo 'const size_t register_list_count = sizeof register_list / sizeof *register_list - 1;'
    echo
    for name in $follows; do echo "extern const struct follow ${name}_follows[];"; done
    echo
    echo 'const struct follow *const follow_list[] = {'
    for name in $follows; do echo "    ${name}_follows,"; done
    echo '    NULL,'
    echo '};'
} >"$out.new"
if cmp -s "$out.new" "$out"; then rm "$out.new"; else mv "$out.new" "$out"; fi
