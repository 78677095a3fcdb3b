/* Scope. Unary plus before the column keeps a database from walking the index of units instead of the one that gives
 * the order of the page: with a million rows that is the difference between microseconds and seconds. */
#include "records/rights.h"

#include "access/actor.h"
#include "access/reach.h"
#include "records/house.h"
#include "records/records.h"
#include "store/db.h"

bool record_may(const struct ctx *ctx, const struct record *record, enum verb verb)
{
    const struct reg *reg = record->reg;
    const struct actor *actor = ctx->actor;
    if (actor->system) return true;
    if (reg->flags & MINE) {
        bool own = actor->person && record_owner(record) == actor->person;
        return own && actor_may(actor, reg, verb, 0, record_owner(record));
    }
    if (reg->flags & GLOBAL) return actor_may(actor, reg, verb, 0, record_owner(record));
    int64_t unit = reg->flags & IS_UNIT ? record_id(record) : record_unit(record);
    return actor_may(actor, reg, verb, unit, record_owner(record));
}

enum result record_may_see(struct ctx *ctx, const struct record *record, bool *may)
{
    struct ctx today = *ctx;
    struct record *present;
    *may = record_may(ctx, record, READ);
    if (!*may || !ctx->as_of || ctx->actor->system) return OK;
    today.as_of = 0;
    enum result loaded = record_load(&today, record->reg, record_id(record), &present);
    *may = loaded == OK && record_may(ctx, present, READ);
    if (loaded != OK && loaded != NOT_FOUND) return fail_as(ctx, &today, loaded);
    return OK;
}

enum result record_demand(struct ctx *ctx, const struct record *record, enum verb verb)
{
    static const struct {
        enum verb verb;
        const char *words;
    } deeds[] = {{CREATE, SENTENCE("create this")},     {CHANGE, SENTENCE("change this")},
                 {CHANGE_OWN, SENTENCE("change this")}, {REMOVE, SENTENCE("delete this")},
                 {DECIDE, SENTENCE("decide on this")},  {ADMINISTER, SENTENCE("administer this")}};
    if (record_may(ctx, record, verb)) return OK;
    bool known = verb == CREATE || record_may(ctx, record, READ);
    if (!known)
        return fail(ctx, NOT_FOUND, "There is no %s %s-%lld.", record->reg->name, record->reg->prefix,
                    (long long)record_id(record));
    const char *words = SENTENCE("do this");
    for (size_t i = 0; i < COUNT(deeds); i++)
        if (deeds[i].verb == verb) words = deeds[i].words;
    return fail(ctx, DENIED, "Your roles at this unit do not let you %s %s.", words, record->reg->name);
}

enum result register_demand_read(struct ctx *ctx, const struct reg *reg)
{
    if (actor_may(ctx->actor, reg, READ, 0, ctx->actor->person)) return OK;
    return fail(ctx, DENIED, "Your roles do not let you read %s.", reg->name);
}

bool actor_is(const struct ctx *ctx, struct str name, int64_t unit)
{
    enum role role;
    if (ctx->actor->system) return true;
    return role_of_name(name, &role) && actor_has_role(ctx->actor, role, unit);
}

bool role_is_known(struct str name)
{
    enum role role;
    return role_of_name(name, &role);
}

struct str role_list(struct ctx *ctx)
{
    struct buf list = buf_in(ctx->arena);
    for (enum role role = 0; role < ROLES; role++) buf_print(&list, "%s%s", role ? ", " : "", role_name(role));
    return buf_str(&list);
}

enum result units_related(struct ctx *ctx, int64_t a, int64_t b, bool *related)
{
    struct value args[] = {value_number(a), value_number(b)};
    int64_t found = 1;
    if (a != b)
        TRY(db_query_number(
            ctx, S("SELECT count(*) FROM unit_reach WHERE (ancestor=?1 AND unit=?2) OR (ancestor=?2 AND unit=?1)"),
            args, COUNT(args), 0, &found));
    *related = found > 0;
    return OK;
}

enum result units_keep(struct ctx *ctx)
{
    return reach_keep(ctx);
}

/* "unit IN (those below these)". */
static void within(const struct reg *reg, struct buf *sql, struct value *args, size_t *count, const int64_t *units,
                   size_t unit_count)
{
    buf_print(sql, "+t.\"%s\" IN (SELECT unit FROM unit_reach WHERE ancestor IN (",
              reg->flags & IS_UNIT ? "id" : "unit");
    for (size_t i = 0; i < unit_count; i++) {
        args[(*count)++] = value_number(units[i]);
        buf_print(sql, "%s?%zu", i ? "," : "", *count);
    }
    buf_text(sql, "))");
}

static bool covered(const struct actor *actor, const int64_t *units, size_t count, int64_t unit)
{
    for (size_t i = 0; i < count; i++)
        if (reach_holds(actor->reach, units[i], unit)) return true;
    return false;
}

/* The units where one may read only what is one's own: an employee's tasks. Nearly always there are none, because the
 * role that lets one change what is one's own lets one read the rest too. A token that only reads reads these all the
 * same. */
static size_t own_units(const struct actor *actor, const struct reg *reg, const int64_t *readable,
                        size_t readable_count, int64_t units[GRANTS_MAX])
{
    struct actor reader = *actor;
    size_t kept = 0;
    if (!actor->person) return 0;
    reader.read_only = false;
    size_t count = actor_units(&reader, reg, CHANGE_OWN, units);
    for (size_t i = 0; i < count; i++)
        if (!covered(actor, readable, readable_count, units[i])) units[kept++] = units[i];
    return kept;
}

static void own_condition(const struct ctx *ctx, const struct reg *reg, struct buf *sql, struct value *args,
                          size_t *count, const int64_t *units, size_t unit_count)
{
    args[(*count)++] = value_number(ctx->actor->person);
    buf_print(sql, "t.\"owner\"=?%zu", *count);
    if (reg->flags & GLOBAL) return;
    buf_text(sql, " AND ");
    within(reg, sql, args, count, units, unit_count);
}

void rights_condition(struct ctx *ctx, const struct reg *reg, struct buf *sql, struct value *args, size_t *count)
{
    int64_t units[GRANTS_MAX], own[GRANTS_MAX];
    if (ctx->actor->system) return;
    if (reg->flags & MINE) {
        if (!actor_may(ctx->actor, reg, READ, 0, ctx->actor->person)) { /* a token of other registers */
            buf_text(sql, " AND 1=0");
            return;
        }
        args[(*count)++] = value_number(ctx->actor->person);
        buf_print(sql, " AND t.\"owner\"=?%zu", *count);
        return;
    }
    size_t granted = actor_units(ctx->actor, reg, READ, units);
    if (granted && reg->flags & GLOBAL) return;
    size_t owned = own_units(ctx->actor, reg, units, granted, own);
    if (!granted && !owned) {
        buf_text(sql, " AND 1=0");
        return;
    }
    buf_text(sql, granted && owned ? " AND (" : " AND ");
    if (granted) within(reg, sql, args, count, units, granted);
    if (granted && owned) buf_text(sql, " OR (");
    if (owned) own_condition(ctx, reg, sql, args, count, own, owned);
    if (granted && owned) buf_text(sql, "))");
}
