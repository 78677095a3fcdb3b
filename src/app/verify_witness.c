/* Cosignatures that lie in the database show that witnesses saw a head, never that they saw no newer one: only a note
 * from elsewhere or a question to the witnesses shows that. */
#include "app/verify_witness.h"

#include "app/verify_notes.h"

#include "app/files.h"
#include "app/heads.h"
#include "app/say.h"
#include "base/clock.h"
#include "ledger/chain.h"
#include "ledger/cosigned.h"
#include "ledger/keys.h"
#include "ledger/merkle.h"

/* ---- cosignatures that are kept ---- */

static int64_t newest_time(struct ctx *ctx, const struct policy *policy, const struct note *note)
{
    int64_t newest = 0, at;
    for (size_t i = 0; i < policy->witness_count; i++)
        for (size_t k = 0; k < note->count; k++)
            if (note_check(ctx->arena, note->text, &note->signatures[k], &policy->witnesses[i].key, &at) == NOTE_HOLDS)
                newest = at > newest ? at : newest;
    return newest;
}

static enum result judge_head(struct ctx *ctx, struct witness_check *check, const struct policy *policy, int64_t size,
                              bool *met)
{
    struct ledger_head head;
    struct note *note = arena_make(ctx->arena, struct note);
    struct str text;
    bool cosigned[POLICY_MOST], known = true;
    TRY(tree_head(ctx, size, &head));
    TRY(ledger_note(ctx, &head, &text));
    if (!note_parse(ctx->arena, text, note)) return fail(ctx, CONFLICT, "A cosignature is not of the form of one.");
    if (policy->log_count && !policy_log_of(ctx->arena, policy, note, str_of(head.origin), &known))
        return fail(ctx, CONFLICT, "The policy names other logs than %s, or other keys of it.", head.origin);
    check->cosigners = policy_cosigned(ctx->arena, policy, note, cosigned);
    *met = policy_is_met(policy, cosigned);
    if (*met) check->cosigned_size = size, check->newest_at = newest_time(ctx, policy, note);
    return OK;
}

static enum result read_sizes(struct ctx *ctx, int64_t **sizes, size_t *count)
{
    enum { MOST = 500 };
    struct rows *rows;
    *sizes = arena_make_many(ctx->arena, int64_t, MOST);
    *count = 0;
    TRY(db_query(ctx,
                 S("SELECT size FROM ledger_cosignature GROUP BY size UNION SELECT max(size) FROM ledger_head "
                   "ORDER BY 1 DESC LIMIT 500"),
                 NULL, 0, &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        if (!rows_is_null(rows, 0)) (*sizes)[(*count)++] = rows_number(rows, 0);
    }
}

static enum result check_policy(struct ctx *ctx, struct witness_check *check, const struct policy *policy)
{
    int64_t *sizes;
    size_t count;
    bool met = false;
    check->witnesses = policy->witness_count;
    TRY(read_sizes(ctx, &sizes, &count));
    for (size_t i = 0; i < count && !met; i++) TRY(judge_head(ctx, check, policy, sizes[i], &met));
    if (met || !count) return OK;
    return fail(ctx, CONFLICT, "The quorum of the policy is reached for none of the ledger's heads.");
}

/* ---- what witnesses know now ---- */

static void note_silent(struct ctx *ctx, struct witness_check *check, const struct policy_witness *witness,
                        struct buf *names)
{
    if (names->len) buf_text(names, ", ");
    buf_add(names, policy_witness_shown(ctx->arena, witness));
    check->why[check->why_count++] = arena_copy(ctx->arena, ctx->error.sentence);
    ctx_clear_error(ctx);
}

/* A witness that keeps silent may be the one that knows more: so its silence is no good answer. */
static enum result ask_witnesses(struct ctx *ctx, struct witness_check *check, const struct policy *policy,
                                 const struct ledger_head *newest)
{
    struct buf names = buf_in(ctx->arena);
    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct policy_witness *witness = &policy->witnesses[i];
        int64_t known;
        if (!witness->url.len) continue;
        check->asked++;
        enum result asked = announce_consult(ctx, witness, newest, &known);
        if (asked != OK && asked != BUSY) return asked;
        check->answered += asked == OK;
        if (asked == BUSY) note_silent(ctx, check, witness, &names);
    }
    check->silent = buf_str(&names);
    if (!check->asked)
        return fail(
            ctx, BUSY,
            "No witness was asked (--ask), for the policy gives none of them an address: add it at the end of a "
            "line (witness NAME KEY https://...), or leave --ask out.");
    if (!check->silent.len) return OK;
    return fail(ctx, CONFLICT, "Of the %zu witnesses that were asked, %zu did not answer: %.*s.", check->asked,
                check->asked - check->answered, PRINT(check->silent));
}

