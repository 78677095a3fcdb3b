#!/bin/sh
# Holds the includes of src/ to tools/rooms.mk: a room includes only rooms that it may use, imports never run in a
# circle, and a library that one room wraps is included by that room alone. Prints each line that breaks a rule.
set -eu
export LC_ALL=C
cd "${1:-.}"
{
    cat tools/rooms.mk
    find src -mindepth 1 -maxdepth 1 -type d | sed 's|^src/|folder |'
    grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' src || true
} | awk '
    function complain(text) { print text; failed = 1 }
    $1 == "ROOMS" { for (i = 3; i <= NF; i++) order[$i] = i - 2; next }
    $1 ~ /^uses\./ {
        room = substr($1, 6)
        for (i = 3; i <= NF; i++) {
            may[room, $i] = 1
            if (!($i in order)) complain("tools/rooms.mk: uses." room " names " $i ", which is not in ROOMS")
            if (order[$i] >= order[room])
                complain("tools/rooms.mk: " room " uses " $i ", which stands behind it: imports would run in a circle")
        }
        next
    }
    $1 ~ /^only\./ { for (i = 3; i <= NF; i++) owner[substr($1, 6), $i] = 1; owned[substr($1, 6)] = $3; next }
    $1 == "folder" { if (!($2 in order)) complain("src/" $2 ": a room that tools/rooms.mk does not list"); next }
    /^src\/[^:]*:[0-9]+:/ {
        split($0, part, ":")
        split(part[1], path, "/")
        place = part[1] ":" part[2]
        match($0, /["<][^">]*[">]/)
        header = substr($0, RSTART + 1, RLENGTH - 2)
        system_header = substr($0, RSTART, 1) == "<"
        split(header, target, "/")
        if (system_header) {
            if (header in owned && !((header, path[2]) in owner))
                complain(place ": <" header "> belongs to the room " owned[header])
        } else if (header !~ /\//)
            complain(place ": write the path from src/: \"" path[2] "/" header "\"")
        else if (target[1] != path[2] && !((path[2], target[1]) in may))
            complain(place ": " path[2] " may not use " target[1] " (tools/rooms.mk)")
    }
    END { exit failed }'
