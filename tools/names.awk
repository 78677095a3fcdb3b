# What check-names.sh hands over, one a line: "code FILE", "known FILE".
function read(file,    text, line) {
    text = ""
    while ((getline line < file) > 0) text = text line "\n"
    close(file)
    while (match(text, /\/\*([^*]|\*+[^*\/])*\*+\//)) text = substr(text, 1, RSTART - 1) " " substr(text, RSTART + RLENGTH)
    return text
}
function note(kind, name, file) {
    if (!((kind, name) in where)) where[kind, name] = file
}
# Functions that are told an action: which of their arguments it is; a static one only in its own file.
function find_takers(file, text,    head, before, name, commas) {
    while (match(text, /[a-z_]+\([^()]*const char \*action[,)]/)) {
        before = substr(text, 1, RSTART - 1)
        head = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        name = substr(head, 1, index(head, "(") - 1)
        sub(/const char \*action[,)]$/, "", head)
        commas = gsub(/,/, "", head)
        sub(/.*\n/, "", before)
        place[before ~ /^static / ? file : "", name] = commas + 1
    }
}
# The literals of argument `wanted` of the call whose arguments begin here; what is inside another call is not ours.
function look_into_call(file, text, wanted,    depth, argument, c) {
    depth = argument = 1
    while (depth > 0 && text != "") {
        c = substr(text, 1, 1)
        if (c == "\"" && match(text, /^"([^"\\]|\\.)*"/)) {
            c = substr(text, 2, RLENGTH - 2)
            text = substr(text, RLENGTH + 1)
            if (argument == wanted && depth == 1 && c ~ /^[a-z_]+$/) note("action", c, file)
            continue
        }
        if (c ~ /[({[]/) depth++
        if (c ~ /[])}]/) depth--
        if (c == "," && depth == 1) argument++
        text = substr(text, 2)
    }
}
function look_into_code(file, text,    name, rest, key) {
    rest = text
    while (match(rest, /[a-z_]+\(/)) {
        name = substr(rest, RSTART, RLENGTH - 1)
        rest = substr(rest, RSTART + RLENGTH)
        key = ((file, name) in place) ? file : ""
        if ((key, name) in place) look_into_call(file, substr(rest, 1, 1000), place[key, name])
    }
    look_for(file, text, "action", "[.]action = (S[(])?\"[a-z_]+\"")
    look_for(file, text, "subject", "([.]subject = S[(]|_SUBJECT )\"[a-z_-]+\"")
}
function look_for(file, text, kind, pattern,    found) {
    while (match(text, pattern)) {
        found = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        split(found, part, "\"")
        note(kind, part[2], file)
    }
}
# "actions[] = { ... };" and "subjects[] = { ... };"
function learn(kind, text,    n, i) {
    if (!match(text, kind "s\\[\\] = [{][^}]*[}]")) { print "label_keys.c has no " kind "s[]"; failed = 1; return }
    n = split(substr(text, RSTART, RLENGTH), part, "\"")
    for (i = 2; i <= n; i += 2) known[kind, part[i]] = 1
}
function learn_registers(text) {
    while (match(text, /[.]name = "[a-z_]+",[ \n]*[.]prefix/)) {
        split(substr(text, RSTART, RLENGTH), part, "\"")
        known["subject", part[2]] = 1
        text = substr(text, RSTART + RLENGTH)
    }
}
$1 == "known" { learn("action", read($2)); learn("subject", read($2)) }
$1 == "code" { files[++count] = $2; text[$2] = read($2); find_takers($2, text[$2]); learn_registers(text[$2]) }
END {
    for (i = 1; i <= count; i++) look_into_code(files[i], text[files[i]])
    for (pair in where) {
        if (pair in known) continue
        split(pair, part, SUBSEP)
        print where[pair] ": the " part[1] " \"" part[2] "\" has no label: name it in src/schema/label_keys.c"
        failed = 1
    }
    exit failed
}
