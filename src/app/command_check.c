/* merlon check: is this installation in order? Each question is a row of the table; all are asked, so that one wrong
 * answer does not hide the next. Reads only. */
#include "app/command.h"

#include "access/actor.h"
#include "announce/announce.h"
#include "app/acting.h"
#include "app/checks.h"
#include "app/files.h"
#include "app/heads.h"
#include "base/timekeeper.h"
#include "format/json_out.h"
#include "ledger/chain.h"
#include "ledger/cosigned.h"
#include "ledger/stop.h"
#include "ledger/verify.h"
#include "records/records.h"
#include "store/blob.h"
#include "store/identity.h"

#include <sys/stat.h>

/* ---- configuration ---- */

static enum result check_directory(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str data = program->settings.value[SET_DATA];
    struct stat info;
    if (stat(arena_cstr(ctx->arena, data), &info) != 0 || !S_ISDIR(info.st_mode))
        return fail(ctx, INVALID, "The data directory %.*s is not there.", PRINT(data));
    if (info.st_mode & (S_IRWXG | S_IRWXO))
        return fail(ctx, CONFLICT, "The data directory %.*s is open to others: chmod 700 it.", PRINT(data));
    return OK;
}

static enum result check_tls(struct program *program)
{
    static const enum setting files[] = {SET_TLS_CERTIFICATE, SET_TLS_KEY};
    struct str certificate = program->settings.value[SET_TLS_CERTIFICATE], key = program->settings.value[SET_TLS_KEY];
    struct str bytes;
    if (!certificate.len != !key.len)
        return fail(&program->ctx, INVALID, "--tls-certificate and --tls-key are given together or not at all.");
    for (size_t i = 0; i < COUNT(files); i++) {
        struct str path = program->settings.value[files[i]];
        if (path.len) TRY(file_read(&program->ctx, path, 1024 * 1024, &bytes));
    }
    return OK;
}

/* ---- time ---- */

/* The same is asked of a server that runs here and holds its clock off: it has noted that. */
static enum result check_clock(struct program *program)
{
    struct time_report report = timekeeper_tell(program->time);
    char wall[TIME_TEXT], now[TIME_TEXT];
    time_format(report.wall, wall);
    time_format(report.known, now); /* time has gone on since by the moments that this command takes */
    if (report.state == TIME_HELD)
        return fail(&program->ctx, CONFLICT,
                    "The machine's clock says %s, but the last that is known to have been is %s. Until that is "
                    "confirmed, time goes on from there: set the clock, or say that it is right (docs/running.md).",
                    wall, now);
    if (report.state == TIME_BEHIND)
        return fail(&program->ctx, CONFLICT,
                    "The machine's clock says %s, but something was written at %s already. What is written now bears "
                    "later times than the clock until it has come up to them: set the clock.",
                    wall, now);
    return OK;
}

/* ---- keys ---- */

static enum result check_master_key(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    const struct settings *settings = &program->settings;
    struct str named = settings->value[SET_MASTER_KEY];
    if (!named.len && !keyring_is_there(ctx, settings->value[SET_DATA], named))
        return fail(
            ctx, DENIED,
            "There is no master key %.*s, so what needs it was not asked: where it is kept elsewhere, name it with "
            "--master-key; if it was lost, put it back from its safe place.",
            PRINT(keyring_place(ctx, settings->value[SET_DATA], named)));
    TRY(keyring_open(ctx, settings->value[SET_DATA], named, false, &program->keyring));
    store_use_keyring(program->store, program->keyring);
    enum result result = checks_demand_key(ctx, program->keyring);
    bool any;
    if (result == OK) result = identity_read(ctx, program->keyring, &any);
    if (result != CONFLICT) return result;
    keyring_close(program->keyring); /* by another's key all would seem altered: what needs it is not asked */
    program->keyring = NULL;
    store_use_keyring(program->store, NULL);
    return result;
}

static enum result check_public_key(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_public stored;
    const struct ledger_public *keys;
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    size_t count;
    TRY(ledger_public_stored(ctx, &stored));
    TRY(ledger_public_read(ctx, program->settings.value[SET_DATA], &keys, &count));
    for (size_t i = 0; i < count; i++)
        if (memcmp(keys[i].at, stored.at, sizeof stored.at) == 0) return OK;
    TRY(ledger_chain_read(ctx, chain));
    if (ledger_chain_has(chain, keys, count))
        return fail(ctx, CONFLICT,
                    "ledger.pub lacks the key that signs this ledger now; the next start writes it anew.");
    return fail(ctx, CONFLICT,
                "ledger.pub is another ledger's, and the program does not start beside it: put the right one back, or "
                "move it away, and the next start writes it anew.");
}

