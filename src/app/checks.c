/* A question that could not be asked for want of the master key is told as such: silence would pass for a good
 * answer. */
#include "app/checks.h"
#include "app/say.h"

#include "access/verify.h"
#include "events/verify.h"
#include "jobs/jobs.h"
#include "ledger/others.h"
#include "ledger/sealer.h"
#include "ledger/stop.h"
#include "records/custom.h"
#include "records/verify.h"
#include "store/blob.h"
#include "store/identity.h"
#include "store/check.h"
#include "store/schema_verify.h"

static const char no_key[] = "not checked: without the master key nothing can be said of this";
static const char bytes_unread[] =
    "compared by what is stored beside them: without the master key their bytes could not be read";

/* ---- questions that take more than a ctx ---- */

static enum result check_schema(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    size_t count;
    const struct table *const *tables = program_tables(checks->program, &count);
    return schema_verify(ctx, tables, count, checked);
}

/* An index that lacks a row, or a value of a type that its column cannot hold, hides from every other question that
 * leans on it: so this is asked first. */
static enum result check_database(struct ctx *ctx, int64_t *checked)
{
    (void)checked;
    return store_check_file(ctx);
}

static enum result check_references(struct ctx *ctx, int64_t *checked)
{
    (void)checked;
    return store_check_references(ctx);
}

static enum result check_table_keys(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    size_t count;
    const struct table *const *tables = program_tables(checks->program, &count);
    *checked = (int64_t)count;
    return tables_check_keys(ctx, tables, count);
}

/* What is in the tree the signatures vouch for; what awaits its place has nothing but its MAC. */
static enum result check_ledger(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    int64_t pending;
    (void)checked;
    TRY(checks->ledger(ctx, checks->ledger_arg));
    TRY(ledger_pending_count(ctx, &pending));
    if (!pending || checks->program->keyring) return OK;
    checks->unasked = true;
    checks->note = arena_print(
        ctx->arena,
        "right as far as it is signed; whether the %lld %s put "
        "in by hand was not looked at, without the master key",
        (long long)pending, say_word(pending, "entry that awaits its seal was", "entries that await their seal were"));
    return OK;
}

/* A database that was put back to an older state is right in itself; what the node remembers shows it. */
static enum result check_remembered(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    struct ledger_head newest = {.size = 0};
    const struct remembered *known = &checks->known;
    if (checks->known_fault.len) return fail(ctx, BROKEN, "%.*s", PRINT(checks->known_fault));
    enum result found = tree_head(ctx, 0, &newest);
    if (found != OK && found != NOT_FOUND) return found;
    ctx_clear_error(ctx);
    *checked = (int64_t)known->count;
    if (known->count) {
        TRY(ledger_chain_read(ctx, chain));
        TRY(remembered_check(ctx, known, 0, chain));
        return ledger_continues(ctx, &newest, &known->at[known->count - 1]);
    }
    if (!newest.size) return OK;
    checks->unasked = true;
    checks->note = S("not looked for: ledger.heads is missing or empty, or has no whole line, so this directory "
                     "remembers no signed head, and "
                     "whether the database was put back to an older state does not show here");
    return OK;
}

static enum result check_records(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    struct records_report report;
    (void)checks;
    TRY(records_verify(ctx, &report));
    *checked = report.records;
    return OK;
}

/* Files that nobody vouches for do no harm; they are told. */
static enum result count_orphans(struct ctx *ctx, int64_t *count)
{
    struct buf sql = buf_in(ctx->arena);
    buf_text(&sql, "SELECT count(*) FROM blob b WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.input = b.id)");
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        const struct reg *reg = ctx->house->registers[i];
        const struct field *file = reg_file_field(reg, NULL);
        if (file)
            buf_print(&sql, " AND NOT EXISTS (SELECT 1 FROM \"%s\" r WHERE r.\"%s\" = b.id)", reg->name, file->name);
    }
    return db_query_number(ctx, buf_str(&sql), NULL, 0, 0, count);
}

static enum result check_files(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    int64_t orphans;
    TRY(records_verify_files(ctx, checked));
    TRY(count_orphans(ctx, &orphans));
    if (orphans)
        checks->note =
            arena_print(ctx->arena, "right (%lld); beside them %lld %s that neither a record nor a job names",
                        (long long)*checked, (long long)orphans, say_word(orphans, "file", "files"));
    return OK;
}

