#!/bin/sh
# The gates and generators must see what they are there for: each case builds a small tree with one fault in it.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

fresh() {
    rm -rf "${work:?}"/*
    mkdir -p "$work/tools" "$work/src/base" "$work/src/store" "$work/src/api"
    cat >"$work/tools/rooms.mk" <<'MK'
ROOMS := base store api
uses.base :=
uses.store := base
uses.api := base
only.sqlite3.h := store
MK
    printf 'Base.\n' | tee "$work/src/base/README.md" "$work/src/store/README.md" >"$work/src/api/README.md"
    echo 'The tools.' >"$work/tools/README.md"
}
result() { # what, ok
    if [ "$2" = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED $1" && cat "$work/out"; fi
}
refuses() { # what is expected in the message, gate
    ok=1
    if (cd "$work" && sh "$root/tools/$2" >"$work/out" 2>&1); then ok=0; fi
    grep -qF -- "$1" "$work/out" || ok=0
    result "$2 refuses: $1" $ok
}
accepts() { # what, gate
    ok=1
    (cd "$work" && sh "$root/tools/$2" >"$work/out" 2>&1) || ok=0
    result "$2 accepts: $1" $ok
}
lines() { awk -v n="$1" -v text="$2" 'BEGIN { while (n-- > 0) print text }'; }
function_of() { printf 'int f(void)\n{\n' && lines "$1" '    g();' && printf '}\n'; }

fresh
printf '#include "base/str.h"\n#include "store/db.h"\n#include <sqlite3.h>\n' >"$work/src/store/db.c"
accepts 'an allowed room and its own library' check-rooms.sh
printf '#include "store/db.h"\n' >"$work/src/api/routes.c"
refuses 'src/api/routes.c:1: api may not use store' check-rooms.sh
printf '#  include  <sqlite3.h>\n' >"$work/src/api/routes.c"
refuses '<sqlite3.h> belongs to the room store' check-rooms.sh
printf '#include "routes.h"\n' >"$work/src/api/routes.c"
refuses 'write the path from src/' check-rooms.sh
rm "$work/src/api/routes.c" && mkdir "$work/src/attic"
refuses 'src/attic: a room that' check-rooms.sh
fresh && echo 'uses.base := api' >>"$work/tools/rooms.mk"
refuses 'imports would run in a circle' check-rooms.sh

fresh && function_of 59 >"$work/src/base/a.c"
accepts 'a function of 60 lines' check-sizes.sh
function_of 60 >"$work/src/base/a.c"
refuses 'the function has 61 lines' check-sizes.sh
fresh && lines 601 'int x;' >"$work/src/base/a.c"
refuses 'the file has 601 lines' check-sizes.sh
fresh && lines 121 'int x;' >"$work/src/base/a.h"
refuses 'at most 120 are allowed' check-sizes.sh
fresh && mkdir -p "$work/ui/src" "$work/ui/node_modules/x" && lines 601 'let x' >"$work/ui/src/a.tsx"
refuses 'ui/src/a.tsx:601' check-sizes.sh
mv "$work/ui/src/a.tsx" "$work/ui/node_modules/x/a.ts"
accepts 'what others wrote' check-sizes.sh
fresh && printf '/* %s */\n' "$(lines 115 x | tr -d '\n')" >"$work/src/base/a.c"
refuses 'the line has 121 columns' check-sizes.sh
printf '/* %s */\n' "$(lines 114 ä | tr -d '\n')" >"$work/src/base/a.c"
accepts '120 columns of two bytes each' check-sizes.sh
deep='int f(void)\n{\n    for (;;) {\n        if (a) {\n            while (b) {\n'
fresh && printf "$deep                c();\n            }\n        }\n    }\n}\n" >"$work/src/base/a.c"
accepts 'nesting of 3' check-sizes.sh
printf "$deep                if (c) d();\n            }\n        }\n    }\n}\n" >"$work/src/base/a.c"
refuses 'src/base/a.c:6: nested 4 deep' check-sizes.sh

fresh && echo 'int x;' >"$work/src/base/a.c"
accepts 'a README in each room' check-readmes.sh
lines 16 text >"$work/src/base/README.md"
refuses 'src/base/README.md: 16 lines' check-readmes.sh
rm "$work/src/base/README.md"
refuses 'src/base/: no README.md' check-readmes.sh

catalogue() { printf '{\n%s\n}\n' "$1" >"$work/content/labels/sentences.de.json"; }
fresh && mkdir -p "$work/content/labels"
sed -n 's|^\(src/[^ ]*\) .*|\1|p' "$root/tools/check-sentences.sh" | while read -r prefix; do
    case $prefix in */) file=${prefix}x.c ;; *.c) file=$prefix ;; *) file=$prefix.c ;; esac
    mkdir -p "$work/$(dirname "$file")" && echo 'int f(void) { return fail(ctx, OK, "For operators."); }' >"$work/$file"
done
cat >"$work/src/api/a.c" <<'C'
/* fail(ctx, OK, "In a comment."); */
static const char *why(bool all) { return all ? SENTENCE("it is \"so\"") : refail("Nothing of ours."); }
int f(void) { return fail(ctx, OK, "%s has (%d)" /* two
                          literals */ " lines.", why(','), 1); }
