/* Most pairs are equal as text; only those that are not are taken apart, because a field that came with a newer program
 * is not in older states. */
#include "records/entered.h"

#include "access/actor.h"
#include "base/log.h"
#include "events/events.h"
#include "format/json.h"
#include "ledger/ledger.h"

/* White space and the like do not count in JSON. */
static enum result same_json(struct ctx *ctx, struct str a, struct str b, bool *same)
{
    struct json *x, *y;
    struct buf p = buf_in(ctx->arena), q = buf_in(ctx->arena);
    *same = str_eq(a, b);
    if (*same) return OK;
    if (json_parse_deep(ctx, a, JSON_DEEPEST, &x) != OK || json_parse_deep(ctx, b, JSON_DEEPEST, &y) != OK) {
        ctx_clear_error(ctx); /* a row that is no JSON any more differs, which is what the caller says */
        return OK;
    }
    json_write_value(&p, x);
    json_write_value(&q, y);
    *same = str_eq(buf_str(&p), buf_str(&q));
    return OK;
}

static enum result same_value(struct ctx *ctx, const struct field *field, struct value row, struct value state,
                              bool *same)
{
    bool texts = row.type == IS_TEXT && state.type == IS_TEXT;
    if (kind_is_json(field->kind) && texts) return same_json(ctx, row.text, state.text, same);
    bool empty = row.type == IS_NULL && state.type == IS_TEXT && kind_is_json(field->kind) && state.text.len == 2;
    *same = empty || value_eq(row, state);
    return OK;
}

static enum result compare_values(struct ctx *ctx, const struct record *row, struct str state)
{
    struct record *then;
    TRY(record_of_state(ctx, row->reg, record_id(row), state, &then));
    for (size_t i = 0; i < row_width(row->reg); i++) {
        bool same;
        const struct field *field = row_field(row->reg, i);
        TRY(same_value(ctx, field, row->row[i], then->row[i], &same));
        if (!same)
            return fail(ctx, CONFLICT,
                        "%s-%lld is not what the ledger says: its field \"%s\" was changed outside of the program.",
                        row->reg->prefix, (long long)record_id(row), field->name);
    }
    return OK;
}

enum result record_demand_state(struct ctx *ctx, const struct record *record, struct str state)
{
    struct buf now = buf_in(ctx->arena);
    record_write_json(ctx, &now, record);
    return str_eq(buf_str(&now), state) ? OK : compare_values(ctx, record, state);
}

static bool derives(struct ctx *ctx, struct record *record)
{
    bool good = record->reg->derive && record->reg->derive(ctx, record) == OK;
    ctx_clear_error(ctx);
    return good;
}

/* Whether row and state are the same once what is derived was made anew, as it is before each write: then nothing of
 * what differs gets into the ledger. So `merlon rebuild` and an upgrade can put derived fields right. */
static enum result same_once_derived(struct ctx *ctx, const struct record *row, struct str state, bool *same)
{
    struct ctx dry = *ctx;
    struct record *is = record_clone(ctx, row), *was;
    *same = false;
    dry.error = (struct error){0};
    TRY(record_of_state(ctx, row->reg, record_id(row), state, &was));
    if (!derives(&dry, is) || !derives(&dry, was)) return OK;
    for (size_t i = 0; i < row_width(row->reg); i++) {
        TRY(same_value(ctx, row_field(row->reg, i), is->row[i], was->row[i], same));
        if (!*same) return OK;
    }
    return OK;
}

static enum result demand_newest(struct ctx *ctx, const struct record *record, struct str state)
{
    bool same;
    enum result result = record_demand_state(ctx, record, state);
    if (result != CONFLICT) return result;
    struct error error = ctx->error;
    ctx_clear_error(ctx);
    TRY(same_once_derived(ctx, record, state, &same));
    if (!same) ctx->error = error;
    return same ? OK : CONFLICT;
}

static enum result compare_with_newest(struct ctx *ctx, const struct record *record)
{
    struct ledger_entry newest;
    enum result found = ledger_newest(ctx, str_of(record->reg->name), record_id(record), &newest);
    if (found == OK) return demand_newest(ctx, record, newest.state);
    if (found != NOT_FOUND) return found;
    return fail(ctx, CONFLICT, "%s-%lld stands in the database, but the ledger never heard of it.", record->reg->prefix,
                (long long)record_id(record));
}

enum result record_demand_entered(struct ctx *ctx, const struct record *record)
{
    enum result result = compare_with_newest(ctx, record);
    if (result != CONFLICT && result != BROKEN) return result;
    log_text(LOG_ERROR, "what is wrong with the record", "sentence", ctx->error.english);
    event_alarm(
        ctx, "a record is not what the ledger says: it was changed outside of the program",
        &(struct event){.actor = actor_user(ctx), .subject = str_of(record->reg->name), .record = record_id(record)});
    return result;
}
