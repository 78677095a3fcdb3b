/* Everything here is about SQLite, but for the directory itself: on PostgreSQL it holds keys alone, and several
 * programs may write at once. */
#include "app/directory.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT = 5 * SECOND, LOOK_EVERY = 20 * 1000 /* microseconds */ };

static struct str directory_of(const struct program *program)
{
    return program->settings.value[SET_DATA];
}

static const char *path_of(struct program *program, const char *name)
{
    return arena_print(program->arena, "%.*s/%s", PRINT(directory_of(program)), name).at;
}

/* *there stays false with errno set. */
static bool has_file(struct program *program, const char *name, bool empty_counts)
{
    struct stat status;
    if (stat(path_of(program, name), &status) != 0) return false;
    errno = ENOENT;
    return empty_counts || status.st_size > 0;
}

enum result directory_make(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    const char *path = arena_cstr(ctx->arena, directory_of(program));
    struct stat status;
    if (mkdir(path, 0700) == 0) return OK;
    if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return OK;
    if (errno == EEXIST) return fail(ctx, INVALID, "%s is not a directory: name one with --data DIR.", path);
    return fail(ctx, INVALID, "The data directory %.*s cannot be made: %s.", PRINT(directory_of(program)),
                strerror(errno));
}

bool directory_has_database(struct program *program)
{
    return program->settings.value[SET_DATABASE].len || has_file(program, "merlon.db", false);
}

enum result directory_demand_database(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str directory = directory_of(program);
    if (directory_has_database(program)) return OK;
    if (errno != ENOENT)
        return fail(ctx, INVALID, "The data directory %.*s cannot be used: %s.", PRINT(directory), strerror(errno));
    TRY(directory_demand_unused(program, true));
    return fail(ctx, INVALID,
                "There is no database in %.*s; give the right --data, or make one: merlon init --data %.*s.",
                PRINT(directory), PRINT(directory));
}

enum result directory_demand_unused(struct program *program, bool keys)
{
    static const struct {
        const char *name;
        bool empty_counts, is_key;
    } leftovers[] = {{"merlon.db-wal", false, false},
                     {"merlon.db-journal", false, false},
                     {"ledger.pub", true, true},
                     {"ledger.heads", true, true},
                     {"master.key", true, true}};
    for (size_t i = 0; i < COUNT(leftovers); i++) {
        if ((leftovers[i].is_key && !keys) || !has_file(program, leftovers[i].name, leftovers[i].empty_counts))
            continue;
        return fail(
            &program->ctx, INVALID,
            "There is no database in %.*s, but %s of an earlier one: put merlon.db back beside it, or restore a "
            "backup elsewhere; to begin anew, name an empty directory.",
            PRINT(directory_of(program)), leftovers[i].name);
    }
    return OK;
}

/* ---- a restore under way ---- */

/* What a restore fills. Its last step gives it the name merlon.db, so what bears that name is whole, and a restore
 * removes nothing that does. */
static const char whole[] = "merlon.db", restoring[] = "merlon.db.restoring";
static const char *const endings[] = {"", "-wal", "-shm", "-journal"};

static const char *beside(struct program *program, const char *name, size_t ending)
{
    return arena_print(program->arena, "%s%s", name, endings[ending]).at;
}

static bool restoring_is_there(struct program *program)
{
    struct stat status; /* a link that leads nowhere is there, too */
    for (size_t i = 0; i < COUNT(endings); i++)
        if (lstat(path_of(program, beside(program, restoring, i)), &status) == 0) return true;
    return false;
}

enum result directory_demand_restored(struct program *program)
{
    struct str directory = directory_of(program);
    if (program->settings.value[SET_DATABASE].len || !restoring_is_there(program)) return OK;
    if (directory_has_database(program)) {
        log_text(LOG_WARNING,
                 "beside merlon.db, which is whole, lies a merlon.db.restoring: no restore leaves both, so somebody "
                 "else put one of them there; find out who, and move it away",
                 "directory", directory);
        return OK;
    }
    return fail(&program->ctx, CONFLICT,
                "A restore into %.*s has not come to its end: wait where it still runs; where it was cut off, run it "
                "again: merlon restore FILE --data %.*s.",
                PRINT(directory), PRINT(directory));
}

