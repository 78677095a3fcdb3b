/* Search on both databases. SQLite's index is written once a group of writes and not once a write: each savepoint makes
 * FTS5 write a piece of index of its own, which cost three times as much (30 against 10 microseconds a record). */
#include "store/search.h"

#include "store/dialect.h"
#include "store/search_queue.h"
#include "store/words.h"

enum { QUERY_WORDS = 16, REGISTER_SHIFT = 40 };

/* A record's row number holds its register above bit 40, so that one range of the index is one register. */
static const char sqlite_ddl[] =
    "CREATE TABLE IF NOT EXISTS search_register (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;\n"
    "CREATE TABLE IF NOT EXISTS search_entry (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;\n"
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5(words, content='search_entry', content_rowid='id',\n"
    "    detail=none, columnsize=0, tokenize='ascii');\n";

static const char postgres_ddl[] =
    "CREATE TABLE IF NOT EXISTS search_entry (register text COLLATE \"C\" NOT NULL, record bigint NOT NULL,\n"
    "    words tsvector NOT NULL, PRIMARY KEY (register, record));\n"
    "CREATE INDEX IF NOT EXISTS search_entry_words ON search_entry USING gin (words);\n";

static const char *const ddl[] = {[DIALECT_SQLITE] = sqlite_ddl, [DIALECT_POSTGRES] = postgres_ddl};

struct str search_ddl(enum dialect dialect)
{
    return str_of(ddl[dialect]);
}

enum result search_apply(struct ctx *ctx)
{
    return db_script(ctx, ddl[db_dialect(ctx->db)]);
}

/* ---- SQLite ---- */

static enum result register_number(struct ctx *ctx, struct str reg, int64_t *number)
{
    struct value name = value_text(reg);
    return db_query_number(ctx, S("SELECT id FROM search_register WHERE name = ?1"), &name, 1, 0, number);
}

static enum result row_of(struct ctx *ctx, struct str reg, int64_t record, int64_t *row)
{
    int64_t number = search_queue_register(ctx->db, reg);
    if (!number) {
        struct value name = value_text(reg);
        TRY(register_number(ctx, reg, &number));
        if (!number)
            TRY(db_insert(ctx, S("INSERT INTO search_register (name) VALUES (?1) RETURNING id"), &name, 1, &number));
        search_queue_learn(ctx->db, reg, number);
    }
    *row = (number << REGISTER_SHIFT) + record;
    return OK;
}

static enum result words_before(struct ctx *ctx, int64_t row, struct str *words)
{
    struct value key = value_number(row);
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT words FROM search_entry WHERE id = ?1"), &key, 1, &rows, &found));
    *words = arena_copy(ctx->arena, rows_text(rows, 0));
    rows_close(rows);
    return OK;
}

static enum result remember(struct ctx *ctx, int64_t row, struct str before, struct str after)
{
    if (search_queue_add(ctx->db, row, before, after)) return OK;
    return fail(ctx, BROKEN, "There is no memory left for the search index.");
}

static enum result sqlite_put(struct ctx *ctx, struct str reg, int64_t record, struct str words)
{
    int64_t row, changed;
    TRY(row_of(ctx, reg, record, &row));
    struct value args[] = {value_number(row), value_text(words)};
    TRY(db_run(ctx, S("INSERT INTO search_entry (id, words) VALUES (?1, ?2) ON CONFLICT DO NOTHING"), args, 2,
               &changed));
    if (changed) return remember(ctx, row, S(""), words);
    struct str before;
    TRY(words_before(ctx, row, &before));
    if (str_eq(before, words)) return OK;
    TRY(db_run(ctx, S("UPDATE search_entry SET words = ?2 WHERE id = ?1"), args, 2, NULL));
    return remember(ctx, row, before, words);
}

static enum result sqlite_remove(struct ctx *ctx, struct str reg, int64_t record)
{
    int64_t row;
    struct str before;
    TRY(row_of(ctx, reg, record, &row));
    TRY(words_before(ctx, row, &before));
    if (!before.len) return OK;
    struct value key = value_number(row);
    TRY(db_run(ctx, S("DELETE FROM search_entry WHERE id = ?1"), &key, 1, NULL));
    return remember(ctx, row, before, S(""));
}

/* ---- both ---- */

enum result search_put(struct ctx *ctx, struct str reg, int64_t record, struct str text)
{
    struct words found = words_of(ctx->arena, text, 0);
    if (!found.count) return search_remove(ctx, reg, record);
    struct str words = words_join(ctx->arena, &found);
    if (db_dialect(ctx->db) == DIALECT_SQLITE) return sqlite_put(ctx, reg, record, words);
    struct value args[] = {value_text(reg), value_number(record), value_text(words)};
    return db_run(ctx,
                  S("INSERT INTO search_entry (register, record, words) VALUES (?1, ?2, CAST(?3 AS tsvector)) "
                    "ON CONFLICT (register, record) DO UPDATE SET words = excluded.words"),
                  args, COUNT(args), NULL);
}

enum result search_remove(struct ctx *ctx, struct str reg, int64_t record)
{
    if (db_dialect(ctx->db) == DIALECT_SQLITE) return sqlite_remove(ctx, reg, record);
    struct value args[] = {value_text(reg), value_number(record)};
    return db_run(ctx, S("DELETE FROM search_entry WHERE register = ?1 AND record = ?2"), args, COUNT(args), NULL);
}

enum result search_clear(struct ctx *ctx)
{
    TRY(db_run(ctx, S("DELETE FROM search_entry"), NULL, 0, NULL));
    if (db_dialect(ctx->db) == DIALECT_POSTGRES) return OK;
    search_queue_empty(ctx->db);
    return db_run(ctx, S("INSERT INTO search_index (search_index) VALUES ('delete-all')"), NULL, 0, NULL);
}

/* ---- asking ---- */

/* "one"* AND "two"* for FTS5, 'one':* & 'two':* for a tsquery; words hold nothing that would need escaping. */
static struct str query_of(struct ctx *ctx, const struct words *words)
{
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    struct buf query = buf_in(ctx->arena);
    for (size_t i = 0; i < words->count; i++) {
        if (i) buf_text(&query, postgres ? " & " : " AND ");
        buf_print(&query, postgres ? "'%.*s':*" : "\"%.*s\"*", PRINT(words->at[i]));
    }
    return buf_str(&query);
}

static void sqlite_condition(struct buf *sql, const char *id_column, int64_t number, struct str query,
                             struct value *args, size_t *count)
{
    int64_t first = number << REGISTER_SHIFT;
    unsigned at = (unsigned)*count + 1;
    buf_print(sql,
              "%s IN (SELECT rowid - ?%u FROM search_index WHERE search_index MATCH ?%u AND rowid > ?%u AND "
              "rowid < ?%u)",
              id_column, at, at + 1, at, at + 2);
    args[(*count)++] = value_number(first);
    args[(*count)++] = value_text(query);
    args[(*count)++] = value_number((number + 1) << REGISTER_SHIFT);
}

enum result search_condition(struct ctx *ctx, struct buf *sql, struct str reg, const char *id_column, struct str query,
                             struct value *args, size_t *count)
{
    struct words words = words_of(ctx->arena, query, QUERY_WORDS);
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    int64_t number = 1;
    if (words.count && !postgres) TRY(register_number(ctx, reg, &number));
    if (!words.count || !number) {
        buf_text(sql, "1 = 0");
        return OK;
    }
    struct str match = query_of(ctx, &words);
    if (!postgres) {
        sqlite_condition(sql, id_column, number, match, args, count);
        return OK;
    }
    unsigned at = (unsigned)*count + 1;
    buf_print(sql, "%s IN (SELECT record FROM search_entry WHERE register = ?%u AND words @@ CAST(?%u AS tsquery))",
              id_column, at, at + 1);
    args[(*count)++] = value_text(reg);
    args[(*count)++] = value_text(match);
    return OK;
}
