/* The C library's iscntrl() goes by the locale, and knows nothing of what turns text around. */
#include "base/shown.h"

#include <stdio.h>

/* Bytes of the character at the beginning of s, and its code point; 0 when it is no UTF-8. */
static size_t character(struct str s, uint32_t *code)
{
    static const unsigned char lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07}; /* what of the first byte belongs to it */
    for (size_t len = 1; len <= 4 && len <= s.len; len++) {
        if (!str_is_utf8(str_slice(s, 0, len))) continue;
        *code = (unsigned char)s.at[0] & lead[len];
        for (size_t i = 1; i < len; i++) *code = *code << 6 | ((unsigned char)s.at[i] & 0x3F);
        return len;
    }
    return 0;
}

static bool is_obeyed(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

/* Of the character at the beginning of s, which has *len bytes. */
static bool may_be_shown(struct str s, size_t *len)
{
    uint32_t code = (unsigned char)s.at[0];
    *len = code < 0x80 ? 1 : character(s, &code);
    return *len && !is_obeyed(code);
}

static size_t plain(struct str s)
{
    size_t at = 0, len;
    while (at < s.len && may_be_shown(str_slice(s, at, s.len), &len)) at += len;
    return at;
}

bool shown_next(struct str *rest, char room[8], struct str *piece)
{
    uint32_t code = 0;
    size_t taken = plain(*rest);
    if (!rest->len) return false;
    *piece = str_slice(*rest, 0, taken);
    if (!taken) {
        taken = character(*rest, &code);
        bool wide = code > 0x7F;
        if (!taken) code = (unsigned char)rest->at[0], taken = 1;
        int len = wide ? snprintf(room, 8, "\\u%04x", (unsigned)code & 0xFFFF)
                       : snprintf(room, 8, "\\x%02x", (unsigned)code & 0xFF);
        *piece = (struct str){room, (size_t)len};
    }
    *rest = str_slice(*rest, taken, rest->len);
    return true;
}

size_t shown_width(struct str text)
{
    size_t width = 0;
    struct str piece;
    char room[8];
    while (shown_next(&text, room, &piece)) width += str_utf8_length(piece);
    return width;
}
