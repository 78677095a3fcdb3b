/* The file, its directory, and how a connection is set. Page caches are small on purpose: pages come through the memory
 * map, which is the system's own cache, and eight connections must not hold eight copies of the database. */
#include "store/sqlite.h"

#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { APPLICATION = 0x4d726c6e }; /* "Mrln", in the file's header, so that another program's file is told apart */

enum { READER_STATEMENTS = 1536 * 1024, WRITER_STATEMENTS = 6 * 1024 * 1024 };

static const char whole_name[] = "merlon.db", restoring_name[] = "merlon.db.restoring";

static const char *const settings[] = {
    [SQLITE_READER] = "PRAGMA cache_size=-2048; PRAGMA query_only=ON;",
    [SQLITE_WRITER] = ("PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=33554432;"
                       "PRAGMA wal_autocheckpoint=0;"),
};

/* recursive_triggers: else INSERT OR REPLACE would delete from an append-only table without asking its trigger. */
static const char common_settings[] = "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
                                      "PRAGMA mmap_size=268435456; PRAGMA synchronous=FULL;";

static enum result check_directory(struct ctx *ctx, struct str directory, bool read_only)
{
    const char *path = arena_cstr(ctx->arena, directory);
    struct stat status;
    if (!directory.len) return fail(ctx, INVALID, "No data directory is named: give one with --data DIR.");
    if (stat(path, &status) != 0 && errno == ENOENT)
        return fail(ctx, INVALID, "There is no data directory %s: make it, or run `merlon init --data %s`.", path,
                    path);
    if (errno == EACCES && access(path, X_OK) != 0)
        return fail(ctx, INVALID, "The data directory %s cannot be entered: give this user the right to.", path);
    if (!S_ISDIR(status.st_mode)) return fail(ctx, INVALID, "%s is not a directory: name one with --data DIR.", path);
    if (access(path, X_OK | R_OK) != 0)
        return fail(ctx, INVALID, "The data directory %s cannot be read by this user: give it the right to.", path);
    if (!read_only && access(path, W_OK) != 0)
        return fail(ctx, INVALID, "The data directory %s cannot be written by this user: give it the right to.", path);
    return OK;
}

static bool has_beside(const char *file, const char *ending, struct stat *status)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s%s", file, ending);
    return len > 0 && (size_t)len < sizeof path && stat(path, status) == 0;
}

static bool has_log(const char *file)
{
    struct stat status;
    return has_beside(file, "-wal", &status) && status.st_size > 0;
}

/* While a program holds the database its log is there, and what it wrote last is only in it. SQLite would make an empty
 * one in its place, and find that the database has holes. */
static enum result demand_log(struct ctx *ctx, const char *directory, struct sqlite_place *place)
{
    struct stat status;
    if (has_beside(place->file, "-wal", &status) || !has_beside(place->file, "-shm", &status)) return OK;
    enum lock_shared lock = directory_lock_shared(directory, &place->lock);
    if (lock == LOCK_SHARED) directory_unlock(&place->lock);
    if (lock != LOCK_REFUSED) return OK;
    return fail(ctx, AWAY,
                "The log %s-wal was moved away while the program runs that writes it: put it back, and start that "
                "program anew.",
                place->file);
}

/* Where this program may write, SQLite reads beside whoever else writes, with a log and its index that it may have to
 * make. Where it may not, a server that runs has made both; if none runs, and no log is left, the file is opened as
 * unchanging, which is wrong the moment somebody writes: so the lock is kept that stops whoever would. Only a read-only
 * medium on which there never was a lock needs none. */
static enum result decide_how_to_read(struct ctx *ctx, const char *directory, struct sqlite_place *place)
{
    struct statvfs medium;
    if (access(directory, W_OK) == 0) return OK;
    enum lock_shared lock = directory_lock_shared(directory, &place->lock);
    if (lock == LOCK_REFUSED) return OK;
    bool unchanging = statvfs(directory, &medium) == 0 && medium.f_flag & ST_RDONLY;
    if (lock == LOCK_ABSENT && !unchanging) return OK;
    place->immutable = !has_log(place->file);
    if (place->immutable) return OK;
    directory_unlock(&place->lock);
    return fail(ctx, INVALID,
                "The log of %s was not yet moved into it, and cannot be here, where nothing may be written: copy the "
                "directory elsewhere and read it there.",
                place->file);
}

/* SQLite opens its files by their names and follows no link at the last one, but would write and give away a file that
 * has a second name. */
