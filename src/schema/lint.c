/* Registers, their workflow and what follows from what. Where a name is wrong, the rest of the same thing is looked at
 * all the same: one build should tell a newcomer everything. */
#include "schema/lint.h"

#include "schema/lint_parts.h"
#include "schema/signing.h"
#include "schema/composition.h"

bool lint_is_name(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    if (!len || len > NAME_MOST || name[0] < 'a' || name[0] > 'z') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

const struct reg *lint_register(const struct lint *lint, const char *name)
{
    for (size_t i = 0; i < lint->count; i++)
        if (lint->registers[i]->name && str_is(str_of(name), lint->registers[i]->name)) return lint->registers[i];
    return NULL;
}

const char *lint_reg_name(const struct reg *reg)
{
    return reg->name ? reg->name : "register without a name";
}

static const char *below(const struct lint *lint, const struct reg *reg, const char *what, const char *name)
{
    return arena_print(lint->ctx->arena, "%s/%s/%s", lint_reg_name(reg), what, name ? name : "?").at;
}

/* ---- states ---- */

static bool is_reached(const struct reg *reg, const struct state *state)
{
    if (state->flags & INITIAL || reg->derive) return true;
    for (const struct transition *step = reg->transitions; step && step->name; step++)
        if (step->effect || (step->to && str_is(str_of(state->name), step->to))) return true;
    return false;
}

static void lint_states(const struct lint *lint, const struct reg *reg)
{
    size_t initial = 0;
    const struct state *states = reg_states(reg);
    for (const struct state *state = states; state->name; state++) {
        const char *where = below(lint, reg, "states", state->name);
        initial += (state->flags & INITIAL) != 0;
        if (!lint_is_name(state->name))
            fail_field(lint->ctx, where, "name", "A state is named in lower case, digits and underscores.");
        if (reg_state(reg, str_of(state->name)) != state)
            fail_field(lint->ctx, where, "twice", "Two states are called \"%s\".", state->name);
        if (!is_reached(reg, state))
            fail_field(lint->ctx, where, "unreached", "No transition leads to the state \"%s\".", state->name);
    }
    if (initial != 1)
        fail_field(lint->ctx, arena_print(lint->ctx->arena, "%s/states", lint_reg_name(reg)).at, "initial",
                   "%zu states have the flag INITIAL; exactly one does.", initial);
}

/* ---- transitions ---- */

struct step_lint {
    const struct lint *lint;
    const struct reg *reg;
    const struct transition *step;
    const char *where;
};

static const struct field *known_field(const struct step_lint *l, const char *member, const char *name)
{
    const struct field *field = row_find(l->reg, str_of(name), NULL);
    if (!field)
        fail_field(l->lint->ctx, l->where, "field", "%s names \"%s\", which is no field of the register.", member,
                   name);
    return field;
}

static void lint_state_name(const struct step_lint *l, const char *member, const char *name)
{
    if (!name || !reg_state(l->reg, str_of(name)))
        fail_field(l->lint->ctx, l->where, "state", "%s names \"%s\", which is no state of the register.", member,
                   name ? name : "");
}

static void lint_asked(const struct step_lint *l, const char *name)
{
    const struct field *field = known_field(l, ".asks", name);
    if (field && !field_is_writable(field))
        fail_field(l->lint->ctx, l->where, "derived", ".asks names \"%s\", which is DERIVED: no request may bring it.",
                   name);
}

static void lint_demanded(const struct step_lint *l, const char *name)
{
    (void)known_field(l, ".demands", name);
}

static void lint_independent(const struct step_lint *l, const char *name)
{
    struct str rest = str_of(name), part;
    const struct composition *parts = l->reg->parts;
    bool of_parts = str_cut(&rest, '.', &part) && rest.at && str_is(rest, "hand");
    if (of_parts && parts && str_is(part, parts->of)) return;
    bool known = strcmp(name, "hand") == 0 || strcmp(name, "owner") == 0 || reg_transition(l->reg, str_of(name));
    if (!known)
        fail_field(l->lint->ctx, l->where, "independent",
                   ".independent_of names \"%s\", which is neither \"hand\" nor \"owner\" nor a step of the register.",
                   name);
}

static const struct list {
    const char *name;
    size_t offset, most;
    void (*each)(const struct step_lint *l, const char *name);
} lists[] = {
    {".asks", offsetof(struct transition, asks), ASKS_MAX, lint_asked},
    {".demands", offsetof(struct transition, demands), ASKS_MAX, lint_demanded},
    {".independent_of", offsetof(struct transition, independent_of), INDEPENDENT_MAX, lint_independent},
};

static void lint_lists(const struct step_lint *l)
{
    for (size_t i = 0; i < COUNT(lists); i++) {
        const char *const *names = (const void *)((const char *)l->step + lists[i].offset);
        size_t count = 0;
        for (; count < lists[i].most && names[count]; count++) lists[i].each(l, names[count]);
        if (names[count])
            fail_field(l->lint->ctx, l->where, "too_many", "%s has room for %zu names.", lists[i].name, lists[i].most);
    }
}

/* What a step stamps must not be open to PATCH, or anybody could claim to have done it. */
static void lint_stamp(const struct step_lint *l, const char *member, const char *name, enum kind kind)
{
    const struct field *field = name ? known_field(l, member, name) : NULL;
    bool named = kind != NUMBER || (field && field->flags & BY_USER);
    if (field && (field->kind != kind || !named || !(field->flags & (DERIVED | BY_TRANSITION))))
        fail_field(l->lint->ctx, l->where, "stamp",
                   "%s names \"%s\", which must be a field of kind %s that is DERIVED or BY_TRANSITION%s.", member,
                   name, kind_name(kind), kind == NUMBER ? ", and BY_USER" : "");
}

static void lint_transition(const struct lint *lint, const struct reg *reg, const struct transition *step)
{
    const struct step_lint l = {lint, reg, step, below(lint, reg, "transitions", step->name)};
    size_t from = 0;
    if (!lint_is_name(step->name))
        fail_field(lint->ctx, l.where, "name", "A transition is named in lower case, digits and underscores.");
    if (reg_transition(reg, str_of(step->name)) != step)
        fail_field(lint->ctx, l.where, "twice", "Two transitions are called \"%s\".", step->name);
    for (; from < FROM_MAX && step->from[from]; from++) lint_state_name(&l, ".from", step->from[from]);
    if (!from) fail_field(lint->ctx, l.where, "from", "It needs .from: the states in which it is open.");
    if (step->from[from]) fail_field(lint->ctx, l.where, "too_many", ".from has room for %d states.", FROM_MAX);
    lint_state_name(&l, ".to", step->to);
    if (!step->needs)
        fail_field(lint->ctx, l.where, "needs", "It needs .needs: the right that it takes, CHANGE or DECIDE.");
    lint_lists(&l);
    lint_stamp(&l, ".stamps_user", step->stamps_user, NUMBER);
    lint_stamp(&l, ".stamps_date", step->stamps_date, DATE);
}

static bool names_field(const char *const *names, size_t most, const char *field)
{
    for (size_t i = 0; i < most && names[i]; i++)
        if (str_is(str_of(field), names[i])) return true;
    return false;
}

static bool is_set_by(const struct transition *step, const char *field)
{
    if (step->effect || names_field(step->asks, ASKS_MAX, field)) return true;
    return names_field((const char *const[]){step->stamps_user, NULL}, 1, field) ||
           names_field((const char *const[]){step->stamps_date, NULL}, 1, field);
}

static void lint_by_transition(const struct lint *lint, const struct reg *reg, const struct field *field)
{
    for (const struct transition *step = reg->transitions; step && step->name; step++)
        if (is_set_by(step, field->name)) return;
    fail_field(lint->ctx, below(lint, reg, "fields", field->name), "never_set",
               "It is BY_TRANSITION, but no transition asks for it, stamps it or has an .effect that could set it.");
}

/* ---- registers ---- */

static bool is_prefix(const char *prefix)
{
    return prefix && strlen(prefix) == 3 && strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static void lint_identity(const struct lint *lint, const struct reg *reg)
{
    const char *where = lint_reg_name(reg);
    if (!lint_is_name(reg->name))
        fail_field(lint->ctx, where, "name",
                   "The name of a register is lower case, digits and underscores after a letter, at most %d.",
                   NAME_MOST);
    if (!is_prefix(reg->prefix))
        fail_field(lint->ctx, where, "prefix", "The prefix \"%s\" is not three capital letters.",
                   reg->prefix ? reg->prefix : "");
    if (!lint_is_name(reg->room)) fail_field(lint->ctx, where, "room", "It needs .room, as \"risk\".");
    for (const struct reg *const *other = lint->registers; *other != reg; other++) {
        if (reg->name && str_is(str_of(reg->name), (*other)->name ? (*other)->name : ""))
            fail_field(lint->ctx, where, "twice", "Two registers are called \"%s\".", reg->name);
        if (is_prefix(reg->prefix) && str_is(str_of(reg->prefix), (*other)->prefix ? (*other)->prefix : ""))
            fail_field(lint->ctx, where, "twice", "The prefix %s is that of %s already.", reg->prefix,
                       lint_reg_name(*other));
    }
}

static void lint_reg_flags(const struct lint *lint, const struct reg *reg)
{
    const char *where = lint_reg_name(reg);
    if (reg->flags & DAILY && !reg->derive)
        fail_field(lint->ctx, where, "flags", "DAILY derives every record anew after midnight: it needs .derive.");
    if (reg->flags & MINE && reg->flags & NO_OWNER)
        fail_field(lint->ctx, where, "flags", "MINE shows people what they own: it cannot be NO_OWNER.");
    const struct field *subject = reg_field(reg, S("subject"), NULL);
    if (reg->flags & FOLLOWS_SUBJECT && !(subject && subject->kind == RECORD))
        fail_field(lint->ctx, where, "flags", "FOLLOWS_SUBJECT needs a field \"subject\" of kind RECORD.");
}

static bool has_holes(const struct reg *reg)
{
    for (size_t i = 0; i < reg->field_count; i++)
        if (!reg->fields[i].name) return true;
    return false;
}

static void lint_signing(const struct lint *lint, const struct reg *reg)
{
    const struct signing *signing = reg->signing;
    if (!signing) return;
    const char *where = arena_print(lint->ctx->arena, "%s/signing", lint_reg_name(reg)).at;
    const char *const names[] = {signing->bytes, signing->sha256, signing->signature, signing->key};
    if (!signing->purpose) fail_field(lint->ctx, where, "purpose", "It needs .purpose: what is signed.");
    for (size_t i = 0; i < COUNT(names); i++)
        if (!names[i] || !reg_field(reg, str_of(names[i]), NULL))
            fail_field(lint->ctx, where, "field", "The signing names \"%s\", which is no field of the register.",
                       names[i] ? names[i] : "");
}

static void lint_reg(const struct lint *lint, const struct reg *reg)
{
    lint_identity(lint, reg);
    lint_fields(lint, reg);
    if (has_holes(reg)) return;
    lint_reg_flags(lint, reg);
    lint_states(lint, reg);
    lint_signing(lint, reg);
    for (const struct transition *step = reg->transitions; step && step->name; step++) lint_transition(lint, reg, step);
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i].flags & BY_TRANSITION) lint_by_transition(lint, reg, &reg->fields[i]);
}