static enum result check_signatures(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    const struct records_keys keys = {checks->keys, checks->key_count};
    return records_verify_signatures(ctx, &keys, checked);
}

static enum result check_key(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    const struct settings *settings = &checks->program->settings;
    *checked = checks->program->keyring != NULL;
    if (checks->key_fault.len) return fail(ctx, CONFLICT, "%.*s", PRINT(checks->key_fault));
    if (!*checked) return OK;
    /* Whoever keeps the key elsewhere, and forgot to say where, sees that another file was taken for it. */
    checks->note = arena_print(ctx->arena, "right, it is that of %.*s",
                               PRINT(keyring_place(ctx, settings->value[SET_DATA], settings->value[SET_MASTER_KEY])));
    return OK;
}

/* Told as CONFLICT like all that differs from what the program wrote. */
static enum result check_settings(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    static const char *const lasting[] = {"program_version", "master_key", "ledger.secret", "ledger.public"};
    (void)checks;
    enum result result = meta_verify(ctx, checked);
    for (size_t i = 0; i < COUNT(lasting) && result == OK; i++) result = meta_demand(ctx, lasting[i]);
    if (result == OK) result = ledger_stand_verify(ctx);
    return result == BROKEN ? fail(ctx, CONFLICT, "%.*s", PRINT(ctx->error.sentence)) : result;
}

static enum result check_events(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    struct events_report report;
    TRY(events_verify(ctx, checks->program->keyring, &report));
    *checked = report.rows;
    return OK;
}

/* Each row of it; what could not be checked for want of keys is said, and that no witness is asked by this. */
static enum result check_others(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    const struct others_check check = {checks->policy, checks->timestamp_ca, checks->program->keyring};
    struct others_report report;
    struct buf note = buf_in(ctx->arena);
    const char *command = checks->program->command; /* each has its own word for it */
    TRY(others_verify(ctx, &check, &report));
    *checked = report.cosignatures + report.stamps + report.witnessed + report.peers;
    buf_print(&note, "right (%lld)", (long long)*checked);
    if (report.unknown)
        buf_print(&note, "; not checked: %lld %s no policy names that was given (--%s FILE)", (long long)report.unknown,
                  say_word(report.unknown, "cosignature, whose key", "cosignatures, whose keys"),
                  command && strcmp(command, "check") == 0 ? "witness-policy" : "policy");
    if (report.stamps && !checks->timestamp_ca)
        buf_print(&note, "; the %lld time %s, but who signed there was not looked at (--timestamp-ca FILE)",
                  (long long)report.stamps,
                  say_word(report.stamps, "stamp is over the head that it stands beside",
                           "stamps are over the heads that they stand beside"));
    if (report.stranger.len)
        buf_print(&note, "; ledger_peer has a row of %.*s, whom the policy does not name", PRINT(report.stranger));
    bool unkeyed = report.witnessed && !checks->program->keyring;
    if (unkeyed)
        buf_print(&note, "; the MACs of the %lld %s witnessed here were not looked at, without the master key",
                  (long long)report.witnessed, say_word(report.witnessed, "log that is", "logs that are"));
    checks->unasked = report.unknown || unkeyed || (report.stamps && !checks->timestamp_ca);
    if (checks->unasked || report.stranger.len) checks->note = buf_str(&note);
    return OK;
}

static enum result check_jobs(struct ctx *ctx, struct checks *checks, int64_t *checked)
{
    int64_t unkeyed;
    TRY(jobs_verify(ctx, checked, &unkeyed));
    if (!unkeyed) return OK;
    checks->unasked = true;
    checks->note =
        arena_print(ctx->arena,
                    "right (%lld); the MACs of the %lld %s not ended were not looked at, without the master "
                    "key",
                    (long long)*checked, (long long)unkeyed, say_word(unkeyed, "job that has", "jobs that have"));
    return OK;
}

/* ---- the table ---- */

