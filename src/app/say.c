/* Written piece by piece, so that a state of many megabytes needs no memory. */
#include "app/say.h"

#include "base/shown.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

struct words { /* a va_list that can be handed on by address everywhere */
    va_list list;
};

struct conversion {
    size_t len; /* of its text in the format; 0: there is no such conversion */
    size_t width;
    bool left;
    struct str kind; /* "lld" */
};

static void put(FILE *out, struct str s)
{
    if (s.len) fwrite(s.at, 1, s.len, out);
}

static void put_shown(FILE *out, struct str text)
{
    struct str piece;
    char room[8];
    while (shown_next(&text, room, &piece)) put(out, piece);
}

static void put_padded(FILE *out, const struct conversion *conversion, struct str text)
{
    size_t width = conversion->width ? shown_width(text) : 0;
    size_t padding = conversion->width > width ? conversion->width - width : 0;
    if (conversion->left) put_shown(out, text);
    for (size_t i = 0; i < padding; i++) put(out, S(" "));
    if (!conversion->left) put_shown(out, text);
}

/* At a percent sign. */
static struct conversion read_conversion(struct str format)
{
    static const char *const kinds[] = {".*s", "s", "d", "u", "zu", "lld", "llu", "%"};
    struct conversion read = {0};
    size_t at = 1;
    if (at < format.len && format.at[at] == '-') read.left = true, at++;
    for (; at < format.len && format.at[at] >= '0' && format.at[at] <= '9'; at++)
        read.width = read.width * 10 + (size_t)(format.at[at] - '0');
    for (size_t i = 0; i < COUNT(kinds) && !read.len; i++) {
        read.kind = str_of(kinds[i]);
        if (str_starts(str_slice(format, at, format.len), read.kind)) read.len = at + read.kind.len;
    }
    return read;
}

static struct str take(struct str kind, struct words *words, char digits[24])
{
    if (str_is(kind, "%")) return S("%");
    if (str_is(kind, "s")) return str_of(va_arg(words->list, const char *));
    if (str_is(kind, ".*s")) {
        int len = va_arg(words->list, int);
        const char *at = va_arg(words->list, const char *);
        return (struct str){at, (size_t)(len < 0 ? 0 : len)};
    }
    int len;
    if (str_is(kind, "d"))
        len = snprintf(digits, 24, "%d", va_arg(words->list, int));
    else if (str_is(kind, "u"))
        len = snprintf(digits, 24, "%u", va_arg(words->list, unsigned));
    else if (str_is(kind, "zu"))
        len = snprintf(digits, 24, "%zu", va_arg(words->list, size_t));
    else if (str_is(kind, "llu"))
        len = snprintf(digits, 24, "%llu", va_arg(words->list, unsigned long long));
    else
        len = snprintf(digits, 24, "%lld", va_arg(words->list, long long));
    return (struct str){digits, (size_t)len};
}

void say(FILE *out, const char *format, ...)
{
    struct words words;
    struct str rest = str_of(format);
    size_t at;
    va_start(words.list, format);
    while (str_find(rest, S("%"), &at)) {
        char digits[24];
        put(out, str_slice(rest, 0, at));
        rest = str_slice(rest, at, rest.len);
        struct conversion conversion = read_conversion(rest);
        if (!conversion.len) break; /* what comes behind it is of types that are not known: the format, as it is */
        put_padded(out, &conversion, take(conversion.kind, &words, digits));
        rest = str_slice(rest, conversion.len, rest.len);
    }
    va_end(words.list);
    put(out, rest);
}

void say_data(FILE *out, struct str data)
{
    put(out, data);
}

void say_json(FILE *out, struct str json)
{
    put(out, json);
    put(out, S("\n"));
}

/* Why an earlier write failed nobody has kept, so one more byte is tried: a disk that is still full says so again. */
int say_end(FILE *out)
{
    if (fflush(out) != 0) {
        int error = errno;
        clearerr(out);
        return error;
    }
    if (!ferror(out)) return 0;
    clearerr(out);
    return write(fileno(out), "\n", 1) < 0 ? errno : EIO;
}
