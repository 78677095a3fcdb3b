/* What every register offers (docs/api.md, "Records"). */
#include "api/routes.h"

#include "access/idempotency.h"
#include "api/problem.h"
#include "format/json_out.h"
#include "records/decision.h"
#include "records/history.h"
#include "records/house.h"
#include "records/list.h"
#include "records/rights.h"

static void set_etag(struct ctx *ctx, struct exchange *x, const struct record *record)
{
    struct buf tag = buf_in(ctx->arena);
    buf_char(&tag, '"');
    buf_number(&tag, record->row[C_VERSION].number);
    buf_char(&tag, '"');
    exchange_set_header(x, "ETag", buf_str(&tag));
}

static struct list_query *expansion(struct ctx *ctx, struct exchange *x, const struct reg *reg, enum result *result)
{
    struct parameter pair = {.name = S("expand")};
    struct list_query *query = NULL;
    *result = OK;
    if (exchange_query(x, "expand", &pair.value)) *result = list_parse(ctx, reg, &pair, 1, NULL, &query);
    return query;
}

static enum result answer(struct ctx *ctx, struct exchange *x, const struct record *record)
{
    enum result result;
    struct list_query *query = expansion(ctx, x, record->reg, &result);
    TRY(result);
    set_etag(ctx, x, record);
    if (!query && record->json.len) {
        buf_add(&x->out, record->json);
        return OK;
    }
    if (!query) {
        record_write_json(ctx, &x->out, record);
        return OK;
    }
    struct json_out out = json_out_to(&x->out);
    return list_write_record(ctx, &out, query, record);
}

static enum result list_records(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct list_query *query;
    TRY(path_register(ctx, x, &reg));
    TRY(register_demand_read(ctx, reg));
    struct parameter *given = arena_make_many(ctx->arena, struct parameter, x->query.count + 1);
    for (size_t i = 0; i < x->query.count; i++)
        given[i] = (struct parameter){x->query.pairs[i].name, x->query.pairs[i].value};
    TRY(list_parse(ctx, reg, given, x->query.count, NULL, &query));
    return list_write(ctx, query, &x->out);
}

static enum result get_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    int64_t id;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(record_get(ctx, reg, id, &record));
    return answer(ctx, x, record);
}

/* ---- creating, once ---- */

static enum result repeat_answer(struct ctx *ctx, struct exchange *x, const struct reg *reg,
                                 const struct idempotency *use)
{
    struct str id_text = use->location;
    struct record *record;
    int64_t id = 0;
    for (size_t i = id_text.len; i-- > 0;)
        if (id_text.at[i] == '/') {
            id_text = str_slice(id_text, i + 1, id_text.len);
            break;
        }
    if (!parse_number(id_text, &id)) return fail(ctx, CONFLICT, "This Idempotency-Key was used for another request.");
    TRY(record_get(ctx, reg, id, &record));
    x->status = (int)use->status;
    exchange_set_header(x, "Location", use->location);
    return answer(ctx, x, record);
}

static struct str location_of(struct ctx *ctx, const struct record *record)
{
    struct buf text = buf_in(ctx->arena);
    buf_text(&text, "/api/v1/");
    buf_text(&text, record->reg->name);
    buf_char(&text, '/');
    buf_number(&text, record_id(record));
    return buf_str(&text);
}

static enum result create_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    struct json *body;
    struct idempotency use = {.body = x->body};
    TRY(path_register(ctx, x, &reg));
    bool once = exchange_header(x, "Idempotency-Key", &use.key);
    if (once) {
        use.request = arena_print(ctx->arena, "POST /api/v1/%s", reg->name);
        enum result found = idempotency_find(ctx, &use);
        if (found == OK) return repeat_answer(ctx, x, reg, &use);
        if (found != NOT_FOUND) return found;
    }
    TRY(body_json(ctx, x, &body));
    TRY(record_create(ctx, reg, body, &record));
    x->status = 201;
    use.status = 201;
    use.location = location_of(ctx, record);
    if (once) TRY(idempotency_keep(ctx, &use));
    exchange_set_header(x, "Location", use.location);
    return answer(ctx, x, record);
}

