/* What both dialects share: opening and closing rows, nesting transactions, turning a driver's failure into the ctx's.
 * Rows are in a list of their connection, so that a job or transaction that ends leaves nothing open behind it. */
#include "store/driver.h"

#include "base/log.h"

#include <stdarg.h>

enum result driver_fail(struct db *db, enum result result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(db->sentence, sizeof db->sentence, format, arguments);
    va_end(arguments);
    return result;
}

enum result driver_key_set(struct db *db)
{
    return driver_fail(db, BROKEN, "%s",
                       SENTENCE("The database gave a number that the program never takes: the next one was set outside "
                                "of the program. Run merlon verify."));
}

void db_init(struct db *db, const struct driver *driver, size_t statement_budget)
{
    db->driver = driver;
    db->begin = "BEGIN";
    db->statements.budget = statement_budget;
}

enum dialect db_dialect(const struct db *db)
{
    return db->driver->dialect;
}

/* ---- rows ---- */

static enum result tell(struct ctx *ctx, enum result result)
{
    return fail(ctx, result, "%s", ctx->db->sentence);
}

static enum result connection(struct ctx *ctx, struct db **db)
{
    *db = ctx->db;
    return *db ? OK : fail(ctx, BROKEN, "This part of the program was called without a database connection.");
}

static enum result check_arguments(struct db *db, const struct value *args, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (args[i].type == IS_TEXT && args[i].text.len && memchr(args[i].text.at, 0, args[i].text.len))
            return driver_fail(db, INVALID, "A text holds a NUL character, which no text may: remove it.");
    return OK;
}

static enum result open_once(struct db *db, struct rows *rows, struct str sql, const struct value *args, size_t count)
{
    if (db->depth && db->driver->transaction_lost(db))
        return driver_fail(db, AWAY, "The database gave up the transaction after an earlier error; try again.");
    TRY(check_arguments(db, args, count));
    TRY(statements_take(db, sql, args, count, &rows->statement));
    rows->db = db;
    enum result result = db->driver->start(rows, args, count);
    if (result != OK) {
        db->driver->finish(rows);
        statements_give_back(db, rows->statement);
        rows->db = NULL;
        return result;
    }
    rows->older = db->open;
    rows->newer = NULL;
    if (db->open) db->open->newer = rows;
    db->open = rows;
    return OK;
}

static enum result open_rows(struct db *db, struct rows *rows, struct str sql, const struct value *args, size_t count)
{
    if (!db->depth && db->driver->connect) TRY(db->driver->connect(db));
    enum result result = open_once(db, rows, sql, args, count);
    if (result != AWAY || db->depth || !db->driver->recover || !db->driver->recover(db, sql)) return result;
    return open_once(db, rows, sql, args, count);
}

void rows_close(struct rows *rows)
{
    struct db *db = rows->db;
    if (!db) return;
    *(rows->newer ? &rows->newer->older : &db->open) = rows->older;
    if (rows->older) rows->older->newer = rows->newer;
    db->driver->finish(rows);
    statements_give_back(db, rows->statement);
    rows->db = NULL;
    rows->statement = NULL;
}

void db_close_rows(struct db *db)
{
    while (db->open) rows_close(db->open);
}

static void release_rows(void *rows)
{
    rows_close(rows);
}

enum result db_query(struct ctx *ctx, struct str sql, const struct value *args, size_t count, struct rows **rows)
{
    struct db *db;
    TRY(connection(ctx, &db));
    struct rows *opened = arena_make(ctx->arena, struct rows);
    arena_defer(ctx->arena, release_rows, opened);
    opened->arena = ctx->arena;
    enum result result = open_rows(db, opened, sql, args, count);
    if (result != OK) return tell(ctx, result);
    *rows = opened;
    return OK;
}

/* The last row closes, so that a finished read holds neither lock nor snapshot. */
static enum result advance(struct rows *rows, bool *more)
{
    *more = false;
    if (!rows->db) return OK;
    enum result result = rows->db->driver->next(rows, more);
    if (result != OK || !*more) rows_close(rows);
    return result;
}

enum result rows_next(struct ctx *ctx, struct rows *rows, bool *more)
{
    struct db *db = rows->db;
    enum result result = advance(rows, more);
    return result == OK ? OK : fail(ctx, result, "%s", db->sentence);
}

size_t rows_width(const struct rows *rows)
{
    return rows->width;
}

bool rows_is_null(const struct rows *rows, size_t column)
{
    return !rows->db || rows->db->driver->is_null(rows, column);
}

int64_t rows_number(const struct rows *rows, size_t column)
{
    return rows->db ? rows->db->driver->number(rows, column) : 0;
}

double rows_decimal(const struct rows *rows, size_t column)
{
    return rows->db ? rows->db->driver->decimal(rows, column) : 0;
}

struct str rows_text(const struct rows *rows, size_t column)
{
    return rows->db ? rows->db->driver->text(rows, column) : S("");
}

