/* Keys of labels, made from the tables of a register, so that a new register is complete in every language or the check
 * names what is missing. A browser or a report that meets a missing key still shows the name made readable. */
#include "schema/label_keys.h"

#include "schema/common.h"

struct visit {
    struct arena *arena;
    label_visitor *each;
    void *arg;
};

static void tell(const struct visit *visit, struct str own, struct str shared, bool required)
{
    visit->each(visit->arg, &(struct label_key){own, shared, required});
}

static void need(const struct visit *visit, struct str own)
{
    tell(visit, own, S(""), true);
}

static struct str key(const struct visit *visit, const char *what, const char *reg, const char *name)
{
    return arena_print(visit->arena, "%s.%s.%s", what, reg, name);
}

static struct str shared_key(const struct visit *visit, const char *what, const char *name)
{
    return arena_print(visit->arena, "%s.%s", what, name);
}

static void tell_fields(const struct visit *visit, const struct reg *reg)
{
    for (size_t i = 0; i < reg->field_count; i++) {
        const struct field *field = &reg->fields[i];
        struct str own = key(visit, "field", reg->name, field->name);
        struct str shared = shared_key(visit, "field", field->name);
        tell(visit, own, shared, true);
        tell(visit, arena_print(visit->arena, "%.*s.help", PRINT(own)),
             arena_print(visit->arena, "%.*s.help", PRINT(shared)), false);
        for (const char *const *choice = field->choices; choice && *choice; choice++)
            need(visit, arena_print(visit->arena, "choice.%s.%s.%s", reg->name, field->name, *choice));
        if (field->group) need(visit, shared_key(visit, "group", field->group));
    }
}

/* A register may call a field of all records by a name of its own: the owner of a risk is the "Risk owner". */
static void tell_common_fields(const struct visit *visit, const struct reg *reg)
{
    for (size_t i = 0; i < COMMON; i++) {
        struct str own = key(visit, "field", reg->name, common_fields[i].name);
        tell(visit, own, S(""), false);
        tell(visit, arena_print(visit->arena, "%.*s.help", PRINT(own)), S(""), false);
    }
}

static void tell_workflow(const struct visit *visit, const struct reg *reg)
{
    for (const struct state *state = reg_states(reg); state->name; state++)
        tell(visit, key(visit, "state", reg->name, state->name), shared_key(visit, "state", state->name), true);
    for (const struct transition *step = reg->transitions; step && step->name; step++) {
        tell(visit, key(visit, "transition", reg->name, step->name), shared_key(visit, "transition", step->name), true);
        need(visit, arena_print(visit->arena, "action.transition:%s", step->name));
    }
}

void reg_each_label(struct arena *arena, const struct reg *reg, label_visitor *each, void *arg)
{
    struct visit visit = {arena, each, arg};
    struct str name = shared_key(&visit, "register", reg->name);
    need(&visit, name);
    need(&visit, arena_print(arena, "%.*s.many", PRINT(name)));
    need(&visit, arena_print(arena, "%.*s.help", PRINT(name)));
    need(&visit, shared_key(&visit, "room", reg->room));
    tell_fields(&visit, reg);
    tell_common_fields(&visit, reg);
    tell_workflow(&visit, reg);
}

void common_each_label(struct arena *arena, label_visitor *each, void *arg)
{
    static const char *const actions[] = {
        "create",    "change",
        "delete",    "restore",
        "purge", /* of people */
        "derive",    "load",
        "new_day",   "notify",
        "attach",    "replace",
        "supersede", "reopen",
        "approve",   "follow",           /* of the program */
        "accepted",  "acceptance_ended", /* of risks */
        "grant",     "password",
        "unblock",   "revoke", /* of accounts */
        "confirm",             /* of the clock */
        "remember",  "stop",
        "resume",    "rotate", /* of the ledger */
        "watch",     "forget", /* of ledgers that are witnessed */
        "keep",      "end",    /* of jobs */
    };
    static const char *const subjects[] = {/* of which there is no register */
                                           "clock",  "custom_field",   "database", "job",  "ledger", "ledger-key",
                                           "report", "security_event", "token",    "user", "witness"};
    struct visit visit = {arena, each, arg};
    for (size_t i = 0; i < COMMON; i++) {
        struct str name = shared_key(&visit, "field", common_fields[i].name);
        need(&visit, name);
        tell(&visit, arena_print(arena, "%.*s.help", PRINT(name)), S(""), false);
    }
    for (size_t i = 0; i < COUNT(actions); i++) need(&visit, shared_key(&visit, "action", actions[i]));
    for (size_t i = 0; i < COUNT(subjects); i++) need(&visit, shared_key(&visit, "subject", subjects[i]));
}
