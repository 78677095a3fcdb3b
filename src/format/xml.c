/* Written by hand because what a general reader can do and a stranger's file must not use (entities, declarations,
 * other encodings) is simply not here. Text is decoded where it stands in the buffer: decoding never makes it
 * longer. */
#include "format/xml.h"

#include "base/sentences.h"
#include "format/scan.h"

enum { FIRST_ROOM = 64 * 1024 };

struct xml_reader xml_open(struct arena *arena, xml_fill *fill, void *source)
{
    struct xml_reader xml = {.arena = arena, .fill = fill, .source = source, .token = XML_OPEN};
    xml.room = FIRST_ROOM;
    xml.buffer = arena_grow(arena, NULL, 0, xml.room);
    return xml;
}

static enum xml_token bad(struct xml_reader *xml, const char *problem)
{
    xml->problem = problem;
    return xml->token = XML_BAD;
}

/* Gets more bytes behind those from xml->at on, which move to the front of the buffer. False at the end of the
 * source or when the token is too long; then xml->problem says so. */
static bool read_more(struct xml_reader *xml)
{
    if (xml->at_end) return false;
    memmove(xml->buffer, xml->buffer + xml->at, xml->len - xml->at);
    xml->len -= xml->at;
    xml->at = 0;
    if (xml->len == xml->room) {
        if (xml->room >= XML_LONGEST) {
            xml->problem = SENTENCE("it has text of more than 4 MiB in one piece");
            return false;
        }
        xml->buffer = arena_grow(xml->arena, xml->buffer, xml->room, xml->room * 2);
        xml->room *= 2;
    }
    int64_t got = xml->fill(xml->source, xml->buffer + xml->len, xml->room - xml->len);
    if (got < 0) xml->problem = SENTENCE("it is damaged");
    if (got <= 0) xml->at_end = true;
    if (got > 0) xml->len += (size_t)got;
    return got > 0;
}

/* Reads until `needle` stands in the buffer, `after` bytes or more behind xml->at; gives its place. */
static bool find(struct xml_reader *xml, struct str needle, size_t after, size_t *place)
{
    for (;;) {
        size_t from = xml->at + after;
        struct str rest = from < xml->len ? (struct str){xml->buffer + from, xml->len - from} : S("");
        if (str_find(rest, needle, place)) {
            *place += from;
            return true;
        }
        if (!read_more(xml)) return false;
    }
}

static enum xml_token cut_off(struct xml_reader *xml)
{
    return bad(xml, xml->problem ? xml->problem : SENTENCE("it ends in the middle"));
}

/* "&lt;" and "&#65;" from their ampersand on: the length of the reference and its character, or 0. */
static size_t read_reference(struct str s, uint32_t *code)
{
    static const struct {
        struct str text;
        uint32_t code;
    } names[] = {{S("&amp;"), '&'}, {S("&lt;"), '<'}, {S("&gt;"), '>'}, {S("&quot;"), '"'}, {S("&apos;"), '\''}};
    for (size_t i = 0; i < COUNT(names); i++) {
        *code = names[i].code;
        if (str_starts(s, names[i].text)) return names[i].text.len;
    }
    bool hex = str_starts(s, S("&#x"));
    if (!str_starts(s, S("&#"))) return 0;
    size_t at = hex ? 3 : 2, first = at;
    uint32_t base = hex ? 16 : 10;
    for (*code = 0; at < s.len && at < first + 8; at++) {
        char c = s.at[at], lower = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *code = *code * base + (uint32_t)(c - '0');
        else if (hex && lower >= 'a' && lower <= 'f')
            *code = *code * base + (uint32_t)(lower - 'a' + 10);
        else
            break;
    }
    bool allowed = *code && *code <= 0x10FFFF && (*code < 0xD800 || *code > 0xDFFF);
    return at > first && at < s.len && s.at[at] == ';' && allowed ? at + 1 : 0;
}

