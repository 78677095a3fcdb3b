#include "store/left_out.h"

#include "store/dialect.h"

enum { KEYS_MOST = 8 };

struct doubled {
    const struct table *table;
    struct str columns; /* that are the same */
    struct str same;    /* their values: rows of one group follow each other */
    struct value key[KEYS_MOST];
    size_t keys;
    struct str mac; /* as it was */
    struct doubled *next;
};

void left_out_add(struct ctx *ctx, struct left_out *out, const char *table, struct str key, struct str why,
                  int64_t rows)
{
    if (!out->rows && rows) out->first = arena_print(ctx->arena, "\"%s\" %.*s: %.*s", table, PRINT(key), PRINT(why));
    out->rows += rows;
}

/* ---- columns and keys ---- */

static const struct column *column_named(const struct table *table, struct str name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (str_is(name, table->columns[i].name)) return &table->columns[i];
    return NULL;
}

static const char *key_names(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].type == COLUMN_KEY) return table->columns[i].name;
    return table->primary_key;
}

static size_t count_names(const char *list)
{
    size_t count = 1;
    for (; *list; list++) count += *list == ',';
    return count;
}

static struct value value_at(struct ctx *ctx, struct rows *rows, size_t at, const struct column *column)
{
    if (rows_is_null(rows, at)) return value_null();
    switch (column->type) {
    case COLUMN_KEY:
    case COLUMN_NUMBER: return value_number(rows_number(rows, at));
    case COLUMN_DECIMAL: return value_decimal(rows_decimal(rows, at));
    case COLUMN_TEXT: return value_text(arena_copy(ctx->arena, rows_text(rows, at)));
    case COLUMN_BYTES: return value_bytes(arena_copy(ctx->arena, rows_bytes(rows, at)));
    }
    return value_null();
}

static void show_value(struct buf *out, const struct value *value)
{
    switch (value->type) {
    case IS_NULL: buf_text(out, "NULL"); return;
    case IS_NUMBER: buf_number(out, value->number); return;
    case IS_DECIMAL: buf_print(out, "%g", value->decimal); return;
    case IS_TEXT: buf_add(out, str_shorten(value->text, 100)); return;
    case IS_BYTES: buf_hex(out, (const unsigned char *)value->text.at, value->text.len > 32 ? 32 : value->text.len);
    }
}

static struct str show_key(struct ctx *ctx, const struct value *key, size_t count)
{
    struct buf out = buf_in(ctx->arena);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(&out, ", ");
        show_value(&out, &key[i]);
    }
    return buf_str(&out);
}

struct str left_out_key(struct ctx *ctx, const struct table *table, const struct str *columns,
                        const struct value *values, size_t count)
{
    struct value key[KEYS_MOST];
    size_t keys = 0;
    struct str names = str_of(key_names(table)), name;
    while (str_cut(&names, ',', &name))
        for (size_t i = 0; i < count && keys < KEYS_MOST; i++)
            if (str_eq(columns[i], str_trim(name))) key[keys++] = values[i];
    return show_key(ctx, key, keys);
}

/* " WHERE "id" = ?1" */
static void put_key_is(struct ctx *ctx, struct buf *sql, const struct table *table)
{
    struct str names = str_of(key_names(table)), name;
    for (size_t i = 1; str_cut(&names, ',', &name); i++) {
        buf_text(sql, i == 1 ? " WHERE " : " AND ");
        sql_name(sql, arena_cstr(ctx->arena, str_trim(name)));
        buf_print(sql, " = ?%zu", i);
    }
}

/* ---- what only one row may have ---- */

struct looking {
    struct ctx *ctx;
    const struct table *table;
    struct doubled **last; /* where the next one goes */
    enum result (*each)(struct looking *looking, const struct index *index);
    struct left_out *out;
};

static enum result each_unique(struct looking *looking)
{
    static const struct {
        unsigned flag;
        const char *ending, *where;
    } kinds[] = {{COLUMN_UNIQUE, "unique", NULL}, {COLUMN_LIVE_UNIQUE, "live_unique", "\"deleted_at\" IS NULL"}};
    const struct table *table = looking->table;
    for (size_t i = 0; i < table->column_count * COUNT(kinds); i++) {
        const struct column *column = &table->columns[i / COUNT(kinds)];
        size_t kind = i % COUNT(kinds);
        if (!(column->flags & kinds[kind].flag)) continue;
        const struct index index = {
            arena_print(looking->ctx->arena, "%s_%s_%s", table->name, column->name, kinds[kind].ending).at,
            column->name, true, kinds[kind].where};
        TRY(looking->each(looking, &index));
    }
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].unique) TRY(looking->each(looking, &table->indexes[i]));
    return OK;
}