/* Before anything is made or removed: all that bears one of these names is the program's own, or nothing. */
static enum result demand_own(struct program *program)
{
    const char *directory = arena_cstr(program->arena, directory_of(program));
    for (size_t i = 0; i < 2 * COUNT(endings); i++) {
        const char *name = beside(program, i % 2 ? restoring : whole, i / 2);
        enum own_file_fault fault = own_file_look(directory, name);
        if (fault != OWN_GOOD) return own_file_fail(&program->ctx, directory, name, fault);
    }
    return OK;
}

static enum result demand_no_database(struct program *program)
{
    if (has_file(program, whole, false))
        return fail(&program->ctx, CONFLICT, "There is data here already (%s): restore into an empty directory.",
                    path_of(program, whole));
    return directory_demand_unused(program, false);
}

enum result directory_begin_restore(struct program *program, bool *unfinished)
{
    *unfinished = false;
    if (program->settings.value[SET_DATABASE].len) return OK;
    TRY(demand_own(program));
    TRY(demand_no_database(program));
    *unfinished = restoring_is_there(program);
    return OK;
}

enum result directory_clear_restore(struct program *program)
{
    if (program->settings.value[SET_DATABASE].len) return OK;
    for (size_t i = 0; i < COUNT(endings); i++) {
        const char *path = path_of(program, beside(program, restoring, i));
        if (unlink(path) != 0 && errno != ENOENT)
            return fail(&program->ctx, BROKEN, "%s cannot be removed: %s.", path, strerror(errno));
    }
    return OK;
}

enum result directory_end_restore(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    const char *from = path_of(program, restoring), *to = path_of(program, whole);
    if (program->settings.value[SET_DATABASE].len) return OK;
    if (has_file(program, beside(program, restoring, 1), false))
        return fail(ctx, BROKEN, "The log of %s was not moved into it: run the restore again.", from);
    TRY(demand_own(program));
    TRY(demand_no_database(program));
    if (rename(from, to) != 0) return fail(ctx, BROKEN, "%s cannot be renamed to %s: %s.", from, to, strerror(errno));
    TRY(directory_clear_restore(program));
    if (own_file_keep_name(to)) return OK;
    return fail(ctx, BROKEN, "The data directory %.*s cannot be synced.", PRINT(directory_of(program)));
}

void directory_clear(struct program *program)
{
    static const char *const made[] = {"ledger.pub", "ledger.heads", "master.key"};
    for (size_t i = 0; i < COUNT(endings); i++) unlink(path_of(program, beside(program, whole, i)));
    for (size_t i = 0; i < COUNT(made); i++) unlink(path_of(program, made[i]));
}

/* ---- one program at a time ---- */

enum result directory_try_hold(struct program *program, struct lock_holder *holder)
{
    if (program->lock.held || program->settings.value[SET_DATABASE].len) return OK;
    return directory_lock(&program->ctx, directory_of(program), program->command ? program->command : "command",
                          &program->lock, holder);
}

enum result directory_hold(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str directory = directory_of(program);
    struct lock_holder holder;
    int64_t until = clock_monotonic() + WAIT;
    if (program->settings.value[SET_DATABASE].len) return OK;
    for (;;) {
        TRY(directory_try_hold(program, &holder));
        if (program->lock.held) return OK;
        if (clock_monotonic() > until) break;
        usleep(LOOK_EVERY);
    }
    if (!holder.pid)
        return fail(ctx, BUSY, "Another program writes %.*s, and only one at a time may: wait until it has ended.",
                    PRINT(directory));
    return fail(ctx, BUSY, "Process %lld (merlon %s) writes %.*s, and only one program at a time may: %s.",
                (long long)holder.pid, holder.word, PRINT(directory),
                strcmp(holder.word, "serve") ? "wait until it has ended" : "stop that server first");
}
