/* Moving on: transitions from the tables. No other code changes a status on a person's behalf. */
#include "access/actor.h"
#include "base/clock.h"
#include "records/decision.h"
#include "records/draft.h"
#include "records/independence.h"
#include "records/records.h"
#include "records/rights.h"
#include "records/write.h"
#include "schema/parse.h"

static enum result demand_state(struct ctx *ctx, const struct transition *transition, const struct record *record)
{
    if (record_is_deleted(record)) return fail(ctx, CONFLICT, "This record is deleted; restore it first.");
    if (transition_leaves(transition, record_status(record))) return OK;
    return fail(ctx, CONFLICT, "\"%s\" is not open to this %s, which is %.*s.", transition->name, record->reg->name,
                PRINT(record_status(record)));
}

static bool asks_for(const struct transition *transition, struct str name)
{
    for (size_t i = 0; i < ASKS_MAX && transition->asks[i]; i++)
        if (str_is(name, transition->asks[i])) return true;
    return false;
}

/* The body without what is not a field of the record: the comment, and what was shown to whoever decides. */
static enum result fields_of_body(struct ctx *ctx, const struct transition *transition, const struct json *body,
                                  struct json **fields)
{
    struct json **end;
    *fields = arena_make(ctx->arena, struct json);
    (*fields)->kind = JSON_OBJECT;
    end = &(*fields)->first;
    if (!body || body->kind != JSON_OBJECT) return fail(ctx, INVALID, "The body must be a JSON object.");
    for (const struct json *entry = body->first; entry; entry = entry->next) {
        if (str_is(entry->key, "comment") || str_is(entry->key, "content_sha256")) continue;
        if (!asks_for(transition, entry->key)) {
            const char *name = arena_cstr(ctx->arena, str_slice(entry->key, 0, 60));
            fail_field(ctx, name, "unknown", "The step \"%s\" does not ask for %s.", transition->name, name);
            continue;
        }
        *end = arena_make(ctx->arena, struct json);
        **end = *entry;
        (*end)->next = NULL;
        end = &(*end)->next;
    }
    return OK;
}

static void demand_fields(struct ctx *ctx, const struct transition *transition, const struct record *record)
{
    for (size_t i = 0; i < ASKS_MAX && transition->demands[i]; i++) {
        size_t index;
        const struct field *field = row_find(record->reg, str_of(transition->demands[i]), &index);
        if (field && field_is_empty(field, record->row[index]))
            fail_field(ctx, field->name, "required", "%s is needed for this step.", field->name);
    }
}

static void stamp(struct ctx *ctx, const struct transition *transition, struct record *record)
{
    size_t index;
    char today[DATE_TEXT];
    date_of_time(ctx->now, today);
    if (transition->stamps_user && row_find(record->reg, str_of(transition->stamps_user), &index))
        record->row[index] = value_id(ctx->actor->user);
    if (transition->stamps_date && row_find(record->reg, str_of(transition->stamps_date), &index))
        record->row[index] = value_text(arena_copy(ctx->arena, str_of(today)));
}

/* What the history shows beside the person's own comment. */
static void add_note(struct ctx *ctx, struct str note, struct str *comment)
{
    if (!note.len) return;
    *comment = comment->len ? arena_print(ctx->arena, "%.*s\n%.*s", PRINT(*comment), PRINT(note)) : note;
}

/* Whoever decides has seen what about; the program itself has nothing shown to it. */
static enum result demand_seen(struct ctx *ctx, const struct transition *transition, const struct record *record,
                               const struct json *body, struct str *comment)
{
    struct str note = S("");
    if (ctx->actor->system || !transition_is_decision(transition)) return OK;
    TRY(decision_demand(ctx, record, transition, body, &note));
    add_note(ctx, note, comment);
    return OK;
}

enum result record_move(struct ctx *ctx, const struct reg *reg, int64_t id, int64_t version, struct str name,
                        const struct json *body, struct record **record)
{
    struct record *before;
    struct json *fields;
    struct str comment = str_trim(json_str(body, "comment", S("")));
    const struct transition *transition = reg_transition(reg, name);
    if (ctx->as_of) return fail(ctx, CONFLICT, "The past is read-only: leave out as_of to change something.");
    TRY(record_take(ctx, reg, id, &before));
    if (!transition)
        return fail(ctx, NOT_FOUND, "The register %s has no step \"%.*s\".", reg->name, PRINT(str_slice(name, 0, 60)));
    TRY(record_demand(ctx, before, transition->needs));
    TRY(record_demand_version(ctx, before, version));
    TRY(demand_state(ctx, transition, before));
    TRY(independence_check(ctx, transition, before));
    TRY(demand_seen(ctx, transition, before, body, &comment));
    *record = record_clone(ctx, before);
    TRY(fields_of_body(ctx, transition, body, &fields));
    TRY(draft_apply(ctx, *record, fields, DRAFT_TRANSITION));
    demand_fields(ctx, transition, *record);
    if (ctx_has_field_errors(ctx)) return INVALID;
    stamp(ctx, transition, *record);
    if (transition->guard) TRY(transition->guard(ctx, *record));
    (*record)->row[C_STATUS] = value_text(str_of(transition->to));
    if (transition->effect) TRY(transition->effect(ctx, *record));
    struct str action = arena_print(ctx->arena, "transition:%s", transition->name);
    return record_write_and_load(ctx, &(struct writing){before, *record, action.at, comment}, record);
}

/* Would the step be open, the fields it asks for apart? The sentence of the refusal is the reason shown. */
static enum result try_step(struct ctx *ctx, const struct transition *transition, const struct record *record,
                            struct step *step)
{
    enum result result = record_demand(ctx, record, transition->needs);
    if (result == OK) result = demand_state(ctx, transition, record);
    if (result == OK) result = independence_check(ctx, transition, record);
    if (result == OK && transition->guard) result = transition->guard(ctx, record);
    *step = (struct step){transition, result == OK, ctx->error.sentence};
    if (result_ends_all(result)) return result;
    ctx_clear_error(ctx);
    return OK;
}

enum result record_steps(struct ctx *ctx, const struct record *record, struct step **steps, size_t *count)
{
    size_t room = 0;
    *count = 0;
    for (const struct transition *t = record->reg->transitions; t && t->name; t++) room++;
    *steps = arena_make_many(ctx->arena, struct step, room + 1);
    for (const struct transition *t = record->reg->transitions; t && t->name; t++) {
        if (!transition_leaves(t, record_status(record))) continue;
        TRY(try_step(ctx, t, record, &(*steps)[(*count)++]));
    }
    return OK;
}