static enum result change_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    struct json *patch;
    int64_t id, version;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(if_match(ctx, x, true, &version));
    TRY(body_json(ctx, x, &patch));
    TRY(record_change(ctx, reg, id, version, patch, &record));
    return answer(ctx, x, record);
}

static enum result delete_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct str force = S("");
    int64_t id, version;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(if_match(ctx, x, false, &version));
    exchange_query(x, "force", &force);
    TRY(record_delete(ctx, reg, id, version, str_is(force, "1")));
    x->status = 204;
    return OK;
}

static enum result restore_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    int64_t id;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(record_restore(ctx, reg, id, &record));
    return answer(ctx, x, record);
}

static enum result move_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    struct json *body;
    struct str name = S("");
    int64_t id, version;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(if_match(ctx, x, true, &version));
    TRY(body_json(ctx, x, &body));
    exchange_parameter(x, "name", &name);
    TRY(record_move(ctx, reg, id, version, name, body, &record));
    return answer(ctx, x, record);
}

static enum result purge_record(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct json *body;
    int64_t id;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(body_json(ctx, x, &body));
    TRY(record_purge(ctx, reg, id, json_str(body, "reason", S(""))));
    x->status = 204;
    return OK;
}

/* ---- about one record ---- */

static enum result get_history(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    int64_t id, before, limit = HISTORY_LIMIT;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(query_page(ctx, x, HISTORY_LIMIT_MAX, &before, &limit));
    return history_write(ctx, reg, id, before, limit, &x->out);
}

static enum result get_links(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    struct leanings leaning;
    int64_t id;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(record_get(ctx, reg, id, &record));
    TRY(record_leaning(ctx, record, &leaning));
    buf_text(&x->out, "{\"items\":");
    leaning_write_json(ctx, &x->out, leaning.at, leaning.count);
    buf_text(&x->out, ",\"total\":");
    buf_number(&x->out, leaning.readable + leaning.hidden);
    buf_char(&x->out, '}');
    return OK;
}

static void write_step(struct json_out *out, const struct step *step)
{
    json_open_object(out);
    json_key(out, "name"), json_put_text(out, step->transition->name);
    json_key(out, "to"), json_put_text(out, step->transition->to);
    json_key(out, "decision"), json_put_bool(out, transition_is_decision(step->transition));
    json_key(out, "allowed"), json_put_bool(out, step->allowed);
    json_key(out, "reason"), json_put_str(out, step->reason);
    json_key(out, "asks");
    json_open_array(out);
    for (const char *const *field = step->transition->asks; *field; field++) json_put_text(out, *field);
    json_close_array(out);
    json_key(out, "demands");
    json_open_array(out);
    for (const char *const *field = step->transition->demands; *field; field++) json_put_text(out, *field);
    json_close_array(out);
    json_close_object(out);
}

static enum result get_transitions(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    struct step *steps;
    size_t count;
    int64_t id;
    struct json_out out = json_out_to(&x->out);
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(record_get(ctx, reg, id, &record));
    TRY(record_steps(ctx, record, &steps, &count));
    exchange_tell_language(x); /* the reasons */
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) write_step(&out, &steps[i]);
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

static enum result get_decision(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct record *record;
    struct str name = S("");
    int64_t id;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    exchange_parameter(x, "name", &name);
    exchange_tell_language(x); /* why it is not open */
    TRY(record_get(ctx, reg, id, &record));
    return decision_write(ctx, record, name, &x->out);
}

/* ---- many at once ---- */

static enum result change_one_of_many(struct ctx *ctx, const struct reg *reg, int64_t id, const struct json *change,
                                      bool *done)
{
    struct record *record;
    TRY(db_begin(ctx));
    enum result result = record_change(ctx, reg, id, 0, change, &record);
    *done = result == OK;
    if (*done) return db_commit(ctx);
    db_rollback(ctx);
    return result_ends_all(result) ? result : OK;
}

