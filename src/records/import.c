/* Imports go through record_create and record_change like any request, so a file can do nothing that a person could
 * not. The file is read in the import's own ctx, rows are written in the ctx of their batch. */
#include "records/import.h"

#include "records/custom.h"
#include "records/house.h"
#include "records/passed.h"
#include "schema/parse.h"
#include "store/db.h"

enum { COLUMNS_MAX = TABLE_COLUMNS };

struct column_map {
    const struct field *field; /* NULL: left out */
    size_t index;              /* of the field in the row, where `passed` */
    bool passed;   /* what the file says there is not taken over, or not in every row: told where it differs */
    bool is_key;   /* reference or id */
    bool nameless; /* the first row has nothing there, nor does the mapping */
};

struct fate {
    size_t line;
    const char *fate;
    struct str reference, detail;
    struct fate *next;
};

struct line {
    struct str *cells;
    size_t count, number;
};

/* How far the import was: a batch that is run again begins here again. */
struct taken {
    struct import_counts counts;
    struct fate **end;
    size_t fate_count;
};

struct import {
    struct ctx *ctx; /* of the whole import: the reader and the fates live in its arena */
    const struct reg *reg;
    struct table_reader *table;
    struct column_map columns[COLUMNS_MAX];
    size_t column_count;
    size_t named_count; /* columns up to the last that is named or mapped */
    struct import_counts counts;
    struct fate *first, **end;
    size_t fate_count;
    struct line *lines; /* read and not yet taken, in the arena of their batch */
    size_t line_count;
    struct taken taken; /* before these lines */
};

/* ---- the header ---- */

static enum result map_column(struct import *import, struct str heading, const struct json *mapping,
                              struct column_map *column)
{
    struct ctx *ctx = import->ctx;
    const struct json *mapped = mapping ? json_find(mapping, heading) : NULL;
    struct str name = str_trim(mapped && mapped->kind == JSON_STRING ? mapped->text : heading);
    struct custom_set custom;
    *column = (struct column_map){0};
    column->nameless = !name.len && !mapped;
    if (!name.len) return OK;
    if (str_eq_nocase(name, S("reference")) || str_eq_nocase(name, S("id"))) {
        column->is_key = true;
        return OK;
    }
    for (size_t i = 0; i < row_width(import->reg) && !column->field; i++)
        if (str_eq_nocase(name, str_of(row_field(import->reg, i)->name)))
            column->field = row_field(import->reg, i), column->index = i;
    if (!column->field && str_starts(name, S("custom."))) {
        TRY(custom_of(ctx, import->reg, &custom));
        const struct custom_field *found = custom_find(custom, str_slice(name, 7, name.len));
        column->field = found ? &found->field : NULL;
    }
    if (column->field) {
        bool skips = !field_is_writable(column->field) || column->field == &common_fields[C_CUSTOM] ||
                     !row_has(import->reg, column->field);
        column->passed = !column->field->custom && passed_maybe(import->reg, column->field);
        if (skips) column->field = NULL; /* computed columns of an export are passed over when it comes back */
        return OK;
    }
    return fail(ctx, INVALID,
                "The column \"%.*s\" is no field of the register %s: rename it, map it, or map it to nothing.",
                PRINT(str_slice(heading, 0, 80)), import->reg->name);
}

/* Two columns for one field would leave open which of them holds, and so would two that say which record. */
static enum result refuse_twice(struct ctx *ctx, const struct import *import, size_t index)
{
    const struct column_map *column = &import->columns[index];
    for (size_t i = 0; i < index; i++) {
        const struct column_map *other = &import->columns[i];
        bool same = column->field && other->field && strcmp(other->field->name, column->field->name) == 0;
        if (same) return fail(ctx, INVALID, "Two columns are for the field %s; leave one.", column->field->name);
        if (column->is_key && other->is_key)
            return fail(ctx, INVALID,
                        "The columns %zu and %zu both say which record a row changes (reference or id); leave one.",
                        i + 1, index + 1);
    }
    return OK;
}

