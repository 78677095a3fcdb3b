/* The tables of a register, written out. The browser draws lists, forms and pages from this and knows no register
 * itself. */
#include "schema/describe.h"

#include "schema/composition.h"
#include "schema/parse.h"

static const char *const tones[] = {"neutral", "active", "good", "warning", "bad"};

static void put_flag(struct json_out *out, const char *name, bool yes)
{
    json_key(out, name);
    json_put_bool(out, yes);
}

static void put_list(struct json_out *out, const char *name, const char *const *list)
{
    json_key(out, name);
    if (!list) {
        json_put_null(out);
        return;
    }
    json_open_array(out);
    for (; *list; list++) json_put_text(out, *list);
    json_close_array(out);
}

/* How far a scale goes is for the methodology to say, not for the field. */
static void put_bounds(struct json_out *out, const struct field *field)
{
    int64_t min, max;
    bool bounded = field_bounds(field, &min, &max) && (field->kind != SCALE || field->max);
    json_key(out, "min");
    if (bounded && kind_is_number(field->kind))
        json_put_number(out, min);
    else
        json_put_null(out);
    json_key(out, "max");
    if (bounded)
        json_put_number(out, max);
    else
        json_put_null(out);
}

static void put_fallback(struct ctx *ctx, struct json_out *out, const struct field *field)
{
    struct json *json;
    json_key(out, "fallback");
    if (!field->fallback)
        json_put_null(out);
    else if (ctx->sentences && field_fallback(ctx, field, &json) == OK)
        json_put_value(out, json);
    else
        json_put_raw(out, str_of(field->fallback));
}

void field_describe(struct ctx *ctx, struct json_out *out, const struct field *field, struct str label)
{
    json_open_object(out);
    json_key(out, "name"), json_put_text(out, field->name);
    json_key(out, "kind"), json_put_text(out, kind_name(field->kind));
    json_key(out, "group"), json_put_text(out, field->group ? field->group : "");
    put_flag(out, "required", field->flags & REQUIRED);
    put_flag(out, "derived", field->flags & DERIVED);
    put_flag(out, "list", field->flags & LISTED);
    put_flag(out, "search", field->flags & SEARCH);
    put_flag(out, "unique", field->flags & UNIQUE);
    put_flag(out, "fixed", field->flags & FIXED);
    put_flag(out, "by_transition", field->flags & BY_TRANSITION);
    put_flag(out, "by_user", field->flags & BY_USER);
    put_bounds(out, field);
    json_key(out, "target"), json_put_text(out, field->target);
    put_list(out, "targets", field->targets);
    put_list(out, "choices", field->choices);
    json_key(out, "scale"), json_put_text(out, field->scale);
    put_flag(out, "custom", field->custom);
    put_fallback(ctx, out, field);
    if (field->custom) json_key(out, "label"), json_put_str(out, label);
    json_close_object(out);
}

static void describe_states(struct json_out *out, const struct reg *reg)
{
    json_key(out, "states");
    json_open_array(out);
    for (const struct state *state = reg_states(reg); state->name; state++) {
        json_open_object(out);
        json_key(out, "name"), json_put_text(out, state->name);
        json_key(out, "tone"), json_put_text(out, tones[state->tone]);
        put_flag(out, "initial", state->flags & INITIAL);
        put_flag(out, "final", state->flags & FINAL);
        put_flag(out, "locked", state->flags & LOCKED);
        json_close_object(out);
    }
    json_close_array(out);
}

static const char *verb_name(enum verb verb)
{
    static const struct {
        enum verb verb;
        const char *name;
    } names[] = {{READ, "read"},     {CREATE, "create"},         {CHANGE, "change"},        {REMOVE, "delete"},
                 {DECIDE, "decide"}, {ADMINISTER, "administer"}, {CHANGE_OWN, "change_own"}};
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].verb == verb) return names[i].name;
    return NULL;
}

static void describe_transitions(struct json_out *out, const struct reg *reg)
{
    json_key(out, "transitions");
    json_open_array(out);
    for (const struct transition *t = reg->transitions; t && t->name; t++) {
        json_open_object(out);
        json_key(out, "name"), json_put_text(out, t->name);
        put_list(out, "from", t->from);
        json_key(out, "to"), json_put_text(out, t->to);
        json_key(out, "needs"), json_put_text(out, verb_name(t->needs));
        put_list(out, "asks", t->asks);
        put_list(out, "demands", t->demands);
        put_list(out, "independent_of", t->independent_of);
        json_key(out, "decision"), json_put_bool(out, transition_is_decision(t));
        json_close_object(out);
    }
    json_close_array(out);
}

static bool is_shown(const struct reg *reg, size_t index)
{
    bool scope = index == C_UNIT && !(reg->flags & (GLOBAL | IS_UNIT | MINE));
    bool owner = index == C_OWNER && !(reg->flags & (NO_OWNER | MINE));
    return scope || owner || index == C_STATUS || index == C_TAGS || index == C_CREATED_AT || index == C_CHANGED_AT;
}

static void describe_fields(struct ctx *ctx, struct json_out *out, const struct reg *reg,
                            const struct described_field *custom, size_t custom_count)
{
    json_key(out, "fields");
    json_open_array(out);
    for (size_t i = 0; i < reg->field_count; i++) field_describe(ctx, out, &reg->fields[i], S(""));
    for (size_t i = 0; i < custom_count; i++) field_describe(ctx, out, custom[i].field, custom[i].label);
    for (size_t i = 0; i < COMMON; i++)
        if (is_shown(reg, i)) field_describe(ctx, out, &common_fields[i], S(""));
    json_close_array(out);
}

static void describe_columns(struct json_out *out, const struct reg *reg)
{
    json_key(out, "columns");
    json_open_array(out);
    json_put_text(out, reg->fields[reg_title_field(reg)].name);
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i].flags & LISTED && !(reg->fields[i].flags & TITLE)) json_put_text(out, reg->fields[i].name);
    if (!(reg->flags & (NO_OWNER | MINE))) json_put_text(out, "owner");
    if (reg->states) json_put_text(out, "status");
    json_close_array(out);
}

void reg_describe(struct ctx *ctx, struct json_out *out, const struct reg *reg, const struct described_field *custom,
                  size_t custom_count)
{
    size_t index;
    const struct field *cited = reg_cited_field(reg, &index);
    const char *scope = reg->flags & GLOBAL ? "global" : reg->flags & MINE ? "mine" : "unit";
    json_key(out, "name"), json_put_text(out, reg->name);
    json_key(out, "prefix"), json_put_text(out, reg->prefix);
    json_key(out, "room"), json_put_text(out, reg->room);
    json_key(out, "scope"), json_put_text(out, scope);
    json_key(out, "cited_field"), json_put_text(out, cited ? cited->name : NULL);
    json_key(out, "title_field"), json_put_text(out, reg->fields[reg_title_field(reg)].name);
    put_flag(out, "quiet", reg->flags & QUIET);
    put_flag(out, "has_owner", !(reg->flags & NO_OWNER));
    put_flag(out, "follows_subject", reg->flags & FOLLOWS_SUBJECT);
    describe_columns(out, reg);
    describe_fields(ctx, out, reg, custom, custom_count);
    describe_states(out, reg);
    describe_transitions(out, reg);
    json_key(out, "parts"), reg->parts ? json_put_text(out, reg->parts->of) : json_put_null(out);
}
