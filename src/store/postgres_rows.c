/* Rows of PostgreSQL. A query that says LIMIT is fetched whole; any other row by row, so that an export needs no memory
 * for all of it. The server can answer only one question at a time on a connection: when another is asked in between,
 * the rest of the rows is read ahead into memory. */
#include "store/postgres.h"

#include <libpq-fe.h>

enum { BYTEA = 17 }; /* the type's number in pg_type */

struct postgres_buffer {
    struct postgres_buffer *next;
    PGresult *result;
};

struct postgres_bytes {
    char *at;
    size_t room;
};

/* ---- arguments ---- */

struct call {
    const char **values;
    int *lengths, *formats;
    char *at; /* where the next text goes */
};

static size_t room_for(const struct value *args, size_t count)
{
    enum { NUMBER_ROOM = 32 };
    size_t room = count * (sizeof(char *) + 2 * sizeof(int) + NUMBER_ROOM);
    for (size_t i = 0; i < count; i++)
        if (args[i].type == IS_TEXT) room += args[i].text.len + 1;
    return room;
}

static bool reserve(struct postgres_db *postgres, size_t room)
{
    if (room <= postgres->scratch_room) return true;
    char *grown = realloc(postgres->scratch, room);
    if (!grown) return false;
    postgres->scratch = grown;
    postgres->scratch_room = room;
    return true;
}

static void put_text(struct call *call, size_t i, struct str text)
{
    call->values[i] = call->at;
    if (text.len) memcpy(call->at, text.at, text.len);
    call->at[text.len] = 0;
    call->at += text.len + 1;
}

static void put(struct call *call, size_t i, const struct value *value)
{
    char number[32];
    int len = 0;
    switch (value->type) {
    case IS_NULL: return;
    case IS_TEXT: put_text(call, i, value->text); return;
    case IS_BYTES:
        call->values[i] = value->text.len ? value->text.at : "";
        call->lengths[i] = (int)value->text.len;
        call->formats[i] = 1;
        return;
    case IS_NUMBER: len = snprintf(number, sizeof number, "%lld", (long long)value->number); break;
    case IS_DECIMAL: len = snprintf(number, sizeof number, "%.17g", value->decimal); break;
    }
    put_text(call, i, (struct str){number, (size_t)len});
}

static bool prepare_call(struct postgres_db *postgres, const struct value *args, size_t count, struct call *call)
{
    if (!reserve(postgres, room_for(args, count) + 1)) return false;
    *call = (struct call){.values = (const char **)(void *)postgres->scratch};
    call->lengths = (int *)(void *)(call->values + count);
    call->formats = call->lengths + count;
    call->at = (char *)(call->formats + count);
    memset(postgres->scratch, 0, (size_t)(call->at - postgres->scratch));
    for (size_t i = 0; i < count; i++) put(call, i, &args[i]);
    return true;
}

/* ---- fetching ---- */

static bool take_ahead(struct postgres_rows *state, PGresult **result)
{
    struct postgres_buffer *first = state->ahead;
    if (!first) return false;
    *result = first->result;
    state->ahead = first->next;
    if (!state->ahead) state->last = NULL;
    free(first);
    return true;
}

/* The next result of a streaming query; NULL at its end. */
static PGresult *receive(struct rows *rows)
{
    struct postgres_db *postgres = postgres_of(rows->db);
    PGresult *result = postgres_receive(rows->db);
    if (!result) {
        rows->postgres.streaming = false;
        postgres->streaming = NULL;
    }
    return result;
}

static void end_streaming(struct rows *rows)
{
    while (rows->postgres.streaming) PQclear(receive(rows));
}

/* Keeps what is in hand and makes it the current row or rows. */
static enum result accept(struct rows *rows, PGresult *result)
{
    struct postgres_rows *state = &rows->postgres;
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE && status != PGRES_COMMAND_OK) {
        end_streaming(rows);
        enum result failed = postgres_failed(rows->db, result);
        PQclear(result);
        return failed;
    }
    PQclear(state->result);
    state->result = result;
    state->count = PQntuples(result);
    state->at = -1;
    return OK;
}

static enum result fetch(struct rows *rows, bool *some)
{
    PGresult *result = NULL;
    *some = take_ahead(&rows->postgres, &result);
    if (!*some && rows->postgres.streaming) *some = (result = receive(rows)) != NULL;
    return *some ? accept(rows, result) : OK;
}

/* Without memory to keep the rest, the reader of these rows is told at its next step. */
void postgres_read_ahead(struct db *db)
{
    struct rows *rows = postgres_of(db)->streaming;
    if (!rows) return;
    struct postgres_rows *state = &rows->postgres;
    for (PGresult *result = receive(rows); result; result = receive(rows)) {
        struct postgres_buffer *buffer = calloc(1, sizeof *buffer);
        if (!buffer) {
            state->failed = BROKEN;
            PQclear(result);
            continue;
        }
        buffer->result = result;
        *(state->last ? &state->last->next : &state->ahead) = buffer;
        state->last = buffer;
    }
}

/* ---- the driver's members ---- */

