/* Search on both databases. SQLite's FTS5 writes a piece of index of its own for each transaction, which was a sixth of
 * what a create costs; so a write only says which rows are to be indexed, many are indexed at once soon after
 * (search_index_pending), and until then a search reads the words of these rows themselves. */
#include "store/search.h"

#include "store/dialect.h"
#include "store/words.h"

enum { REGISTER_SHIFT = 40, NUMBERS = 4 * 1024 * 1024 };

/* A record's row number holds the number of its register above bit 40, so that one range of the index is one register.
 * search_entry: the words of each record as they are. search_pending: the rows whose words the index does not have yet,
 * and those that it has for them. */
static const char sqlite_ddl[] =
    "CREATE TABLE IF NOT EXISTS search_entry (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE IF NOT EXISTS search_pending (id INTEGER PRIMARY KEY, indexed TEXT NOT NULL) STRICT;\n"
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

int64_t search_number(struct str reg)
{
    return (int64_t)(str_hash(reg) % NUMBERS) + 1;
}

/* ---- SQLite ---- */

static int64_t row_of(struct str reg, int64_t record)
{
    return (search_number(reg) << REGISTER_SHIFT) + record;
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

/* Of a row that waits already the index still has what it had then. */
static enum result await_index(struct ctx *ctx, int64_t row, struct str indexed)
{
    struct value args[] = {value_number(row), value_text(indexed)};
    return db_run(ctx, S("INSERT INTO search_pending (id, indexed) VALUES (?1, ?2) ON CONFLICT DO NOTHING"), args,
                  COUNT(args), NULL);
}

static enum result sqlite_put(struct ctx *ctx, struct str reg, int64_t record, struct str words)
{
    int64_t row = row_of(reg, record), changed;
    struct value args[] = {value_number(row), value_text(words)};
    TRY(db_run(ctx, S("INSERT INTO search_entry (id, words) VALUES (?1, ?2) ON CONFLICT DO NOTHING"), args, 2,
               &changed));
    if (changed) return await_index(ctx, row, S(""));
    struct str before;
    TRY(words_before(ctx, row, &before));
    if (str_eq(before, words)) return OK;
    TRY(db_run(ctx, S("UPDATE search_entry SET words = ?2 WHERE id = ?1"), args, 2, NULL));
    return await_index(ctx, row, before);
}

static enum result sqlite_remove(struct ctx *ctx, struct str reg, int64_t record)
{
    int64_t row = row_of(reg, record);
    struct str before;
    TRY(words_before(ctx, row, &before));
    if (!before.len) return OK;
    struct value key = value_number(row);
    TRY(db_run(ctx, S("DELETE FROM search_entry WHERE id = ?1"), &key, 1, NULL));
    return await_index(ctx, row, before);
}

/* ---- SQLite: the index ---- */

static enum result index_row(struct ctx *ctx, int64_t row, struct str indexed, struct str words)
{
    struct value args[] = {value_number(row), value_text(indexed)};
    if (str_eq(indexed, words)) return OK;
    if (indexed.len)
        TRY(db_run(ctx, S("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?1, ?2)"), args,
                   COUNT(args), NULL));
    args[1] = value_text(words);
    if (!words.len) return OK;
    return db_run(ctx, S("INSERT INTO search_index (rowid, words) VALUES (?1, ?2)"), args, COUNT(args), NULL);
}

/* In the order of rows, which is the order in which FTS5 takes them in one piece. */
static enum result index_rows(struct ctx *ctx, int64_t *count, int64_t *last)
{
    const struct value args[] = {value_number(SEARCH_BATCH)};
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT p.id, p.indexed, e.words FROM search_pending p LEFT JOIN search_entry e ON e.id = p.id "
                   "ORDER BY p.id LIMIT ?1"),
                 args, COUNT(args), &rows));
    for (*count = 0;; ++*count) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        *last = rows_number(rows, 0);
        TRY(index_row(ctx, *last, rows_text(rows, 1), rows_text(rows, 2)));
    }
}

enum result search_index_pending(struct ctx *ctx, int64_t *count)
{
    int64_t last = 0;
    *count = 0;
    if (db_dialect(ctx->db) == DIALECT_POSTGRES) return OK;
    TRY(index_rows(ctx, count, &last));
    const struct value args[] = {value_number(last)};
    return *count ? db_run(ctx, S("DELETE FROM search_pending WHERE id <= ?1"), args, COUNT(args), NULL) : OK;
}

enum result search_pending_count(struct ctx *ctx, int64_t *count)
{
    *count = 0;
    if (db_dialect(ctx->db) == DIALECT_POSTGRES) return OK;
    return db_query_number(ctx, S("SELECT count(*) FROM search_pending"), NULL, 0, 0, count);
}

/* ---- both ---- */

enum result search_put(struct ctx *ctx, struct str reg, int64_t record, struct str text)
{
    struct words found = words_of(ctx->arena, text, 0);
    if (!found.count) return search_remove(ctx, reg, record);
    struct str words = words_join(&found);
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
    TRY(db_run(ctx, S("DELETE FROM search_pending"), NULL, 0, NULL));
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

/* Of the index what is up to date, and of the rows that wait those that have every word. */
static void sqlite_condition(struct buf *sql, const char *id_column, int64_t number, const struct words *words,
                             struct str query, struct value *args, size_t *count)
{
    unsigned at = (unsigned)*count + 1;
    args[(*count)++] = value_number(number << REGISTER_SHIFT);
    args[(*count)++] = value_number((number + 1) << REGISTER_SHIFT);
    args[(*count)++] = value_text(query);
    buf_print(sql,
              "%s IN (SELECT rowid - ?%u FROM search_index WHERE search_index MATCH ?%u AND rowid > ?%u AND "
              "rowid < ?%u AND rowid NOT IN (SELECT id FROM search_pending) UNION ALL SELECT p.id - ?%u "
              "FROM search_pending p JOIN search_entry e ON e.id = p.id WHERE p.id > ?%u AND p.id < ?%u",
              id_column, at, at + 2, at, at + 1, at, at, at + 1);
    for (size_t i = 0; i < words->count; i++) {
        args[(*count)++] = value_text(words->at[i]);
        buf_print(sql, " AND instr(' ' || e.words, ' ' || ?%zu) > 0", *count);
    }
    buf_text(sql, ")");
}

enum result search_condition(struct ctx *ctx, struct buf *sql, struct str reg, const char *id_column, struct str query,
                             struct value *args, size_t *count)
{
    struct words words = words_of(ctx->arena, query, SEARCH_WORDS);
    bool postgres = db_dialect(ctx->db) == DIALECT_POSTGRES;
    if (!words.count) {
        buf_text(sql, "1 = 0");
        return OK;
    }
    struct str match = query_of(ctx, &words);
    if (!postgres) {
        sqlite_condition(sql, id_column, search_number(reg), &words, match, args, count);
        return OK;
    }
    unsigned at = (unsigned)*count + 1;
    buf_print(sql, "%s IN (SELECT record FROM search_entry WHERE register = ?%u AND words @@ CAST(?%u AS tsquery))",
              id_column, at, at + 1);
    args[(*count)++] = value_text(reg);
    args[(*count)++] = value_text(match);
    return OK;
}