/* The columns, the key, and the MAC where there is one. */
static struct str doubled_sql(struct ctx *ctx, const struct table *table, const struct index *index, bool has_mac)
{
    struct buf sql = buf_in(ctx->arena);
    const char *keys = key_names(table);
    buf_text(&sql, "SELECT ");
    sql_names(&sql, index->columns), buf_text(&sql, ", "), sql_names(&sql, keys);
    if (has_mac) buf_text(&sql, ", \"mac\"");
    buf_text(&sql, " FROM "), sql_name(&sql, table->name);
    buf_text(&sql, " WHERE (");
    sql_names(&sql, index->columns);
    buf_text(&sql, ") IN (SELECT ");
    sql_names(&sql, index->columns), buf_text(&sql, " FROM "), sql_name(&sql, table->name);
    if (index->where) buf_print(&sql, " WHERE %s", index->where);
    buf_text(&sql, " GROUP BY ");
    sql_names(&sql, index->columns);
    buf_text(&sql, " HAVING count(*) > 1)");
    if (index->where) buf_print(&sql, " AND (%s)", index->where);
    buf_text(&sql, " ORDER BY ");
    sql_names(&sql, index->columns), buf_text(&sql, ", "), sql_names(&sql, keys);
    return buf_str(&sql);
}

static struct str same_values(struct ctx *ctx, struct rows *rows, const struct table *table, const char *columns)
{
    struct buf out = buf_in(ctx->arena);
    struct str names = str_of(columns), name;
    buf_print(&out, "%s %s", table->name, columns);
    for (size_t i = 0; str_cut(&names, ',', &name); i++) {
        struct value value = value_at(ctx, rows, i, column_named(table, str_trim(name)));
        struct str text = value.type == IS_TEXT || value.type == IS_BYTES ? value.text : show_key(ctx, &value, 1);
        buf_print(&out, " %zu:", text.len);
        buf_add(&out, text);
    }
    return buf_str(&out);
}

static enum result find_of_index(struct looking *looking, const struct index *index)
{
    struct ctx *ctx = looking->ctx;
    const struct table *table = looking->table;
    size_t columns = count_names(index->columns);
    bool has_mac = column_named(table, S("mac")) != NULL;
    struct rows *rows;
    if (!key_names(table) || count_names(key_names(table)) > KEYS_MOST) return OK;
    TRY(db_query(ctx, doubled_sql(ctx, table, index, has_mac), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct doubled *one = arena_make(ctx->arena, struct doubled);
        *one = (struct doubled){.table = table, .columns = str_of(arena_cstr(ctx->arena, str_of(index->columns)))};
        one->same = same_values(ctx, rows, table, index->columns);
        struct str names = str_of(key_names(table)), name;
        while (str_cut(&names, ',', &name)) {
            one->key[one->keys] = value_at(ctx, rows, columns + one->keys, column_named(table, str_trim(name)));
            one->keys++;
        }
        if (has_mac) one->mac = arena_copy(ctx->arena, rows_bytes(rows, columns + one->keys));
        *looking->last = one;
        looking->last = &one->next;
    }
    rows_close(rows);
    return OK;
}

enum result doubled_find(struct ctx *ctx, const struct table *const *tables, size_t count, struct doubled **doubled)
{
    struct looking looking = {.ctx = ctx, .last = doubled, .each = find_of_index};
    *doubled = NULL;
    for (size_t i = 0; i < count; i++) {
        looking.table = tables[i];
        TRY(each_unique(&looking));
    }
    return OK;
}

/* *there: it was not left out for another reason; *held: its MAC was made anew. */
static enum result look_again(struct ctx *ctx, const struct doubled *one, bool *there, bool *held)
{
    struct buf sql = buf_in(ctx->arena);
    bool has_mac = column_named(one->table, S("mac")) != NULL;
    struct rows *rows;
    buf_print(&sql, "SELECT %s FROM ", has_mac ? "\"mac\"" : "1");
    sql_name(&sql, one->table->name);
    put_key_is(ctx, &sql, one->table);
    TRY(db_query_one(ctx, buf_str(&sql), one->key, one->keys, &rows, there));
    *held = *there && has_mac && !str_eq(rows_bytes(rows, 0), one->mac);
    rows_close(rows);
    return OK;
}

static enum result choose(struct ctx *ctx, const struct doubled *group, const struct doubled *end,
                          const struct doubled **kept)
{
    *kept = NULL;
    for (const struct doubled *one = group; one != end; one = one->next) {
        bool there, held;
        TRY(look_again(ctx, one, &there, &held));
        if (there && !*kept) *kept = one;
        if (!held) continue;
        *kept = one;
        return OK;
    }
    return OK;
}

static enum result remove_row(struct ctx *ctx, const struct doubled *one, struct left_out *out)
{
    struct buf sql = buf_in(ctx->arena);
    int64_t changed;
    buf_text(&sql, "DELETE FROM ");
    sql_name(&sql, one->table->name);
    put_key_is(ctx, &sql, one->table);
    TRY(db_run(ctx, buf_str(&sql), one->key, one->keys, &changed));
    left_out_add(ctx, out, one->table->name, show_key(ctx, one->key, one->keys),
                 arena_print(ctx->arena, "another row has the same %.*s, which only one may have", PRINT(one->columns)),
                 changed);
    return OK;
}

enum result doubled_remove(struct ctx *ctx, const struct doubled *doubled, struct left_out *out)
{
    while (doubled) {
        const struct doubled *end = doubled, *kept;
        while (end && str_eq(end->same, doubled->same)) end = end->next;
        TRY(choose(ctx, doubled, end, &kept));
        for (; doubled != end; doubled = doubled->next)
            if (doubled != kept) TRY(remove_row(ctx, doubled, out));
    }
    return OK;
}

/* ---- references ---- */

static const struct table *table_named(const struct table *const *tables, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i]->name, name) == 0) return tables[i];
    return NULL;
}

