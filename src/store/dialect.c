/* The few expressions that the dialects do not share. Each gives the same value on both for the same row; tests hold
 * that (tests/unit/store/dialect_test.c). */
#include "store/dialect.h"

void sql_name(struct buf *sql, const char *name)
{
    buf_char(sql, '"');
    for (; *name; name++) {
        if (*name == '"') buf_char(sql, '"');
        buf_char(sql, *name);
    }
    buf_char(sql, '"');
}

void sql_names(struct buf *sql, const char *list)
{
    struct str rest = str_of(list), piece;
    for (bool first = true; str_cut(&rest, ',', &piece); first = false) {
        struct str order = str_trim(piece), name;
        if (!str_cut(&order, ' ', &name)) continue;
        if (!first) buf_text(sql, ", ");
        sql_name(sql, arena_cstr(sql->arena, name));
        if (order.len) buf_print(sql, " %.*s", PRINT(order));
    }
}

static void sqlite_path(struct buf *sql, unsigned name)
{
    buf_print(sql, "'$.\"' || ?%u || '\"'", name);
}

static void postgres_member(struct buf *sql, const char *column, unsigned name, const char *operator)
{
    buf_print(sql, "(NULLIF(%s, '')::jsonb %s CAST(?%u AS text))", column, operator, name);
}

void sql_json_text(struct buf *sql, enum dialect dialect, const char *column, unsigned name)
{
    if (dialect == DIALECT_POSTGRES) {
        buf_text(sql, "CASE WHEN jsonb_typeof");
        postgres_member(sql, column, name, "->");
        buf_text(sql, " IN ('string', 'number', 'boolean') THEN ");
        postgres_member(sql, column, name, "->>");
        buf_text(sql, " COLLATE \"C\" END");
        return;
    }
    buf_print(sql, "CASE json_type(NULLIF(%s, ''), ", column);
    sqlite_path(sql, name);
    buf_text(sql, ") WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'array' THEN NULL WHEN 'object' THEN NULL "
                  "ELSE CAST(json_extract(");
    buf_print(sql, "NULLIF(%s, ''), ", column);
    sqlite_path(sql, name);
    buf_text(sql, ") AS TEXT) END");
}

void sql_json_number(struct buf *sql, enum dialect dialect, const char *column, unsigned name)
{
    if (dialect == DIALECT_POSTGRES) {
        buf_text(sql, "CASE WHEN jsonb_typeof");
        postgres_member(sql, column, name, "->");
        buf_text(sql, " = 'number' THEN CAST(");
        postgres_member(sql, column, name, "->>");
        buf_text(sql, " AS double precision) END");
        return;
    }
    buf_print(sql, "CASE WHEN json_type(NULLIF(%s, ''), ", column);
    sqlite_path(sql, name);
    buf_text(sql, ") IN ('integer', 'real') THEN CAST(json_extract(");
    buf_print(sql, "NULLIF(%s, ''), ", column);
    sqlite_path(sql, name);
    buf_text(sql, ") AS REAL) END");
}

void sql_json_has(struct buf *sql, enum dialect dialect, const char *column, unsigned name, unsigned value)
{
    if (dialect == DIALECT_POSTGRES) {
        buf_text(sql, "coalesce(");
        postgres_member(sql, column, name, "->");
        buf_print(sql, " @> to_jsonb(CAST(?%u AS text)), false)", value);
        return;
    }
    buf_print(sql, "EXISTS (SELECT 1 FROM json_each(NULLIF(%s, ''), ", column);
    sqlite_path(sql, name);
    buf_print(sql, ") WHERE \"type\" = 'text' AND \"value\" = CAST(?%u AS TEXT))", value);
}

void sql_contains(struct buf *sql, enum dialect dialect, const char *column, unsigned number)
{
    const char *operator= dialect == DIALECT_POSTGRES ? "ILIKE" : "LIKE";
    buf_print(sql, "%s %s ?%u ESCAPE '\\'", column, operator, number);
}

struct str sql_pattern(struct arena *arena, struct str text)
{
    struct buf pattern = buf_in(arena);
    buf_char(&pattern, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("%_\\", text.at[i]) && text.at[i]) buf_char(&pattern, '\\');
        buf_char(&pattern, text.at[i]);
    }
    buf_char(&pattern, '%');
    return buf_str(&pattern);
}

const char *sql_skip_locked(enum dialect dialect)
{
    return dialect == DIALECT_POSTGRES ? " FOR UPDATE SKIP LOCKED" : "";
}

const char *sql_now(enum dialect dialect)
{
    return dialect == DIALECT_POSTGRES ? "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS int8)"
                                       : "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";
}
