/* merlon ledger: the keys that others need to watch this ledger and to name this witness; and what a person decides:
 * that a log which is witnessed here may begin anew, that this ledger goes on after a witness stopped it. */
#include "app/command.h"

#include "ledger/cosigned.h"
#include "ledger/stop.h"
#include "ledger/witness.h"

struct decision {
    struct program *program;
    struct str origin, reason;
    struct witness *witness;
};

static enum result open_witness(struct ctx *ctx, void *arg)
{
    struct decision *decision = arg;
    return witness_open(ctx, decision->program->keyring, NULL, &decision->witness);
}

static void print_key(struct program *program, const char *before, const struct note_key *key)
{
    struct buf text = buf_in(program->arena);
    note_key_put(&text, key);
    say(program->out, "%s %.*s\n", before, PRINT(buf_str(&text)));
}

/* As lines of a policy, to be handed to the other side. */
static enum result print_keys(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct note_key key;
    struct decision decision = {.program = program};
    note_key_make(&key, str_of(ledger_keys_origin(program->keys)), NOTE_ED25519, ledger_keys_public(program->keys)->at);
    TRY(store_write(ctx, program->store, open_witness, &decision));
    print_key(program, "log", &key);
    print_key(program, "witness NAME", witness_key(decision.witness));
    witness_close(decision.witness);
    return OK;
}

static enum result forget(struct ctx *ctx, void *arg)
{
    const struct decision *decision = arg;
    return witness_forget(ctx, decision->origin, decision->reason);
}

static enum result resume(struct ctx *ctx, void *arg)
{
    const struct decision *decision = arg;
    TRY(ledger_signer_may_go_on(ctx, decision->program->signer));
    return ledger_resume(ctx, 0, decision->reason, ledger_signer_decisions(decision->program->signer));
}

static enum result demand_reason(struct program *program, struct str reason)
{
    return reason.len ? OK : fail(&program->ctx, INVALID, "Say why, with --reason TEXT; it is entered in the ledger.");
}

enum result command_ledger(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct decision decision = {.program = program};
    struct str reason = S("");
    program_option(program, "reason", &reason);
    decision.reason = str_trim(reason);
    struct str verb = program->rest_count ? program->rest[0] : S("keys");
    bool forgets = str_is(verb, "forget"), resumes = str_is(verb, "resume");
    TRY(program_no_more(program, forgets ? 2 : 1));
    if (str_is(verb, "keys")) return print_keys(program);
    if (!forgets && !resumes)
        return fail(ctx, INVALID, "merlon ledger knows keys, forget and resume, not \"%.*s\".", PRINT(verb));
    TRY(demand_reason(program, decision.reason));
    if (resumes) {
        TRY(store_write(ctx, program->store, resume, &decision));
        say(program->out, "Sealing goes on, and the ledger says so. A witness that still knows more stops it again.\n");
        return OK;
    }
    if (program->rest_count < 2) return fail(ctx, INVALID, "Say which log: merlon ledger forget ORIGIN --reason TEXT.");
    decision.origin = program->rest[1];
    TRY(store_write(ctx, program->store, forget, &decision));
    say(program->out, "%.*s is forgotten, and the ledger says so: the next head of it is taken for its first.\n",
        PRINT(decision.origin));
    return OK;
}