C
catalogue '"it is \"so\"": "so ist es",
"%s has (%d) lines.": "{2} Zeilen: {1:say}, {1:field/2}."'
accepts 'a complete catalogue' check-sentences.sh
catalogue '"it is \"so\"": "so ist es"'
refuses 'missing, of src/api/a.c: "%s has (%d) lines."' check-sentences.sh
catalogue '"it is \"so\"": "so {1}",
"%s has (%d) lines.": "{3} Zeilen {1:fields} {1:field/3}",
"In a comment.": "Nein."'
refuses '{1} is no argument of "it is \"so\""' check-sentences.sh
refuses '{3} is no argument of "%s has (%d) lines."' check-sentences.sh
refuses '{1:field/3} is no argument of' check-sentences.sh
refuses '{1:fields} is of no kind' check-sentences.sh
refuses 'no sentence of the program any more: "In a comment."' check-sentences.sh
catalogue '"it is \"so\"": "so", "%s has (%d) lines.": "{1}"'
refuses 'a line is one sentence and its template' check-sentences.sh
sed -i 's/%d/%5d/' "$work/src/api/a.c"
catalogue '"it is \"so\"": "so",
"%s has (%5d) lines.": "{1}"'
refuses 'can be told: "%s has (%5d) lines."' check-sentences.sh
rm "$work/src/http/tls.c"
refuses 'excepts what is not there: src/http/tls.c' check-sentences.sh

fresh && mkdir -p "$work/src/schema" "$work/src/registers" "$work/src/events" "$work/src/report" "$work/content/labels"
sed -n 's/^\(src[^|]*\)|\(.*\)|\(ui[^|]*\)|.*/\1/p' "$root/tools/check-names.sh" | sort -u | while read -r file; do
    mkdir -p "$work/$(dirname "$file")" && cp "$root/$file" "$work/$file"
done
cp "$root"/content/labels/ui.*.json "$work/content/labels/"
cat >"$work/src/schema/label_keys.c" <<'C'
static const char *const actions[] = {"create", /* "gone", */ "confirm"};
static const char *const subjects[] = {"clock", "report", "security_event"};
C
cat >"$work/src/base/a.c" <<'C'
static enum result keep(struct ctx *ctx, struct str why, const char *action) { return OK; }
int f(void) { return keep(ctx, S("no_action"), g(1, "nor", "this") ? "create" : "confirm"); }
C
accepts 'names that have labels' check-names.sh
sed -i 's/"confirm")/"gone")/' "$work/src/base/a.c"
refuses 'src/base/a.c: the action "gone" has no label' check-names.sh
echo 'struct ledger_event e = {.action = S("create"), .subject = S("moon")};' >"$work/src/base/a.c"
refuses 'src/base/a.c: the subject "moon" has no label' check-names.sh
echo 'const struct reg moon_register = {.name = "moon", .prefix = "MON"};' >"$work/src/registers/moon.c"
accepts 'a register as subject' check-names.sh
sed -i '/"ui.event.sign_out"/d' "$work/content/labels/ui.de.json"
refuses '"sign_out" has no ui.event.sign_out in content/labels/ui.de.json' check-names.sh
sed -i '/"sign_out", EVENT_/d' "$work/src/events/row.c"
refuses 'content/labels/ui.en.json: src/events/row.c names no "sign_out"' check-names.sh

fresh && mkdir -p "$work/src/app"
echo 'int snprintf_(void) { return snprintf(at, 8, "x") + s_puts(1); }' >"$work/src/base/a.c"
echo 'void say(FILE *out) { vfprintf(out); }' >"$work/src/app/say.c"
accepts 'printing where it is done, and text that goes nowhere' check-printing.sh
for call in 'printf("x")' 'fprintf (out, "x")' 'fputs(x, stderr)' 'puts(x)' 'putchar(c)' 'perror(x)' 'dprintf(2, "x")'; do
    echo "int f(void) { return $call; }" >"$work/src/app/a.c"
    refuses 'src/app/a.c:1:' check-printing.sh
done

fresh && mkdir -p "$work/src/registers/risk" "$work/g"
printf 'const struct reg risk_register = {\nconst struct follow risk_follows[] = {\n' >"$work/src/registers/risk/risk.c"
printf 'const struct reg asset_register = {.name = "x"};\n' >"$work/src/registers/asset.c"
(cd "$work" && sh "$root/tools/list-registers.sh" g/list.c) >"$work/out" 2>&1
ok=1 && tr -d '\n' <"$work/g/list.c" | grep -qF '    &asset_register,    &risk_register,    NULL' || ok=0
grep -qF 'risk_follows,' "$work/g/list.c" || ok=0
result 'list-registers.sh lists registers sorted, and what follows' $ok
printf 'const struct reg risk_register = {\n' >>"$work/src/registers/asset.c"
ok=1 && (cd "$work" && sh "$root/tools/list-registers.sh" g/list.c) >"$work/out" 2>&1 && ok=0
result 'list-registers.sh refuses a register that is defined twice' $ok

fresh && mkdir -p "$work/ui/dist/assets" "$work/content/labels"
lines 500 'some text' >"$work/ui/dist/assets/a.js"
echo '{}' >"$work/content/labels/en.json" && echo 'For people.' >"$work/content/README.md"
(cd "$work" && sh "$root/tools/embed.sh" g) >"$work/out" 2>&1
ok=1 && grep -qF '"labels/en.json", "application/json"' "$work/g/assets.c" || ok=0
grep -qE '"ui/assets/a.js", "text/javascript; charset=utf-8", "[0-9a-f]{32}", \{asset_1, 5000\}, \{asset_1_br' "$work/g/assets.c" || ok=0
grep -q README "$work/g/assets.c" && ok=0
result 'embed.sh embeds pages compressed, and content' $ok

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