enum result witness_check_demand(struct program *program, struct witness_check *check)
{
    struct policy *policy;
    if (check->ask && !check->policy.len)
        return fail(&program->ctx, INVALID, "Whom to ask stands in a policy: give it with --policy FILE.");
    if (!str_is(check->policy, "-")) TRY(heads_policy(program, check->policy, &policy));
    return notes_demand(&program->ctx, check);
}

/* A ledger in which nothing is signed yet has no head to ask with, and may be an older copy all the same: so one over
 * nothing is signed for the question. What a witness knows is told against it, whatever that is. */
static enum result head_over_nothing(struct program *program, struct ledger_head *head)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_keys *keys;
    if (!program->keyring)
        return fail(ctx, BUSY,
                    "No witness was asked (--ask), for nothing is signed here yet, and only with the master key can a "
                    "question be signed: give it with --master-key FILE.");
    TRY(ledger_keys_open(ctx, program->keyring, false, &keys));
    *head = (struct ledger_head){.at = clock_now()};
    hash_of(hasher_in(ctx->arena), NULL, 0, &head->root);
    ledger_sign_head(ctx, keys, head);
    ledger_keys_close(keys);
    return OK;
}

static enum result ask(struct program *program, struct witness_check *check, const struct policy *policy,
                       const struct ledger_head *newest)
{
    struct ledger_head empty;
    if (newest->size) return ask_witnesses(&program->ctx, check, policy, newest);
    TRY(head_over_nothing(program, &empty));
    return ask_witnesses(&program->ctx, check, policy, &empty);
}

/* All is asked, whatever comes of the rest, and the gravest is told: that a witness knows more, then what is wrong of
 * what lies here, then that nobody answered. */
enum result witness_check_run(struct program *program, struct witness_check *check, const struct ledger_head *newest)
{
    struct ctx *ctx = &program->ctx;
    struct policy *policy;
    TRY(heads_policy(program, check->policy, &policy));
    enum result asked = policy && check->ask ? ask(program, check, policy, newest) : OK;
    const struct error told = ctx->error;
    if (asked != OK && asked != BUSY && !check->silent.len) return asked; /* a witness knows more */
    ctx_clear_error(ctx);
    TRY(notes_check(ctx, check, newest));
    if (policy) TRY(check_policy(ctx, check, policy));
    ctx->error = told;
    return asked;
}

/* ---- telling ---- */

static bool was_consulted(const struct witness_check *check)
{
    return check->has_head || check->notes || check->answered;
}

void witness_check_print(const struct witness_check *check)
{
    char at[TIME_TEXT] = "never";
    if (check->newest_at) time_format(check->newest_at, at);
    if (check->policy.len)
        say(stdout, "Cosigned by %zu of %zu %s up to %lld %s, last on %s.\n", check->cosigners, check->witnesses,
            say_word((int64_t)check->witnesses, "witness", "witnesses"), (long long)check->cosigned_size,
            say_word(check->cosigned_size, "entry", "entries"), at);
    if (check->notes)
        say(stdout, "%zu %s contained in it.\n", check->notes,
            say_word((int64_t)check->notes, "checkpoint that was given is", "checkpoints that were given are"));
    if (check->torn)
        say(stdout, "%zu that %s passed over, the first at line %zu of %.*s.\n", check->torn,
            say_word((int64_t)check->torn, "was cut short while it was written says nothing and was",
                     "were cut short while they were written say nothing and were"),
            check->torn_line, PRINT(check->checkpoint));
    for (size_t i = 0; i < check->why_count; i++) say(stdout, "%.*s\n", PRINT(check->why[i]));
    if (check->answered)
        say(stdout, "%zu of %zu %s asked now and %s nothing newer.\n", check->answered, check->asked,
            say_word((int64_t)check->asked, "witness was", "witnesses were"),
            say_word((int64_t)check->answered, "knows", "know"));
    if (!was_consulted(check))
        say(stdout, "No witness was consulted: that this is not an older copy cannot be known from here.\n");
}

void witness_check_put_json(const struct witness_check *check, struct json_out *out)
{
    json_key(out, "witnessed"), json_put_bool(out, was_consulted(check));
    json_key(out, "checkpoints"), json_put_number(out, (int64_t)check->notes);
    json_key(out, "checkpoints_cut_short"), json_put_number(out, (int64_t)check->torn);
    json_key(out, "cosigned_size"), json_put_number(out, check->cosigned_size);
    json_key(out, "cosigners"), json_put_number(out, (int64_t)check->cosigners);
    json_key(out, "silent");
    json_put_optional(out, check->silent);
}
