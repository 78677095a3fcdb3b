/* SQL is written with ?1; PostgreSQL reads $1. The same pass over the text tells whether a statement only reads and
 * whether its rows are few, which decides how they are fetched. */
#include "store/postgres.h"

struct scan {
    struct str sql;
    size_t at;
    char *out;
    size_t len, parameters;
    unsigned depth;
    bool limited;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void copy_to(struct scan *scan, size_t end)
{
    memcpy(scan->out + scan->len, scan->sql.at + scan->at, end - scan->at);
    scan->len += end - scan->at;
    scan->at = end;
}

/* Past what `close` closes; a doubled quote opens again at once, so it needs no care. */
static void skip_to(struct scan *scan, struct str close)
{
    size_t found;
    struct str rest = str_slice(scan->sql, scan->at + 1, scan->sql.len);
    copy_to(scan, str_find(rest, close, &found) ? scan->at + 1 + found + close.len : scan->sql.len);
}

static void parameter(struct scan *scan)
{
    size_t number = 0, at = scan->at + 1, mark = scan->len;
    while (at < scan->sql.len && is_digit(scan->sql.at[at]) && number < 100000)
        number = number * 10 + (size_t)(scan->sql.at[at++] - '0');
    if (number > scan->parameters) scan->parameters = number;
    copy_to(scan, at);
    scan->out[mark] = '$';
}

static struct str word_at(const struct scan *scan)
{
    size_t end = scan->at;
    while (end < scan->sql.len && is_word(scan->sql.at[end])) end++;
    return str_slice(scan->sql, scan->at, end);
}

static void step(struct scan *scan)
{
    struct str rest = str_slice(scan->sql, scan->at, scan->sql.len);
    char c = rest.at[0];
    if (c == '\'') {
        skip_to(scan, S("'"));
    } else if (c == '"') {
        skip_to(scan, S("\""));
    } else if (str_starts(rest, S("--"))) {
        skip_to(scan, S("\n"));
    } else if (str_starts(rest, S("/*"))) {
        skip_to(scan, S("*/"));
    } else if (c == '?' && rest.len > 1 && is_digit(rest.at[1])) {
        parameter(scan);
    } else if (is_word(c)) {
        struct str word = word_at(scan);
        if (scan->depth == 0 && str_eq_nocase(word, S("LIMIT"))) scan->limited = true;
        copy_to(scan, scan->at + word.len);
    } else {
        if (c == '(') scan->depth++;
        if (c == ')' && scan->depth) scan->depth--;
        copy_to(scan, scan->at + 1);
    }
}

struct postgres_text postgres_text_of(struct str sql)
{
    struct postgres_text text = {.sql = malloc(sql.len + 1)};
    if (!text.sql) return text;
    struct scan scan = {.sql = sql, .out = text.sql};
    while (scan.at < sql.len) step(&scan);
    scan.out[scan.len] = 0;
    struct str rest = str_trim(sql), first;
    text.reads = str_cut(&rest, ' ', &first) && str_eq_nocase(first, S("SELECT"));
    text.parameters = scan.parameters;
    text.bounded = scan.limited || !text.reads;
    return text;
}
