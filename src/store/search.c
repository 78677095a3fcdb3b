/* Search on both databases. SQLite's FTS5 writes a piece of index of its own for each transaction, which was a sixth of
 * what a create costs; so many records are indexed at once soon after (search_index_pending), and until then a search
 * reads the words of those that wait. */
#include "store/search.h"

#include "base/number.h"
#include "store/dialect.h"
#include "store/words.h"

enum { REGISTER_SHIFT = 40, NUMBERS = 4 * 1024 * 1024 };

/* A record's row number holds the number of its register above bit 40, so that one range of the index is one register.
 * search_entry: the words of each record as they are. search_level: up to which row of a register the index has come;
 * the new records beyond it cost nothing but their entry. search_pending: rows whose words have changed since, with
 * those that the index has for them; what it says of a row beyond the level is of no account. */
static const char sqlite_ddl[] =
    "CREATE TABLE IF NOT EXISTS search_entry (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE IF NOT EXISTS search_pending (id INTEGER PRIMARY KEY, indexed TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE IF NOT EXISTS search_level (register INTEGER PRIMARY KEY, row INTEGER NOT NULL) STRICT;\n"
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

/* Also a statement that finds nothing to make waits for whoever writes to the table, so none is run then. */
enum result search_apply(struct ctx *ctx)
{
    static const struct {
        const char *sql;
        int64_t wanted;
    } existing[] = {
        [DIALECT_SQLITE] = {"SELECT count(*) FROM sqlite_schema WHERE name IN ('search_entry', 'search_pending', "
                            "'search_level', 'search_index')",
                            4},
        [DIALECT_POSTGRES] = {"SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND "
                              "relname IN ('search_entry', 'search_entry_words')",
                              2},
    };
    enum dialect dialect = db_dialect(ctx->db);
    int64_t found;
    TRY(db_query_number(ctx, str_of(existing[dialect].sql), NULL, 0, 0, &found));
    if (found == existing[dialect].wanted) return OK;
    return db_script(ctx, ddl[db_dialect(ctx->db)]);
}

int64_t search_number(struct str reg)
{
    return (int64_t)(str_hash(reg) % NUMBERS) + 1;
}

/* ---- SQLite ---- */

static int64_t row_of(struct str reg, int64_t record)
{
    return add_capped(search_number(reg) << REGISTER_SHIFT, record);
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

/* Should there be an entry all the same, it is replaced as any other. */
static enum result sqlite_add(struct ctx *ctx, struct str reg, int64_t record, struct str words)
{
    const struct value args[] = {value_number(row_of(reg, record)), value_text(words)};
    int64_t changed;
    TRY(db_run(ctx, S("INSERT INTO search_entry (id, words) VALUES (?1, ?2) ON CONFLICT DO NOTHING"), args, COUNT(args),
               &changed));
    return changed ? OK : sqlite_put(ctx, reg, record, words);
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

/* Each register above ?1 that has entries, and its level; the next register is found by one look-up. A row whose number
 * is no register's stands for nothing and is not gone to: its register + 1 << 40 need not be above it, and this would
 * not come to an end. Each step leads to a higher register, and there are no more steps than entries. */
#define LAST "4194304" /* NUMBERS */
#define NEXT_ABOVE "SELECT min(id) >> 40 FROM search_entry WHERE id < " LAST " + 1 << 40 AND id >= 1 + "
#define LEVELS                                                                                                         \
    "WITH RECURSIVE found (register) AS (" NEXT_ABOVE "?1 << 40 UNION ALL SELECT (" NEXT_ABOVE "register << 40) "      \
    "FROM found WHERE register IS NOT NULL), level (register, row) AS (SELECT register, max(register << 40, "          \
    "COALESCE((SELECT l.row FROM search_level l WHERE l.register = found.register), 0)) FROM found "                   \
    "WHERE register IS NOT NULL) "
#define BEYOND "search_entry WHERE id > level.row AND id < level.register + 1 << 40"

static enum result put_into_index(struct ctx *ctx, int64_t row, struct str words)
{
    const struct value args[] = {value_number(row), value_text(words)};
    return db_run(ctx, S("INSERT INTO search_index (rowid, words) VALUES (?1, ?2)"), args, COUNT(args), NULL);
}

static enum result index_changed_row(struct ctx *ctx, int64_t row, struct str indexed, struct str words)
{
    const struct value args[] = {value_number(row), value_text(indexed)};
    if (str_eq(indexed, words)) return OK;
    if (indexed.len)
        TRY(db_run(ctx, S("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?1, ?2)"), args,
                   COUNT(args), NULL));
    return words.len ? put_into_index(ctx, row, words) : OK;
}

/* In the order of rows, which is the order in which FTS5 takes them in one piece. */
static enum result index_changed(struct ctx *ctx, int64_t *count)
{
    const struct value args[] = {value_number(SEARCH_BATCH)};
    int64_t last = INT64_MAX;
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT p.id, p.indexed, e.words FROM search_pending p JOIN search_level l "
                   "ON l.register = p.id >> 40 AND p.id <= l.row LEFT JOIN search_entry e ON e.id = p.id "
                   "ORDER BY p.id LIMIT ?1"),
                 args, COUNT(args), &rows));
    for (*count = 0;; ++*count) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        last = rows_number(rows, 0);
        TRY(index_changed_row(ctx, last, rows_text(rows, 1), rows_text(rows, 2)));
    }
    const struct value end = value_number(*count == SEARCH_BATCH ? last : INT64_MAX);
    return db_run(ctx, S("DELETE FROM search_pending WHERE id <= ?1"), &end, 1, NULL);
}

