/* Rows are read off the worksheet's XML as it is unpacked; only the shared strings are kept. Texts of a row that
 * stand in the sheet itself are gathered in one buffer and tied to their cells when the row is complete. */
#include "format/xlsx.h"

#include "format/xlsx_book.h"
#include "format/xlsx_styles.h"
#include "format/xlsx_text.h"

enum { NO_OFFSET = -1 };

struct xlsx_reader {
    struct arena *arena;
    struct table_options options;
    struct xlsx_book_parts book;
    struct xlsx_part *sheet;
    size_t line, rows;
    bool finished;
    struct str *cells;
    int64_t *offsets; /* of a cell's text in row_text, or NO_OFFSET when the cell points elsewhere */
    size_t room, count;
    struct buf row_text, value;
};

enum result xlsx_open(struct ctx *ctx, struct str file, const struct table_options *options, struct xlsx_reader **out)
{
    struct xlsx_reader *r = arena_make(ctx->arena, struct xlsx_reader);
    r->arena = ctx->arena;
    r->options = table_defaults(options);
    r->row_text = buf_in(ctx->arena);
    r->value = buf_in(ctx->arena);
    struct xlsx_package *package;
    TRY(xlsx_package_open(ctx, file, r->options.unpacked_limit, &package));
    TRY(xlsx_book_read(ctx, package, str_of(r->options.sheet), &r->book));
    TRY(xlsx_part_open(ctx, package, r->book.sheet, &r->sheet));
    *out = r;
    return OK;
}

/* "BC12" -> 54: letters only, from 0; false when it is no reference within Excel's 16,384 columns */
static bool column_of(struct str reference, size_t *column)
{
    size_t n = 0, at = 0;
    for (; at < reference.len && at < 3; at++) {
        char c = (char)(reference.at[at] & ~0x20);
        if (c < 'A' || c > 'Z') break;
        n = n * 26 + (size_t)(c - 'A' + 1);
    }
    bool digit = at < reference.len && reference.at[at] >= '0' && reference.at[at] <= '9';
    if (!at || !digit || n > 16384) return false;
    *column = n - 1;
    return true;
}

static void make_room(struct xlsx_reader *r, size_t columns)
{
    if (columns > r->room) {
        size_t room = r->room ? r->room : 32;
        while (room < columns) room *= 2;
        r->cells = arena_grow(r->arena, r->cells, r->room * sizeof *r->cells, room * sizeof *r->cells);
        r->offsets = arena_grow(r->arena, r->offsets, r->room * sizeof *r->offsets, room * sizeof *r->offsets);
        r->room = room;
    }
    for (; r->count < columns; r->count++) {
        r->cells[r->count] = S("");
        r->offsets[r->count] = NO_OFFSET;
    }
}

static enum result set_cell(struct ctx *ctx, struct xlsx_reader *r, size_t column, struct str text, bool in_row_text)
{
    if (!text.len) return OK;
    if (column >= r->options.column_limit)
        return fail(ctx, INVALID, "Row %zu has more than %zu cells.", r->line, r->options.column_limit);
    if (text.len > r->options.cell_limit)
        return fail(ctx, INVALID, "A cell in row %zu is longer than %zu bytes.", r->line, r->options.cell_limit);
    make_room(r, column + 1);
    r->cells[column] = text;
    r->offsets[column] = in_row_text ? (int64_t)(text.at - r->row_text.at) : NO_OFFSET;
    return OK;
}

/* What was added to row_text since `from`. */
static enum result set_added(struct ctx *ctx, struct xlsx_reader *r, size_t column, size_t from)
{
    struct str all = buf_str(&r->row_text);
    return set_cell(ctx, r, column, str_slice(all, from, all.len), true);
}

struct cell {
    size_t column;
    size_t style;
    char type[12];
};

static enum result set_number(struct ctx *ctx, struct xlsx_reader *r, const struct cell *cell, struct str value)
{
    enum xlsx_meaning meaning = xlsx_styles_meaning(&r->book.styles, cell->style);
    size_t from = r->row_text.len;
    if (value.len && !xlsx_number_text(&r->row_text, value, meaning, r->book.styles.from_1904))
        return fail(ctx, INVALID, "The workbook is damaged: row %zu has a cell that is no number.", r->line);
    return set_added(ctx, r, cell->column, from);
}

static enum result set_shared(struct ctx *ctx, struct xlsx_reader *r, const struct cell *cell, struct str value)
{
    int64_t index;
    if (!parse_number(str_trim(value), &index) || index < 0 || (uint64_t)index >= r->book.shared_count)
        return fail(ctx, INVALID, "The workbook is damaged: row %zu refers to a text that is not there.", r->line);
    return set_cell(ctx, r, cell->column, r->book.shared[index], false);
}

static enum result set_bool(struct ctx *ctx, struct xlsx_reader *r, const struct cell *cell, struct str value)
{
    if (!value.len) return OK;
    bool yes = str_is(value, "1") || str_is(value, "true");
    return set_cell(ctx, r, cell->column, yes ? S("true") : S("false"), false);
}

static enum result set_text(struct ctx *ctx, struct xlsx_reader *r, const struct cell *cell, struct str value)
{
    size_t from = r->row_text.len;
    xlsx_text_decode(&r->row_text, value);
    return set_added(ctx, r, cell->column, from);
}