/* ---- data ---- */

static enum result check_statuses(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    for (size_t i = 0; i < program->house.register_count; i++) {
        const struct reg *reg = program->house.registers[i];
        struct rows *rows;
        bool more;
        struct str sql = arena_print(ctx->arena, "SELECT status, min(id) FROM \"%s\" GROUP BY status", reg->name);
        TRY(db_query(ctx, sql, NULL, 0, &rows));
        TRY(rows_next(ctx, rows, &more));
        while (more) {
            struct str status = rows_text(rows, 0);
            if (!reg_state(reg, status))
                return fail(ctx, CONFLICT, "%s-%lld has the status \"%.*s\", which its register does not know.",
                            reg->prefix, (long long)rows_number(rows, 1), PRINT(status));
            TRY(rows_next(ctx, rows, &more));
        }
    }
    return OK;
}

/* Every link to a record that is there. */
static enum result check_links(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    for (size_t i = 0; i < program->house.register_count; i++) {
        const struct reg *reg = program->house.registers[i];
        const struct value args[] = {value_text(str_of(reg->name))};
        struct rows *rows;
        bool found;
        struct str sql = arena_print(ctx->arena,
                                     "SELECT l.register, l.record, l.field, l.to_record FROM link l LEFT JOIN \"%s\" t "
                                     "ON t.id = l.to_record WHERE l.to_register = ?1 AND t.id IS NULL LIMIT 1",
                                     reg->name);
        TRY(db_query_one(ctx, sql, args, COUNT(args), &rows, &found));
        if (found)
            return fail(ctx, CONFLICT, "The %.*s %lld links in \"%.*s\" to %s-%lld, which is not there.",
                        PRINT(rows_text(rows, 0)), (long long)rows_number(rows, 1), PRINT(rows_text(rows, 2)),
                        reg->prefix, (long long)rows_number(rows, 3));
    }
    return OK;
}

static enum result drop(struct ctx *ctx, void *arg, struct str chunk)
{
    (void)ctx;
    *(int64_t *)arg += (int64_t)chunk.len;
    return OK;
}

static enum result read_file(struct ctx *ctx, const struct keyring *keyring, struct arena *scratch, int64_t id)
{
    struct ctx reading = *ctx;
    int64_t read = 0;
    reading.arena = scratch;
    enum result result = blob_read(&reading, keyring, id, drop, &read);
    return result == OK ? OK : fail_as(ctx, &reading, result);
}

/* Every file of evidence opens, and is what it was. What reading one takes is given back before the next. */
static enum result check_files(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct rows *rows;
    bool more;
    if (!program->keyring) return fail(ctx, DENIED, "Files cannot be opened without the master key.");
    struct arena *scratch = arena_scratch(ctx->arena);
    TRY(db_query(ctx, S("SELECT id FROM blob ORDER BY id"), NULL, 0, &rows));
    TRY(rows_next(ctx, rows, &more));
    while (more) {
        TRY(read_file(ctx, program->keyring, scratch, rows_number(rows, 0)));
        arena_reset(scratch);
        TRY(rows_next(ctx, rows, &more));
    }
    return OK;
}

static enum result check_administrator(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    const struct value args[] = {value_text(str_of(role_name(ADMINISTRATOR)))};
    int64_t count;
    TRY(db_query_number(ctx,
                        S("SELECT count(*) FROM role_grant g JOIN \"user\" u ON u.id = g.user_id "
                          "WHERE u.active = 1 AND g.role = ?1"),
                        args, COUNT(args), 0, &count));
    if (count) return OK;
    return fail(ctx, CONFLICT, "Nobody active is administrator: merlon user add --role administrator makes one.");
}

/* ---- witnesses ---- */

/* Of a server that has no policy there is nothing to be told: its start has let go what an earlier one left there. */
static enum result check_witnesses(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str stopped;
    char since[TIME_TEXT];
    int64_t missing, stop;
    TRY(ledger_stopped(ctx, &stopped, &stop));
    if (stopped.len) return fail(ctx, CONFLICT, "%.*s", PRINT(stopped));
    TRY(announce_quorum_missing(ctx, &missing));
    if (!missing || ctx->now - missing < QUORUM_PATIENCE) return OK;
    time_format(missing, since);
    return fail(ctx, CONFLICT, "The quorum of witnesses has not been reached since %s (docs/running.md).", since);
}