static enum result change_many(struct ctx *ctx, struct exchange *x)
{
    enum { MOST = 500 };
    const struct reg *reg;
    struct json *body;
    struct buf failed = buf_in(ctx->arena);
    struct json_out out = json_out_to(&x->out), bad = json_out_to(&failed);
    TRY(path_register(ctx, x, &reg));
    if (reg->flags & NO_CHANGE) return fail(ctx, DENIED, "No %s changes once it is written.", reg->name);
    TRY(body_json(ctx, x, &body));
    const struct json *ids = json_get(body, "ids"), *change = json_get(body, "change");
    if (!ids || ids->kind != JSON_ARRAY || !ids->count || ids->count > MOST || !change || change->kind != JSON_OBJECT)
        return fail(ctx, INVALID, "A bulk edit needs \"ids\" (1 to %d of them) and \"change\".", MOST);
    json_open_object(&out);
    json_key(&out, "changed");
    json_open_array(&out);
    json_open_array(&bad);
    for (const struct json *id = ids->first; id; id = id->next) {
        bool done;
        if (id->kind != JSON_NUMBER) return fail(ctx, INVALID, "\"ids\" must be a list of numbers.");
        TRY(change_one_of_many(ctx, reg, id->number, change, &done));
        if (done) {
            json_put_number(&out, id->number);
            continue;
        }
        struct str detail = ctx->error.fields ? ctx->error.fields->detail : ctx->error.sentence;
        json_open_object(&bad);
        json_key(&bad, "id"), json_put_number(&bad, id->number);
        json_key(&bad, "detail"), json_put_str(&bad, detail);
        json_close_object(&bad);
        ctx_clear_error(ctx);
    }
    json_close_array(&out);
    json_close_array(&bad);
    json_key(&out, "failed"), json_put_raw(&out, buf_str(&failed));
    json_close_object(&out);
    exchange_tell_language(x); /* why some could not be */
    return OK;
}

#define AT "/api/v1/{register}"
const struct route record_routes[] = {
    {HTTP_GET, AT, list_records, LANE_LOOP, .help = "The records of a register, filtered, sorted and paged"},
    {HTTP_POST, AT, create_record, LANE_WRITER, .help = "Create a record"},
    {HTTP_PATCH, AT, change_many, LANE_WRITER, .help = "Change several records at once"},
    {HTTP_GET, AT "/{id}", get_record, LANE_LOOP, .help = "One record"},
    {HTTP_PATCH, AT "/{id}", change_record, LANE_WRITER, .help = "Change a record by merge patch"},
    {HTTP_DELETE, AT "/{id}", delete_record, LANE_WRITER, .help = "Delete a record; its history stays"},
    {HTTP_POST, AT "/{id}/restore", restore_record, LANE_WRITER, .help = "Bring a deleted record back"},
    {HTTP_POST, AT "/{id}/purge", purge_record, LANE_WRITER,
     .help = "Remove a deleted record's contents for good, for privacy law"},
    {HTTP_GET, AT "/{id}/history", get_history, LANE_WORKER, .help = "Every change of a record, newest first"},
    {HTTP_GET, AT "/{id}/links", get_links, LANE_WORKER, .help = "What leans on a record"},
    {HTTP_GET, AT "/{id}/transitions", get_transitions, LANE_LOOP, .one_moment = true,
     .help = "The steps open from here, and why others are not"},
    {HTTP_POST, AT "/{id}/transitions/{name}", move_record, LANE_WRITER, .help = "Take a step of the workflow"},
    {HTTP_GET, AT "/{id}/decisions/{name}", get_decision, LANE_WORKER, .one_moment = true,
     .help = "What is to be decided, in full, and what has changed since it was last decided"},
};
#undef AT
const size_t record_route_count = COUNT(record_routes);