static void put_orphans(struct buf *sql, const struct table *table, const struct column *column,
                        const struct table *parent)
{
    buf_text(sql, " FROM "), sql_name(sql, table->name);
    buf_text(sql, " WHERE "), sql_name(sql, column->name);
    buf_text(sql, " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ");
    sql_name(sql, parent->name);
    buf_text(sql, " parent WHERE parent."), sql_name(sql, key_names(parent));
    buf_text(sql, " = "), sql_name(sql, table->name), buf_char(sql, '.'), sql_name(sql, column->name);
    buf_char(sql, ')');
}

static enum result first_orphan(struct ctx *ctx, const struct table *table, struct str orphans, struct str *key)
{
    struct buf sql = buf_in(ctx->arena);
    struct value values[KEYS_MOST];
    size_t count = 0;
    struct rows *rows;
    bool found;
    buf_text(&sql, "SELECT "), sql_names(&sql, key_names(table));
    buf_add(&sql, orphans);
    buf_text(&sql, " ORDER BY "), sql_names(&sql, key_names(table));
    buf_text(&sql, " LIMIT 1");
    TRY(db_query_one(ctx, buf_str(&sql), NULL, 0, &rows, &found));
    struct str names = str_of(key_names(table)), name;
    while (found && count < KEYS_MOST && str_cut(&names, ',', &name)) {
        values[count] = value_at(ctx, rows, count, column_named(table, str_trim(name)));
        count++;
    }
    rows_close(rows);
    *key = show_key(ctx, values, count);
    return OK;
}

/* Of one column; removes them where `removes`, else counts them. */
static enum result orphans_of(struct ctx *ctx, const struct table *table, const struct column *column,
                              const struct table *parent, bool removes, struct left_out *out)
{
    struct buf orphans = buf_in(ctx->arena);
    struct str key;
    int64_t rows;
    put_orphans(&orphans, table, column, parent);
    TRY(first_orphan(ctx, table, buf_str(&orphans), &key));
    if (!key.len) return OK;
    if (removes)
        TRY(db_run(ctx, arena_print(ctx->arena, "DELETE%.*s", PRINT(buf_str(&orphans))), NULL, 0, &rows));
    else
        TRY(db_query_number(ctx, arena_print(ctx->arena, "SELECT count(*)%.*s", PRINT(buf_str(&orphans))), NULL, 0, 0,
                            &rows));
    left_out_add(ctx, out, table->name, key,
                 arena_print(ctx->arena, "its %s names a row of \"%s\" that is not there", column->name, parent->name),
                 rows);
    return OK;
}

static enum result all_orphans(struct ctx *ctx, const struct table *const *tables, size_t count, bool removes,
                               struct left_out *out)
{
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < tables[i]->column_count; c++) {
            const struct column *column = &tables[i]->columns[c];
            const struct table *parent = column->references ? table_named(tables, count, column->references) : NULL;
            if (parent) TRY(orphans_of(ctx, tables[i], column, parent, removes, out));
        }
    return OK;
}

enum result orphans_remove(struct ctx *ctx, const struct table *const *tables, size_t count, struct left_out *out)
{
    for (int64_t before = -1; before != out->rows;) {
        before = out->rows;
        TRY(all_orphans(ctx, tables, count, true, out));
    }
    return OK;
}

/* ---- before a restore ---- */

static const char *const index_there[] = {
    [DIALECT_SQLITE] = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = ?1",
    [DIALECT_POSTGRES] = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE "
                         "c.relnamespace = current_schema()::regnamespace AND c.relname = ?1 AND i.indisvalid",
};

static enum result find_unguarded(struct looking *looking, const struct index *index)
{
    struct ctx *ctx = looking->ctx;
    const struct value name = value_text(str_of(index->name));
    struct doubled *first = NULL;
    struct looking found = {.ctx = ctx, .table = looking->table, .last = &first};
    int64_t there;
    TRY(db_query_number(ctx, str_of(index_there[db_dialect(ctx->db)]), &name, 1, 0, &there));
    if (there) return OK;
    TRY(find_of_index(&found, index));
    for (const struct doubled *one = first; one && one->next; one = one->next)
        if (str_eq(one->same, one->next->same))
            left_out_add(
                ctx, looking->out, one->table->name, show_key(ctx, one->next->key, one->next->keys),
                arena_print(ctx->arena, "another row has the same %s, which only one may have", index->columns), 1);
    return OK;
}

enum result left_out_find(struct ctx *ctx, const struct table *const *tables, size_t count, struct left_out *out)
{
    struct looking looking = {.ctx = ctx, .each = find_unguarded, .out = out};
    for (size_t i = 0; i < count; i++) {
        looking.table = tables[i];
        TRY(each_unique(&looking));
    }
    return all_orphans(ctx, tables, count, false, out);
}
