# What check-sentences.sh hands over, one a line: "except PREFIX", "code FILE", "catalogue FILE".
BEGIN {
    # which argument of a function is a sentence: formats, and literals that are handed on to one
    place["fail"] = 3; place["fail_field"] = 4; place["driver_fail"] = 3; place["exchange_problem"] = 3
    place["ctx_say"] = 2; place["exchange_say"] = 2; place["refuse"] = 0; place["SENTENCE"] = 1
    place["event_alarm"] = 2; place["bad"] = 2; place["damaged"] = 3; place["check_line"] = 4; place["check_steps"] = 3
    calls = ""
    for (name in place) calls = calls (calls == "" ? "" : "|") name
    literal = "^\"([^\"\\\\]|\\\\.)*\""
    conversion = "%(s|[.][*]s|d|u|zu|lld|llu|%)"
    split("register register.many field state transition role group say", names, " ")
    for (i in names) kinds[names[i]] = 1
}
function complain(text) { print text; failed = 1 }
function read(file,    text, line, separator) {
    text = separator = ""
    while ((getline line < file) > 0) { text = text separator line; separator = "\n" }
    close(file)
    return text
}
function without_comments(text,    out, at) {
    out = ""
    while ((at = index(text, "/*")) > 0) {
        out = out substr(text, 1, at - 1) " "
        text = substr(text, at + 2)
        text = substr(text, index(text, "*/") + 2)
    }
    return out text
}
function note(file, sentence, name) {
    # what the database says is looked up when it is handed on, by then with its arguments: so only without any
    if (name == "driver_fail" && conversions(sentence) != 0) return
    if (sentence == "" || sentence == "%s" || sentence == "%.*s") return
    if (name == "fail" || name == "fail_field" || name == "exchange_say" || name == "SENTENCE") formatted[sentence] = 1
    if (sentence in where) return
    where[sentence] = file
    sentences[++count] = sentence
}
# The literals of argument `wanted` (0: of any) in the call whose arguments begin here; neighbours are one sentence.
function look_into_call(file, text, name,    wanted, depth, argument, joined, c) {
    wanted = place[name]
    depth = argument = 1
    joined = ""
    while (depth > 0 && text != "") {
        c = substr(text, 1, 1)
        if (c == "\"" && match(text, literal)) {
            if (!wanted || argument == wanted) joined = joined substr(text, 2, RLENGTH - 2)
            text = substr(text, RLENGTH + 1)
            continue
        }
        if (c !~ /[ \n]/) { note(file, joined, name); joined = "" }
        if (c == "'") { text = substr(text, substr(text, 2, 1) == "\\" ? 5 : 4); continue }
        if (c ~ /[({[]/) depth++
        if (c ~ /[])}]/) depth--
        if (c == "," && depth == 1) argument++
        text = substr(text, 2)
    }
    note(file, joined, name)
}
function look_into_code(file,    text, name) {
    text = without_comments(read(file))
    while (match(text, "(" calls ")\\(")) {
        name = substr(text, RSTART, RLENGTH - 1)
        if (RSTART > 1 && substr(text, RSTART - 1, 1) ~ /[A-Za-z0-9_]/) name = ""
        text = substr(text, RSTART + RLENGTH)
        if (name != "") look_into_call(file, substr(text, 1, 2000), name)
    }
}
function conversions(sentence,    n) {
    gsub(/%%/, "", sentence)
    n = gsub(/%/, "%", sentence)
    if (gsub(conversion, "", sentence) != n) return -1
    return n
}
function look_at_place(file, sentence, inside, arguments,    part, n) {
    n = split(inside, part, /[:\/]/)
    if (part[1] > arguments || (inside ~ /\// && part[n] > arguments))
        complain(file ": {" inside "} is no argument of \"" sentence "\"")
    if (inside ~ /:/ && !(part[2] in kinds)) complain(file ": {" inside "} is of no kind that there is: \"" sentence "\"")
}
function look_at_template(file, sentence, template,    arguments) {
    arguments = sentence in formatted ? conversions(sentence) : 0
    if (arguments < 0) complain(where[sentence] ": only %s %.*s %d %u %zu %lld %llu can be told: \"" sentence "\"")
    if (arguments > 0 && match(template, conversion))
        complain(file ": arguments stand as {1}, {2}, not as " substr(template, RSTART, RLENGTH) ": \"" sentence "\"")
    while (match(template, /[{][0-9][^}]*[}]/)) {
        look_at_place(file, sentence, substr(template, RSTART + 1, RLENGTH - 2), arguments)
        template = substr(template, RSTART + RLENGTH)
    }
}
function look_into_catalogue(file,    line, key, has, i) {
    while ((getline line < file) > 0) {
        if (line ~ /^[{}]$/) continue
        if (line !~ /^ *"([^"\\]|\\.)*": "([^"\\]|\\.)+",?$/) {
            complain(file ": a line is one sentence and its template: " line)
            continue
        }
        sub(/^ */, "", line)
        match(line, literal)
        key = substr(line, 2, RLENGTH - 2)
        if (key in has) complain(file ": stands there twice: \"" key "\"")
        has[key] = 1
        if (!(key in where)) complain(file ": no sentence of the program any more: \"" key "\"")
        else look_at_template(file, key, substr(line, RLENGTH + 1))
    }
    for (i = 1; i <= count; i++)
        if (!(sentences[i] in has)) complain(file ": missing, of " where[sentences[i]] ": \"" sentences[i] "\"")
}
$1 == "except" { excepted[$2] = 1 }
$1 == "code" {
    for (prefix in excepted) if (index($2, prefix) == 1) { met[prefix] = 1; next }
    look_into_code($2)
}
$1 == "catalogue" { look_into_catalogue($2) }
END {
    for (prefix in excepted) if (!(prefix in met)) complain("tools/check-sentences.sh excepts what is not there: " prefix)
    exit failed
}
