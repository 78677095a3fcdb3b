/* Statements from fields. Identifiers come from const tables, so quoting them is all the care they need. */
#include "records/sql.h"

#include "records/house.h"
#include "schema/parse.h"

static void name_column(struct buf *sql, const struct reg *reg, size_t index)
{
    buf_char(sql, '"');
    buf_text(sql, row_field(reg, index)->name);
    buf_char(sql, '"');
}

static struct str columns_of(struct ctx *ctx, const struct reg *reg, size_t from)
{
    struct buf sql = buf_in(ctx->arena);
    for (size_t i = from; i < row_width(reg); i++) {
        if (i > from) buf_char(&sql, ',');
        name_column(&sql, reg, i);
    }
    return buf_str(&sql);
}

static struct str insert_of(struct ctx *ctx, const struct reg *reg)
{
    struct buf sql = buf_in(ctx->arena);
    buf_print(&sql, "INSERT INTO \"%s\" (%.*s) VALUES (", reg->name, PRINT(columns_of(ctx, reg, 1)));
    for (size_t i = 1; i < row_width(reg); i++) buf_print(&sql, "%s?%zu", i > 1 ? "," : "", i);
    buf_text(&sql, ") RETURNING id");
    return buf_str(&sql);
}

static struct str update_of(struct ctx *ctx, const struct reg *reg)
{
    struct buf sql = buf_in(ctx->arena);
    buf_print(&sql, "UPDATE \"%s\" SET ", reg->name);
    for (size_t i = 1; i < row_width(reg); i++) {
        if (i > 1) buf_char(&sql, ',');
        name_column(&sql, reg, i);
        buf_print(&sql, "=?%zu", i);
    }
    buf_print(&sql, " WHERE id=?%zu AND version=?%zu", row_width(reg), row_width(reg) + 1);
    return buf_str(&sql);
}

static const struct str *keys_of(struct ctx *ctx, const struct reg *reg)
{
    struct str *keys = arena_make_many(ctx->arena, struct str, row_width(reg));
    for (size_t i = 0; i < row_width(reg); i++) keys[i] = arena_print(ctx->arena, "\"%s\":", row_field(reg, i)->name);
    return keys;
}

struct reg_sql *reg_sql_make(struct ctx *ctx, const struct reg *const *registers, size_t count)
{
    struct reg_sql *all = arena_make_many(ctx->arena, struct reg_sql, count);
    for (size_t i = 0; i < count; i++) {
        const struct reg *reg = registers[i];
        struct str columns = columns_of(ctx, reg, 0);
        struct str select = arena_print(ctx->arena, "SELECT %.*s FROM \"%s\"", PRINT(columns), reg->name);
        all[i] = (struct reg_sql){
            .columns = columns,
            .select_all = select,
            .select = arena_print(ctx->arena, "%.*s WHERE id=?1", PRINT(select)),
            .insert = insert_of(ctx, reg),
            .update = update_of(ctx, reg),
            .keys = keys_of(ctx, reg),
        };
    }
    return all;
}

const struct reg_sql *reg_sql(const struct ctx *ctx, const struct reg *reg)
{
    return &ctx->house->sql[house_index(ctx->house, reg)];
}

static struct value read_column(struct ctx *ctx, const struct field *field, const struct rows *rows, size_t column)
{
    if (rows_is_null(rows, column)) return field_empty(field);
    if (kind_is_number(field->kind)) return value_number(rows_number(rows, column));
    if (field->kind == DECIMAL) return value_decimal(rows_decimal(rows, column));
    return value_text(arena_copy(ctx->arena, rows_text(rows, column)));
}

struct record *record_of_row(struct ctx *ctx, const struct reg *reg, const struct rows *rows)
{
    struct record *record = record_unset(ctx, reg);
    for (size_t i = 0; i < row_width(reg); i++) record->row[i] = read_column(ctx, row_field(reg, i), rows, i);
    return record;
}
