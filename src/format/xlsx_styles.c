/* A workbook has no dates, only numbers shown as dates; so the meaning is read off the format codes (ISO/IEC 29500-1,
 * 18.8.30 and 18.8.31). */
#include "format/xlsx_styles.h"

#include "base/clock.h"

#include <math.h>

enum { CUSTOM_FORMATS = 4096, CELL_FORMATS = 65536, LAST_SERIAL = 2958465 /* 9999-12-31 */ };

struct custom_format {
    int64_t id;
    enum xlsx_meaning meaning;
};

struct loading {
    struct xlsx_styles *styles;
    struct custom_format *formats;
    size_t format_count, room;
    bool in_cell_formats;
};

/* The end of what is not part of the pattern: quoted text, escaped characters, colours and conditions in brackets. */
static size_t skip_literal(struct str code, size_t at, bool *elapsed)
{
    char close = code.at[at] == '"' ? '"' : code.at[at] == '[' ? ']' : 0;
    if (!close) return at + 2; /* \x, _x and *x */
    size_t from = at + 1;
    for (at = from; at < code.len && code.at[at] != close; at++) {
    }
    struct str inside = str_slice(code, from, at);
    if (close == ']' && inside.len && inside.len <= 2 && memchr("hmsHMS", inside.at[0], 6)) *elapsed = true;
    return at + 1;
}

enum xlsx_meaning xlsx_format_meaning(struct str code)
{
    bool date = false, time = false, month_or_minute = false, elapsed = false;
    for (size_t at = 0; at < code.len && code.at[at] != ';';) {
        char c = code.at[at], lower = (char)(c | 0x20);
        if (c == '"' || c == '[' || c == '\\' || c == '_' || c == '*') {
            at = skip_literal(code, at, &elapsed);
            continue;
        }
        struct str rest = str_slice(code, at, code.len);
        if (str_eq_nocase(str_slice(rest, 0, 7), S("General"))) return MEANS_NUMBER;
        if (str_eq_nocase(str_slice(rest, 0, 5), S("AM/PM"))) {
            at += 5;
            continue;
        }
        date |= lower == 'y' || lower == 'd';
        time |= lower == 'h' || lower == 's';
        month_or_minute |= lower == 'm';
        at++;
    }
    if (elapsed) return MEANS_NUMBER; /* a duration */
    if (month_or_minute && !time) date = true;
    return (date ? MEANS_DATE : 0) | (time ? MEANS_TIME : 0);
}

static enum xlsx_meaning built_in_meaning(int64_t id)
{
    static const struct {
        int64_t from, to;
        enum xlsx_meaning meaning;
    } ranges[] = {{14, 17, MEANS_DATE}, {18, 21, MEANS_TIME}, {22, 22, MEANS_INSTANT},
                  {27, 31, MEANS_DATE}, {32, 35, MEANS_TIME}, {36, 36, MEANS_DATE},
                  {45, 45, MEANS_TIME}, {47, 47, MEANS_TIME}, {50, 58, MEANS_DATE}};
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (id >= ranges[i].from && id <= ranges[i].to) return ranges[i].meaning;
    return MEANS_NUMBER;
}

static int64_t number_attribute(const struct xml_reader *xml, const char *name)
{
    int64_t n;
    return parse_number(xml_attribute(xml, name), &n) ? n : 0;
}

static enum result add_custom(struct ctx *ctx, struct loading *l, const struct xml_reader *xml)
{
    if (l->format_count == CUSTOM_FORMATS) return fail(ctx, INVALID, "The workbook has too many number formats.");
    if (!l->formats) l->formats = arena_make_many(ctx->arena, struct custom_format, CUSTOM_FORMATS);
    l->formats[l->format_count++] = (struct custom_format){number_attribute(xml, "numFmtId"),
                                                           xlsx_format_meaning(xml_attribute(xml, "formatCode"))};
    return OK;
}

static enum result add_cell_format(struct ctx *ctx, struct loading *l, const struct xml_reader *xml)
{
    struct xlsx_styles *styles = l->styles;
    if (styles->count == CELL_FORMATS) return fail(ctx, INVALID, "The workbook has too many cell formats.");
    if (!styles->meanings) styles->meanings = arena_make_many(ctx->arena, uint8_t, CELL_FORMATS);
    int64_t id = number_attribute(xml, "numFmtId");
    enum xlsx_meaning meaning = built_in_meaning(id);
    for (size_t i = 0; i < l->format_count; i++)
        if (l->formats[i].id == id) meaning = l->formats[i].meaning;
    styles->meanings[styles->count++] = (uint8_t)meaning;
    return OK;
}

enum result xlsx_styles_read(struct ctx *ctx, struct xlsx_part *part, struct xlsx_styles *out)
{
    struct loading l = {.styles = out};
    const struct xml_reader *xml = xlsx_part_xml(part);
    for (;;) {
        TRY(xlsx_part_next(ctx, part));
        if (xml->token == XML_END) return OK;
        if (str_is(xml->name, "cellXfs") && xml->token != XML_TEXT) l.in_cell_formats = xml->token == XML_OPEN;
        if (xml->token != XML_OPEN) continue;
        if (str_is(xml->name, "numFmt")) TRY(add_custom(ctx, &l, xml));
        if (l.in_cell_formats && str_is(xml->name, "xf")) TRY(add_cell_format(ctx, &l, xml));
    }
}

enum xlsx_meaning xlsx_styles_meaning(const struct xlsx_styles *styles, size_t style)
{
    return style < styles->count ? styles->meanings[style] : MEANS_NUMBER;
}

/* Days since 1970 of day `serial`. Excel's 1900 was a leap year by mistake: day 60 does not exist. */
static int64_t day_of_serial(int64_t serial, bool from_1904)
{
    if (from_1904) return serial - 24107;
    return serial - (serial < 60 ? 25568 : 25569);
}

static bool put_moment(struct buf *buf, double serial, enum xlsx_meaning meaning, bool from_1904)
{
    if (!(serial >= 0) || serial >= LAST_SERIAL + 1.0) return false;
    int64_t day = (int64_t)serial, ms = (int64_t)llround((serial - (double)day) * DAY);
    day += ms / DAY;
    ms %= DAY;
    if (day > LAST_SERIAL - (from_1904 ? 1462 : 0)) return false;
    bool no_day = !from_1904 && (day == 0 || day == 60);
    char text[TIME_TEXT];
    time_format((no_day ? 0 : day_of_serial(day, from_1904)) * DAY + ms, text);
    if (meaning == MEANS_TIME && day == 0) {
        buf_add(buf, (struct str){text + 11, 8});
        return true;
    }
    if (no_day) return false;
    buf_add(buf, (struct str){text, meaning == MEANS_DATE ? 10 : TIME_TEXT - 1});
    return true;
}

static bool is_short_integer(struct str s)
{
    size_t from = s.len && s.at[0] == '-';
    if (s.len == from || s.len - from > 15 || (s.at[from] == '0' && s.len > 1)) return false;
    for (size_t i = from; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9') return false;
    return true;
}

bool xlsx_number_text(struct buf *buf, struct str number, enum xlsx_meaning meaning, bool from_1904)
{
    number = str_trim(number);
    if (meaning == MEANS_NUMBER && is_short_integer(number)) {
        buf_add(buf, number);
        return true;
    }
    double value;
    if (!parse_decimal(number, &value)) return false;
    if (meaning != MEANS_NUMBER && put_moment(buf, value, meaning, from_1904)) return true;
    if (fabs(value) < 1e15 && value == trunc(value))
        buf_number(buf, (int64_t)value);
    else
        buf_print(buf, "%.15g", value);
    return true;
}
