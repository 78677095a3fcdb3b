/* merlon verify: the check that needs no trust in whoever keeps the data. It reads only, and ends with one sentence.
 * For the ledger and the records it wants the public key alone; what a MAC guards is asked where the master key is
 * there, and else named as not asked. */
#include "app/command.h"

#include "app/checks.h"
#include "app/files.h"
#include "app/heads.h"
#include "app/progress.h"
#include "app/verify_head.h"
#include "app/verify_witness.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "ledger/stop.h"
#include "ledger/remembered.h"
#include "ledger/verify.h"

static const char records_compared[] = "records as the ledger says"; /* the question in checks.c */

static void show(void *arg, int64_t done, int64_t of)
{
    progress_tell(arg, done, of);
}

static enum result read_keys(struct program *program, struct str path, const struct ledger_public **keys, size_t *count)
{
    struct ctx *ctx = &program->ctx;
    struct str pem;
    if (!path.len) return ledger_public_read(ctx, program->settings.value[SET_DATA], keys, count);
    TRY(file_read(ctx, path, PUBLIC_KEYS_BYTES, &pem));
    if (ledger_public_parse(ctx, pem, keys, count) == OK) return OK;
    struct str why = ctx->error.sentence;
    return fail(ctx, INVALID, "%.*s: %.*s", PRINT(path), PRINT(why));
}

static int64_t counted(const struct checks *checks, const char *name)
{
    for (size_t i = 0; i < checks->count; i++)
        if (strcmp(checks->at[i].name, name) == 0) return checks->at[i].checked;
    return 0;
}

static void print_json(struct program *program, const struct ledger_report *ledger, const struct checks *checks,
                       const struct witness_check *witness, struct str wrong)
{
    struct buf text = buf_in(program->arena), root = buf_in(program->arena);
    struct json_out out = json_out_to(&text);
    buf_hex(&root, hash_bytes(&ledger->newest.root).at, hash_bytes(&ledger->newest.root).len);
    json_open_object(&out);
    json_key(&out, "right"), json_put_bool(&out, !wrong.len);
    json_key(&out, "detail");
    json_put_optional(&out, wrong);
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"sealed", ledger->sealed}, {"pending", ledger->pending},
                  {"heads", ledger->heads},   {"states", ledger->states},
                  {"purged", ledger->purged}, {"records", counted(checks, records_compared)},
                  {"entry", ledger->entry}};
    for (size_t i = 0; i < COUNT(counts); i++) json_key(&out, counts[i].name), json_put_number(&out, counts[i].value);
    json_key(&out, "keys"), json_put_number(&out, (int64_t)ledger->keys);
    json_key(&out, "key"), json_put_text(&out, ledger->newest.key_id);
    json_key(&out, "head_size"), json_put_number(&out, ledger->newest.size);
    json_key(&out, "head_root"), json_put_str(&out, buf_str(&root));
    witness_check_put_json(witness, &out);
    json_key(&out, "checks");
    checks_put_json(checks, &out);
    json_close_object(&out);
    say_json(stdout, buf_str(&text));
}

/* The key that matters is the newest head's: it stands for those before it, each of which signed the next. */
static void print_signer(const struct ledger_report *ledger)
{
    char at[TIME_TEXT];
    if (!ledger->newest.size) {
        say(stdout, "Nothing has been signed yet.\n");
        return;
    }
    time_format(ledger->newest.at, at);
    if (ledger->keys == 1) say(stdout, "Signed by the key %s, last on %s.\n", ledger->newest.key_id, at);
    if (ledger->keys > 1)
        say(stdout,
            "Signed by the key %s, last on %s; it is the last of %zu keys of this ledger, each of which signed the "
            "next.\n",
            ledger->newest.key_id, at, ledger->keys);
}

static void print_pending(const struct ledger_report *ledger)
{
    char since[TIME_TEXT];
    if (!ledger->pending) return;
    time_format(ledger->pending_since, since);
    say(stdout, "%lld %s, the oldest since %s: a running server seals within seconds.\n", (long long)ledger->pending,
        say_word(ledger->pending, "entry awaits its seal", "entries await their seal"), since);
}

static void print_right(const struct ledger_report *ledger, const struct checks *checks)
{
    long long records = (long long)counted(checks, records_compared);
    say(stdout, "%s: %lld %s under %lld signed %s, %lld %s, %lld %s as the ledger says.\n",
        checks->skipped ? "What could be checked is right" : "Everything is right", (long long)ledger->sealed,
        say_word(ledger->sealed, "entry", "entries"), (long long)ledger->heads,
        say_word(ledger->heads, "head", "heads"), (long long)ledger->states,
        say_word(ledger->states, "state", "states"), records, say_word(records, "record", "records"));
    print_pending(ledger);
    if (ledger->purged)
        say(stdout, "%lld %s purged, with an entry that says so.\n", (long long)ledger->purged,
            say_word(ledger->purged, "state was", "states were"));
    print_signer(ledger);
}

