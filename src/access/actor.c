/* The one place that decides whether somebody may do something. Everything else asks here, or builds its query from the
 * same grants (actor_units), so that a page and a single record can never disagree. */
#include "access/actor.h"

#include "access/reach.h"

const struct actor actor_system = {.name = {"Merlon", 6}, .language = {"en", 2}, .system = true};

int64_t actor_user(const struct ctx *ctx)
{
    return ctx->actor ? ctx->actor->user : 0;
}

static bool scope_names(struct str scope, struct str name)
{
    struct str piece;
    while (str_cut(&scope, ',', &piece))
        if (str_eq(piece, name)) return true;
    return false;
}

static bool token_allows(const struct actor *actor, struct str name, enum verb verb)
{
    if (actor->read_only && verb != READ) return false;
    return !actor->registers.len || scope_names(actor->registers, name);
}

/* In a register where everybody sees only his own, the right to one's own is the right to read it. */
static bool gives(unsigned granted, const struct reg *reg, enum verb verb)
{
    if (granted & verb) return true;
    if (verb == READ) return reg->flags & MINE && granted & CHANGE_OWN;
    return false;
}

/* A record of no unit is everybody's, so that changing it takes a role for the whole organisation. */
static bool is_where(const struct actor *actor, const struct reg *reg, enum verb verb, const struct grant *grant,
                     int64_t unit)
{
    if (reg->flags & GLOBAL) return verb == READ || reach_is_top(actor->reach, grant->unit);
    return !unit || reach_holds(actor->reach, grant->unit, unit);
}

bool actor_may(const struct actor *actor, const struct reg *reg, enum verb verb, int64_t unit, int64_t owner)
{
    if (actor->system) return true;
    if (!token_allows(actor, str_of(reg->name), verb)) return false;
    bool own = owner && owner == actor->person;
    for (size_t i = 0; i < actor->grant_count; i++) {
        unsigned granted = role_verbs(actor->grants[i].role, str_of(reg->room));
        bool enough = gives(granted, reg, verb);
        if (verb == CHANGE_OWN) enough = granted & CHANGE || (own && granted & CHANGE_OWN);
        if (verb == CHANGE || verb == READ) enough = enough || (own && granted & CHANGE_OWN);
        if (enough && is_where(actor, reg, verb, &actor->grants[i], unit)) return true;
    }
    return false;
}

bool actor_may_in(const struct actor *actor, struct str room, enum verb verb, int64_t unit)
{
    if (actor->system) return true;
    if (!token_allows(actor, room, verb)) return false;
    for (size_t i = 0; i < actor->grant_count; i++) {
        if (!(role_verbs(actor->grants[i].role, room) & verb)) continue;
        if (!unit || reach_holds(actor->reach, actor->grants[i].unit, unit)) return true;
    }
    return false;
}

bool actor_may_on_top(const struct actor *actor, struct str room, enum verb verb)
{
    if (actor->system) return true;
    if (!token_allows(actor, room, verb)) return false;
    for (size_t i = 0; i < actor->grant_count; i++) {
        const struct grant *grant = &actor->grants[i];
        if (role_verbs(grant->role, room) & verb && reach_is_top(actor->reach, grant->unit)) return true;
    }
    return false;
}

bool actor_has_role(const struct actor *actor, enum role role, int64_t unit)
{
    if (actor->system) return true;
    for (size_t i = 0; i < actor->grant_count; i++) {
        if (actor->grants[i].role != role) continue;
        if (!unit || reach_holds(actor->reach, actor->grants[i].unit, unit)) return true;
    }
    return false;
}

static bool holds(const int64_t *units, size_t count, int64_t unit)
{
    for (size_t i = 0; i < count; i++)
        if (units[i] == unit) return true;
    return false;
}

size_t actor_units(const struct actor *actor, const struct reg *reg, enum verb verb, int64_t units[GRANTS_MAX])
{
    if (!token_allows(actor, str_of(reg->name), verb)) return 0;
    size_t count = 0;
    for (size_t i = 0; i < actor->grant_count && count < GRANTS_MAX; i++) {
        const struct grant *grant = &actor->grants[i];
        if (!gives(role_verbs(grant->role, str_of(reg->room)), reg, verb)) continue;
        if (!holds(units, count, grant->unit)) units[count++] = grant->unit;
    }
    return count;
}