static enum result send_query(struct rows *rows, const struct call *call, bool at_once)
{
    struct postgres_db *postgres = postgres_of(rows->db);
    const struct postgres_statement *statement = rows->statement->postgres;
    int count = (int)rows->statement->parameters;
    if (at_once) {
        PGresult *result =
            postgres_collect(rows->db, PQsendQueryPrepared(postgres->connection, statement->name, count, call->values,
                                                           call->lengths, call->formats, 0));
        return result ? accept(rows, result) : postgres_failed(rows->db, NULL);
    }
    if (!PQsendQueryPrepared(postgres->connection, statement->name, count, call->values, call->lengths, call->formats,
                             0))
        return postgres_failed(rows->db, NULL);
    PQsetSingleRowMode(postgres->connection);
    rows->postgres.streaming = true;
    postgres->streaming = rows;
    bool some;
    TRY(fetch(rows, &some)); /* so that a failure shows here, where a lost connection can still be made anew */
    return OK;
}

/* While rows are under way the server waits for who takes them, and keeps the locks of the transaction: if this program
 * is frozen then, for all others. So what a write reads is taken at once. */
static bool holds_locks(const struct db *db)
{
    return db->depth && !db->patient;
}

enum result postgres_rows_start(struct rows *rows, const struct value *args, size_t count)
{
    (void)count;
    struct postgres_db *postgres = postgres_of(rows->db);
    postgres_read_ahead(rows->db);
    struct call call;
    if (!prepare_call(postgres, args, rows->statement->parameters, &call))
        return driver_fail(rows->db, BROKEN, "There is no memory left for a database statement.");
    TRY(send_query(rows, &call, !rows->arena || rows->statement->postgres->bounded || holds_locks(rows->db)));
    rows->width = (size_t)PQnfields(rows->postgres.result);
    return OK;
}

enum result postgres_rows_next(struct rows *rows, bool *more)
{
    struct postgres_rows *state = &rows->postgres;
    *more = true;
    while (++state->at >= state->count) {
        if (!state->ahead && !state->streaming) {
            *more = false;
            state->at = -1;
            if (state->failed == OK) return OK;
            return driver_fail(rows->db, state->failed, "There is no memory left to read a list to its end.");
        }
        bool some;
        TRY(fetch(rows, &some));
    }
    return OK;
}

void postgres_rows_finish(struct rows *rows)
{
    struct postgres_rows *state = &rows->postgres;
    end_streaming(rows);
    for (PGresult *result; take_ahead(state, &result);) PQclear(result);
    PQclear(state->result);
    state->result = NULL;
    state->count = 0;
    state->at = -1;
}

int64_t postgres_rows_changed(const struct rows *rows)
{
    int64_t number;
    return parse_number(str_of(PQcmdTuples(rows->postgres.result)), &number) ? number : 0;
}

static bool outside(const struct rows *rows, size_t column)
{
    const struct postgres_rows *state = &rows->postgres;
    return state->at < 0 || state->at >= state->count || column >= rows->width ||
           PQgetisnull(state->result, state->at, (int)column);
}

bool postgres_rows_is_null(const struct rows *rows, size_t column)
{
    return outside(rows, column);
}

struct str postgres_rows_text(const struct rows *rows, size_t column)
{
    const struct postgres_rows *state = &rows->postgres;
    if (outside(rows, column)) return S("");
    return (struct str){PQgetvalue(state->result, state->at, (int)column),
                        (size_t)PQgetlength(state->result, state->at, (int)column)};
}

/* Sums are numeric, comparisons are t or f; SQLite gives a plain number for both, and so does this. */
double postgres_rows_decimal(const struct rows *rows, size_t column)
{
    struct str text = postgres_rows_text(rows, column);
    double number;
    if (parse_decimal(text, &number)) return number;
    return str_is(text, "t");
}

int64_t postgres_rows_number(const struct rows *rows, size_t column)
{
    struct str text = postgres_rows_text(rows, column);
    int64_t number;
    if (parse_number(text, &number)) return number;
    double decimal = postgres_rows_decimal(rows, column);
    if (decimal >= 9223372036854775807.0) return INT64_MAX;
    if (decimal <= -9223372036854775808.0) return INT64_MIN;
    return (int64_t)decimal;
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct str postgres_rows_bytes(struct rows *rows, size_t column)
{
    struct postgres_rows *state = &rows->postgres;
    struct str text = postgres_rows_text(rows, column);
    if (text.len < 2 || PQftype(state->result, (int)column) != BYTEA) return text;
    if (!state->decoded) state->decoded = arena_make_many(rows->arena, struct postgres_bytes, rows->width);
    struct postgres_bytes *bytes = &state->decoded[column];
    size_t len = (text.len - 2) / 2;
    if (len > bytes->room) {
        bytes->at = arena_grow(rows->arena, bytes->at, bytes->room, len);
        bytes->room = len;
    }
    const char *hex = text.at + 2;
    for (size_t i = 0; i < len; i++) bytes->at[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return (struct str){bytes->at, len};
}