struct walk {
    const struct checks *checks;
    struct ledger_check *check;
    struct ledger_report *report;
    const struct given_head *given; /* NULL for none */
};

/* A line of ledger.heads that is no head of this ledger says nothing of it: that is told by a question of its own. */
static enum result take_known(struct ctx *ctx, const struct walk *walk)
{
    const struct remembered *known = &walk->checks->known;
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    struct ledger_head *genuine = arena_make_many(ctx->arena, struct ledger_head, known->count + 1);
    walk->check->known = genuine;
    enum result read = ledger_chain_read(ctx, chain);
    if (result_passes(read)) return read; /* else what is remembered would be passed over */
    ctx_clear_error(ctx);
    for (size_t i = 0; read == OK && i < known->count; i++)
        if (ledger_chain_signed(ctx, chain, &known->at[i])) genuine[walk->check->known_count++] = known->at[i];
    return OK;
}

/* A head that this ledger never signed is told as such, and not held against it. */
static enum result walk_ledger(struct ctx *ctx, void *arg)
{
    const struct walk *walk = arg;
    enum result own = walk->given ? verify_head_is_own(ctx, walk->given) : OK;
    struct str sentence = own == OK ? S("") : arena_copy(ctx->arena, ctx->error.sentence);
    if (own != OK) walk->check->witness = NULL;
    ctx_clear_error(ctx);
    TRY(take_known(ctx, walk));
    TRY(ledger_verify(ctx, walk->check, walk->report));
    return own == OK ? OK : fail(ctx, own, "%.*s", PRINT(sentence));
}

/* A line like the others, so that whoever keeps the answer keeps that, too. */
static enum result ask_elsewhere(struct program *program, struct witness_check *witness,
                                 const struct ledger_report *report, struct checks *checks)
{
    bool asks = witness->policy.len || witness->checkpoint.len || witness->ask;
    enum result result = witness_check_run(program, witness, &report->newest);
    struct str sentence = result == OK ? S("") : arena_copy(program->arena, program->ctx.error.sentence);
    if (asks && result != INVALID)
        checks_add(checks, "heads from elsewhere", result,
                   (int64_t)(witness->notes + witness->cosigners + witness->answered), sentence);
    return result;
}

/* What a witness said, and stands in the database: asked also where something else is wrong, which is told first. */
static enum result ask_whether_stopped(struct program *program, struct checks *checks, enum result before)
{
    struct ctx *ctx = &program->ctx;
    const struct error kept = ctx->error;
    struct str stopped = S("");
    int64_t since;
    enum result result = ledger_stopped(ctx, &stopped, &since);
    if (result == OK && stopped.len) result = fail(ctx, CONFLICT, "%.*s", PRINT(stopped));
    struct str sentence = result == OK ? S("") : arena_copy(program->arena, ctx->error.sentence);
    checks_add(checks, "sealing goes on", result, 0, sentence);
    if (before == OK) return result;
    ctx->error = kept;
    return before;
}

enum result command_verify(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct progress progress = {.what = S("Ledger")};
    struct ledger_report report = {0};
    struct ledger_check check = {.progress = show, .progress_arg = &progress};
    struct checks checks = {.program = program, .ledger = walk_ledger};
    struct walk walk = {&checks, &check, &report, NULL};
    checks.ledger_arg = &walk;
    struct str path = S(""), head_path;
    struct given_head given;
    struct witness_check witness = {.policy = S(""), .checkpoint = S(""), .silent = S("")};
    bool json = program_flag(program, "json"), has_head = program_option(program, "head", &head_path);
    program_option(program, "public-key", &path);
    program_option(program, "policy", &witness.policy);
    program_option(program, "checkpoint", &witness.checkpoint);
    witness.ask = program_flag(program, "ask");
    witness.has_head = has_head;
    TRY(program_no_more(program, 0));
    TRY(witness_check_demand(program, &witness));
    if (has_head) TRY(verify_head_read(ctx, head_path, &given));
    if (has_head) check.witness = &given.head, walk.given = &given;
    TRY(program_open(program, OPEN_READ_ONLY));
    TRY(read_keys(program, path, &check.keys, &check.key_count));
    TRY(checks_take_key(&checks));
    checks.keys = check.keys;
    checks.key_count = check.key_count;
    check.keyring = program->keyring;
    TRY(heads_trusted(program, witness.policy, &checks.policy, &checks.timestamp_ca));
    enum result result = checks_run(&checks);
    progress_end(&progress);
    if (result == OK) result = ask_elsewhere(program, &witness, &report, &checks);
    result = ask_whether_stopped(program, &checks, result);
    if (json) print_json(program, &report, &checks, &witness, result == OK ? S("") : ctx->error.sentence);
    if (!json) checks_print(&checks);
    if (!json && result == OK) print_right(&report, &checks);
    if (!json && result == OK && has_head) verify_head_print(&given);
    if (!json && (result == OK || witness.silent.len)) witness_check_print(&witness);
    return result;
}
