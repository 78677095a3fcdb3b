/* merlon key: the keys that this ledger was signed with, and a new one in place of the last. */
#include "app/command.h"

#include "base/clock.h"
#include "app/say.h"
#include "ledger/chain.h"
#include "ledger/signer.h"

static enum result list_keys(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    TRY(ledger_chain_read(ctx, chain));
    for (size_t i = 0; i < chain->count; i++) {
        const struct ledger_epoch *epoch = &chain->at[i];
        say(stdout, "%s  signs %s from entry %lld%s\n", epoch->key.id, epoch->origin, (long long)epoch->entry,
            i + 1 == chain->count ? "" : ", replaced since");
    }
    return OK;
}

/* The new key is in the ledger from its commit on, whatever comes to grief behind it: who were told to try again would
 * replace it once more. Of the commit the database is asked, since of the keys in memory it may not be certain. */
static bool is_in(struct ctx *ctx, const char *before)
{
    struct ctx part = *ctx;
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    part.error = (struct error){0};
    return ledger_chain_read(&part, chain) == OK && strcmp(chain->at[chain->count - 1].key.id, before) != 0;
}

static void warn(struct program *program, const char *what)
{
    say(program->err, "merlon: The new key is in, and nothing needs to be run again. %s: %.*s\n", what,
        PRINT(program->ctx.error.sentence));
    ctx_clear_error(&program->ctx);
}

static enum result rotate(struct program *program, struct str reason)
{
    struct ctx *ctx = &program->ctx;
    char before[KEY_ID];
    if (!reason.len) return fail(ctx, INVALID, "Say why: merlon key rotate --reason TEXT.");
    memcpy(before, ledger_keys_public(program->keys)->id, sizeof before);
    enum result sealed = ledger_signer_seal(ctx, program->signer);
    if (sealed == BROKEN) /* the signer has logged it */
        return fail(ctx, BROKEN,
                    "The key was not replaced, because the old one must seal all that is there first; why it does not "
                    "stands above.");
    TRY(sealed);
    enum result renewed = ledger_signer_renew(ctx, program->signer, program->keyring, "rotate", reason);
    if (renewed != OK && !is_in(ctx, before)) return renewed;
    if (renewed != OK) warn(program, "Not all of the ledger is sealed yet; the next start does that");
    event_post(ctx,
               &(struct event){.kind = EVENT_KEY_ROTATED, .detail = str_of(ledger_keys_public(program->keys)->id)});
    if (program_write_public_keys(program) != OK)
        warn(program, "ledger.pub could not be written, the next start of a server does that");
    say(stdout,
        "The key %s signs from here on, in place of %s; an entry signed by the old key says so.\n"
        "Other programs on this database must be started again. Hand out the new ledger.pub; the old one still "
        "verifies.\n",
        ledger_keys_public(program->keys)->id, before);
    return OK;
}

enum result command_key(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str reason = S("");
    program_option(program, "reason", &reason);
    TRY(program_no_more(program, 1));
    struct str verb = program->rest_count ? program->rest[0] : S("list");
    if (str_is(verb, "list")) return list_keys(program);
    if (str_is(verb, "rotate")) return rotate(program, str_trim(reason));
    return fail(ctx, INVALID, "merlon key knows list and rotate, not \"%.*s\".", PRINT(verb));
}
