/* Whoever can read the data directory may act as anybody: the file system has decided that already. What he does is in
 * the ledger all the same, under the name that he gave or as the program's own. */
#include "app/acting.h"

#include "access/users.h"
#include "api/serve.h"
#include "ledger/sealer.h"
#include "records/records.h"
#include "store/search.h"

static enum result top_unit(struct ctx *ctx, int64_t *unit)
{
    struct record_list units;
    TRY(records_all(ctx, ctx->house->unit, &units));
    for (size_t i = 0; i < units.count; i++) {
        if (record_number_of(units.at[i], "parent")) continue;
        *unit = record_id(units.at[i]);
        return OK;
    }
    return fail(ctx, CONFLICT, "There is no unit yet: begin with merlon init --organisation NAME.");
}

enum result acting_unit(struct ctx *ctx, struct str name, int64_t *unit)
{
    const struct reg *reg;
    struct record *record;
    struct record_list units;
    if (!name.len) return top_unit(ctx, unit);
    if (reference_parse(ctx->house, name, &reg, unit) && reg == ctx->house->unit)
        return record_get(ctx, reg, *unit, &record);
    TRY(records_where(ctx, ctx->house->unit, "title", value_text(name), &units));
    if (units.count > 1)
        return fail(ctx, INVALID, "Several units are called \"%.*s\"; give the reference, like UNT-3.", PRINT(name));
    if (!units.count) return fail(ctx, NOT_FOUND, "There is no unit \"%.*s\".", PRINT(name));
    *unit = record_id(units.at[0]);
    return OK;
}

/* Rights are not the question here, but the grants say where a record belongs that names no unit. */
static enum result act_as_program(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct actor *actor = arena_make(program->arena, struct actor);
    struct grant *grants = arena_make_many(program->arena, struct grant, 2);
    struct str name = S("");
    int64_t unit, units;
    bool named = program_option(program, "unit", &name);
    TRY(db_query_number(ctx, S("SELECT count(*) FROM unit"), NULL, 0, 0, &units));
    if (!named && !units) return OK;
    TRY(acting_unit(ctx, name, &unit));
    grants[0] = (struct grant){SECURITY_MANAGER, unit};
    grants[1] = (struct grant){ADMINISTRATOR, unit};
    *actor = actor_system;
    actor->grants = grants;
    actor->grant_count = 2;
    ctx->actor = actor;
    return OK;
}

enum result acting_user(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    struct str email;
    int64_t id;
    if (!program_option(program, "user", &email)) return act_as_program(program);
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

static enum result index_all(struct ctx *ctx, void *arg)
{
    (void)arg;
    int64_t indexed = SEARCH_BATCH;
    while (indexed == SEARCH_BATCH) TRY(search_index_pending(ctx, &indexed));
    return OK;
}

enum result acting_settle(struct program *program)
{
    TRY(ledger_signer_seal(&program->ctx, program->signer));
    return store_write(&program->ctx, program->store, index_all, NULL);
}