/* Each witness and channel that has trouble now; "quorum" has a question of its own. Whom the last start did
 * not name has none (announce_open). */
static enum result check_heads(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_peer *peers;
    struct buf all = buf_in(ctx->arena);
    size_t count;
    TRY(ledger_peers(ctx, &peers, &count));
    for (size_t i = 0; i < count; i++)
        if (peers[i].trouble.len && !str_is(peers[i].name, PEER_QUORUM))
            buf_print(&all, "%s%.*s: %.*s", all.len ? " " : "", PRINT(peers[i].name), PRINT(peers[i].trouble));
    struct str told = buf_str(&all);
    return told.len ? fail(ctx, CONFLICT, "%.*s", PRINT(told)) : OK;
}

static const struct {
    const char *name;
    enum result (*run)(struct program *program);
} questions[] = {
    {"data directory", check_directory},   {"TLS files", check_tls},         {"clock", check_clock},
    {"master key", check_master_key},      {"public key", check_public_key}, {"an administrator", check_administrator},
    {"witnesses", check_witnesses},        {"heads go out", check_heads},    {"statuses", check_statuses},
    {"links lead somewhere", check_links}, {"files open", check_files},
};

struct asked {
    struct program *program;
    enum result (*run)(struct program *program);
};

static enum result ask(struct ctx *ctx, void *arg)
{
    const struct asked *asked = arg;
    (void)ctx;
    return asked->run(asked->program);
}

/* Whether they can be read the question of the public key has told already; what was signed is then held against the
 * key that the database itself names. */
static void read_keys(struct program *program, struct checks *checks)
{
    struct ctx *ctx = &program->ctx;
    if (ledger_public_read(ctx, program->settings.value[SET_DATA], &checks->keys, &checks->key_count) == OK) return;
    struct ledger_public *stored = arena_make(program->arena, struct ledger_public);
    checks->keys = stored;
    checks->key_count = ledger_public_stored(ctx, stored) == OK ? 1 : 0;
}

static enum result ask_of_data(struct program *program, struct checks *checks)
{
    read_keys(program, checks);
    TRY(heads_trusted(program, S(""), &checks->policy, &checks->timestamp_ca));
    enum result result = checks_run(checks);
    ctx_clear_error(&program->ctx);
    return result == OK || checks->wrong ? OK : result;
}

/* Not asked is neither right nor wrong; it ends with an error too, for whoever waits for good news. */
static enum result sum_up(struct ctx *ctx, const struct checks *checks)
{
    size_t unasked = 0;
    for (size_t i = 0; i < checks->count; i++) unasked += checks->at[i].result != OK && checks->at[i].skipped;
    size_t wrong = checks->wrong - unasked;
    if (!checks->wrong) return OK;
    if (!unasked) return fail(ctx, CONFLICT, "A wrong answer to %zu of %zu questions.", wrong, checks->count);
    if (!wrong)
        return fail(ctx, CONFLICT, "No answer to %zu of %zu questions, which could not be asked.", unasked,
                    checks->count);
    return fail(ctx, CONFLICT, "A wrong answer to %zu of %zu questions; %zu more could not be asked.", wrong,
                checks->count, unasked);
}

enum result command_check(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct buf text = buf_in(program->arena);
    struct json_out out = json_out_to(&text);
    struct checks checks = {.program = program};
    bool json = program_flag(program, "json");
    TRY(program_no_more(program, 0));
    TRY(program_open(program, OPEN_READ_ONLY));
    for (size_t i = 0; i < COUNT(questions); i++) {
        struct asked asked = {program, questions[i].run};
        enum result result = checks_guarded(ctx, ask, &asked);
        struct str sentence = result == OK ? S("") : arena_copy(program->arena, ctx->error.sentence);
        checks_add(&checks, questions[i].name, result, 0, sentence);
        ctx_clear_error(ctx);
    }
    TRY(ask_of_data(program, &checks));
    if (json)
        checks_put_json(&checks, &out), say_json(stdout, buf_str(&text));
    else
        checks_print(&checks);
    return sum_up(ctx, &checks);
}
