#!/bin/sh
# Embeds the browser's pages and content/: embed.sh OUTDIR writes OUTDIR/assets.S, which holds the bytes, and
# OUTDIR/assets.c, which holds the table of src/base/asset.h. Compressed forms are kept by the hash of what they
# compress, so that a build after a small change is quick; nothing is written when no file has changed.
set -eu
export LC_ALL=C
out=$1
ui=${2:-ui/dist}
content=${3:-content}
mkdir -p "$out/packed"

# One line for each file: hash, size, name in the program, path. Sorted by the name.
list() { # folder, prefix
    [ -d "$1" ] || return 0
    find "$1" -type f ! -name 'README.md' ! -name '.*' -exec sha256sum {} + |
        awk -v root="$1/" -v prefix="$2" '{
            hash = $1; path = substr($0, 67)
            print prefix substr(path, length(root) + 1) "\t" hash "\t" path }'
}
{ list "$ui" ui/ && list "$content" ''; } | sort >"$out/assets.list.new"
if [ -f "$out/assets.c" ] && cmp -s "$out/assets.list.new" "$out/assets.list"; then
    rm "$out/assets.list.new"
    exit 0
fi

content_type() {
    case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.json | *.map) echo 'application/json' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.png) echo 'image/png' ;;
    *.jpg) echo 'image/jpeg' ;;
    *.ico) echo 'image/x-icon' ;;
    *.woff2) echo 'font/woff2' ;;
    *.csv) echo 'text/csv; charset=utf-8' ;;
    *.yaml | *.yml) echo 'application/yaml' ;;
    *.txt | *.md) echo 'text/plain; charset=utf-8' ;;
    *) echo 'application/octet-stream' ;;
    esac
}

size() { wc -c <"$1" | tr -d ' '; }

# Only what the browser asks for is sent as it is, so only that is kept compressed.
pack() { # name, hash, path
    case $1 in ui/*.png | ui/*.jpg | ui/*.ico | ui/*.woff2) return 0 ;; ui/*) ;; *) return 0 ;; esac
    [ -f "$out/packed/$2.br" ] || brotli --quality=11 --keep --output="$out/packed/$2.br" "$3"
    [ -f "$out/packed/$2.gz" ] || gzip -9 --no-name --stdout "$3" >"$out/packed/$2.gz"
}

bytes() { # label, path: writes the bytes and prints the initialiser of a struct str
    printf '%s:\n    .incbin "%s"\n    .byte 0\n' "$1" "$2" >>"$out/assets.S.new"
    printf 'extern const char %s[];\n' "$1" >>"$out/assets.c.new"
    printf '{%s, %s}' "$1" "$(size "$2")"
}

packed() { # label, compressed form, plain form
    if [ -f "$2" ] && [ "$(size "$2")" -lt "$(size "$3")" ]; then bytes "$1" "$2"; else printf '{"", 0}'; fi
}

printf '/* Written by tools/embed.sh. */\n' >"$out/assets.S.new"
printf '    .section .note.GNU-stack,"",%%progbits\n    .section .rodata\n' >>"$out/assets.S.new"
printf '/* Written by tools/embed.sh. */\n#include "base/asset.h"\n\n' >"$out/assets.c.new"
: >"$out/table.new"
number=0
tab=$(printf '\t')
while IFS=$tab read -r name hash path; do
    pack "$name" "$hash" "$path"
    label=asset_$number
    number=$((number + 1))
    short=$(printf %.32s "$hash")
    {
        printf '    {"%s", "%s", "%s", ' "$name" "$(content_type "$name")" "$short"
        printf '%s, ' "$(bytes "${label}" "$path")"
        printf '%s, ' "$(packed "${label}_br" "$out/packed/$hash.br" "$path")"
        printf '%s},\n' "$(packed "${label}_gz" "$out/packed/$hash.gz" "$path")"
    } >>"$out/table.new"
done <"$out/assets.list.new"

# The names are global only between these two files.
sed -n -E 's/^(asset_[0-9a-z_]+):$/    .globl \1\n    .hidden \1/p' "$out/assets.S.new" >"$out/globals.new"
cat "$out/globals.new" >>"$out/assets.S.new"
{
    printf '\nconst struct asset embedded_assets[] = {\n'
    cat "$out/table.new"
    printf '    {0},\n};\nconst size_t embedded_asset_count = %s;\n' "$number"
} >>"$out/assets.c.new"
rm "$out/table.new" "$out/globals.new"
for file in assets.S assets.c assets.list; do mv "$out/$file.new" "$out/$file"; done
