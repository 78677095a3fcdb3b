/* Reading the tables of a register. They are small: walking them beats any index. */
#include "schema/reg.h"

static const struct state single_state[] = {{.name = "active", .tone = NEUTRAL, .flags = INITIAL}, {0}};

const struct field *reg_field(const struct reg *reg, struct str name, size_t *index)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        if (!str_is(name, reg->fields[i].name)) continue;
        if (index) *index = i;
        return &reg->fields[i];
    }
    return NULL;
}

size_t reg_title_field(const struct reg *reg)
{
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i].flags & TITLE) return i;
    return 0;
}

static const struct field *first_with(const struct reg *reg, unsigned flag, size_t *index)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        if (!(reg->fields[i].flags & flag)) continue;
        if (index) *index = i;
        return &reg->fields[i];
    }
    return NULL;
}

const struct field *reg_cited_field(const struct reg *reg, size_t *index)
{
    return first_with(reg, CITED, index);
}

const struct field *reg_file_field(const struct reg *reg, size_t *index)
{
    return first_with(reg, A_FILE, index);
}

const struct state *reg_states(const struct reg *reg)
{
    return reg->states ? reg->states : single_state;
}

const struct state *reg_state(const struct reg *reg, struct str name)
{
    for (const struct state *state = reg_states(reg); state->name; state++)
        if (str_is(name, state->name)) return state;
    return NULL;
}

const struct state *reg_initial_state(const struct reg *reg)
{
    const struct state *state = reg_states(reg);
    while (state->name && !(state->flags & INITIAL)) state++;
    return state->name ? state : reg_states(reg);
}

const struct transition *reg_transition(const struct reg *reg, struct str name)
{
    for (const struct transition *t = reg->transitions; t && t->name; t++)
        if (str_is(name, t->name)) return t;
    return NULL;
}

bool transition_leaves(const struct transition *transition, struct str state)
{
    for (size_t i = 0; i < FROM_MAX && transition->from[i]; i++)
        if (str_is(state, transition->from[i])) return true;
    return false;
}

bool transition_is_decision(const struct transition *transition)
{
    return transition->needs == DECIDE && transition->independent_of[0];
}