/* Of the registers above *number. */
static enum result next_level(struct ctx *ctx, int64_t *number, int64_t *level, bool *found)
{
    const struct value after = value_number(*number);
    struct rows *rows;
    TRY(db_query_one(ctx, S(LEVELS "SELECT register, row FROM level WHERE EXISTS (SELECT 1 FROM " BEYOND ") LIMIT 1"),
                     &after, 1, &rows, found));
    if (!*found) return OK;
    *number = rows_number(rows, 0);
    *level = rows_number(rows, 1);
    rows_close(rows);
    return OK;
}

/* Of one register the new records, at most `most`. */
static enum result index_new(struct ctx *ctx, int64_t number, int64_t level, int64_t most, int64_t *count)
{
    const struct value args[] = {value_number(level), value_number((number + 1) << REGISTER_SHIFT), value_number(most)};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT id, words FROM search_entry WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3"), args,
                 COUNT(args), &rows));
    for (;; ++*count) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        level = rows_number(rows, 0);
        TRY(put_into_index(ctx, level, rows_text(rows, 1)));
    }
    const struct value reached[] = {value_number(number), value_number(level)};
    return db_run(ctx,
                  S("INSERT INTO search_level (register, row) VALUES (?1, ?2) "
                    "ON CONFLICT (register) DO UPDATE SET row = excluded.row"),
                  reached, COUNT(reached), NULL);
}

/* What has changed comes first: once a level has risen over a row, what is noted of that row counts. */
enum result search_index_pending(struct ctx *ctx, int64_t *count)
{
    *count = 0;
    if (db_dialect(ctx->db) == DIALECT_POSTGRES) return OK;
    TRY(index_changed(ctx, count));
    for (int64_t number = 0, level; *count < SEARCH_BATCH;) {
        bool found;
        TRY(next_level(ctx, &number, &level, &found));
        if (!found) return OK;
        TRY(index_new(ctx, number, level, SEARCH_BATCH - *count, count));
    }
    return OK;
}

enum result search_pending_count(struct ctx *ctx, int64_t *count)
{
    const struct value from = value_number(0);
    *count = 0;
    if (db_dialect(ctx->db) == DIALECT_POSTGRES) return OK;
    return db_query_number(ctx,
                           S(LEVELS "SELECT (SELECT count(*) FROM search_pending) + "
                                    "COALESCE((SELECT sum((SELECT count(*) FROM " BEYOND ")) FROM level), 0)"),
                           &from, 1, 0, count);
}

/* ---- both ---- */

static enum result postgres_put(struct ctx *ctx, struct str reg, int64_t record, struct str words)
{
    const struct value args[] = {value_text(reg), value_number(record), value_text(words)};
    return db_run(ctx,
                  S("INSERT INTO search_entry (register, record, words) VALUES (?1, ?2, CAST(?3 AS tsvector)) "
                    "ON CONFLICT (register, record) DO UPDATE SET words = excluded.words"),
                  args, COUNT(args), NULL);
}

