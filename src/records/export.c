/* Exports. Each page is a list of its own by keyset, in an arena that is emptied after it: 10,000 records take the
 * memory of 500. */
#include "records/export.h"

#include "base/clock.h"
#include "format/csv.h"
#include "format/json_reader.h"
#include "format/xlsx_out.h"
#include "records/house.h"

static const struct {
    const char *name, *type;
} formats[] = {
    [EXPORT_CSV] = {"csv", "text/csv; charset=utf-8"},
    [EXPORT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    [EXPORT_JSON] = {"json", "application/json"},
};

enum result export_format_of(struct ctx *ctx, struct str name, enum export_format *format)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (str_is(name, formats[i].name)) {
            *format = (enum export_format)i;
            return OK;
        }
    return fail(ctx, INVALID, "format must be csv, xlsx or json, not \"%.*s\".", PRINT(str_slice(name, 0, 20)));
}

const char *export_content_type(enum export_format format)
{
    return formats[format].type;
}

/* ---- cells ---- */

struct column {
    const struct field *field;
    const struct reg *target; /* of a link; NULL */
    size_t at;                /* in the row */
};

static void put_link(struct buf *cell, const struct reg *target, int64_t id)
{
    if (target) buf_text(cell, target->prefix), buf_char(cell, '-');
    buf_number(cell, id);
}

/* "one;two": what a list holds, or the members of an object as "key=number"; read as it goes, since an export has
 * hundreds of thousands of these, most of them empty. */
static struct str list_text(struct ctx *ctx, struct buf *cell, const struct reg *target, struct str json_text)
{
    if (str_is(json_text, "[]")) return S("");
    struct json_reader reader = json_open(ctx->arena, json_text);
    if (json_next(&reader) != JSON_ARRAY) return json_text;
    while (json_next(&reader) == JSON_NUMBER || reader.kind == JSON_STRING) {
        if (cell->len) buf_char(cell, ';');
        if (reader.kind == JSON_NUMBER)
            put_link(cell, target, reader.number);
        else
            buf_add(cell, reader.text);
    }
    return reader.kind == JSON_CLOSE ? buf_str(cell) : json_text;
}

static struct str ratings_text(struct ctx *ctx, struct buf *cell, struct str json_text)
{
    if (str_is(json_text, "{}")) return S("");
    struct json_reader reader = json_open(ctx->arena, json_text);
    if (json_next(&reader) != JSON_OBJECT) return json_text;
    while (json_next(&reader) == JSON_KEY) {
        if (cell->len) buf_char(cell, ';');
        buf_add(cell, reader.text);
        buf_char(cell, '=');
        if (json_next(&reader) != JSON_NUMBER) return json_text;
        buf_number(cell, reader.number);
    }
    return buf_str(cell);
}

static struct str time_text(struct buf *cell, int64_t instant)
{
    char text[TIME_TEXT];
    time_format(instant, text);
    buf_text(cell, text);
    return buf_str(cell);
}

struct str export_cell(struct ctx *ctx, struct buf *cell, const struct field *field, const struct reg *target,
                       struct value value)
{
    if (value.type == IS_NULL) return S("");
    if (kind_is_list(field->kind)) return list_text(ctx, cell, target, value.text);
    switch (field->kind) {
    case RATINGS: return ratings_text(ctx, cell, value.text);
    case DATA: return str_is(value.text, "{}") ? S("") : value.text;
    case LINK: put_link(cell, target, value.number); return buf_str(cell);
    case BOOLEAN: return value.number ? S("true") : S("false");
    case TIME: return time_text(cell, value.number);
    default: break;
    }
    if (value.type != IS_NUMBER && value.type != IS_DECIMAL) return value.text;
    if (value.type == IS_NUMBER)
        buf_number(cell, value.number);
    else
        buf_decimal(cell, value.decimal);
    return buf_str(cell);
}

static struct str text_of(struct ctx *ctx, struct buf *cell, const struct column *column, struct value value)
{
    return export_cell(ctx, cell, column->field, column->target, value);
}

/* ---- one run ---- */

struct running {
    const struct export *export;
    struct ctx *page;  /* on the scratch arena */
    struct ctx *whole; /* on the caller's */
    const struct reg *reg;
    struct column *columns;
    size_t column_count;
    struct xlsx_book *book;
    struct xlsx_cell *cells;
    struct buf text, cell; /* a page and a cell of it: written again and again in the same place */
    bool any;
};

static void choose_columns(struct running *r)
{
    r->columns = arena_make_many(r->whole->arena, struct column, row_width(r->reg));
    for (size_t i = 0; i < row_width(r->reg); i++) {
        const struct field *field = row_field(r->reg, i);
        const struct reg *target = field->target ? house_register(r->whole->house, str_of(field->target)) : NULL;
        if (i != C_ID && r->export->query->shown[i]) r->columns[r->column_count++] = (struct column){field, target, i};
    }
}

