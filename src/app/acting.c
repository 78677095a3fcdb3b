/* Whoever can read the data directory may act as anybody: the file system has decided that already. What he does is in
 * the ledger all the same, under the name that he gave or as the program's own. */
#include "app/acting.h"

#include "access/users.h"
#include "api/serve.h"
#include "ledger/sealer.h"

enum result acting_user(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str email;
    int64_t id;
    if (!program_option(program, "user", &email)) return OK;
    TRY(user_by_email(ctx, email, &id));
    if (!id) return fail(ctx, INVALID, "There is no user %.*s.", PRINT(email));
    return user_actor(ctx, id, &ctx->actor);
}

enum result acting_as_of(struct program *program)
{
    struct str text;
    if (!program_option(program, "as-of", &text)) return OK;
    return instant_parse(&program->ctx, "--as-of", text, &program->ctx.as_of);
}

enum result acting_register(struct program *program, struct str name, const struct reg **reg)
{
    *reg = house_register(&program->house, name);
    if (*reg) return OK;
    return fail(&program->ctx, INVALID, "There is no register \"%.*s\"; merlon schema lists them.", PRINT(name));
}

static enum result seal(struct ctx *ctx, void *arg)
{
    struct program *program = arg;
    int64_t sealed = SEAL_BATCH;
    while (sealed == SEAL_BATCH) TRY(ledger_seal(ctx, program->keys, &sealed));
    return OK;
}

enum result acting_seal(struct program *program)
{
    return store_write(&program->ctx, program->store, seal, program);
}
