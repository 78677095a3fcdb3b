/* Bringing a database to its tables: one question lists everything that exists, then each missing part is made.
 * Starting with nothing to do costs that one question. */
#include "store/table_parts.h"

#include "base/log.h"

struct names {
    struct str *at;
    size_t len, room;
};

/* One row for each existing thing: kind (as in enum part_kind), table, name. */
static const char *const existing[] = {
    [DIALECT_SQLITE] = "SELECT 1, name, name FROM sqlite_schema WHERE type = 'table' UNION ALL "
                       "SELECT 2, s.name, c.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c "
                       "WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL%' UNION ALL "
                       "SELECT CASE type WHEN 'index' THEN 3 ELSE 4 END, tbl_name, name FROM sqlite_schema "
                       "WHERE type IN ('index', 'trigger')",
    [DIALECT_POSTGRES] =
        "SELECT 0, '', p.proname FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace UNION ALL "
        "SELECT 1, c.relname, c.relname FROM pg_class c "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') UNION ALL "
        "SELECT 2, c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') "
        "AND a.attnum > 0 AND NOT a.attisdropped UNION ALL "
        "SELECT 3, t.relname, c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
        "JOIN pg_class t ON t.oid = i.indrelid WHERE c.relnamespace = current_schema()::regnamespace UNION ALL "
        "SELECT 4, c.relname, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal UNION ALL "
        "SELECT 5, c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND k.contype = 'f'",
};

enum { POSTGRES_NAME_LIMIT = 63 };

static struct str key_of(struct ctx *ctx, int kind, const char *table, const char *name)
{
    return arena_print(ctx->arena, "%d %s.%s", kind, table, name);
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool has(const struct names *names, struct str key)
{
    return names->len && bsearch(&key, names->at, names->len, sizeof key, by_bytes);
}

static void add(struct ctx *ctx, struct names *names, struct str key)
{
    if (names->len == names->room) {
        size_t room = names->room ? names->room * 2 : 1024;
        names->at = arena_grow(ctx->arena, names->at, names->len * sizeof key, room * sizeof key);
        names->room = room;
    }
    names->at[names->len++] = key;
}

static enum result list_existing(struct ctx *ctx, struct names *names)
{
    struct rows *rows;
    TRY(db_query(ctx, str_of(existing[db_dialect(ctx->db)]), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        const char *table = arena_cstr(ctx->arena, rows_text(rows, 1));
        add(ctx, names, key_of(ctx, (int)rows_number(rows, 0), table, arena_cstr(ctx->arena, rows_text(rows, 2))));
    }
    if (names->len) qsort(names->at, names->len, sizeof *names->at, by_bytes);
    return OK;
}

static const struct column *column_of(const struct parts *parts, const struct part *part)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct table *table = parts->tables[i];
        if (strcmp(table->name, part->table) != 0) continue;
        for (size_t c = 0; c < table->column_count; c++)
            if (strcmp(table->columns[c].name, part->name) == 0) return &table->columns[c];
    }
    return NULL;
}

static enum result check_addable(struct ctx *ctx, const struct parts *parts, const struct part *part)
{
    const struct column *column = column_of(parts, part);
    if (column->type == COLUMN_KEY)
        return fail(ctx, BROKEN, "Table %s exists without its key %s: this is not a database of this program.",
                    part->table, part->name);
    if ((column->flags & COLUMN_NOT_NULL) && !column->fallback)
        return fail(ctx, BROKEN, "Column %s.%s is new and may not be empty: its declaration needs a fallback.",
                    part->table, part->name);
    return OK;
}

/* A part whose table was made just now has its columns already; its indexes and triggers are still to come. */
static enum result apply(struct ctx *ctx, const struct parts *parts, const struct names *names, const struct part *part)
{
    if (strlen(part->name) > POSTGRES_NAME_LIMIT)
        return fail(ctx, BROKEN, "The database name %s is longer than %d characters: shorten it.", part->name,
                    POSTGRES_NAME_LIMIT);
    if (has(names, key_of(ctx, (int)part->kind, part->table, part->name))) return OK;
    bool table_is_new = !has(names, key_of(ctx, PART_TABLE, part->table, part->table));
    if (part->kind == PART_COLUMN) {
        if (table_is_new) return OK;
        TRY(check_addable(ctx, parts, part));
    }
    enum result result = db_script(ctx, arena_cstr(ctx->arena, part->sql));
    if (result != OK)
        return fail(ctx, result, "%.*s (while making %s in the database)", PRINT(ctx->error.sentence), part->name);
    return OK;
}

enum result tables_apply(struct ctx *ctx, const struct table *const *tables, size_t count)
{
    struct parts parts = {.ctx = ctx, .dialect = db_dialect(ctx->db), .tables = tables, .count = count};
    struct names names = {0};
    parts_list(&parts);
    TRY(list_existing(ctx, &names));
    for (size_t i = 0; i < parts.len; i++) TRY(apply(ctx, &parts, &names, &parts.at[i]));
    return OK;
}

enum result tables_tell_missing_triggers(struct ctx *ctx, const struct table *const *tables, size_t count,
                                         struct str *alarm)
{
    struct parts parts = {.ctx = ctx, .dialect = db_dialect(ctx->db), .tables = tables, .count = count};
    struct names names = {0};
    size_t missing = 0;
    const char *first = NULL;
    *alarm = S("");
    parts_list(&parts);
    TRY(list_existing(ctx, &names));
    for (size_t i = 0; i < parts.len; i++) {
        const struct part *part = &parts.at[i];
        if (part->kind != PART_TRIGGER || has(&names, key_of(ctx, PART_TRIGGER, part->table, part->name)) ||
            !has(&names, key_of(ctx, PART_TABLE, part->table, part->table)))
            continue;
        if (!missing++) first = part->name;
        log_text(
            LOG_ERROR,
            "a trigger that keeps rows from being changed was missing and is made anew: somebody removed it, or the "
            "program was upgraded; run merlon verify",
            "trigger", str_of(part->name));
    }
    if (missing) *alarm = missing_triggers_said(ctx, missing, first);
    return OK;
}
