/* Statements and rows of SQLite. Typed accessors everywhere: asking for a number as text costs half as much again.
 * Arguments are copied only when the rows outlive the call that bound them. */
#include "store/sqlite.h"

#include <errno.h>
#include <sqlite3.h>

enum { STATEMENT_WEIGHT_LEAST = 1024 };

static enum result prepare(struct db *db, struct statement *statement, const struct value *args, size_t count)
{
    (void)args;
    (void)count;
    if (statement->text.len > INT32_MAX / 2) return driver_fail(db, INVALID, "A database query is too long.");
    const char *rest = NULL;
    errno = 0;
    int code = sqlite3_prepare_v3(sqlite_of(db)->handle, statement->text.at, (int)statement->text.len + 1,
                                  SQLITE_PREPARE_PERSISTENT, &statement->sqlite, &rest);
    if (code != SQLITE_OK) return sqlite_failed(db, code);
    if (!statement->sqlite) return driver_fail(db, BROKEN, "A database query of the program is empty.");
    if (rest && *rest) return driver_fail(db, BROKEN, "A query of the program is more than one: %s", rest);
    statement->parameters = (size_t)sqlite3_bind_parameter_count(statement->sqlite);
    statement->weight = STATEMENT_WEIGHT_LEAST + statement->text.len +
                        (size_t)sqlite3_stmt_status(statement->sqlite, SQLITE_STMTSTATUS_MEMUSED, 0);
    return OK;
}

static void discard(struct db *db, struct statement *statement)
{
    (void)db;
    sqlite3_finalize(statement->sqlite);
}

static bool suits(const struct statement *statement, const struct value *args, size_t count)
{
    (void)args;
    return count >= statement->parameters;
}

static int bind(struct sqlite3_stmt *statement, int at, const struct value *value, bool lasting)
{
    sqlite3_destructor_type ownership = lasting ? SQLITE_TRANSIENT : SQLITE_STATIC;
    const char *bytes = value->type >= IS_TEXT && value->text.len ? value->text.at : "";
    switch (value->type) {
    case IS_NULL: return sqlite3_bind_null(statement, at);
    case IS_NUMBER: return sqlite3_bind_int64(statement, at, value->number);
    case IS_DECIMAL: return sqlite3_bind_double(statement, at, value->decimal);
    case IS_TEXT: return sqlite3_bind_text64(statement, at, bytes, value->text.len, ownership, SQLITE_UTF8);
    case IS_BYTES: return sqlite3_bind_blob64(statement, at, bytes, value->text.len, ownership);
    }
    return SQLITE_MISUSE;
}

static enum result start(struct rows *rows, const struct value *args, size_t count)
{
    (void)count;
    struct sqlite3_stmt *statement = rows->statement->sqlite;
    rows->width = (size_t)sqlite3_column_count(statement);
    for (size_t i = 0; i < rows->statement->parameters; i++) {
        int code = bind(statement, (int)i + 1, &args[i], rows->arena != NULL);
        if (code != SQLITE_OK) return sqlite_failed(rows->db, code);
    }
    return OK;
}

static enum result next(struct rows *rows, bool *more)
{
    errno = 0; /* so that what is there afterwards is of this call */
    int code = sqlite3_step(rows->statement->sqlite);
    *more = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? OK : sqlite_failed(rows->db, code);
}

static void finish(struct rows *rows)
{
    sqlite3_reset(rows->statement->sqlite);
    sqlite3_clear_bindings(rows->statement->sqlite);
}

static int64_t changed(const struct rows *rows)
{
    if (sqlite3_stmt_readonly(rows->statement->sqlite)) return 0;
    return sqlite3_changes64(sqlite_of(rows->db)->handle);
}

static int64_t inserted(const struct rows *rows)
{
    return sqlite3_last_insert_rowid(sqlite_of(rows->db)->handle);
}

static bool is_null(const struct rows *rows, size_t column)
{
    return sqlite3_column_type(rows->statement->sqlite, (int)column) == SQLITE_NULL;
}

static int64_t number(const struct rows *rows, size_t column)
{
    return sqlite3_column_int64(rows->statement->sqlite, (int)column);
}

static double decimal(const struct rows *rows, size_t column)
{
    return sqlite3_column_double(rows->statement->sqlite, (int)column);
}

static struct str text(const struct rows *rows, size_t column)
{
    struct sqlite3_stmt *statement = rows->statement->sqlite;
    const char *at = (const char *)sqlite3_column_text(statement, (int)column);
    if (!at) return S("");
    return (struct str){at, (size_t)sqlite3_column_bytes(statement, (int)column)};
}

static struct str bytes(struct rows *rows, size_t column)
{
    struct sqlite3_stmt *statement = rows->statement->sqlite;
    const char *at = sqlite3_column_blob(statement, (int)column);
    if (!at) return S("");
    return (struct str){at, (size_t)sqlite3_column_bytes(statement, (int)column)};
}

static enum result script(struct db *db, const char *sql)
{
    int code = sqlite3_exec(sqlite_of(db)->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : sqlite_failed(db, code);
}

/* Savepoints are run for every write, so their statements are kept like any other. */
static enum result control(struct db *db, const char *sql)
{
    struct statement *statement;
    TRY(statements_take(db, str_of(sql), NULL, 0, &statement));
    int code = sqlite3_step(statement->sqlite);
    enum result result = OK;
    if (code != SQLITE_DONE) result = strcmp(sql, "COMMIT") ? sqlite_failed(db, code) : sqlite_commit_failed(db, code);
    sqlite3_reset(statement->sqlite);
    statements_give_back(db, statement);
    return result;
}

static bool transaction_lost(const struct db *db)
{
    const struct sqlite_db *sqlite = (const struct sqlite_db *)(const void *)db;
    return sqlite3_get_autocommit(sqlite->handle) != 0;
}

static void close_connection(struct db *db)
{
    db_close_rows(db);
    statements_clear(db);
    sqlite3_close_v2(sqlite_of(db)->handle);
    db_release(db);
    free(db);
}

const struct driver sqlite_driver = {
    .dialect = DIALECT_SQLITE,
    .prepare = prepare,
    .discard = discard,
    .suits = suits,
    .start = start,
    .next = next,
    .finish = finish,
    .changed = changed,
    .inserted = inserted,
    .is_null = is_null,
    .number = number,
    .decimal = decimal,
    .text = text,
    .bytes = bytes,
    .script = script,
    .control = control,
    .transaction_lost = transaction_lost,
    .close = close_connection,
};
