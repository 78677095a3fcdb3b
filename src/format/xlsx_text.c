/* Control characters are no XML, so Excel writes _x0007_; text that reads like that gets its underscore escaped. */
#include "format/xlsx_text.h"

#include "format/scan.h"
#include "format/xml.h"

bool xlsx_text_is_wanted(struct xlsx_text_state *state, const struct xml_reader *xml)
{
    if (xml->token == XML_TEXT) return state->wanted && !state->phonetic;
    bool opens = xml->token == XML_OPEN;
    if (str_is(xml->name, "t") || str_is(xml->name, "v")) state->wanted = opens;
    if (str_is(xml->name, "rPh")) state->phonetic += opens ? 1 : -1;
    return false;
}

/* "_x0041_" at the front of s */
static bool read_escape(struct str s, uint32_t *code)
{
    if (s.len < 7 || s.at[0] != '_' || s.at[1] != 'x' || s.at[6] != '_') return false;
    *code = 0;
    for (size_t i = 2; i < 6; i++) {
        char c = s.at[i], lower = (char)(c | 0x20);
        bool digit = c >= '0' && c <= '9';
        if (!digit && (lower < 'a' || lower > 'f')) return false;
        *code = *code * 16 + (uint32_t)(digit ? c - '0' : lower - 'a' + 10);
    }
    return *code < 0xD800 || *code > 0xDFFF;
}

void xlsx_text_decode(struct buf *buf, struct str text)
{
    while (text.len) {
        const char *stop = memchr(text.at, '_', text.len);
        size_t run = stop ? (size_t)(stop - text.at) : text.len;
        buf_add(buf, str_slice(text, 0, run));
        text = str_slice(text, run, text.len);
        uint32_t code;
        if (read_escape(text, &code)) {
            buf_reserve(buf, 4);
            buf->len += scan_put_utf8(buf->at + buf->len, code);
            text = str_slice(text, 7, text.len);
        } else if (text.len) {
            buf_char(buf, '_');
            text = str_slice(text, 1, text.len);
        }
    }
}

void xlsx_text_encode(struct buf *buf, struct str text)
{
    size_t done = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        uint32_t code;
        bool control = c < 0x20 && c != '\t' && c != '\n';
        bool lookalike = c == '_' && read_escape(str_slice(text, i, text.len), &code);
        if (!control && !lookalike) continue;
        buf_add(buf, str_slice(text, done, i));
        buf_print(buf, "_x%04X_", c);
        done = i + 1;
    }
    buf_add(buf, str_slice(text, done, text.len));
}
