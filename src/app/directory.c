/* Everything here is about SQLite, but for the directory itself: on PostgreSQL it holds keys alone, and several
 * programs may write at once. */
#include "app/directory.h"

#include "base/clock.h"
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
    if (mkdir(arena_cstr(ctx->arena, directory_of(program)), 0700) == 0 || errno == EEXIST) return OK;
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
    if (errno == ENOENT)
        return fail(ctx, INVALID,
                    "There is no database in %.*s; give the right --data, or make one: merlon init --data %.*s.",
                    PRINT(directory), PRINT(directory));
    return fail(ctx, INVALID, "The data directory %.*s cannot be used: %s.", PRINT(directory), strerror(errno));
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

static const char unfinished[] = "restore.unfinished";

bool directory_restore_is_unfinished(struct program *program)
{
    return !program->settings.value[SET_DATABASE].len && has_file(program, unfinished, true);
}

enum result directory_demand_restored(struct program *program)
{
    struct str directory = directory_of(program);
    if (!directory_restore_is_unfinished(program)) return OK;
    return fail(&program->ctx, CONFLICT,
                "A restore into %.*s has not come to its end: wait where it still runs; where it was cut off, run it "
                "again: merlon restore FILE --data %.*s.",
                PRINT(directory), PRINT(directory));
}

enum result directory_begin_restore(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    int file;
    if (program->settings.value[SET_DATABASE].len) return OK;
    TRY(own_file_open(ctx, directory_of(program), unfinished, OWN_WRITE, 0600, &file));
    close(file);
    file = open(path_of(program, "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool kept = file >= 0 && fsync(file) == 0;
    if (file >= 0) close(file);
    return kept ? OK : fail(ctx, BROKEN, "The data directory %.*s cannot be synced.", PRINT(directory_of(program)));
}

enum result directory_end_restore(struct program *program)
{
    if (program->settings.value[SET_DATABASE].len) return OK;
    if (unlink(path_of(program, unfinished)) == 0 || errno == ENOENT) return OK;
    return fail(&program->ctx, BROKEN, "%s cannot be removed: %s.", path_of(program, unfinished), strerror(errno));
}

void directory_clear_database(struct program *program)
{
    static const char *const made[] = {"merlon.db", "merlon.db-wal", "merlon.db-shm", "merlon.db-journal"};
    for (size_t i = 0; i < COUNT(made); i++) unlink(path_of(program, made[i]));
}

void directory_clear(struct program *program)
{
    static const char *const made[] = {"ledger.pub", "ledger.heads", "master.key"};
    directory_clear_database(program);
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