static const struct question {
    const char *name;
    enum result (*plain)(struct ctx *ctx, int64_t *checked);
    enum result (*run)(struct ctx *ctx, struct checks *checks, int64_t *checked);
    bool outside;          /* of the snapshot in which the others are asked */
    bool needs_key;        /* cannot be asked without the master key */
    const char *unchecked; /* what was not looked at when there was no master key; NULL: it makes no difference */
} questions[] = {
    {.name = "the database itself", .plain = check_database, .outside = true},
    {.name = "references between rows", .plain = check_references, .outside = true},
    {.name = "schema", .run = check_schema, .outside = true},
    {.name = "keys of rows", .run = check_table_keys},
    {.name = "master key", .run = check_key, .unchecked = no_key},
    {.name = "ledger", .run = check_ledger},
    {.name = "roll-back", .run = check_remembered},
    {.name = "others' word on heads", .run = check_others},
    {.name = "records as the ledger says", .run = check_records},
    {.name = "users and grants", .plain = users_verify},
    {.name = "tokens", .plain = tokens_verify},
    {.name = "jobs", .run = check_jobs},
    {.name = "custom fields", .plain = custom_verify},
    {.name = "MACs of what gives rights", .plain = credentials_verify, .needs_key = true, .unchecked = no_key},
    {.name = "settings kept in the database", .run = check_settings, .needs_key = true, .unchecked = no_key},
    {.name = "security events", .run = check_events, .needs_key = true, .unchecked = no_key},
    {.name = "tree of units", .plain = reach_verify},
    {.name = "files of evidence", .run = check_files, .unchecked = bytes_unread},
    {.name = "signatures", .run = check_signatures},
    {.name = "derived fields", .plain = records_verify_derived},
    {.name = "index of links", .plain = records_verify_links},
    {.name = "index of search", .plain = records_verify_search},
};
static_assert(COUNT(questions) < CHECKS_MAX, "every question has room for its answer, and one that is added");

struct asking {
    struct checks *checks;
    const struct question *question;
    int64_t checked;
};

static enum result ask(struct ctx *ctx, void *arg)
{
    struct asking *asking = arg;
    const struct question *question = asking->question;
    return question->plain ? question->plain(ctx, &asking->checked)
                           : question->run(ctx, asking->checks, &asking->checked);
}

enum result checks_guarded(struct ctx *ctx, enum result (*question)(struct ctx *ctx, void *arg), void *arg)
{
    jmp_buf escape;
    struct arena *whole = ctx->arena;
    volatile enum result result = BUSY;
    ctx->arena = arena_scratch(whole);
    arena_guard(ctx->arena, &escape);
    if (setjmp(escape) == 0) {
        result = question(ctx, arg);
        arena_guard(ctx->arena, NULL);
    } else {
        arena_reset(ctx->arena);
        (void)fail(ctx, BUSY,
                   "There is not enough memory to look at this: the machine has none left, or something was put in "
                   "that is larger than anything the program writes.");
    }
    ctx->error.sentence = arena_copy(whole, ctx->error.sentence);
    ctx->arena = whole;
    return result;
}

/* Not right either: the database's owner can see to it, or it is away and the question is to be asked again. */
static bool is_no_answer(enum result result)
{
    return result == DENIED || result_passes(result);
}

static void answer(struct checks *checks, const struct question *question)
{
    struct ctx *ctx = &checks->program->ctx;
    struct check_answer *answer = &checks->at[checks->count++];
    bool has_key = checks->program->keyring;
    *answer = (struct check_answer){.name = question->name, .detail = S("")};
    ctx_clear_error(ctx);
    checks->note = S("");
    checks->unasked = false;
    struct asking asking = {.checks = checks, .question = question};
    if (has_key || !question->needs_key) answer->result = checks_guarded(ctx, ask, &asking);
    answer->checked = asking.checked;
    answer->detail = checks->note;
    answer->skipped = checks->unasked;
    if (answer->result == OK && !has_key && question->unchecked) {
        answer->skipped = true;
        answer->detail = str_of(question->unchecked);
    }
    if (answer->result != OK) answer->detail = arena_copy(ctx->arena, ctx->error.sentence);
    if (is_no_answer(answer->result)) answer->skipped = true;
    checks->skipped += answer->skipped;
    checks->wrong += answer->result != OK;
}