static enum result header(struct running *r)
{
    struct str *names = arena_make_many(r->whole->arena, struct str, row_width(r->reg) + 1);
    size_t count = 0;
    choose_columns(r);
    names[count++] = S("reference");
    for (size_t i = 0; i < r->column_count; i++) names[count++] = str_of(r->columns[i].field->name);
    if (r->export->format == EXPORT_XLSX) {
        struct str title = str_of(r->reg->name);
        TRY(xlsx_book_open(r->whole, title, r->whole->now, &r->book));
        r->cells = arena_make_many(r->whole->arena, struct xlsx_cell, count);
        return xlsx_sheet_add(r->whole, r->book, title, names, count);
    }
    struct buf text = buf_in(r->page->arena);
    if (r->export->format == EXPORT_JSON) return r->export->sink(r->export->arg, S("["));
    csv_mark(&text);
    struct csv_out out = csv_out_to(&text);
    for (size_t i = 0; i < count; i++) csv_put(&out, names[i]);
    csv_end_row(&out);
    return r->export->sink(r->export->arg, buf_str(&text));
}

static void csv_record(struct running *r, struct csv_out *out, const struct record *record)
{
    csv_put(out, record_reference(r->page, record));
    for (const struct column *column = r->columns; column < r->columns + r->column_count; column++) {
        r->cell.len = 0;
        csv_put(out, text_of(r->page, &r->cell, column, record->row[column->at]));
    }
    csv_end_row(out);
}

static struct xlsx_cell cell_of(struct running *r, const struct column *column, struct value value)
{
    struct buf text = buf_in(r->page->arena); /* of its own: the row is taken as a whole */
    if (value.type == IS_NULL) return xlsx_empty();
    switch (column->field->kind) {
    case NUMBER:
    case SCALE: return xlsx_number(value.number);
    case DECIMAL: return xlsx_decimal(value.decimal);
    case BOOLEAN: return xlsx_bool(value.number != 0);
    case DATE: return xlsx_date(value.text);
    case TIME: return xlsx_time(value.number);
    default: break;
    }
    struct xlsx_cell cell = xlsx_text(text_of(r->page, &text, column, value));
    cell.wrap = column->field->kind == PROSE;
    return cell;
}

static enum result xlsx_record(struct running *r, const struct record *record)
{
    size_t count = 0;
    r->cells[count++] = xlsx_text(record_reference(r->page, record));
    for (const struct column *column = r->columns; column < r->columns + r->column_count; column++)
        r->cells[count++] = cell_of(r, column, record->row[column->at]);
    return xlsx_row_add(r->whole, r->book, r->cells, count);
}

static enum result json_page(struct running *r, const struct record_list *page, struct buf *text)
{
    for (size_t i = 0; i < page->count; i++) {
        struct json_out out = json_out_to(text);
        buf_text(text, r->any ? ",\n" : "\n");
        r->any = true;
        TRY(list_write_record(r->page, &out, r->export->query, page->at[i]));
    }
    return OK;
}

static enum result write_page(struct running *r, const struct record_list *page)
{
    struct csv_out csv = csv_out_to(&r->text);
    r->text.len = 0;
    for (size_t i = 0; i < page->count && r->export->format != EXPORT_JSON; i++) {
        if (r->export->format == EXPORT_XLSX)
            TRY(xlsx_record(r, page->at[i]));
        else
            csv_record(r, &csv, page->at[i]);
    }
    if (r->export->format == EXPORT_JSON) TRY(json_page(r, page, &r->text));
    return r->text.len ? r->export->sink(r->export->arg, buf_str(&r->text)) : OK;
}

static enum result close_file(struct running *r)
{
    struct str bytes;
    if (r->export->format == EXPORT_JSON) return r->export->sink(r->export->arg, S("\n]\n"));
    if (r->export->format == EXPORT_CSV) return OK;
    TRY(xlsx_book_close(r->whole, r->book, &bytes));
    return r->export->sink(r->export->arg, bytes);
}

/* The page's ctx is made anew each time, for its arena is emptied; what went wrong is carried over to the caller's. */
static enum result run_pages(struct running *r, char cursor[], size_t room)
{
    struct list_query *query = r->export->query;
    for (;;) {
        struct record_list page;
        struct str next;
        enum result result = list_page(r->page, query, &page, &next);
        if (result == OK) result = write_page(r, &page);
        if (result != OK) {
            if (r->page->error.sentence.len) return fail(r->whole, result, "%.*s", PRINT(r->page->error.sentence));
            return result;
        }
        if (!next.len || next.len >= room) return OK;
        memcpy(cursor, next.at, next.len);
        query->cursor = (struct str){cursor, next.len};
        arena_reset(r->export->scratch);
    }
}

enum result export_run(struct ctx *ctx, const struct export *export)
{
    enum { CURSOR_ROOM = 2100 };
    struct ctx page = *ctx;
    struct running r = {.export = export, .page = &page, .whole = ctx, .reg = export->query->reg};
    page.arena = export->scratch;
    r.text = buf_in(ctx->arena), r.cell = buf_in(ctx->arena);
    jmp_buf *escape = arena_guard(ctx->arena, NULL); /* a page too large ends the request, not the program */
    arena_guard(ctx->arena, escape);
    arena_guard(export->scratch, escape);
    page.error = (struct error){0};
    export->query->limit = LIST_LIMIT_MAX;
    TRY(header(&r));
    TRY(run_pages(&r, arena_alloc(ctx->arena, CURSOR_ROOM), CURSOR_ROOM));
    return close_file(&r);
}