enum result search_put(struct ctx *ctx, struct str reg, int64_t record, struct str text)
{
    struct words found = words_of(ctx->arena, text, 0);
    if (!found.count) return search_remove(ctx, reg, record);
    struct str words = words_join(&found);
    return db_dialect(ctx->db) == DIALECT_SQLITE ? sqlite_put(ctx, reg, record, words)
                                                 : postgres_put(ctx, reg, record, words);
}

enum result search_add(struct ctx *ctx, struct str reg, int64_t record, struct str text)
{
    struct words found = words_of(ctx->arena, text, 0);
    if (!found.count) return OK;
    struct str words = words_join(&found);
    return db_dialect(ctx->db) == DIALECT_SQLITE ? sqlite_add(ctx, reg, record, words)
                                                 : postgres_put(ctx, reg, record, words);
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
    TRY(db_run(ctx, S("DELETE FROM search_level"), NULL, 0, NULL));
    return db_run(ctx, S("INSERT INTO search_index (search_index) VALUES ('delete-all')"), NULL, 0, NULL);
}

/* ---- checking ---- */

static enum result sqlite_is_right(struct ctx *ctx, int64_t row, struct str words, bool *right)
{
    const struct value key = value_number(row);
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT words FROM search_entry WHERE id = ?1"), &key, 1, &rows, &found));
    *right = found == (words.len > 0) && str_eq(rows_text(rows, 0), words);
    rows_close(rows);
    return OK;
}

static enum result postgres_is_right(struct ctx *ctx, struct str reg, int64_t record, struct str words, bool *right)
{
    const struct value args[] = {value_text(reg), value_number(record), value_text(words)};
    int64_t found;
    TRY(db_query_number(ctx,
                        S("SELECT CASE WHEN words = CAST(?3 AS tsvector) THEN 1 ELSE 2 END FROM search_entry "
                          "WHERE register = ?1 AND record = ?2"),
                        args, COUNT(args), 0, &found));
    *right = found == (words.len > 0);
    return OK;
}

enum result search_is_right(struct ctx *ctx, struct str reg, int64_t record, struct str text, bool *right,
                            int64_t *entries)
{
    struct words found = words_of(ctx->arena, text, 0);
    struct str words = found.count ? words_join(&found) : S("");
    *entries += found.count > 0;
    return db_dialect(ctx->db) == DIALECT_SQLITE ? sqlite_is_right(ctx, row_of(reg, record), words, right)
                                                 : postgres_is_right(ctx, reg, record, words, right);
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

static void that_have(struct buf *sql, const struct words *words, unsigned first)
{
    for (size_t i = 0; i < words->count; i++) buf_print(sql, " AND instr(' ' || e.words, ' ' || ?%zu) > 0", first + i);
}

/* Of the index what is up to date; the rows that have changed since and the new ones by their words. */
static void sqlite_condition(struct buf *sql, const char *id_column, int64_t number, const struct words *words,
                             struct str query, struct value *args, size_t *count)
{
    unsigned from = (unsigned)*count + 1, to = from + 1, match = from + 2, first = from + 3;
    args[(*count)++] = value_number(number << REGISTER_SHIFT);
    args[(*count)++] = value_number((number + 1) << REGISTER_SHIFT);
    args[(*count)++] = value_text(query);
    for (size_t i = 0; i < words->count; i++) args[(*count)++] = value_text(words->at[i]);
    buf_print(sql,
              "%s IN (SELECT rowid - ?%u FROM search_index WHERE search_index MATCH ?%u AND rowid > ?%u AND "
              "rowid < ?%u AND rowid NOT IN (SELECT id FROM search_pending)",
              id_column, from, match, from, to);
    buf_print(sql,
              " UNION ALL SELECT e.id - ?%u FROM search_pending p CROSS JOIN search_entry e ON e.id = p.id "
              "WHERE p.id > ?%u AND p.id < ?%u",
              from, from, to);
    that_have(sql, words, first);
    buf_print(sql,
              " UNION ALL SELECT e.id - ?%u FROM search_entry e WHERE e.id < ?%u AND e.id > "
              "COALESCE((SELECT l.row FROM search_level l WHERE l.register = %lld), ?%u)",
              from, to, (long long)number, from);
    that_have(sql, words, first);
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