static void ask_all(struct checks *checks, bool outside)
{
    for (size_t i = 0; i < COUNT(questions); i++) {
        if (questions[i].outside != outside) continue;
        bool of_verify = questions[i].run == check_ledger ||
                         questions[i].run == check_key; /* merlon check has a stricter one, for it wants the key */
        if (of_verify && !checks->ledger) continue;
        answer(checks, &questions[i]);
    }
}

enum result checks_run(struct checks *checks)
{
    struct ctx *ctx = &checks->program->ctx;
    enum result read = remembered_read(ctx, checks->program->settings.value[SET_DATA], &checks->known);
    checks->known_fault = read == OK ? S("") : arena_copy(ctx->arena, ctx->error.sentence);
    ask_all(checks, true);
    TRY(store_begin_snapshot(ctx));
    ask_all(checks, false);
    store_end_snapshot(ctx);
    ctx_clear_error(ctx);
    for (size_t i = 0; i < checks->count; i++)
        if (checks->at[i].result != OK) return fail(ctx, checks->at[i].result, "%.*s", PRINT(checks->at[i].detail));
    return OK;
}

void checks_add(struct checks *checks, const char *name, enum result result, int64_t checked, struct str detail)
{
    checks->wrong += result != OK;
    if (checks->count == CHECKS_MAX) return; /* what has no room to be told counts all the same */
    checks->at[checks->count++] = (struct check_answer){
        .name = name, .result = result, .skipped = is_no_answer(result), .checked = checked, .detail = detail};
    checks->skipped += checks->at[checks->count - 1].skipped;
}

/* ---- telling ---- */

static void print_answer(const struct check_answer *one)
{
    const char *prefix = one->skipped ? "NOT ASKED: " : "WRONG: ";
    if (one->detail.len)
        say(stdout, "%-28s %s%.*s\n", one->name, one->result == OK ? "" : prefix, PRINT(one->detail));
    else if (one->checked)
        say(stdout, "%-28s right (%lld)\n", one->name, (long long)one->checked);
    else
        say(stdout, "%-28s right\n", one->name);
}

static void put_answer(struct json_out *out, const struct check_answer *one)
{
    json_open_object(out);
    json_key(out, "name"), json_put_text(out, one->name);
    json_key(out, "right"), json_put_bool(out, one->result == OK);
    json_key(out, "skipped"), json_put_bool(out, one->skipped);
    json_key(out, "checked"), json_put_number(out, one->checked);
    json_key(out, "detail"), json_put_str(out, one->detail);
    json_close_object(out);
}

void checks_print(const struct checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) print_answer(&checks->at[i]);
}

void checks_put_json(const struct checks *checks, struct json_out *out)
{
    json_open_array(out);
    for (size_t i = 0; i < checks->count; i++) put_answer(out, &checks->at[i]);
    json_close_array(out);
}

/* ---- the key ---- */

enum result checks_demand_key(struct ctx *ctx, const struct keyring *keyring)
{
    struct str known;
    TRY(meta_get(ctx, "master_key", &known));
    if (str_eq(known, keyring_fingerprint(ctx, keyring))) return OK;
    return fail(ctx, CONFLICT, "The master key is not the one that the data was sealed with.");
}

enum result checks_take_key(struct checks *checks)
{
    struct program *program = checks->program;
    struct ctx *ctx = &program->ctx;
    struct str directory = program->settings.value[SET_DATA], key = program->settings.value[SET_MASTER_KEY];
    enum result result = keyring_open(ctx, directory, key, false, &program->keyring);
    bool any;
    checks->key_fault = S("");
    if (result != OK && key.len) return result;
    bool there = result == OK || keyring_is_there(ctx, directory, key);
    if (result == OK) result = checks_demand_key(ctx, program->keyring);
    if (result == OK) store_use_keyring(program->store, program->keyring);
    if (result == OK) result = identity_read(ctx, program->keyring, &any);
    if (result != OK && result != CONFLICT && program->keyring) return result;
    if (result != OK && there) checks->key_fault = arena_copy(ctx->arena, ctx->error.sentence);
    if (result != OK && program->keyring) keyring_close(program->keyring), program->keyring = NULL;
    ctx_clear_error(ctx);
    store_use_keyring(program->store, program->keyring);
    return OK;
}
