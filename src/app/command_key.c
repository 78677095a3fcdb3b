/* merlon key: the keys that this ledger was signed with, and a new one in place of the last. */
#include "app/command.h"

#include "base/clock.h"
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

static enum result rotate(struct program *program, struct str reason)
{
    struct ctx *ctx = &program->ctx;
    char before[KEY_ID];
    if (!reason.len) return fail(ctx, INVALID, "Say why: merlon key rotate --reason TEXT.");
    memcpy(before, ledger_keys_public(program->keys)->id, sizeof before);
    TRY(ledger_signer_seal(ctx, program->signer));
    TRY(ledger_signer_renew(ctx, program->signer, program->keyring, "rotate", reason));
    event_post(ctx,
               &(struct event){.kind = EVENT_KEY_ROTATED, .detail = str_of(ledger_keys_public(program->keys)->id)});
    TRY(program_write_public_keys(program));
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
