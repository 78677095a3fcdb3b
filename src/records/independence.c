/* Independence compares people. A person has one account, and it stays that person's once it has acted
 * (access/users.c), so that who acted tells whose deed it was. */
#include "records/independence.h"

#include "access/actor.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "store/db.h"

/* The last who changed it would be too few: somebody else's comma would make an author a stranger to his own text. */
static enum result has_changed_it(struct ctx *ctx, const struct record *record, bool *yes)
{
    struct value args[] = {value_text(str_of(record->reg->name)), value_number(record_id(record)),
                           value_number(ctx->actor->user)};
    int64_t changes;
    TRY(db_query_number(ctx,
                        S("SELECT count(*) FROM ledger_entry WHERE subject=?1 AND record=?2 AND action='change' AND "
                          "actor=?3"),
                        args, COUNT(args), 0, &changes));
    *yes = changes > 0;
    return OK;
}

/* "REGISTER.changed_by": has he changed a record of that register which belongs to this one, since this step was
 * last taken? */
static enum result has_changed_a_part(struct ctx *ctx, const struct transition *transition, const struct record *record,
                                      struct str part, bool *yes)
{
    struct value args[] = {value_text(part), value_text(str_of(record->reg->name)), value_number(record_id(record)),
                           value_number(ctx->actor->user),
                           value_text(arena_print(ctx->arena, "transition:%s", transition->name))};
    int64_t changes;
    TRY(db_query_number(
        ctx,
        S("SELECT count(*) FROM ledger_entry WHERE subject=?1 AND action='change' AND record IN "
          "(SELECT record FROM link WHERE register=?1 AND to_register=?2 AND to_record=?3) AND "
          "actor=?4 AND id > COALESCE((SELECT max(id) FROM ledger_entry WHERE subject=?2 AND record=?3 AND "
          "action=?5), 0)"),
        args, COUNT(args), 0, &changes));
    *yes = changes > 0;
    return OK;
}

/* Is it the actor whom this field of the record names? */
static enum result names_actor(struct ctx *ctx, const struct transition *transition, const struct record *record,
                               const char *name, bool *yes)
{
    size_t index;
    struct str rest = str_of(name), part;
    if (str_cut(&rest, '.', &part) && rest.at) return has_changed_a_part(ctx, transition, record, part, yes);
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
