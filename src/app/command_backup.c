/* merlon backup and merlon restore: one file with everything, made while the program runs, checked before it counts. */
#include "app/command.h"

#include "access/parting.h"
#include "app/accounts.h"
#include "app/acting.h"
#include "app/directory.h"
#include "app/files.h"
#include "app/progress.h"
#include "app/telling.h"
#include "app/timekeeping.h"
#include "base/clock.h"
#include "events/verify.h"
#include "jobs/jobs.h"
#include "ledger/chain.h"
#include "ledger/parting.h"
#include "ledger/remembered.h"
#include "ledger/stop.h"
#include "ledger/tree.h"
#include "ledger/verify.h"
#include "ledger/witness.h"
#include "records/verify.h"
#include "store/backup.h"
#include "store/blob.h"
#include "store/identity.h"
#include "store/migrate.h"

#include <unistd.h>

static void show(void *arg, int64_t rows, int64_t of)
{
    progress_tell(arg, rows, of);
}

static enum result describe(struct program *program, struct backup *backup, struct progress *progress)
{
    struct str file;
    *backup = (struct backup){.progress = show, .progress_arg = progress};
    backup->tables = program_tables(program, &backup->table_count);
    if (!program_option(program, "passphrase-file", &file)) return OK;
    return account_password_file(&program->ctx, file, &backup->passphrase);
}

static void print_info(const char *what, const struct backup_info *info, struct str path)
{
    char at[TIME_TEXT];
    time_format(info->made_at, at);
    say(stdout, "%s %.*s: %lld %s of %lld tables, %lld kB, made %s by Merlon %.*s on %.*s%s\n", what, PRINT(path),
        (long long)info->rows, say_word(info->rows, "row", "rows"), (long long)info->tables,
        (long long)(info->bytes + 1023) / 1024, at, PRINT(info->program), PRINT(info->database),
        info->brings_master_key ? ", with the master key" : "");
}

/* Of an installation nothing is needed but its master key, and that only where there is no passphrase. */
static enum result check_file(struct program *program, struct backup *backup, struct str path, struct backup_info *info)
{
    struct ctx *ctx = &program->ctx;
    struct str data = program->settings.value[SET_DATA], key = program->settings.value[SET_MASTER_KEY];
    bool by_passphrase;
    TRY(backup_look(ctx, path, &by_passphrase));
    enum result result = backup->passphrase.len ? OK : keyring_open(ctx, data, key, false, &program->keyring);
    if (result != OK && key.len) return result;
    if (result != OK) ctx_clear_error(ctx);
    backup->keyring = program->keyring;
    return backup_check_rows(ctx, backup, path, info);
}

static void warn(const struct left_out *found)
{
    if (!found->rows) return;
    say(stderr,
        "merlon: Warning: %lld %s in the backup that no sound database has, and that a restore will leave out (first "
        "%.*s); run merlon verify on the original, and see docs/running.md, \"Backup\".\n",
        (long long)found->rows, say_word(found->rows, "row is", "rows are"), PRINT(found->first));
}

/* The backup is whole; what it holds is for the database's owner to put right, before it is the only copy. */
static enum result warn_of_rows(struct program *program, const struct backup *backup)
{
    struct ctx *ctx = &program->ctx;
    struct left_out found = {0};
    store_use_keyring(program->store, program->keyring);
    TRY(left_out_find(ctx, backup->tables, backup->table_count, &found));
    TRY(meta_leave_out(ctx, false, &found));
    warn(&found);
    return OK;
}

enum result command_backup(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct progress progress = {.what = S("Backup, rows")};
    struct backup backup;
    struct backup_info info;
    TRY(describe(program, &backup, &progress));
    bool check = program_flag(program, "check");
    TRY(program_no_more(program, 1));
    if (!program->rest_count) return fail(ctx, INVALID, "Say where to: merlon backup FILE.");
    struct str path = program->rest[0];
    if (!check && file_is_own_name(path))
        return fail(ctx, INVALID, "%.*s is the name of a file of the program's own: give the backup another.",
                    PRINT(path));
    if (!check) {
        TRY(program_open(program, OPEN_READ_ONLY));
        TRY(program_open_keys(program));
        program_tell(program, &(struct event){.kind = EVENT_KEY_USED, .detail = S("backup")});
        backup.keyring = program->keyring;
    }
    enum result result =
        check ? check_file(program, &backup, path, &info) : store_backup(ctx, program->store, &backup, path, &info);
    progress_end(&progress);
    if (!check)
        program_tell(program, &(struct event){.kind = EVENT_BACKUP,
                                              .outcome = result == OK ? EVENT_ALLOWED : EVENT_FAILED,
                                              .detail = backup.passphrase.len ? S("passphrase") : S("master key")});
    TRY(result);
    print_info(check ? "Whole:" : "Backed up to", &info, path);
    if (check) warn(&info.left_out);
    if (!check) TRY(warn_of_rows(program, &backup));
    if (!check && !backup.passphrase.len)
        say(stdout, "It opens with this installation's master key only: keep that key somewhere else, too.\n");
    return OK;
}

