/* A row is written as it is stepped to, into a buffer that libmicrohttpd sends and frees. What the columns are called
 * and hold is looked up beforehand. */
#include "bench/bare_parts.h"
#include "bench/process.h"
#include "bench/world.h"

#include "base/clock.h"

enum { COLUMNS = 256, FIRST_ROOM = 128 * 1024, CACHE = 2048 };
enum how { HIDDEN, REFERENCE, AS_NUMBER, AS_TEXT, AS_JSON, AS_TIME, AS_BOOLEAN };

struct bare_column {
    struct str key; /* ,"name": */
    enum how how;
};

static struct {
    const char *directory;
    struct world_list list;
    struct str tail;
    struct bare_column columns[COLUMNS];
    int count;
} plan;

struct out {
    char *at;
    size_t len, room;
};

static void reserve(struct out *out, size_t more)
{
    if (out->len + more <= out->room) return;
    while (out->len + more > out->room) out->room *= 2;
    out->at = realloc(out->at, out->room);
    if (!out->at) bench_die("bare: no memory");
}

static void put(struct out *out, const char *at, size_t len)
{
    reserve(out, len);
    memcpy(out->at + out->len, at, len);
    out->len += len;
}

static void put_number(struct out *out, int64_t n)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0) digits[--at] = '-';
    put(out, digits + at, sizeof digits - at);
}

static void put_string(struct out *out, const char *at, size_t len)
{
    reserve(out, len * 6 + 2);
    char *to = out->at + out->len;
    *to++ = '"';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)at[i];
        if (c >= ' ' && c != '"' && c != '\\')
            *to++ = (char)c;
        else
            to += snprintf(to, 7, "\\u%04x", c);
    }
    *to++ = '"';
    out->len = (size_t)(to - out->at);
}

static void put_value(struct out *out, sqlite3_stmt *row, int i, enum how how)
{
    char instant[TIME_TEXT];
    if (sqlite3_column_type(row, i) == SQLITE_NULL) {
        put(out, "null", 4);
        return;
    }
    switch (how) {
    case HIDDEN:
    case REFERENCE: break;
    case AS_NUMBER: put_number(out, sqlite3_column_int64(row, i)); break;
    case AS_BOOLEAN:
        if (sqlite3_column_int(row, i))
            put(out, "true", 4);
        else
            put(out, "false", 5);
        break;
    case AS_TIME:
        time_format(sqlite3_column_int64(row, i), instant);
        put_string(out, instant, TIME_TEXT - 1);
        break;
    case AS_JSON: put(out, (const char *)sqlite3_column_text(row, i), (size_t)sqlite3_column_bytes(row, i)); break;
    case AS_TEXT:
        put_string(out, (const char *)sqlite3_column_text(row, i), (size_t)sqlite3_column_bytes(row, i));
        break;
    }
}

static void put_row(struct out *out, sqlite3_stmt *row)
{
    put(out, "{\"id\":", 6);
    put_number(out, sqlite3_column_int64(row, 0));
    put(out, ",\"reference\":\"RSK-", 18);
    put_number(out, sqlite3_column_int64(row, 0));
    put(out, "\"", 1);
    for (int i = 1; i < plan.count; i++) {
        const struct bare_column *column = &plan.columns[i];
        if (column->how == HIDDEN) continue;
        put(out, column->key.at, column->key.len);
        put_value(out, row, i, column->how);
    }
    put(out, "}", 1);
}

/* For each loop its own connection, as in the program. */
static sqlite3_stmt *statement(void)
{
    static _Thread_local sqlite3_stmt *prepared;
    if (!prepared) prepared = bare_prepare(bare_open(plan.directory, CACHE), plan.list.sql);
    return prepared;
}

static void bind_all(sqlite3_stmt *row)
{
    for (size_t i = 0; i < plan.list.arg_count; i++) {
        const struct value *value = &plan.list.args[i];
        if (value->type == IS_NUMBER)
            sqlite3_bind_int64(row, (int)i + 1, value->number);
        else
            sqlite3_bind_text(row, (int)i + 1, value->text.at, (int)value->text.len, SQLITE_STATIC);
    }
}

enum MHD_Result bare_list(struct MHD_Connection *connection)
{
    struct out out = {malloc(FIRST_ROOM), 0, FIRST_ROOM};
    sqlite3_stmt *row = statement();
    if (!out.at) return MHD_NO;
    bind_all(row);
    put(&out, "{\"items\":[", 10);
    for (int64_t n = 0; n < plan.list.query->limit && sqlite3_step(row) == SQLITE_ROW; n++) {
        if (n) put(&out, ",", 1);
        put_row(&out, row);
    }
    sqlite3_reset(row);
    put(&out, plan.tail.at, plan.tail.len);
    struct MHD_Response *response = MHD_create_response_from_buffer(out.len, out.at, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static enum how how_of(const struct field *field)
{
    if (kind_is_json(field->kind)) return AS_JSON;
    if (field->kind == TIME) return AS_TIME;
    if (field->kind == BOOLEAN) return AS_BOOLEAN;
    return kind_is_number(field->kind) ? AS_NUMBER : AS_TEXT;
}

void bare_list_open(const char *directory)
{
    struct world *world = world_open(directory); /* what is borrowed from it lives as long as the program */
    world_list(world, &plan.list);
    plan.directory = directory;
    const struct reg *reg = plan.list.query->reg;
    plan.count = (int)row_width(reg);
    for (size_t i = 1; i < row_width(reg) && i < COLUMNS; i++) {
        const struct field *field = row_field(reg, i);
        plan.columns[i] = (struct bare_column){.key = arena_print(world->ctx->arena, ",\"%s\":", field->name),
                                               .how = plan.list.query->shown[i] ? how_of(field) : HIDDEN};
    }
    struct str rest = plan.list.answer;
    size_t at = rest.len;
    while (at && !str_starts(str_slice(rest, at, rest.len), S("],\"next\":"))) at--;
    plan.tail = str_slice(rest, at, rest.len);
    world_close(world);
}
