/* Writing CSV. Any cell that some spreadsheet, set to another separator, could cut in two is quoted as well: after
 * such a cut, the second half might begin with an equals sign. */
#include "format/csv.h"

#include "format/csv_guard.h"
#include "format/scan.h"

static bool is_plain_number(struct str s)
{
    size_t at = 0, digits = 0, points = 0;
    if (at < s.len && (s.at[at] == '-' || s.at[at] == '+')) at++;
    for (; at < s.len; at++) {
        bool digit = s.at[at] >= '0' && s.at[at] <= '9';
        if (!digit && (s.at[at] != '.' || points++)) return false;
        digits += digit;
    }
    return digits > 0;
}

bool csv_needs_guard(struct str text)
{
    static const bool may[256] = {['\''] = true, ['='] = true,  ['+'] = true,  ['-'] = true,
                                  ['@'] = true,  ['\t'] = true, ['\r'] = true, ['\n'] = true};
    size_t at = 0;
    if (!text.len || !may[(unsigned char)text.at[0]]) return false;
    while (at < text.len && text.at[at] == '\'') at++;
    struct str rest = str_slice(text, at, text.len);
    return rest.len && memchr("=+-@\t\r\n", rest.at[0], 7) && !is_plain_number(rest);
}

/* At the start of the file these would be taken for its mark and its separator. */
static bool begins_like_a_file(struct str text)
{
    char first = text.at[0];
    return (first == '\xEF' && str_starts(text, S("\xEF\xBB\xBF"))) ||
           ((first == 's' || first == 'S') && str_eq_nocase(str_slice(text, 0, 4), S("sep=")));
}

static bool must_be_quoted(struct str text)
{
    static const bool cuts[256] = {
        ['"'] = true, [','] = true, [';'] = true, ['|'] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true};
    size_t at = 0;
    if (!text.len) return false;
    if (text.at[0] == ' ' || text.at[text.len - 1] == ' ' || begins_like_a_file(text)) return true;
    for (; text.len - at >= 8; at += 8) {
        uint64_t word = scan_load(text.at + at);
        if (scan_below(word, '\r' + 1) | scan_is(word, '"') | scan_is(word, ',') | scan_is(word, ';') |
            scan_is(word, '|'))
            break;
    }
    for (; at < text.len; at++)
        if (cuts[(unsigned char)text.at[at]]) return true;
    return false;
}

void csv_cell(struct buf *buf, struct str text)
{
    bool guard = csv_needs_guard(text);
    if (!must_be_quoted(text)) {
        if (guard) buf_char(buf, '\'');
        buf_add(buf, text);
        return;
    }
    buf_text(buf, guard ? "\"'" : "\"");
    for (struct str rest = text; rest.len;) {
        const char *quote = memchr(rest.at, '"', rest.len);
        size_t run = quote ? (size_t)(quote - rest.at) + 1 : rest.len;
        buf_add(buf, str_slice(rest, 0, run));
        if (quote) buf_char(buf, '"');
        rest = str_slice(rest, run, rest.len);
    }
    buf_char(buf, '"');
}

void csv_mark(struct buf *buf)
{
    buf_add(buf, S("\xEF\xBB\xBF"));
}

static void separate(struct csv_out *out)
{
    if (out->cells++ == 0)
        out->row_start = out->buf->len;
    else
        buf_char(out->buf, ',');
}

void csv_put(struct csv_out *out, struct str text)
{
    separate(out);
    csv_cell(out->buf, text);
}

void csv_put_number(struct csv_out *out, int64_t n)
{
    separate(out);
    buf_number(out->buf, n);
}

void csv_put_decimal(struct csv_out *out, double n)
{
    separate(out);
    buf_decimal(out->buf, n);
}

void csv_end_row(struct csv_out *out)
{
    /* a row of one empty cell would be a blank line, which readers skip */
    if (out->cells == 1 && out->buf->len == out->row_start) buf_text(out->buf, "\"\"");
    buf_text(out->buf, "\r\n");
    out->cells = 0;
}