/* In place, from `from` to `to` in the buffer. */
static bool decode(struct xml_reader *xml, size_t from, size_t to, struct str *out)
{
    char *at = xml->buffer + from, *end = xml->buffer + to, *write = at;
    *out = (struct str){at, to - from};
    if (scan_bad_utf8(*out) != out->len) return bad(xml, "it has text that is not UTF-8"), false;
    char *stop = memchr(at, '&', out->len);
    if (!stop) return true;
    while (stop) {
        memmove(write, at, (size_t)(stop - at));
        write += stop - at;
        uint32_t code;
        size_t len = read_reference((struct str){stop, (size_t)(end - stop)}, &code);
        if (!len) return bad(xml, "it has an entity that is not allowed"), false;
        write += scan_put_utf8(write, code);
        at = stop + len;
        stop = memchr(at, '&', (size_t)(end - at));
    }
    memmove(write, at, (size_t)(end - at));
    write += end - at;
    out->len = (size_t)(write - out->at);
    return true;
}

static bool is_blank(struct str s)
{
    return str_trim(s).len == 0;
}

/* Up to the next tag, or to the end of the source. */
static enum xml_token read_text(struct xml_reader *xml)
{
    size_t stop;
    if (!find(xml, S("<"), 0, &stop)) {
        if (xml->problem) return cut_off(xml);
        stop = xml->len;
    }
    size_t from = xml->at;
    xml->at = stop;
    if (!decode(xml, from, stop, &xml->text)) return XML_BAD;
    if (xml->depth == 0 && !is_blank(xml->text)) return bad(xml, "it has text outside of its elements");
    return xml->token = XML_TEXT;
}

static enum xml_token read_cdata(struct xml_reader *xml)
{
    size_t stop;
    if (!find(xml, S("]]>"), 9, &stop)) return cut_off(xml);
    xml->text = (struct str){xml->buffer + xml->at + 9, stop - xml->at - 9};
    xml->at = stop + 3;
    if (scan_bad_utf8(xml->text) != xml->text.len) return bad(xml, "it has text that is not UTF-8");
    if (xml->depth == 0) return bad(xml, "it has text outside of its elements");
    return xml->token = XML_TEXT;
}

static bool is_name(unsigned char c)
{
    return c > ' ' && !memchr("<>=/\"'&", c, 7);
}

static struct str without_prefix(struct str name)
{
    const char *colon = name.len ? memchr(name.at, ':', name.len) : NULL;
    return colon ? str_slice(name, (size_t)(colon - name.at) + 1, name.len) : name;
}

static struct str read_name(struct str *rest)
{
    size_t len = 0;
    while (len < rest->len && is_name((unsigned char)rest->at[len])) len++;
    struct str name = str_slice(*rest, 0, len);
    *rest = str_slice(*rest, len, rest->len);
    return name;
}

/* name = "value", from the front of *rest */
static bool read_attribute(struct xml_reader *xml, struct str *rest)
{
    struct xml_attribute *attribute = &xml->attributes[xml->attribute_count];
    struct str name = read_name(rest);
    *rest = str_trim(*rest);
    if (!name.len || !rest->len || rest->at[0] != '=') return false;
    *rest = str_trim(str_slice(*rest, 1, rest->len));
    if (!rest->len || (rest->at[0] != '"' && rest->at[0] != '\'')) return false;
    const char *close = memchr(rest->at + 1, rest->at[0], rest->len - 1);
    if (!close) return false;
    size_t from = (size_t)(rest->at + 1 - xml->buffer), to = (size_t)(close - xml->buffer);
    *rest = str_slice(*rest, (size_t)(close - rest->at) + 1, rest->len);
    attribute->name = without_prefix(name);
    xml->attribute_count++;
    return decode(xml, from, to, &attribute->value);
}

/* The place of the ">" that ends the tag at xml->at: one inside an attribute's quotes is text. */
static bool find_tag_end(struct xml_reader *xml, size_t *place)
{
    size_t offset = 1;
    char quote = 0;
    for (;;) {
        for (; xml->at + offset < xml->len; offset++) {
            char c = xml->buffer[xml->at + offset];
            if (!quote && c == '>') {
                *place = xml->at + offset;
                return true;
            }
            if (quote ? c == quote : c == '"' || c == '\'') quote = quote ? 0 : c;
        }
        if (!read_more(xml)) return false;
    }
}

