/* Lines are built on the stack and written with one call, so that lines of several threads never mix, and logging
 * works when memory has run out. What does not fit is left out, never half written: a line is whole whatever happens.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/shown.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static atomic_int threshold = LOG_INFO; /* this and the next: set once, before threads start */
static atomic_bool as_text;

struct line {
    char at[1024];
    size_t len;
    bool text, bracket; /* for a reader; and a value has been put */
};

enum { CLOSING = 4 }; /* room kept for: " } or ) and the end of the line */

static bool fits(const struct line *line, size_t len)
{
    return line->len + len + CLOSING <= sizeof line->at;
}

static void put(struct line *line, struct str s)
{
    memcpy(line->at + line->len, s.at, s.len);
    line->len += s.len;
}

/* The character at s[i] as it stands in JSON, or for a reader, who needs no quote escaped; and how many bytes it took.
 * What is not UTF-8 becomes a question mark. */
static struct str escaped(struct str s, size_t i, bool text, size_t *taken, char out[8])
{
    unsigned char c = (unsigned char)s.at[i];
    *taken = 1;
    if (c < 0x20 || (c == '"' && !text) || c == '\\') return (struct str){out, (size_t)snprintf(out, 8, "\\u%04x", c)};
    if (c < 0x80) return str_slice(s, i, i + 1);
    for (size_t len = 2; len <= 4 && i + len <= s.len; len++) {
        if (!str_is_utf8(str_slice(s, i, i + len))) continue;
        *taken = len;
        return str_slice(s, i, i + len);
    }
    return S("?");
}

/* Without its quotes where a person reads it, on a terminal. */
static void put_quoted(struct line *line, struct str s)
{
    if (!line->text) put(line, S("\""));
    for (size_t i = 0, taken; i < s.len; i += taken) {
        char room[8];
        struct str piece = escaped(s, i, line->text, &taken, room), one = piece;
        if (line->text) shown_next(&one, room, &piece);
        if (!fits(line, piece.len)) break;
        put(line, piece);
    }
    if (!line->text) put(line, S("\"")); /* the closing room has place for it */
}

static void open_line(struct line *line, enum log_level level, const char *what)
{
    char when[TIME_TEXT];
    line->text = as_text;
    line->bracket = false;
    time_format(clock_now(), when);
    line->len =
        (size_t)(line->text ? snprintf(line->at, sizeof line->at, "merlon: %s: ", level_names[level])
                            : snprintf(line->at, sizeof line->at, "{\"time\":\"%s\",\"level\":\"%s\",\"what\":", when,
                                       level_names[level]));
    put_quoted(line, str_of(what));
}

static void close_line(struct line *line)
{
    put(line, line->text ? line->bracket ? S(")\n") : S("\n") : S("}\n"));
    ssize_t written = write(STDERR_FILENO, line->at, line->len);
    (void)written; /* there is nowhere left to say that logging failed */
}

void log_threshold(enum log_level least)
{
    threshold = (int)least;
}

void log_as_text(bool text)
{
    as_text = text;
}

/* What stands before a value: its name. */
static size_t name_value(const struct line *line, const char *name, char *out, size_t room)
{
    int len = line->text ? snprintf(out, room, "%s%s ", line->bracket ? ", " : " (", name)
                         : snprintf(out, room, ",\"%s\":", name);
    return (size_t)len;
}

void log_line(enum log_level level, const char *what, ...)
{
    if ((int)level < threshold) return;
    struct line line;
    open_line(&line, level, what);
    va_list pairs;
    va_start(pairs, what);
    for (const char *name = va_arg(pairs, const char *); name; name = va_arg(pairs, const char *)) {
        char pair[128], number[24];
        size_t len = name_value(&line, name, pair, sizeof pair);
        size_t digits = (size_t)snprintf(number, sizeof number, "%lld", (long long)va_arg(pairs, int64_t));
        if (len >= sizeof pair || !fits(&line, len + digits)) continue;
        put(&line, (struct str){pair, len});
        put(&line, (struct str){number, digits});
        line.bracket = true;
    }
    va_end(pairs);
    close_line(&line);
}

void log_text(enum log_level level, const char *what, const char *name, struct str value)
{
    if ((int)level < threshold) return;
    struct line line;
    open_line(&line, level, what);
    char opening[128];
    size_t len = name_value(&line, name, opening, sizeof opening);
    if (len < sizeof opening && fits(&line, len + 1)) {
        put(&line, (struct str){opening, len});
        put_quoted(&line, value);
        line.bracket = true;
    }
    close_line(&line);
}