static enum result check_beside(struct ctx *ctx, const char *directory, const char *own_name)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < COUNT(endings); i++) {
        const char *name = arena_print(ctx->arena, "%s%s", own_name, endings[i]).at;
        enum own_file_fault fault = own_file_look(directory, name);
        if (fault != OWN_GOOD) return own_file_fail(ctx, directory, name, fault);
    }
    return sqlite_demand_no_journal(ctx, directory, own_name);
}

static enum result open_once(struct ctx *ctx, const char *directory, const char *own_name, bool read_only)
{
    enum own_file_fault fault;
    int file = own_file_in(directory, own_name, read_only ? OWN_READ : OWN_WRITE, 0600, &fault);
    if (file >= 0) close(file);
    if (file >= 0) return check_beside(ctx, directory, own_name);
    if (fault != OWN_ERRNO) return own_file_fail(ctx, directory, own_name, fault);
    if (errno == ENOENT) return fail(ctx, INVALID, "There is no database %s/%s to read.", directory, own_name);
    if (errno == ENOSPC || errno == EDQUOT)
        return fail(ctx, AWAY, "The disk is full: %s/%s cannot be made; make room and start again.", directory,
                    own_name);
    return fail(ctx, INVALID, "The database %s/%s cannot be opened: %s.", directory, own_name, strerror(errno));
}

/* The directory's name without links: SQLite is told to follow none at all, and a link in front of the directory that
 * is turned elsewhere must not change what this program writes. */
static enum result find_whole_path(struct ctx *ctx, const char *directory, const char *own_name, char **path)
{
    char *real = realpath(directory, NULL);
    size_t room = real ? strlen(real) + strlen(own_name) + 2 : 0;
    *path = real ? malloc(room) : NULL;
    if (*path) snprintf(*path, room, "%s/%s", real, own_name);
    free(real);
    if (*path) return OK;
    return fail(ctx, INVALID, "The database %s/%s cannot be opened: %s.", directory, own_name, strerror(errno));
}

enum result sqlite_place_find(struct ctx *ctx, const struct store_config *config, struct sqlite_place *place)
{
    TRY(check_directory(ctx, config->directory, config->read_only));
    const char *directory = arena_cstr(ctx->arena, config->directory);
    const char *name = config->restoring ? restoring_name : whole_name;
    TRY(open_once(ctx, directory, name, config->read_only));
    *place = (struct sqlite_place){.read_only = config->read_only,
                                   .lock_wait = config->lock_wait ? (int)config->lock_wait : 5000};
    TRY(find_whole_path(ctx, directory, name, &place->file));
    if (!config->read_only) return OK;
    TRY(demand_log(ctx, directory, place));
    return decide_how_to_read(ctx, directory, place);
}

void sqlite_place_release(struct sqlite_place *place)
{
    directory_unlock(&place->lock);
    free(place->file);
    place->file = NULL;
}

/* A path as a file: URI, for the one parameter that only a URI carries. NULL without memory. */
static char *uri_of(const struct sqlite_place *place)
{
    size_t room = strlen(place->file) * 3 + 32;
    char *uri = malloc(room);
    if (!uri) return NULL;
    size_t len = (size_t)snprintf(uri, room, "file:");
    for (const char *at = place->file; *at; at++) {
        bool plain = !strchr("%?#", *at);
        len += (size_t)snprintf(uri + len, room - len, plain ? "%c" : "%%%02x", (unsigned char)*at);
    }
    snprintf(uri + len, room - len, "?immutable=%d", place->immutable);
    return uri;
}

static int number_of(struct sqlite3 *handle, const char *pragma, int64_t *number)
{
    struct sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, pragma, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    *number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* The first reading of the file: a damaged header shows here. */
static enum result check_owner(struct db *db, const struct sqlite_place *place)
{
    struct sqlite3 *handle = sqlite_of(db)->handle;
    int64_t application, tables;
    int code = number_of(handle, "SELECT count(*) FROM sqlite_schema", &tables);
    if (code == SQLITE_OK) code = number_of(handle, "PRAGMA application_id", &application);
    if (code != SQLITE_OK) return sqlite_failed(db, code);
    if (application != APPLICATION && (tables || application))
        return driver_fail(db, INVALID, "%s is a database of another program: name another data directory.",
                           place->file);
    if (application == APPLICATION || place->read_only) return OK;
    /* The file is empty: there is nothing that a journal on the disk could bring back, and each costs six flushes. */
    char sql[90];
    snprintf(sql, sizeof sql, "PRAGMA journal_mode=MEMORY; PRAGMA application_id=%d", APPLICATION);
    return db->driver->script(db, sql);
}

static int after_commit(void *connection, struct sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    sqlite_log_note(connection, pages);
    return SQLITE_OK;
}

int sqlite_refuse_loose_text(struct sqlite3 *handle)
{
    int code = sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    return code == SQLITE_OK ? sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) : code;
}