/* ISO 8601 in the file: a date stays, an instant gets the zone that RFC 3339 wants. */
static enum result set_iso_date(struct ctx *ctx, struct xlsx_reader *r, const struct cell *cell, struct str value)
{
    size_t from = r->row_text.len;
    bool whole_day = xlsx_styles_meaning(&r->book.styles, cell->style) == MEANS_DATE;
    if (whole_day && value.len > 10) value = str_slice(value, 0, 10);
    buf_add(&r->row_text, value);
    if (value.len >= 19 && value.at[value.len - 1] != 'Z' && !memchr(value.at + 19, '+', value.len - 19))
        buf_char(&r->row_text, 'Z');
    return set_added(ctx, r, cell->column, from);
}

static enum result set_by_type(struct ctx *ctx, struct xlsx_reader *r, const struct cell *cell, struct str value)
{
    static const struct {
        const char *type;
        enum result (*set)(struct ctx *, struct xlsx_reader *, const struct cell *, struct str);
    } types[] = {{"", set_number},  {"n", set_number},       {"s", set_shared}, {"b", set_bool},
                 {"str", set_text}, {"inlineStr", set_text}, {"e", set_text},   {"d", set_iso_date}};
    for (size_t i = 0; i < COUNT(types); i++)
        if (strcmp(types[i].type, cell->type) == 0) return types[i].set(ctx, r, cell, value);
    return fail(ctx, INVALID, "The workbook is damaged: row %zu has a cell of an unknown type.", r->line);
}

static enum result open_cell(struct ctx *ctx, struct xlsx_reader *r, size_t next_column, struct cell *cell)
{
    const struct xml_reader *xml = xlsx_part_xml(r->sheet);
    struct str reference = xml_attribute(xml, "r"), type = xml_attribute(xml, "t");
    int64_t style;
    *cell = (struct cell){.column = next_column};
    if (reference.len && !column_of(reference, &cell->column))
        return fail(ctx, INVALID, "The workbook is damaged: row %zu has a cell at a place that does not exist.",
                    r->line);
    if (parse_number(xml_attribute(xml, "s"), &style) && style > 0) cell->style = (size_t)style;
    size_t len = type.len < sizeof cell->type ? type.len : sizeof cell->type - 1;
    if (len) memcpy(cell->type, type.at, len);
    return OK;
}

/* From the <c> on, through its </c>. */
static enum result read_cell(struct ctx *ctx, struct xlsx_reader *r, size_t *next_column)
{
    const struct xml_reader *xml = xlsx_part_xml(r->sheet);
    struct cell cell;
    TRY(open_cell(ctx, r, *next_column, &cell));
    *next_column = cell.column + 1;
    r->value.len = 0;
    struct xlsx_text_state state = {0};
    for (int inside = xml->depth;;) {
        TRY(xlsx_part_next(ctx, r->sheet));
        if (xml->token == XML_CLOSE && xml->depth == inside) break;
        if (xlsx_text_is_wanted(&state, xml)) buf_add(&r->value, xml->text);
    }
    return set_by_type(ctx, r, &cell, buf_str(&r->value));
}

static enum result open_row(struct ctx *ctx, struct xlsx_reader *r)
{
    struct str number = xml_attribute(xlsx_part_xml(r->sheet), "r");
    int64_t line = (int64_t)r->line + 1;
    if (number.len && (!parse_number(number, &line) || line <= (int64_t)r->line || line > 1048576))
        return fail(ctx, INVALID, "The workbook is damaged: after row %zu comes one with number %.*s.", r->line,
                    PRINT(str_slice(number, 0, 20)));
    r->line = (size_t)line;
    r->count = 0;
    r->row_text.len = 0;
    return OK;
}

static void close_row(struct xlsx_reader *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->offsets[i] != NO_OFFSET) r->cells[i].at = r->row_text.at + r->offsets[i];
}

static enum result read_row(struct ctx *ctx, struct xlsx_reader *r)
{
    const struct xml_reader *xml = xlsx_part_xml(r->sheet);
    TRY(open_row(ctx, r));
    size_t next_column = 0;
    for (int inside = xml->depth;;) {
        TRY(xlsx_part_next(ctx, r->sheet));
        if (xml->token == XML_CLOSE && xml->depth == inside) break;
        if (xml->token == XML_OPEN && str_is(xml->name, "c")) TRY(read_cell(ctx, r, &next_column));
    }
    close_row(r);
    return OK;
}

enum result xlsx_row(struct ctx *ctx, struct xlsx_reader *r, struct str **cells, size_t *count)
{
    const struct xml_reader *xml = xlsx_part_xml(r->sheet);
    *cells = NULL;
    *count = 0;
    while (!r->finished) {
        TRY(xlsx_part_next(ctx, r->sheet));
        r->finished = xml->token == XML_END;
        if (xml->token != XML_OPEN || !str_is(xml->name, "row")) continue;
        TRY(read_row(ctx, r));
        if (!r->count) continue;
        if (r->rows++ == r->options.row_limit)
            return fail(ctx, INVALID, "The sheet has more than %zu rows; split it.", r->options.row_limit);
        *cells = r->cells;
        *count = r->count;
        return OK;
    }
    return OK;
}

size_t xlsx_line(const struct xlsx_reader *r)
{
    return r->line;
}
