/* Decoding borrows the bytes as they were sent unless there is something to decode, since most requests have nothing.
 * What cannot be decoded is refused as a whole: guessing would let a filter and a handler see different values. */
#include "http/query.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_plain(struct str s, bool plus_is_space, bool *is_ascii)
{
    unsigned char seen = 0;
    bool plain = true;
    for (size_t i = 0; i < s.len; i++) {
        seen |= (unsigned char)s.at[i];
        if (s.at[i] == '%' || (plus_is_space && s.at[i] == '+') || s.at[i] == 0) plain = false;
    }
    *is_ascii = seen < 0x80;
    return plain;
}

static bool decode_escape(struct str s, size_t at, char *out)
{
    if (s.len - at < 3) return false;
    int high = hex_value(s.at[at + 1]), low = hex_value(s.at[at + 2]);
    if (high < 0 || low < 0) return false;
    *out = (char)(high * 16 + low);
    return true;
}

bool percent_decode(struct arena *arena, struct str s, bool plus_is_space, struct str *out)
{
    bool is_ascii;
    if (is_plain(s, plus_is_space, &is_ascii)) {
        *out = s;
        return is_ascii || str_is_utf8(s);
    }
    char *decoded = arena_alloc(arena, s.len);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '%') {
            if (!decode_escape(s, i, &c)) return false;
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == 0) return false;
        decoded[len++] = c;
    }
    *out = (struct str){decoded, len};
    return str_is_utf8(*out);
}

static size_t count_pieces(struct str s)
{
    size_t count = 1;
    for (size_t i = 0; i < s.len; i++) count += s.at[i] == '&';
    return count;
}

bool query_parse(struct arena *arena, struct str s, struct query *out)
{
    *out = (struct query){0};
    if (!s.len) return true;
    size_t room = count_pieces(s);
    if (room > QUERY_PAIRS) return false;
    out->pairs = arena_make_many(arena, struct pair, room);
    struct str piece;
    while (str_cut(&s, '&', &piece)) {
        if (!piece.len) continue;
        struct pair *pair = &out->pairs[out->count++];
        size_t equals = piece.len;
        const char *at = memchr(piece.at, '=', piece.len);
        if (at) equals = (size_t)(at - piece.at);
        if (!percent_decode(arena, str_slice(piece, 0, equals), true, &pair->name)) return false;
        if (!percent_decode(arena, str_slice(piece, equals + 1, piece.len), true, &pair->value)) return false;
    }
    return true;
}

bool query_find(const struct query *query, const char *name, struct str *value)
{
    for (size_t i = 0; i < query->count; i++) {
        if (!str_is(query->pairs[i].name, name)) continue;
        *value = query->pairs[i].value;
        return true;
    }
    return false;
}

bool cookie_find(struct str header, const char *name, struct str *value)
{
    struct str piece;
    while (str_cut(&header, ';', &piece)) {
        struct str rest = str_trim(piece), key;
        if (!memchr(rest.at, '=', rest.len) || !str_cut(&rest, '=', &key) || !str_is(str_trim(key), name)) continue;
        rest = str_trim(rest);
        if (rest.len >= 2 && rest.at[0] == '"' && rest.at[rest.len - 1] == '"') rest = str_slice(rest, 1, rest.len - 1);
        *value = rest;
        return true;
    }
    return false;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void percent_encode(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (is_unreserved(s.at[i])) {
            buf_char(out, s.at[i]);
            continue;
        }
        buf_add(out, (struct str){(char[]){'%', digits[c >> 4], digits[c & 15]}, 3});
    }
}