/* What a schema that somebody else wrote could otherwise do with this program's rights. */
static int distrust_schema(struct sqlite3 *handle)
{
    int code = sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK) code = sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return code == SQLITE_OK ? sqlite_refuse_loose_text(handle) : code;
}

/* Asked by SQLite while it runs a statement; 1 ends that. The planner's statistics (ANALYZE) are read with the schema,
 * by a statement of SQLite's own that bears no text: the plan of every query would follow what somebody wrote there,
 * and some then take hours. Without them SQLite goes by what it assumes of any table, as this program is tested. */
static int is_of_statistics(void *handle)
{
    struct sqlite3_stmt *newest = sqlite3_next_stmt(handle, NULL);
    const char *first = newest && !sqlite3_sql(newest) ? sqlite3_column_name(newest, 0) : NULL;
    return first && (strcmp(first, "tbl") == 0 || strcmp(first, "idx") == 0);
}

/* The schema is read by the first statement; what is put there later, a server removes (store_drop_statistics). */
static int read_schema(struct sqlite3 *handle)
{
    int64_t tables;
    sqlite3_progress_handler(handle, 1, is_of_statistics, handle);
    int code = number_of(handle, "SELECT count(*) FROM sqlite_schema", &tables);
    sqlite3_progress_handler(handle, 0, NULL, NULL);
    return code;
}

static enum result set_up(struct db *db, const struct sqlite_place *place, enum sqlite_role role)
{
    struct sqlite3 *handle = sqlite_of(db)->handle;
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, place->lock_wait);
    int distrust = distrust_schema(handle);
    if (distrust != SQLITE_OK) return sqlite_failed(db, distrust);
    if (role == SQLITE_READER) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    int read = read_schema(handle);
    if (read != SQLITE_OK) return sqlite_failed(db, read);
    TRY(db->driver->script(db, common_settings));
    if (role == SQLITE_WRITER && !place->read_only) {
        TRY(check_owner(db, place));
        TRY(db->driver->script(db, "PRAGMA journal_mode=WAL"));
    } else if (place->read_only) {
        TRY(check_owner(db, place));
    }
    TRY(db->driver->script(db, settings[role]));
    if (role == SQLITE_WRITER) {
        int64_t tables; /* reading opens the log, so that it is there from here on */
        int code = number_of(handle, "SELECT count(*) FROM sqlite_schema", &tables);
        if (code != SQLITE_OK) return sqlite_failed(db, code);
        db->begin = "BEGIN IMMEDIATE";
        sqlite3_wal_hook(handle, after_commit, db);
    }
    return OK;
}

/* SQLite says only that it cannot open the file, or not write: it lacks the index of the log, which it has to make. */
static enum result tell_why(struct db *db, const struct sqlite_place *place, enum result result)
{
    struct sqlite3 *handle = sqlite_of(db)->handle;
    const char *slash = strrchr(place->file, '/');
    char directory[4096];
    int len = snprintf(directory, sizeof directory, "%.*s", (int)(slash - place->file), place->file);
    int code = handle ? sqlite3_errcode(handle) & 0xff : SQLITE_OK;
    if (!place->read_only || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)) return result;
    if (len < 1 || (size_t)len >= sizeof directory || access(place->file, R_OK) != 0 || access(directory, W_OK) == 0)
        return result;
    return driver_fail(
        db, INVALID,
        "The database %s may be read, but its directory not written by this user, and the index of its log "
        "has to be made there: copy the directory to where this user may write, and read it there, or "
        "give the right to.",
        place->file);
}

enum result sqlite_open(const struct sqlite_place *place, enum sqlite_role role, struct db **db, char *why)
{
    *db = NULL;
    struct sqlite_db *opened = calloc(1, sizeof *opened);
    char *uri = uri_of(place);
    const char *vfs = sqlite_vfs();
    if (!opened || !uri || !vfs) {
        free(opened);
        free(uri);
        snprintf(why, SENTENCE_SIZE, "There is no memory left to open the database.");
        return BROKEN;
    }
    db_init(&opened->db, &sqlite_driver, role == SQLITE_WRITER ? WRITER_STATEMENTS : READER_STATEMENTS);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW |
                (place->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    int code = sqlite3_open_v2(uri, &opened->handle, flags, vfs);
    free(uri);
    enum result result = code == SQLITE_OK ? set_up(&opened->db, place, role) : sqlite_failed(&opened->db, code);
    if (result != OK) {
        result = tell_why(&opened->db, place, result);
        memcpy(why, opened->db.sentence, SENTENCE_SIZE);
        opened->db.driver->close(&opened->db);
        return result;
    }
    *db = &opened->db;
    return OK;
}
