/* The values come from the body where it names the column, and from the first row of the table where it does not. One
 * thread writes what has come meanwhile in one transaction; then all who waited are answered. */
#include "bench/bare_parts.h"
#include "bench/process.h"

#include "format/json_reader.h"

#include <pthread.h>

enum { COLUMNS = 256, BODY = 4096, CACHE = 16384, GROUP = 128 };

struct bare_insert {
    struct bare_insert *next;
    struct MHD_Connection *connection;
    struct arena *arena;
    char body[BODY];
    size_t len;
    int64_t id;
    bool done;
};

static struct {
    sqlite3 *database;
    sqlite3_stmt *insert, *begin, *commit;
    sqlite3_value *defaults[COLUMNS];
    const char *names[COLUMNS];
    size_t lengths[COLUMNS];
    int columns;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct bare_insert *first, *last;
} writer;

/* ---- writing ---- */

static int column_of(struct str name)
{
    for (int i = 1; i < writer.columns; i++)
        if (writer.lengths[i] == name.len && memcmp(writer.names[i], name.at, name.len) == 0) return i;
    return 0;
}

static void bind_token(struct json_reader *reader, int column)
{
    const char *start = reader->at - 1;
    switch (reader->kind) {
    case JSON_NUMBER: sqlite3_bind_int64(writer.insert, column, reader->number); break;
    case JSON_STRING:
        sqlite3_bind_text(writer.insert, column, reader->text.at, (int)reader->text.len, SQLITE_STATIC);
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
        json_skip(reader);
        sqlite3_bind_text(writer.insert, column, start, (int)(reader->at - start), SQLITE_STATIC);
        break;
    default: bench_die("bare: a body holds what it should not");
    }
}

static void write_one(struct bare_insert *insert)
{
    struct json_reader reader = json_open(insert->arena, (struct str){insert->body, insert->len});
    for (int i = 1; i < writer.columns; i++) sqlite3_bind_value(writer.insert, i, writer.defaults[i]);
    if (json_next(&reader) != JSON_OBJECT) bench_die("bare: a body is no object");
    while (json_next(&reader) == JSON_KEY) {
        int column = column_of(reader.text);
        json_next(&reader);
        bind_token(&reader, column);
    }
    if (sqlite3_step(writer.insert) != SQLITE_DONE) bench_die("bare: %s", sqlite3_errmsg(writer.database));
    sqlite3_reset(writer.insert);
    insert->id = sqlite3_last_insert_rowid(writer.database);
}

static void run(sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE) bench_die("bare: %s", sqlite3_errmsg(writer.database));
    sqlite3_reset(statement);
}

static struct bare_insert *take_all(void)
{
    pthread_mutex_lock(&writer.lock);
    while (!writer.first) pthread_cond_wait(&writer.wake, &writer.lock);
    struct bare_insert *first = writer.first;
    writer.first = writer.last = NULL;
    pthread_mutex_unlock(&writer.lock);
    return first;
}

static void *work(void *argument)
{
    (void)argument;
    for (;;) {
        struct bare_insert *group = take_all(), *next;
        run(writer.begin);
        for (struct bare_insert *one = group; one; one = one->next) write_one(one);
        run(writer.commit);
        for (; group; group = next) {
            next = group->next;
            group->done = true;
            MHD_resume_connection(group->connection);
        }
    }
    return NULL;
}

void bare_insert_open(const char *directory)
{
    pthread_t thread;
    char sql[8192];
    size_t len = (size_t)snprintf(sql, sizeof sql, "INSERT INTO risk VALUES (NULL");
    writer.database = bare_open(directory, CACHE);
    sqlite3_stmt *row = bare_prepare(writer.database, S("SELECT * FROM risk WHERE id=1"));
    if (sqlite3_step(row) != SQLITE_ROW) bench_die("bare: there is no first row");
    writer.columns = sqlite3_column_count(row);
    for (int i = 1; i < writer.columns; i++) {
        writer.names[i] = sqlite3_column_name(row, i);
        writer.lengths[i] = strlen(writer.names[i]);
        writer.defaults[i] = sqlite3_value_dup(sqlite3_column_value(row, i));
        len += (size_t)snprintf(sql + len, sizeof sql - len, ",?%d", i);
    }
    len += (size_t)snprintf(sql + len, sizeof sql - len, ")");
    sqlite3_reset(row); /* kept: the names are its own */
    writer.insert = bare_prepare(writer.database, (struct str){sql, len});
    writer.begin = bare_prepare(writer.database, S("BEGIN IMMEDIATE"));
    writer.commit = bare_prepare(writer.database, S("COMMIT"));
    pthread_mutex_init(&writer.lock, NULL);
    pthread_cond_init(&writer.wake, NULL);
    if (pthread_create(&thread, NULL, work, NULL) != 0) bench_die("bare: no thread");
    pthread_detach(thread);
}

/* ---- a request ---- */

struct bare_insert *bare_insert_new(struct MHD_Connection *connection)
{
    struct bare_insert *insert = malloc(sizeof *insert);
    if (!insert) return NULL;
    insert->next = NULL;
    insert->connection = connection;
    insert->arena = NULL; /* no string of these bodies has an escape, so nothing is taken from it */
    insert->len = 0;
    insert->done = false;
    return insert;
}

void bare_insert_body(struct bare_insert *insert, const char *at, size_t len)
{
    if (insert->len + len > BODY) bench_die("bare: a body is too long");
    memcpy(insert->body + insert->len, at, len);
    insert->len += len;
}

void bare_insert_submit(struct bare_insert *insert)
{
    MHD_suspend_connection(insert->connection);
    pthread_mutex_lock(&writer.lock);
    *(writer.last ? &writer.last->next : &writer.first) = insert;
    writer.last = insert;
    pthread_cond_signal(&writer.wake);
    pthread_mutex_unlock(&writer.lock);
}

bool bare_insert_done(const struct bare_insert *insert)
{
    return insert->done;
}

enum MHD_Result bare_insert_answer(struct bare_insert *insert)
{
    char text[64];
    int len = snprintf(text, sizeof text, "{\"id\":%lld}", (long long)insert->id);
    struct MHD_Response *response = MHD_create_response_from_buffer((size_t)len, text, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(insert->connection, 201, response);
    MHD_destroy_response(response);
    return result;
}

void bare_insert_free(struct bare_insert *insert)
{
    free(insert);
}