struct str rows_bytes(struct rows *rows, size_t column)
{
    return rows->db ? rows->db->driver->bytes(rows, column) : S("");
}

enum result db_query_one(struct ctx *ctx, struct str sql, const struct value *args, size_t count, struct rows **rows,
                         bool *found)
{
    *found = false;
    TRY(db_query(ctx, sql, args, count, rows));
    return rows_next(ctx, *rows, found);
}

/* Runs to the end; the first row's first column goes to *number. These rows live on the stack: they are closed before
 * anything may take memory from the arena, whose escape would leave them dangling. */
static enum result run(struct db *db, struct str sql, const struct value *args, size_t count, int64_t *number,
                       int64_t *changed)
{
    struct rows rows = {0};
    TRY(open_rows(db, &rows, sql, args, count));
    bool more = false;
    enum result result = db->driver->next(&rows, &more);
    if (result == OK && more && number && !db->driver->is_null(&rows, 0)) *number = db->driver->number(&rows, 0);
    while (result == OK && more) result = db->driver->next(&rows, &more);
    if (result == OK && changed) *changed = db->driver->changed(&rows);
    rows_close(&rows);
    return result;
}

enum result db_execute(struct db *db, struct str sql, const struct value *args, size_t count)
{
    return run(db, sql, args, count, NULL, NULL);
}

enum result db_query_number(struct ctx *ctx, struct str sql, const struct value *args, size_t count, int64_t otherwise,
                            int64_t *number)
{
    struct db *db;
    TRY(connection(ctx, &db));
    *number = otherwise;
    enum result result = run(db, sql, args, count, number, NULL);
    return result == OK ? OK : tell(ctx, result);
}

enum result db_run(struct ctx *ctx, struct str sql, const struct value *args, size_t count, int64_t *changed)
{
    struct db *db;
    TRY(connection(ctx, &db));
    enum result result = run(db, sql, args, count, NULL, changed);
    return result == OK ? OK : tell(ctx, result);
}

/* RETURNING makes SQLite treat an INSERT as one with a trigger: it gathers the rows in a table of its own and copies
 * every page that is touched, which costs as much again as the INSERT. */
static enum result insert(struct db *db, struct str sql, const struct value *args, size_t count, int64_t *id)
{
    static const struct str returning = {" RETURNING id", 13};
    if (!db->driver->inserted || !str_ends(sql, returning)) return run(db, sql, args, count, id, NULL);
    struct rows rows = {0};
    TRY(open_rows(db, &rows, str_slice(sql, 0, sql.len - returning.len), args, count));
    bool more = false;
    enum result result = db->driver->next(&rows, &more);
    if (result == OK && db->driver->changed(&rows)) *id = db->driver->inserted(&rows);
    rows_close(&rows);
    return result;
}

enum result db_insert(struct ctx *ctx, struct str sql, const struct value *args, size_t count, int64_t *id)
{
    struct db *db;
    TRY(connection(ctx, &db));
    *id = 0;
    enum result result = insert(db, sql, args, count, id);
    return result == OK ? OK : tell(ctx, result);
}

enum result db_script(struct ctx *ctx, const char *sql)
{
    struct db *db;
    TRY(connection(ctx, &db));
    enum result result = !db->depth && db->driver->connect ? db->driver->connect(db) : OK;
    if (result == OK) result = db->driver->script(db, sql);
    return result == OK ? OK : tell(ctx, result);
}

/* ---- transactions ---- */

enum { CONTROL_SIZE = 40 };

static void drop_note(struct db *db)
{
    if (db->note) db->release_note(db->note);
    db->note = NULL;
}

void *db_note(const struct db *db)
{
    return db->note;
}

bool db_keep_note(struct db *db, void *note, void (*release)(void *note))
{
    if (!db->depth || db_dialect(db) != DIALECT_SQLITE) return false;
    drop_note(db);
    db->note = note;
    db->release_note = release;
    return true;
}

bool db_is_watched(const struct db *db)
{
    return db->depth && store_is_watched(db);
}

enum result db_mark(struct ctx *ctx, const struct db_mark *mark)
{
    struct db *db;
    TRY(connection(ctx, &db));
    if (!db_is_watched(db)) return OK;
    if (db->marks.count == db->marks.room) {
        size_t room = db->marks.room ? db->marks.room * 2 : 64;
        struct db_mark *marks = realloc(db->marks.at, room * sizeof *marks);
        if (!marks) return fail(ctx, BUSY, "There is no memory for this write now; try again.");
        db->marks.at = marks;
        db->marks.room = room;
    }
    db->marks.at[db->marks.count++] = *mark;
    return OK;
}

void db_release(struct db *db)
{
    drop_note(db);
    free(db->marks.at);
    db->marks = (struct marks){0};
}

/* Marks are told after the commit, with the transaction behind them. */
static void end_outermost(struct db *db)
{
    drop_note(db);
    db->patient = false;
    if (db->marks.count) store_tell_commit(db);
    db->marks.count = 0;
}

