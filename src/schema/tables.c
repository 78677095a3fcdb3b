/* From a register to its table. Lists and ratings are JSON text in the record's own row, so that one row is the whole
 * record; the table `link` (records/tables.h) is the index over the links among them. */
#include "schema/tables.h"

static enum column_type column_type(const struct field *field)
{
    if (field->kind == DECIMAL) return COLUMN_DECIMAL;
    return kind_is_number(field->kind) ? COLUMN_NUMBER : COLUMN_TEXT;
}

/* A list or an object is never NULL: the program would read it as empty, and a filter in the database would not. */
static const char *column_fallback(const struct field *field)
{
    if (kind_is_list(field->kind)) return "'[]'";
    return kind_is_json(field->kind) ? "'{}'" : NULL;
}

static unsigned column_flags(const struct field *field)
{
    unsigned flags = kind_is_json(field->kind) ? COLUMN_NOT_NULL : 0;
    if (field->flags & INDEXED || field->kind == LINK) flags |= COLUMN_INDEXED;
    if (field->flags & UNIQUE) flags |= COLUMN_LIVE_UNIQUE;
    return flags;
}

static struct column column_of(const struct field *field)
{
    return (struct column){.name = field->name,
                           .type = column_type(field),
                           .flags = column_flags(field),
                           .fallback = column_fallback(field)};
}

static struct column common_column(size_t index)
{
    const struct field *field = &common_fields[index];
    struct column column = column_of(field);
    switch ((enum common)index) {
    case C_ID: column.type = COLUMN_KEY; break;
    case C_UNIT:
    case C_OWNER: column.references = field->target; break;
    case C_STATUS:
    case C_VERSION:
    case C_CREATED_AT:
    case C_CHANGED_AT: column.flags |= COLUMN_NOT_NULL; break;
    case C_TAGS:
    case C_CUSTOM:
    case C_CREATED_BY:
    case C_CHANGED_BY:
    case C_DELETED_AT:
    case COMMON: break;
    }
    return column;
}

const struct table *reg_table(struct ctx *ctx, const struct reg *reg)
{
    struct column *columns = arena_make_many(ctx->arena, struct column, row_width(reg));
    for (size_t i = 0; i < COMMON; i++) columns[i] = common_column(i);
    for (size_t i = 0; i < reg->field_count; i++) {
        const struct field *field = &reg->fields[i];
        columns[COMMON + i] = column_of(field);
        if (field->kind == LINK) columns[COMMON + i].references = field->target;
    }
    struct table *table = arena_make(ctx->arena, struct table);
    *table = (struct table){.name = reg->name, .columns = columns, .column_count = row_width(reg)};
    return table;
}
