/* Independence compares people. A person has one account, and it stays that person's once it has acted
 * (access/users.c), so that who acted tells whose deed it was. */
#include "records/independence.h"

#include "access/actor.h"
#include "ledger/ledger.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"

/* ---- what the ledger says the actor did: read by the entries' MACs, whoever has the database can hide none ---- */

struct deeds {
    int64_t actor;
    struct str step; /* "transition:approve"; empty for none */
    int64_t since;   /* deeds before this time do not count */
    int64_t taken;   /* when the step was last taken; 0: never */
    bool changed;    /* the actor has changed it */
};

static enum result take_deed(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    struct deeds *deeds = arg;
    (void)ctx;
    if (str_eq(entry->action, deeds->step)) deeds->taken = entry->at;
    deeds->changed |= entry->actor == deeds->actor && entry->at >= deeds->since && str_is(entry->action, "change");
    return OK;
}

static enum result read_deeds(struct ctx *ctx, const struct record *record, struct deeds *deeds)
{
    deeds->actor = ctx->actor->user;
    return ledger_each_version(ctx, str_of(record->reg->name), record_id(record), record->row[C_VERSION].number,
                               take_deed, deeds);
}

/* The last who changed it would be too few: somebody else's comma would make an author a stranger to his own text. */
static enum result has_changed_it(struct ctx *ctx, const struct record *record, bool *yes)
{
    struct deeds deeds = {.step = S("")};
    TRY(read_deeds(ctx, record, &deeds));
    *yes = deeds.changed;
    return OK;
}

/* "REGISTER.changed_by": has he changed one of the record's parts since this step was last taken? */
static enum result has_changed_a_part(struct ctx *ctx, const struct transition *transition, const struct record *record,
                                      bool *yes)
{
    struct deeds whole = {.step = arena_print(ctx->arena, "transition:%s", transition->name)};
    struct record_list parts;
    TRY(read_deeds(ctx, record, &whole));
    TRY(record_parts(ctx, record, &parts));
    *yes = false;
    for (size_t i = 0; i < parts.count && !*yes; i++) {
        struct deeds deeds = {.step = S(""), .since = whole.taken};
        TRY(read_deeds(ctx, parts.at[i], &deeds));
        *yes = deeds.changed;
    }
    return OK;
}

/* Is it the actor whom this field of the record names? */
static enum result names_actor(struct ctx *ctx, const struct transition *transition, const struct record *record,
                               const char *name, bool *yes)
{
    size_t index;
    struct str rest = str_of(name), part;
    if (str_cut(&rest, '.', &part) && rest.at) return has_changed_a_part(ctx, transition, record, yes);
    const struct field *field = row_find(record->reg, str_of(name), &index);
    struct value value = field ? record->row[index] : value_null();
    const struct actor *actor = ctx->actor;
    *yes = false;
    if (str_is(str_of(name), "changed_by")) return has_changed_it(ctx, record, yes);
    if (value.type != IS_NUMBER) return OK;
    if (field->kind == LINK) {
        *yes = actor->person && value.number == actor->person;
        return OK;
    }
    *yes = value.number == actor->user;
    return OK;
}

enum result independence_check(struct ctx *ctx, const struct transition *transition, const struct record *record)
{
    static const struct {
        const char *field, *words;
    } roles[] = {{"owner", SENTENCE("you own it")},
                 {"created_by", SENTENCE("you wrote it")},
                 {"changed_by", SENTENCE("you have changed it")},
                 {"submitted_by", SENTENCE("you submitted it")},
                 {"requested_by", SENTENCE("you asked for it")},
                 {"done_by", SENTENCE("you did it")}};
    if (ctx->actor->system) return OK;
    for (size_t i = 0; transition->independent_of[i]; i++) {
        bool own;
        TRY(names_actor(ctx, transition, record, transition->independent_of[i], &own));
        if (!own) continue;
        const char *words = strchr(transition->independent_of[i], '.') ? SENTENCE("you have changed a part of it")
                                                                       : SENTENCE("you are named in it");
        for (size_t k = 0; k < COUNT(roles); k++)
            if (strcmp(roles[k].field, transition->independent_of[i]) == 0) words = roles[k].words;
        return fail(ctx, DENIED, "Somebody else has to do this: %s (independence, ISO/IEC 27001 A.5.3).", words);
    }
    return OK;
}

enum result independence_compensate(struct ctx *ctx, const struct json *review, struct str *note)
{
    const struct json *by = json_get(review, "by");
    struct str reason = str_trim(json_str(review, "reason", S("")));
    struct record *reviewer = NULL;
    const struct reg *reg = ctx->house->person;
    int64_t id = by && by->kind == JSON_NUMBER ? by->number : 0;
    if (by && by->kind == JSON_STRING && !reference_parse(ctx->house, by->text, &reg, &id)) id = 0;
    if (!reason.len) fail_field(ctx, "compensating_review/reason", "required", "Say why nobody else can do this.");
    bool found = id > 0 && reg == ctx->house->person && record_load(ctx, reg, id, &reviewer) == OK &&
                 !record_is_deleted(reviewer) && record_may(ctx, reviewer, READ);
    if (!found || id == ctx->actor->person)
        fail_field(ctx, "compensating_review/by", "required", "Name the other person who reviewed this.");
    if (ctx_has_field_errors(ctx)) return INVALID;
    *note = arena_print(ctx->arena, "Compensating review by %.*s: %.*s", PRINT(record_title(reviewer)), PRINT(reason));
    return OK;
}