/* ---- what follows from what ---- */

static void lint_follow(const struct lint *lint, const struct follow *follow)
{
    const char *where = arena_print(lint->ctx->arena, "follows/%s", follow->on).at;
    const struct reg *on = lint_register(lint, follow->on);
    if (!on) {
        fail_field(lint->ctx, where, "register", "There is no register \"%s\" that could change.", follow->on);
        return;
    }
    if (!follow->recompute) fail_field(lint->ctx, where, "recompute", "It needs .recompute.");
    if (!follow->what) fail_field(lint->ctx, where, "what", "It needs .what: what is recomputed, in words for people.");
    size_t count = 0;
    for (; count < FOLLOWS_MAX && follow->fields[count]; count++)
        if (!has_holes(on) && !row_find(on, str_of(follow->fields[count]), NULL))
            fail_field(lint->ctx, where, "field", "%s has no field \"%s\".", on->name, follow->fields[count]);
    if (follow->fields[count]) fail_field(lint->ctx, where, "too_many", ".fields has room for %d names.", FOLLOWS_MAX);
}

enum result registers_lint(struct ctx *ctx, const struct reg *const *registers, size_t count,
                           const struct follow *const *follows)
{
    const struct lint lint = {ctx, registers, count};
    for (size_t i = 0; i < count; i++) lint_reg(&lint, registers[i]);
    for (; follows && *follows; follows++)
        for (const struct follow *follow = *follows; follow->on; follow++) lint_follow(&lint, follow);
    if (!ctx_has_field_errors(ctx)) return OK;
    return fail(ctx, INVALID, "The declarations of registers are wrong (docs/adding-a-register.md).");
}
