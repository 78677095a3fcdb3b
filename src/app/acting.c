/* Whoever can read the data directory may act as anybody: the file system has decided that already. What he does is in
 * the ledger all the same, under the name that he gave or as the program's own. */
#include "app/acting.h"

#include "access/users.h"
#include "api/serve.h"
#include "app/checks.h"
#include "app/say.h"
#include "base/log.h"
#include "ledger/sealer.h"
#include "records/entered.h"
#include "store/search.h"
#include "store/store.h"

/* Without the master key nothing is given, and nothing can be asked. */
static enum result vouched(struct ctx *ctx, int64_t id, struct record **unit)
{
    return db_keyring(ctx->db) ? record_vouched(ctx, ctx->house->unit, id, unit)
                               : record_load(ctx, ctx->house->unit, id, unit);
}

/* Each that is passed over is asked, too: one that was put below another would hand its place to the next. */
static enum result top_unit(struct ctx *ctx, int64_t *id)
{
    struct record_list units;
    TRY(records_all(ctx, ctx->house->unit, &units));
    for (size_t i = 0; i < units.count; i++) {
        struct record *unit;
        *id = record_id(units.at[i]);
        TRY(vouched(ctx, *id, &unit));
        if (!record_number_of(unit, "parent")) return OK;
    }
    return fail(ctx, CONFLICT, "There is no unit yet: begin with merlon init --organisation NAME.");
}

static enum result unit_called(struct ctx *ctx, struct str name, int64_t *id)
{
    struct record *unit;
    struct record_list units;
    TRY(records_where(ctx, ctx->house->unit, "title", value_text(name), &units));
    if (units.count > 1)
        return fail(ctx, INVALID, "Several units are called \"%.*s\"; give the reference, like UNT-3.", PRINT(name));
    if (!units.count) return fail(ctx, NOT_FOUND, "There is no unit \"%.*s\".", PRINT(name));
    *id = record_id(units.at[0]);
    TRY(vouched(ctx, *id, &unit));
    if (str_eq(record_title(unit), name)) return OK;
    return fail(ctx, CONFLICT, "The unit \"%.*s\" is being renamed at this very moment: try again.", PRINT(name));
}

static enum result find_unit(struct ctx *ctx, struct str name, int64_t *id)
{
    const struct reg *reg;
    struct record *unit;
    if (!name.len) return top_unit(ctx, id);
    if (!reference_parse(ctx->house, name, &reg, id) || reg != ctx->house->unit) return unit_called(ctx, name, id);
    TRY(record_get(ctx, reg, *id, &unit));
    return vouched(ctx, *id, &unit);
}

/* The row and its entry are read as of one moment. */
enum result acting_unit(struct ctx *ctx, struct str name, int64_t *unit)
{
    if (db_in_transaction(ctx->db)) return find_unit(ctx, name, unit);
    TRY(store_begin_snapshot(ctx));
    enum result result = find_unit(ctx, name, unit);
    store_end_snapshot(ctx);
    return result;
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
    struct checks checks = {.program = program};
    if (!program_option(program, "user", &email)) return act_as_program(program);
    if (!db_keyring(ctx->db))
        TRY(checks_take_key(&checks)); /* where it is at hand: rights are held against their MACs */
    TRY(user_of_address(ctx, email, &id));
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

/* What passes would say "try again" of something that is done. What does not, the signer has logged already, and where
 * no server runs the command that is the same standard error. */
static void tell_unsealed(struct program *program, enum result sealed)
{
    static const char done[] = "What was asked for is done and saved, and nothing needs to be run again.";
    if (result_passes(sealed))
        say(program->err,
            "merlon: %s Its seal in the ledger is still to come, since the database is busy or away: a running server "
            "makes it within moments, or else the next command that writes.\n",
            done);
    else if (program->remote)
        say(program->err, "merlon: %s Not all of the ledger is sealed, though: %.*s\n", done,
            PRINT(program->ctx.error.sentence));
    else
        say(program->err, "merlon: %s Not all of the ledger is sealed, though; why stands above.\n", done);
}

void acting_settle(struct program *program)
{
    struct ctx *ctx = &program->ctx;
    enum result sealed = ledger_signer_seal(ctx, program->signer);
    if (sealed != OK) tell_unsealed(program, sealed);
    ctx_clear_error(ctx);
    if (store_write(ctx, program->store, index_all, NULL) != OK)
        log_text(LOG_WARNING, "the search index is made later; records are found all the same", "why",
                 ctx->error.sentence);
    ctx_clear_error(ctx);
}
