/* Lines are built on the stack and written with one call, so that lines of several threads never mix, and logging
 * works when memory has run out. The threshold is set once before threads start. */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static atomic_int threshold = LOG_INFO;

struct line {
    char at[1024];
    size_t len;
};

enum { TAIL = 8 }; /* room kept for the closing brace */

static void put(struct line *line, const char *text, size_t len)
{
    size_t room = sizeof line->at - TAIL - line->len;
    if (len > room) len = room;
    memcpy(line->at + line->len, text, len);
    line->len += len;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static void put_escaped(struct line *line, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        char escape[8];
        if (c >= 0x20 && c != '"' && c != '\\') {
            put(line, s.at + i, 1);
            continue;
        }
        int len = snprintf(escape, sizeof escape, "\\u%04x", c);
        put(line, escape, (size_t)len);
    }
}

static void open_line(struct line *line, enum log_level level, const char *what)
{
    char when[TIME_TEXT];
    time_format(clock_now(), when);
    line->len = 0;
    put_text(line, "{\"time\":\"");
    put_text(line, when);
    put_text(line, "\",\"level\":\"");
    put_text(line, level_names[level]);
    put_text(line, "\",\"what\":\"");
    put_escaped(line, str_of(what));
    put_text(line, "\"");
}

static void close_line(struct line *line)
{
    line->at[line->len++] = '}';
    line->at[line->len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line->at, line->len);
    (void)written; /* there is nowhere left to say that logging failed */
}

void log_threshold(enum log_level least)
{
    threshold = (int)least;
}

void log_line(enum log_level level, const char *what, ...)
{
    if ((int)level < threshold) return;
    struct line line;
    open_line(&line, level, what);
    va_list pairs;
    va_start(pairs, what);
    for (const char *name = va_arg(pairs, const char *); name; name = va_arg(pairs, const char *)) {
        char number[64];
        int len = snprintf(number, sizeof number, ",\"%s\":%lld", name, (long long)va_arg(pairs, int64_t));
        put(&line, number, (size_t)len < sizeof number ? (size_t)len : sizeof number - 1);
    }
    va_end(pairs);
    close_line(&line);
}

void log_text(enum log_level level, const char *what, const char *name, struct str value)
{
    if ((int)level < threshold) return;
    struct line line;
    open_line(&line, level, what);
    put_text(&line, ",\"");
    put_text(&line, name);
    put_text(&line, "\":\"");
    put_escaped(&line, value);
    put_text(&line, "\"");
    close_line(&line);
}
