#!/bin/sh
# Files of at most 600 lines, headers of 120, lines of 120 columns, functions of 60 lines, nesting of 3. There is no
# list of exceptions: what does not fit is cut where it has a seam. The layout that clang-format gives is relied upon
# (its own gate holds it): a function opens with "{" in the first column, and four columns of indent are one level.
set -eu
export LC_ALL=C
cd "${1:-.}"
# What is generated at build time is not ours to read: build/, ui/dist, node_modules.
sources() {
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        find "$folder" -name node_modules -prune -o -path ui/dist -prune -o -type f -print
    done
}
sources src tests tools ui packaging .ci | grep -E '\.(c|h|sh|awk|mk|ts|tsx|mts|mjs)$' | sort | xargs awk '
    function complain(line, text) { print file ":" line ": " text; failed = 1 }
    function close_file() {
        if (file == "") return
        if (lines > most) complain(lines, "the file has " lines " lines, at most " most " are allowed")
    }
    FNR == 1 {
        close_file()
        file = FILENAME
        is_c = file ~ /\.[ch]$/
        most = file ~ /\.h$/ ? 120 : file ~ /^tools\// ? 150 : 600
        opened = 0
    }
    { lines = FNR }
    !is_c { next }
    {
        wide = $0
        gsub(/[\200-\277]/, "", wide) # the following bytes of a UTF-8 sequence take no column
        if (length(wide) > 120) complain(FNR, "the line has " length(wide) " columns, at most 120 are allowed")
    }
    /^\{/ { opened = FNR; next }
    /^\}/ {
        long = FNR - opened
        if (opened && long > 60) complain(opened, "the function has " long " lines, at most 60 are allowed")
        opened = 0
    }
    opened && /^ +(\} )?(if|for|while|do|switch|else) ?[({]/ {
        match($0, /^ +/)
        if (RLENGTH >= 16) complain(FNR, "nested " int(RLENGTH / 4) " deep, at most 3 are allowed")
    }
    END { close_file(); exit failed }'