/* ---- restore ---- */

struct copying {
    struct program *program;
    struct left_out *left_out;
};

/* Nothing that the copy writes from here on is good in the original, nor the other way round. */
static enum result take_an_identity(struct ctx *ctx, struct keyring *keyring, struct left_out *left_out)
{
    struct access_parting access;
    struct sealed_parting jobs;
    struct witness_parting witnessed;
    struct identity before;
    bool any;
    TRY(identity_read(ctx, keyring, &any));
    if (!any) TRY(meta_demand(ctx, "identity"));
    TRY(meta_leave_out(ctx, true, left_out));
    TRY(access_part_begin(ctx, &access));
    TRY(sealed_part_begin(ctx, &sealed_jobs, &jobs));
    TRY(witness_part_begin(ctx, &witnessed));
    TRY(identity_part(ctx, keyring, &before));
    TRY(ledger_part(ctx, &before));
    TRY(events_part(ctx, &before));
    TRY(sealed_part_end(ctx, &sealed_jobs, &jobs));
    TRY(witness_part_end(ctx, &witnessed));
    return access_part_end(ctx, &access);
}

/* Before the tables are guarded: what only grows is put under the new identity, too. */
static enum result part(struct ctx *ctx, void *arg)
{
    const struct copying *copying = arg;
    struct program *program = copying->program;
    struct str data = program->settings.value[SET_DATA], key = program->settings.value[SET_MASTER_KEY];
    if (!program->keyring) TRY(keyring_open(ctx, data, key, false, &program->keyring));
    store_use_keyring(program->store, program->keyring);
    return take_an_identity(ctx, program->keyring, copying->left_out);
}

/* What a witness knows against the original says nothing of the copy, which has an origin that none has seen. That the
 * original was stopped stays in the ledger, and so does that this is how it went on. */
static enum result lift_the_stop(struct ctx *ctx)
{
    struct str stopped;
    int64_t since;
    TRY(ledger_stopped(ctx, &stopped, &since));
    if (!stopped.len) return OK;
    return ledger_resume(ctx, 0, S("A restored copy goes on as a branch of its own, which no witness has seen."), 0);
}

/* In the transaction that brings the data, so that wherever a restore is cut off, the copy does not pass for the
 * original: the key of the original signs nothing in it, and the ledger says that it is one. What the backup leaves
 * out, because it follows from the rest, is made anew by the next start, as a rule that of this same command. */
static enum result become_a_copy(struct ctx *ctx, void *arg)
{
    struct program *program = ((const struct copying *)arg)->program;
    TRY(timekeeping_begin(ctx));
    ledger_keys_close(program->keys); /* of an attempt that was undone */
    program->keys = NULL;
    TRY(ledger_keys_open(ctx, program->keyring, false, &program->keys));
    TRY(ledger_keys_renew(ctx, program->keyring, LINK_RESTORE, S(""), program->keys));
    TRY(lift_the_stop(ctx));
    return migrate_make_rebuild_due(ctx, MERLON_VERSION);
}

/* What is told once all is done. */
struct brought {
    struct backup_info info;
    struct records_report records;
    struct ledger_report ledger;
    bool in; /* the data are in, whatever the verification says of them */
};

/* The ledger says whether all is there. */
static enum result bring_back(struct program *program, struct progress *progress, struct brought *brought)
{
    struct ledger_check check = {.keys = ledger_keys_public(program->keys),
                                 .key_count = 1,
                                 .records = records_verify,
                                 .records_arg = &brought->records,
                                 .progress = show,
                                 .progress_arg = progress};
    acting_settle(program);
    progress->what = S("Verifying the ledger");
    return ledger_verify(&program->ctx, &check, &brought->ledger);
}

/* Nothing is made, and nothing of what lies there is touched, before all of this is right. */
static enum result prepare(struct program *program, struct backup *backup, struct str path)
{
    struct ctx *ctx = &program->ctx;
    struct str data = program->settings.value[SET_DATA], key = program->settings.value[SET_MASTER_KEY];
    bool by_passphrase;
    TRY(backup_look(ctx, path, &by_passphrase));
    if (backup->passphrase.len)
        backup->key_file = key.len ? key : arena_print(program->arena, "%.*s/master.key", PRINT(data));
    else if (!by_passphrase)
        TRY(keyring_open(ctx, data, key, false, &program->keyring));
    backup->keyring = program->keyring;
    TRY(backup_opens(ctx, backup, path));
    TRY(directory_make(program));
    return directory_hold(program);
}

