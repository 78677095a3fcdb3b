/* A growing run of bytes. Numbers are written by hand: snprintf was one sixth of the cost of a page of records. */
#include "base/buf.h"

#include <stdarg.h>

enum { PRINT_ROOM = 64 };

void buf_make_room(struct buf *buf, size_t more)
{
    size_t room = buf->room ? buf->room * 2 : 256;
    while (room - buf->len < more && room <= SIZE_MAX / 2) room *= 2;
    if (room - buf->len < more) room = SIZE_MAX; /* which the arena refuses */
    buf->at = arena_grow(buf->arena, buf->at, buf->room, room);
    buf->room = room;
}

void buf_number(struct buf *buf, int64_t n)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (n < 0) digits[--at] = '-';
    buf_add(buf, (struct str){digits + at, sizeof digits - at});
}

void buf_decimal(struct buf *buf, double n)
{
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        int len = snprintf(text, sizeof text, "%.*g", precision, n);
        double back;
        if (!parse_decimal((struct str){text, (size_t)len}, &back) || (back != n && precision < 17)) continue;
        buf_add(buf, (struct str){text, (size_t)len});
        return;
    }
    buf_char(buf, '0');
}

/* Most of what is printed is short: written at once where there is room, and again only when it was not enough, since
 * counting first costs as much as writing. */
void buf_print(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    buf_reserve(buf, PRINT_ROOM);
    size_t room = buf->room - buf->len;
    int len = vsnprintf(buf->at + buf->len, room, format, arguments);
    va_end(arguments);
    if (len > 0 && (size_t)len >= room) {
        buf_reserve(buf, (size_t)len + 1);
        vsnprintf(buf->at + buf->len, (size_t)len + 1, format, again);
    }
    if (len > 0) buf->len += (size_t)len;
    va_end(again);
}

void buf_hex(struct buf *buf, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = bytes;
    buf_reserve(buf, len * 2);
    for (size_t i = 0; i < len; i++) {
        buf->at[buf->len++] = digits[at[i] >> 4];
        buf->at[buf->len++] = digits[at[i] & 15];
    }
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->at ? buf->at : "", buf->len};
}