enum result import_open(struct ctx *ctx, const struct reg *reg, struct str file, const struct json *mapping,
                        struct import **out)
{
    struct import *import = arena_make(ctx->arena, struct import);
    struct str *cells;
    size_t count;
    *import = (struct import){.ctx = ctx, .reg = reg};
    ctx->about = reg->name;
    import->end = &import->first;
    TRY(table_open(ctx, file, &(struct table_options){0}, &import->table));
    TRY(table_row(ctx, import->table, &cells, &count));
    if (!cells) return fail(ctx, INVALID, "The file is empty: its first row must name the columns.");
    import->column_count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
    struct str *headings = arena_make_many(ctx->arena, struct str, import->column_count + 1);
    for (size_t i = 0; i < import->column_count; i++) headings[i] = arena_copy(ctx->arena, cells[i]);
    for (size_t i = 0; i < import->column_count; i++) {
        TRY(map_column(import, headings[i], mapping, &import->columns[i]));
        TRY(refuse_twice(ctx, import, i));
        if (!import->columns[i].nameless) import->named_count = i + 1;
    }
    *out = import;
    return OK;
}

/* ---- rows ---- */

struct row {
    struct json body; /* an object of the fields */
    int64_t id;       /* 0: create */
    bool bad_key;
    struct str key;
    struct passed *passed;
    size_t passed_count;
    size_t filled; /* cells up to the last that has something */
    size_t stray;  /* the first column, from 1, that has something and no name; 0: none */
};

static void add_member(struct ctx *ctx, struct json ***end, struct json *object, const char *name,
                       const struct json *value)
{
    struct json *member = arena_make(ctx->arena, struct json);
    *member = *value;
    member->key = str_of(name);
    member->next = NULL;
    **end = member;
    *end = &member->next;
    object->count++;
}

static void read_key(struct ctx *ctx, const struct import *import, struct str cell, struct row *row)
{
    const struct reg *reg;
    row->key = str_trim(cell);
    if (!row->key.len || parse_number(row->key, &row->id)) return;
    if (!reference_parse(ctx->house, row->key, &reg, &row->id) || reg != import->reg) row->bad_key = true;
}

/* Spreadsheets write separators behind the last cell of a row, up to the width of the sheet. */
static size_t count_filled(const struct str *cells, size_t count)
{
    while (count && !str_trim(cells[count - 1]).len) count--;
    return count;
}

/* A comma that is not in quotation marks parts a text in two, and the rest would be lost without a word. */
static size_t find_stray(const struct import *import, const struct str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool named = i < import->column_count && !import->columns[i].nameless;
        if (!named && str_trim(cells[i]).len) return i + 1;
    }
    return 0;
}

static void keep_passed(struct ctx *ctx, const struct import *import, size_t column, struct str cell, struct row *row)
{
    cell = str_trim(cell);
    if (!cell.len) return;
    if (!row->passed) row->passed = arena_make_many(ctx->arena, struct passed, import->column_count);
    row->passed[row->passed_count++] = (struct passed){import->columns[column].index, cell};
}

static void read_row(struct ctx *ctx, const struct import *import, const struct str *cells, size_t count,
                     struct row *row)
{
    struct json **end = &row->body.first, *custom = NULL, **custom_end = NULL;
    row->body.kind = JSON_OBJECT;
    row->filled = count_filled(cells, count);
    row->stray = find_stray(import, cells, count);
    for (size_t i = 0; i < count && i < import->column_count; i++) {
        const struct field *field = import->columns[i].field;
        if (import->columns[i].is_key) read_key(ctx, import, cells[i], row);
        if (import->columns[i].passed) keep_passed(ctx, import, i, cells[i], row);
        if (!field) continue;
        const struct json *value = field_json_of_cell(ctx, field, cells[i]);
        if (!field->custom) {
            add_member(ctx, &end, &row->body, field->name, value);
            continue;
        }
        if (!custom) {
            custom = arena_make(ctx->arena, struct json);
            custom->kind = JSON_OBJECT;
            custom_end = &custom->first;
        }
        add_member(ctx, &custom_end, custom, field->name, value);
    }
    if (custom) add_member(ctx, &end, &row->body, "custom", custom);
}

/* Empty cells of a row that creates say nothing, so that defaults hold; those of a row that changes clear the field.
 * Fixed fields that stand in an export are not sent back. */
