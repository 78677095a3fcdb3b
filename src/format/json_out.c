/* Pages of records are written here, so that bytes go straight into the reserved buffer: one reservation for each
 * value, plain stretches found eight bytes at a time and copied whole. */
#include "format/json_out.h"

#include "format/scan.h"

#include <math.h>

static inline void put(struct buf *buf, char c)
{
    buf->at[buf->len++] = c;
}

static inline void put_all(struct buf *buf, const char *at, size_t len)
{
    memcpy(buf->at + buf->len, at, len);
    buf->len += len;
}

/* Room for `more` bytes and the comma that is due, which is written. */
static inline void begin(struct json_out *out, size_t more)
{
    buf_reserve(out->buf, more + 1);
    if (out->comma) put(out->buf, ',');
}

static const char *skip_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word = scan_load(at);
        uint64_t marks = scan_below(word, 0x20) | scan_is(word, '"') | scan_is(word, '\\') | scan_is(word, '<') |
                         scan_is(word, 0xE2);
        if (marks) return at + scan_first(marks);
    }
    for (; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == 0xE2) break;
    }
    return at;
}

static void put_unicode(struct buf *buf, unsigned code)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {
        '\\', 'u', digits[code >> 12 & 15], digits[code >> 8 & 15], digits[code >> 4 & 15], digits[code & 15]};
    put_all(buf, text, sizeof text);
}

/* What made the scan stop; 6 bytes are reserved. Gives how many bytes of the text it was. */
static size_t put_special(struct buf *buf, const char *at, const char *end)
{
    static const char short_forms[256] = {
        ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    unsigned char c = (unsigned char)*at;
    if (short_forms[c]) {
        put(buf, '\\');
        put(buf, short_forms[c]);
        return 1;
    }
    bool separator = c == 0xE2 && end - at >= 3 && (unsigned char)at[1] == 0x80 && ((unsigned char)at[2] | 1) == 0xA9;
    if (separator) {
        put_unicode(buf, 0x2000 | ((unsigned char)at[2] & 0x3F));
        return 3;
    }
    if (c == 0xE2)
        put(buf, *at);
    else
        put_unicode(buf, c);
    return 1;
}

void json_string(struct buf *buf, struct str text)
{
    const char *at = text.at, *end = text.at + text.len;
    buf_reserve(buf, text.len + 2);
    put(buf, '"');
    while (at < end) {
        const char *stop = skip_plain(at, end);
        put_all(buf, at, (size_t)(stop - at));
        at = stop;
        if (at == end) break;
        buf_reserve(buf, (size_t)(end - at) + 8);
        at += put_special(buf, at, end);
    }
    buf_reserve(buf, 1);
    put(buf, '"');
}

void json_open_object(struct json_out *out)
{
    begin(out, 1);
    put(out->buf, '{');
    out->comma = false;
}

void json_open_array(struct json_out *out)
{
    begin(out, 1);
    put(out->buf, '[');
    out->comma = false;
}

void json_close_object(struct json_out *out)
{
    buf_char(out->buf, '}');
    out->comma = true;
}

void json_close_array(struct json_out *out)
{
    buf_char(out->buf, ']');
    out->comma = true;
}

void json_key_plain(struct json_out *out, struct str name)
{
    begin(out, name.len + 3);
    put(out->buf, '"');
    put_all(out->buf, name.at, name.len);
    put_all(out->buf, "\":", 2);
    out->comma = false;
}

void json_key_str(struct json_out *out, struct str name)
{
    begin(out, 0);
    json_string(out->buf, name);
    buf_char(out->buf, ':');
    out->comma = false;
}

void json_key_ready(struct json_out *out, struct str key)
{
    begin(out, key.len);
    put_all(out->buf, key.at, key.len);
    out->comma = false;
}

void json_put_str(struct json_out *out, struct str text)
{
    begin(out, 0);
    json_string(out->buf, text);
    out->comma = true;
}

void json_put_text(struct json_out *out, const char *terminated)
{
    if (terminated)
        json_put_str(out, str_of(terminated));
    else
        json_put_null(out);
}

void json_put_number(struct json_out *out, int64_t n)
{
    begin(out, 0);
    buf_number(out->buf, n);
    out->comma = true;
}

/* Scores and percentages have few decimals: when n is a whole number of millionths or coarser, dividing that number by
 * the power of ten gives n back, so that its digits are the shortest text. Anything else goes the long way. */
static bool put_short_decimal(struct buf *buf, double n)
{
    static const double powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    double size = fabs(n);
    if (size > 1e9 || (n == 0 && signbit(n))) return false;
    for (int places = 0; places < (int)COUNT(powers); places++) {
        double scaled = nearbyint(size * powers[places]);
        if (scaled / powers[places] != size) continue;
        int64_t digits = (int64_t)scaled, scale = (int64_t)powers[places];
        if (n < 0) buf_char(buf, '-');
        buf_number(buf, digits / scale);
        if (!places) return true;
        buf_reserve(buf, 8);
        put(buf, '.');
        for (scale /= 10; scale; scale /= 10) put(buf, (char)('0' + digits / scale % 10));
        return true;
    }
    return false;
}

void json_put_decimal(struct json_out *out, double n)
{
    if (!isfinite(n)) {
        json_put_null(out);
        return;
    }
    begin(out, 0);
    if (!put_short_decimal(out->buf, n)) buf_decimal(out->buf, n);
    out->comma = true;
}

void json_put_bool(struct json_out *out, bool yes)
{
    json_put_raw(out, yes ? S("true") : S("false"));
}

void json_put_null(struct json_out *out)
{
    json_put_raw(out, S("null"));
}

void json_put_optional(struct json_out *out, struct str text)
{
    if (text.len)
        json_put_str(out, text);
    else
        json_put_null(out);
}

void json_put_raw(struct json_out *out, struct str json)
{
    begin(out, json.len);
    put_all(out->buf, json.at, json.len);
    out->comma = true;
}

static void put_children(struct json_out *out, const struct json *value)
{
    bool object = value->kind == JSON_OBJECT;
    if (object)
        json_open_object(out);
    else
        json_open_array(out);
    for (const struct json *child = value->first; child; child = child->next) {
        if (object) json_key_str(out, child->key);
        json_put_value(out, child);
    }
    if (object)
        json_close_object(out);
    else
        json_close_array(out);
}

void json_put_value(struct json_out *out, const struct json *value)
{
    switch (value ? value->kind : JSON_NULL) {
    case JSON_BOOL: json_put_bool(out, value->boolean); break;
    case JSON_STRING: json_put_str(out, value->text); break;
    case JSON_ARRAY:
    case JSON_OBJECT: put_children(out, value); break;
    case JSON_NUMBER:
        if (value->text.len)
            json_put_raw(out, value->text);
        else
            json_put_number(out, value->number);
        break;
    case JSON_DECIMAL:
        if (value->text.len)
            json_put_raw(out, value->text);
        else
            json_put_decimal(out, value->decimal);
        break;
    case JSON_NULL:
    case JSON_KEY:
    case JSON_CLOSE:
    case JSON_END:
    case JSON_BAD: json_put_null(out); break;
    }
}