static enum xml_token open_element(struct xml_reader *xml)
{
    size_t end;
    if (!find_tag_end(xml, &end)) return cut_off(xml);
    struct str rest = {xml->buffer + xml->at + 1, end - xml->at - 1};
    xml->at = end + 1;
    xml->close_pending = rest.len && rest.at[rest.len - 1] == '/';
    if (xml->close_pending) rest.len--;
    struct str name = read_name(&rest);
    if (!name.len || xml->closed) return bad(xml, "it is not well-formed XML");
    if (xml->depth == XML_DEPTH) return bad(xml, "its elements are nested too deep");
    xml->open[xml->depth++] = str_hash(name);
    xml->name = without_prefix(name);
    xml->attribute_count = 0;
    for (rest = str_trim(rest); rest.len; rest = str_trim(rest)) {
        if (xml->attribute_count == XML_ATTRIBUTES) return bad(xml, "an element has too many attributes");
        if (read_attribute(xml, &rest)) continue;
        return xml->token == XML_BAD ? XML_BAD : bad(xml, "it is not well-formed XML");
    }
    return xml->token = XML_OPEN;
}

static enum xml_token close_element(struct xml_reader *xml)
{
    size_t end;
    if (!find(xml, S(">"), 2, &end)) return cut_off(xml);
    struct str name = str_trim((struct str){xml->buffer + xml->at + 2, end - xml->at - 2});
    xml->at = end + 1;
    bool matches = xml->depth > 0 && xml->open[xml->depth - 1] == str_hash(name);
    if (!matches) return bad(xml, "its elements are not closed in order");
    xml->name = without_prefix(name);
    xml->closed = xml->depth == 1;
    return xml->token = XML_CLOSE;
}

static bool stands_here(struct xml_reader *xml, struct str text)
{
    while (xml->len - xml->at < text.len)
        if (!read_more(xml)) return false;
    return memcmp(xml->buffer + xml->at, text.at, text.len) == 0;
}

/* The declaration may only say UTF-8. */
static bool skip_instruction(struct xml_reader *xml)
{
    size_t end;
    if (!find(xml, S("?>"), 2, &end)) return cut_off(xml), false;
    struct str body = {xml->buffer + xml->at, end - xml->at};
    size_t encoding;
    bool other = str_starts(body, S("<?xml ")) && str_find(body, S("encoding"), &encoding) &&
                 !str_find(body, S("UTF-8"), NULL) && !str_find(body, S("utf-8"), NULL);
    xml->at = end + 2;
    if (other) bad(xml, "its XML is not UTF-8");
    return !other;
}

static bool skip_comment(struct xml_reader *xml)
{
    size_t end;
    if (!find(xml, S("-->"), 4, &end)) return cut_off(xml), false;
    xml->at = end + 3;
    return true;
}

enum xml_token xml_next(struct xml_reader *xml)
{
    if (xml->token == XML_BAD || xml->token == XML_END) return xml->token;
    if (xml->token == XML_CLOSE) xml->depth--;
    if (xml->close_pending) {
        xml->close_pending = false;
        xml->closed = xml->depth == 1;
        return xml->token = XML_CLOSE;
    }
    for (;;) {
        if (xml->at == xml->len && !read_more(xml)) {
            if (xml->problem || xml->depth > 0 || !xml->closed) return cut_off(xml);
            return xml->token = XML_END;
        }
        if (xml->buffer[xml->at] != '<') {
            if (xml->depth == 0 && stands_here(xml, S("\xEF\xBB\xBF")))
                xml->at += 3;
            else
                return read_text(xml);
        } else if (stands_here(xml, S("<?"))) {
            if (!skip_instruction(xml)) return XML_BAD;
        } else if (stands_here(xml, S("<!--"))) {
            if (!skip_comment(xml)) return XML_BAD;
        } else if (stands_here(xml, S("<![CDATA["))) {
            return read_cdata(xml);
        } else if (stands_here(xml, S("<!"))) {
            return bad(xml, "it has a document type declaration, which is not allowed");
        } else {
            return stands_here(xml, S("</")) ? close_element(xml) : open_element(xml);
        }
    }
}

struct str xml_attribute(const struct xml_reader *xml, const char *name)
{
    for (size_t i = 0; i < xml->attribute_count; i++)
        if (str_is(xml->attributes[i].name, name)) return xml->attributes[i].value;
    return S("");
}