enum result db_control_begin(struct db *db)
{
    if (db->depth == DEPTH_LIMIT) return driver_fail(db, BROKEN, "Transactions of the program are nested too deep.");
    char sql[CONTROL_SIZE];
    snprintf(sql, sizeof sql, "SAVEPOINT s%u", db->depth);
    if (!db->depth && db->driver->connect) TRY(db->driver->connect(db));
    TRY(db->driver->control(db, db->depth ? sql : db->begin));
    db->marks.before[db->depth] = db->marks.count;
    db->depth++;
    return OK;
}

enum result db_control_commit(struct db *db)
{
    if (!db->depth) return driver_fail(db, BROKEN, "A transaction was to end that had not begun.");
    if (db->driver->transaction_lost(db))
        return driver_fail(db, AWAY, "The database gave up the transaction after an earlier error; try again.");
    char sql[CONTROL_SIZE];
    snprintf(sql, sizeof sql, "RELEASE s%u", db->depth - 1);
    if (db->depth == 1) db_close_rows(db);
    TRY(db->driver->control(db, db->depth == 1 ? "COMMIT" : sql));
    if (--db->depth == 0) end_outermost(db);
    if (db->marks.shared_depth > db->depth) db->marks.shared_depth = db->depth;
    return OK;
}

/* What cannot be rolled back is gone already: SQLite ended the transaction itself, or the connection is lost. Each
 * level above finds that out by transaction_lost. The sentence of the failure that led here stays. */
void db_control_rollback(struct db *db)
{
    if (!db->depth) return;
    drop_note(db);
    char kept[SENTENCE_SIZE];
    memcpy(kept, db->sentence, sizeof kept);
    db->depth--;
    if (db->depth == 0) db->patient = false;
    db->marks.count = db->marks.before[db->depth];
    if (db->marks.shared_depth > db->depth) db->marks.shared_depth = 0;
    if (db->depth == 0) db_close_rows(db);
    if (!db->driver->transaction_lost(db)) {
        char sql[CONTROL_SIZE];
        snprintf(sql, sizeof sql, "ROLLBACK TO s%u", db->depth);
        enum result result = db->driver->control(db, db->depth ? sql : "ROLLBACK");
        snprintf(sql, sizeof sql, "RELEASE s%u", db->depth);
        if (result == OK && db->depth) result = db->driver->control(db, sql);
        (void)result;
    }
    memcpy(db->sentence, kept, sizeof kept);
}

enum result db_close_levels(struct db *db, unsigned depth, enum result result)
{
    db_close_rows(db);
    if (db->depth <= depth) return result;
    log_line(LOG_ERROR, "a write left a transaction open", NULL);
    while (db->depth > depth) db_control_rollback(db);
    return result == OK ? driver_fail(db, BROKEN, "A write of the program left a transaction open.") : result;
}

enum result db_begin(struct ctx *ctx)
{
    struct db *db;
    TRY(connection(ctx, &db));
    enum result result = db_control_begin(db);
    return result == OK ? OK : tell(ctx, result);
}

enum result db_commit(struct ctx *ctx)
{
    struct db *db;
    TRY(connection(ctx, &db));
    enum result result = db_control_commit(db);
    if (result == OK) return OK;
    db_control_rollback(db);
    return tell(ctx, result);
}

void db_rollback(struct ctx *ctx)
{
    if (ctx->db) db_control_rollback(ctx->db);
}

bool db_in_transaction(const struct db *db)
{
    return db->depth > 0;
}

bool db_only_reads(const struct db *db)
{
    return db->depth && db->patient;
}

enum result db_collided(struct ctx *ctx)
{
    struct db *db;
    TRY(connection(ctx, &db));
    db->transient = true;
    return fail(ctx, BUSY, "Somebody changed the same at the same moment; try again.");
}

static enum result lock(struct ctx *ctx, const char *sql, int64_t name)
{
    const struct value args[] = {value_number(name)};
    return db_run(ctx, str_of(sql), args, COUNT(args), NULL);
}

enum result db_lock(struct ctx *ctx, const char *name)
{
    struct db *db;
    TRY(connection(ctx, &db));
    if (db_dialect(db) == DIALECT_SQLITE) return OK;
    return lock(ctx, "SELECT pg_advisory_xact_lock(current_schema()::regnamespace::oid::int4, CAST(?1 AS int4))",
                (int32_t)str_hash(str_of(name)));
}

enum result db_lock_shared(struct ctx *ctx, const char *name, bool *fresh)
{
    struct db *db;
    TRY(connection(ctx, &db));
    int32_t hash = (int32_t)str_hash(str_of(name));
    *fresh = db_dialect(db) == DIALECT_POSTGRES && (!db->marks.shared_depth || db->marks.shared != hash);
    if (!*fresh) return OK;
    TRY(lock(ctx, "SELECT pg_advisory_xact_lock_shared(current_schema()::regnamespace::oid::int4, CAST(?1 AS int4))",
             hash));
    db->marks.shared = hash;
    db->marks.shared_depth = db->depth;
    return OK;
}