/* What a restore that was cut off has left goes when it is certain that this one has something to put in its place. */
static enum result make_room(struct program *program, const struct backup *backup, struct str path)
{
    struct backup_info info;
    bool unfinished;
    TRY(directory_begin_restore(program, &unfinished));
    if (!unfinished) return OK;
    TRY(backup_check(&program->ctx, backup, path, &info));
    return directory_clear_restore(program);
}

/* A key that this restore has put there opens what it gives up here, and nothing else. What a PostgreSQL holds is not
 * given up. */
static enum result undo(struct program *program, const char *key_written, enum result result)
{
    store_close(program->store);
    program->store = NULL;
    if (directory_clear_restore(program) != OK) return BROKEN;
    if (key_written && !program->settings.value[SET_DATABASE].len) unlink(key_written);
    return result;
}

/* The heads of what lay here before say nothing of what lies here now; what the backup ends with is remembered at once,
 * so that it is known from the first start on. A ledger without a head has nothing to be remembered. */
static enum result begin_heads(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_head head;
    TRY(remembered_set_aside(ctx, program->settings.value[SET_DATA]));
    enum result found = ledger_signed_head(ctx, 0, &head);
    if (found == NOT_FOUND) {
        ctx_clear_error(ctx);
        return OK;
    }
    return found == OK ? remembered_add(ctx, program->settings.value[SET_DATA], &head) : found;
}

static enum result fill(struct program *program, struct backup *backup, struct str path, struct progress *progress,
                        struct backup_info *info)
{
    struct ctx *ctx = &program->ctx;
    struct copying *copying = arena_make(program->arena, struct copying);
    *copying = (struct copying){program, &info->left_out};
    enum result result = make_room(program, backup, path);
    progress_end(progress);
    TRY(result);
    backup->filled = part;
    backup->last = become_a_copy;
    backup->arg = copying;
    result = program_open_store(program);
    if (result == OK) result = store_restore(ctx, program->store, backup, path, info);
    progress_end(progress);
    if (result == OK) result = begin_heads(program);
    return result == OK ? OK : undo(program, info->key_written, result);
}

/* What is given up after all has left no heads of it either. */
static void forget_heads(struct program *program)
{
    const struct settings *settings = &program->settings;
    if (settings->value[SET_DATABASE].len) return;
    unlink(arena_print(program->arena, "%.*s/ledger.heads", PRINT(settings->value[SET_DATA])).at);
}

/* Nobody else gets in before it is done. */
static void close_but_hold(struct program *program)
{
    struct directory_lock lock = program->lock;
    program->lock = (struct directory_lock){0};
    program_close(program);
    program->lock = lock;
}

static enum result finish(struct program *program, struct progress *progress, struct brought *brought)
{
    enum result result = program_open(program, OPEN_DATABASE);
    brought->in = result == OK;
    if (brought->in) {
        event_post(&program->ctx, &(struct event){.kind = EVENT_RESTORE});
        result = bring_back(program, progress, brought);
    }
    progress_end(progress);
    close_but_hold(program);
    return result;
}

enum result command_restore(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct progress progress = {.what = S("Restore, rows")};
    struct backup backup;
    struct brought brought = {0};
    TRY(describe(program, &backup, &progress));
    TRY(program_no_more(program, 1));
    if (!program->rest_count) return fail(ctx, INVALID, "Say what from: merlon restore FILE.");
    struct str path = program->rest[0];
    program->restores = true;
    TRY(prepare(program, &backup, path));
    TRY(fill(program, &backup, path, &progress, &brought.info));
    close_but_hold(program);
    enum result result = finish(program, &progress, &brought);
    if (!brought.in) forget_heads(program);
    if (!brought.in) return undo(program, brought.info.key_written, result);
    TRY(directory_end_restore(program));
    print_info("Restored", &brought.info, path);
    const struct left_out *left_out = &brought.info.left_out;
    if (left_out->rows)
        say(stdout, "Left out: %lld %s that no sound database has, first %.*s.\n", (long long)left_out->rows,
            say_word(left_out->rows, "row", "rows"), PRINT(left_out->first));
    TRY(result);
    say(stdout, "Verified: %lld ledger %s, %lld %s.\n", (long long)brought.ledger.sealed,
        say_word(brought.ledger.sealed, "entry", "entries"), (long long)brought.records.records,
        say_word(brought.records.records, "record", "records"));
    if (!left_out->rows) return OK;
    return fail(ctx, CONFLICT,
                "All was restored but %lld %s of the backup that no sound database has, first %.*s: somebody wrote to "
                "the original past the program; run merlon verify on it.",
                (long long)left_out->rows, say_word(left_out->rows, "row", "rows"), PRINT(left_out->first));
}
