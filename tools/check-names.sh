#!/bin/sh
# Whatever the program names, people read in their own language: actions and subjects of the ledger and of security events
# stand in src/schema/label_keys.c, for which a test asks every catalogue; what the browser alone shows stands in each
# content/labels/ui.LANGUAGE.json. Names that are made at run time (from a table of a function's own) are not seen here.
set -eu
export LC_ALL=C
cd "${1:-.}"

# Where names stand, how such a place looks (its first word is the name; "each": every word is one), what their labels
# begin with; "all": nothing else begins so.
lists() {
    cat <<'TABLE'
src/events/row.c|[{]"[a-z_]+", EVENT_|ui.event.|all
src/events/row.c|names\[\] = [{]"", .*[}]|ui.events.|each
src/api/clock_routes.c|TIME_HELD\] = "[a-z]+"|ui.clock.|
src/api/clock_routes.c|TIME_BEHIND\] = "[a-z]+"|ui.clock.|
src/api/work.c|^    [{]"[a-z_]+", "|ui.work.kind.|all
src/api/home.c|^    [{]"[a-z_]+", "[a-z_]+", "[^"]*"[}]|ui.home.figure.|all
src/api/home.c|^    [{]"[a-z_]+", "[a-z_]+", "[^"]*", |ui.home.step.|all
src/report/trace.c|\] = [{]"[a-z_]+", offsetof|ui.trace.kind.|all
TABLE
}
bad=0
complain() {
    echo "$1"
    bad=1
}
names() { # file, pattern, "each"
    grep -oE "$2" "$1" | if [ "$3" = each ]; then grep -oE '"[a-z_]+"' | tr -d '"'; else cut -d '"' -f 2; fi | sort -u
}
for catalogue in content/labels/ui.*.json; do
    while IFS='|' read -r file pattern prefix whole; do
        found=$(names "$file" "$pattern" "$whole")
        [ -n "$found" ] || complain "tools/check-names.sh: $file has no names any more that look like $pattern"
        for name in $found; do
            grep -qF "\"$prefix$name\": \"" "$catalogue" || complain "$file: \"$name\" has no $prefix$name in $catalogue"
        done
        [ "$whole" = all ] || continue
        for name in $(grep -oE "^ *\"$prefix[a-z_]+\"" "$catalogue" | sed 's/"$//; s/.*[.]//'); do
            echo "$found" | grep -qx "$name" || complain "$catalogue: $file names no \"$name\", of $prefix$name"
        done
    done <<TABLE
$(lists)
TABLE
done
{
    echo known src/schema/label_keys.c
    find src -name '*.[ch]' | sort | sed 's/^/code /'
} | awk -f "$(dirname "$0")/names.awk" || bad=1
exit $bad