static void drop_members(struct row *row, const struct reg *reg)
{
    struct json **at = &row->body.first;
    while (*at) {
        const struct field *field = row_find(reg, (*at)->key, NULL);
        bool creating = !row->id && ((*at)->kind == JSON_NULL || (field && field->flags & BY_TRANSITION));
        bool changing = row->id && field && field->flags & (FIXED | BY_TRANSITION);
        if (creating || changing)
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
}

static void keep_fate(struct import *import, size_t line, const char *fate, struct str reference, struct str detail)
{
    if (import->fate_count >= (size_t)(detail.len ? IMPORT_FATES : IMPORT_FATES / 2)) return;
    struct fate *kept = arena_make(import->ctx->arena, struct fate);
    *kept = (struct fate){line, fate, arena_copy(import->ctx->arena, reference), arena_copy(import->ctx->arena, detail),
                          NULL};
    *import->end = kept;
    import->end = &kept->next;
    import->fate_count++;
}

static struct str why(struct ctx *ctx)
{
    struct buf text = buf_in(ctx->arena);
    if (!ctx->error.fields) return ctx->error.sentence;
    for (const struct field_error *error = ctx->error.fields; error; error = error->next) {
        if (text.len) buf_char(&text, ' ');
        buf_add(&text, error->detail);
    }
    return buf_str(&text);
}

static enum result refuse_stray(struct ctx *ctx, const struct import *import, const struct row *row)
{
    if (!row->stray) return OK;
    if (row->filled > import->named_count)
        return fail(ctx, INVALID,
                    "The row has %zu cells, but the first row names only %zu columns: put a text that holds the "
                    "separator (a comma, as a rule) in quotation marks, or name the columns.",
                    row->filled, import->named_count);
    return fail(ctx, INVALID,
                "There is something in column %zu, which the first row does not name: name the column, or map it to "
                "nothing.",
                row->stray);
}

static enum result tell_passed(struct ctx *ctx, const struct row *row, const struct record *before,
                               const struct record *after, struct str *told)
{
    if (!row->passed_count) return OK;
    TRY(passed_tell(ctx, row->passed, row->passed_count, before, after));
    if (ctx_has_field_errors(ctx)) *told = why(ctx);
    ctx_clear_error(ctx);
    return OK;
}

/* *told: what of the row was not taken over; empty when there is nothing to say. */
static enum result write_row(struct ctx *ctx, struct import *import, struct row *row, struct record **record,
                             const char **fate, struct str *told)
{
    TRY(refuse_stray(ctx, import, row));
    if (row->bad_key)
        return fail(ctx, INVALID, "\"%.*s\" is no reference of this register.", PRINT(str_slice(row->key, 0, 60)));
    drop_members(row, import->reg);
    if (!row->id) {
        *fate = "created";
        TRY(record_create(ctx, import->reg, &row->body, record));
        return tell_passed(ctx, row, NULL, *record, told);
    }
    struct record *before;
    TRY(record_get(ctx, import->reg, row->id, &before));
    int64_t version = before->row[C_VERSION].number;
    TRY(record_change(ctx, import->reg, row->id, 0, &row->body, record));
    *fate = (*record)->row[C_VERSION].number == version ? "unchanged" : "changed";
    return tell_passed(ctx, row, before, *record, told);
}

static void count_fate(struct import_counts *counts, const char *fate)
{
    counts->created += strcmp(fate, "created") == 0;
    counts->changed += strcmp(fate, "changed") == 0;
    counts->unchanged += strcmp(fate, "unchanged") == 0;
    counts->refused += strcmp(fate, "refused") == 0;
}

static enum result take_row(struct ctx *ctx, struct import *import, const struct line *from)
{
    struct row row = {0};
    struct record *record = NULL;
    const char *fate = "refused";
    struct str told = S("");
    size_t line = from->number;
    read_row(ctx, import, from->cells, from->count, &row);
    TRY(db_begin(ctx));
    enum result result = write_row(ctx, import, &row, &record, &fate, &told);
    if (result_ends_all(result)) {
        db_rollback(ctx);
        return result;
    }
    if (result == OK) {
        TRY(db_commit(ctx));
        keep_fate(import, line, fate, record_reference(ctx, record), told);
        import->counts.warned += told.len > 0;
    } else {
        db_rollback(ctx);
        fate = "refused";
        keep_fate(import, line, fate, row.key, why(ctx));
        ctx_clear_error(ctx);
    }
    import->counts.rows++;
    count_fate(&import->counts, fate);
    return OK;
}

static void remember_taken(struct import *import)
{
    import->taken = (struct taken){import->counts, import->end, import->fate_count};
}

enum result import_read(struct ctx *ctx, struct import *import, size_t rows, bool *more)
{
    *more = true;
    import->lines = arena_make_many(ctx->arena, struct line, rows);
    remember_taken(import);
    for (import->line_count = 0; import->line_count < rows; import->line_count++) {
        struct line *line = &import->lines[import->line_count];
        struct str *cells;
        enum result read = table_row(import->ctx, import->table, &cells, &line->count);
        if (read != OK) return fail_as(ctx, import->ctx, read);
        *more = cells != NULL;
        if (!cells) return OK;
        line->number = table_line(import->table);
        line->cells = arena_make_many(ctx->arena, struct str, line->count + 1);
        for (size_t i = 0; i < line->count; i++) line->cells[i] = arena_copy(ctx->arena, cells[i]);
    }
    return OK;
}

void import_forget_batch(struct import *import)
{
    import->counts = import->taken.counts;
    import->end = import->taken.end;
    *import->end = NULL;
    import->fate_count = import->taken.fate_count;
}

enum result import_batch(struct ctx *ctx, struct import *import)
{
    import_forget_batch(import);
    for (size_t i = 0; i < import->line_count; i++) TRY(take_row(ctx, import, &import->lines[i]));
    return OK;
}

struct import_counts import_counts(const struct import *import)
{
    return import->counts;
}

/* ---- telling, and going on where another has been ---- */

static void put_counts(struct json_out *out, const struct import_counts *counts)
{
    json_key(out, "rows"), json_put_number(out, counts->rows);
    json_key(out, "created"), json_put_number(out, counts->created);
    json_key(out, "changed"), json_put_number(out, counts->changed);
    json_key(out, "unchanged"), json_put_number(out, counts->unchanged);
    json_key(out, "refused"), json_put_number(out, counts->refused);
    json_key(out, "warned"), json_put_number(out, counts->warned);
}

static void put_fates(struct json_out *out, const struct fate *fate)
{
    json_open_array(out);
    for (; fate; fate = fate->next) {
        json_open_object(out);
        json_key(out, "line"), json_put_number(out, (int64_t)fate->line);
        json_key(out, "fate"), json_put_text(out, fate->fate);
        json_key(out, "reference"), json_put_str(out, fate->reference);
        json_key(out, "detail"), json_put_str(out, fate->detail);
        json_close_object(out);
    }
    json_close_array(out);
}

void import_write_json(struct import *import, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    json_open_object(&out);
    put_counts(&out, &import->counts);
    json_key(&out, "fates");
    put_fates(&out, import->first);
    json_close_object(&out);
}

void import_counts_json(const struct import *import, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    json_open_object(&out);
    put_counts(&out, &import->counts);
    json_close_object(&out);
}

void import_batch_fates(const struct import *import, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    put_fates(&out, *import->taken.end);
}

enum result import_skip(struct ctx *ctx, struct import *import, int64_t rows)
{
    for (int64_t i = 0; i < rows; i++) {
        struct str *cells;
        size_t count;
        enum result read = table_row(import->ctx, import->table, &cells, &count);
        if (read != OK) return fail_as(ctx, import->ctx, read);
        if (!cells) return fail(ctx, BROKEN, "The file of this import has fewer rows than were taken from it.");
    }
    return OK;
}

/* It stood in the database, where somebody may have written any number. */
static int64_t counted(const struct json *counts, const char *name)
{
    int64_t count = json_number(counts, name, 0);
    return count < 0 || count > INT32_MAX ? 0 : count;
}

void import_restore_counts(struct import *import, const struct json *counts)
{
    import->counts = (struct import_counts){.rows = counted(counts, "rows"),
                                            .created = counted(counts, "created"),
                                            .changed = counted(counts, "changed"),
                                            .unchanged = counted(counts, "unchanged"),
                                            .refused = counted(counts, "refused"),
                                            .warned = counted(counts, "warned")};
    remember_taken(import);
}

void import_restore_fates(struct import *import, const struct json *fates)
{
    for (const struct json *fate = fates->first; fate; fate = fate->next)
        keep_fate(import, (size_t)json_number(fate, "line", 0),
                  arena_cstr(import->ctx->arena, json_str(fate, "fate", S("refused"))),
                  json_str(fate, "reference", S("")), json_str(fate, "detail", S("")));
    remember_taken(import);
}
