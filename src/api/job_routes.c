/* Jobs: what runs, how far it is, as events; importing a file is one. */
#include "api/routes.h"

#include "access/actor.h"
#include "format/json_out.h"
#include "format/table.h"
#include "http/stream.h"
#include "jobs/jobs.h"
#include "records/house.h"
#include "records/rights.h"
#include "store/blob.h"

enum { FILE_LIMIT = 64 * 1024 * 1024, SAMPLE_ROWS = 3, SAMPLE_TEXT = 200 };

static enum result list_jobs(struct ctx *ctx, struct exchange *x)
{
    return jobs_write_json(ctx, &x->out);
}

static enum result get_job(struct ctx *ctx, struct exchange *x)
{
    int64_t id;
    TRY(path_number(ctx, x, "id", &id));
    return job_write_json(ctx, id, &x->out);
}

static enum result cancel_job(struct ctx *ctx, struct exchange *x)
{
    int64_t id;
    TRY(path_number(ctx, x, "id", &id));
    TRY(job_cancel(ctx, id));
    x->status = 204;
    return OK;
}

/* ---- events ---- */

/* The event is written into memory of its own: it is sent from the clerk's thread, long after the handler's arena was
 * used. */
static bool push_event(void *arg, struct str json, bool last)
{
    struct exchange_stream *stream = arg;
    static const char head[] = "event: job\ndata: ";
    size_t len = sizeof head - 1 + json.len + 2;
    char *event = malloc(len);
    (void)last;
    if (!event) return false;
    memcpy(event, head, sizeof head - 1);
    memcpy(event + sizeof head - 1, json.at, json.len);
    memcpy(event + len - 2, "\n\n", 2);
    bool sent = stream_push(stream, (struct str){event, len}) == OK;
    free(event);
    return sent && stream_is_open(stream);
}

static void end_events(void *arg)
{
    stream_end(arg);
}

static enum result watch_job(struct ctx *ctx, struct exchange *x)
{
    struct request *request = x->user;
    const struct api *api = request->api;
    struct buf unused = buf_in(ctx->arena);
    struct job_watch watch = {.push = push_event, .end = end_events};
    TRY(path_number(ctx, x, "id", &watch.job));
    TRY(job_write_json(ctx, watch.job, &unused)); /* only one's own */
    x->type = "text/event-stream";
    x->status = 200;
    exchange_set_header(x, "Cache-Control", S("no-store"));
    *request->taken = true;
    struct exchange_stream *stream = exchange_stream(x, -1);
    if (!stream) return OK;
    watch.arg = stream;
    if (job_watch(ctx, api->jobs, &watch) != OK) stream_abort(stream);
    return OK;
}

/* ---- importing ---- */

static enum result read_mapping(struct ctx *ctx, struct exchange *x, struct json_out *out)
{
    struct str text;
    struct json *mapping;
    if (!exchange_query(x, "mapping", &text) || !text.len) return OK;
    TRY(json_parse(ctx, text, &mapping));
    if (mapping->kind != JSON_OBJECT) return fail(ctx, INVALID, "mapping must be a JSON object of column and field.");
    json_key(out, "mapping");
    json_put_value(out, mapping);
    return OK;
}

static enum result demand_import(struct ctx *ctx, struct exchange *x, const struct reg **reg)
{
    TRY(path_register(ctx, x, reg));
    if ((*reg)->flags & NO_CREATE || !actor_may(ctx->actor, *reg, CREATE, 0, 0))
        return fail(ctx, DENIED, "Your roles do not let you create %s, so nor import them.", (*reg)->name);
    return x->body.len ? OK : fail(ctx, INVALID, "The body must be the file, CSV or XLSX.");
}

static void put_cells(struct json_out *out, const struct str *cells, size_t count)
{
    json_open_array(out);
    for (size_t i = 0; i < count; i++) json_put_str(out, str_shorten(cells[i], SAMPLE_TEXT));
    json_close_array(out);
}

/* What a person has to see to say which column is which field. Nothing is stored. */
static enum result read_columns(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct table_reader *table;
    struct str *cells;
    size_t count;
    struct json_out out = json_out_to(&x->out);
    TRY(demand_import(ctx, x, &reg));
    TRY(table_open(ctx, x->body, &(struct table_options){0}, &table));
    TRY(table_row(ctx, table, &cells, &count));
    if (!cells) return fail(ctx, INVALID, "The file is empty: its first row must name the columns.");
    json_open_object(&out);
    json_key(&out, "names"), put_cells(&out, cells, count);
    json_key(&out, "sample");
    json_open_array(&out);
    for (size_t row = 0; row < SAMPLE_ROWS; row++) {
        TRY(table_row(ctx, table, &cells, &count));
        if (!cells) break;
        put_cells(&out, cells, count);
    }
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

static enum result start_import(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg;
    struct blob_info blob;
    struct str dry = S("");
    struct buf arguments = buf_in(ctx->arena);
    struct json_out out = json_out_to(&arguments), answer = json_out_to(&x->out);
    int64_t id;
    TRY(demand_import(ctx, x, &reg));
    exchange_query(x, "dry_run", &dry);
    json_open_object(&out);
    json_key(&out, "register"), json_put_text(&out, reg->name);
    json_key(&out, "dry_run"), json_put_bool(&out, str_is(dry, "1"));
    TRY(read_mapping(ctx, x, &out));
    json_close_object(&out);
    TRY(blob_write(ctx, ctx->house->keyring, x->body, &blob));
    TRY(job_submit(ctx, "import", buf_str(&arguments), &blob, &id));
    json_open_object(&answer);
    json_key(&answer, "job"), json_put_number(&answer, id);
    json_close_object(&answer);
    x->status = 202;
    exchange_set_header(x, "Location", arena_print(ctx->arena, "/api/v1/jobs/%lld", (long long)id));
    ((struct request *)x->user)->wakes = true;
    return OK;
}

const struct route job_routes[] = {
    {HTTP_GET, "/api/v1/jobs", list_jobs, LANE_WORKER, .help = "One's own jobs, newest first"},
    {HTTP_GET, "/api/v1/jobs/{id}", get_job, LANE_LOOP, .help = "A job: how far it is, what came of it"},
    {HTTP_DELETE, "/api/v1/jobs/{id}", cancel_job, LANE_WRITER, .help = "Cancel a job"},
    {HTTP_GET, "/api/v1/jobs/{id}/events", watch_job, LANE_WORKER, .help = "A job's progress as server-sent events"},
    {HTTP_POST, "/api/v1/{register}/import", start_import, LANE_WRITER, FILE_LIMIT,
     "Import a file into a register, as a job"},
    {HTTP_POST, "/api/v1/{register}/import/columns", read_columns, LANE_WORKER, FILE_LIMIT,
     "The columns of a file that is to be imported, and its first rows"},
};
const size_t job_route_count = COUNT(job_routes);
