/* Files: evidence in and out, exports, reports. What is large is streamed from a worker. */
#include "access/actor.h"
#include "events/events.h"
#include "api/noting.h"
#include "api/routes.h"

#include "base/log.h"
#include "base/shown.h"
#include "format/json_out.h"
#include "http/stream.h"
#include "records/export.h"
#include "records/house.h"
#include "records/rights.h"
#include "report/report.h"
#include "store/blob.h"

/* A file that is sent holds a view of the database, and with SQLite its log, until the client has taken it. */
enum { FILE_LIMIT = 64 * 1024 * 1024, NAME_LIMIT = 200, CLIENT_WAIT = 10 * 60 * 1000, EVIDENCE_PAGE = 500 };
enum { CHECKED_FIRST = 4 * 1024 * 1024 }; /* bytes that are read to their end before the first is sent */

static const char *const reserved[] = {"format", "name", "as_of", NULL};

/* ---- evidence in ---- */

static void set_own(struct record *record, const char *field, struct value value)
{
    size_t index;
    if (reg_field(record->reg, str_of(field), &index)) record->own[index] = value;
}

/* The query says what a form would: title, source, grade, expires_on, ...; the file's name is the title where none is
 * given. */
static enum result evidence_body(struct ctx *ctx, struct exchange *x, const struct reg *evidence, struct str supports,
                                 struct str name, struct json **body)
{
    struct buf text = buf_in(ctx->arena);
    struct json_out out = json_out_to(&text);
    struct str title = name;
    exchange_query(x, "title", &title);
    json_open_object(&out);
    json_key(&out, "title"), json_put_str(&out, title);
    json_key(&out, "supports");
    json_open_array(&out);
    json_put_str(&out, supports);
    json_close_array(&out);
    for (size_t i = 0; i < x->query.count; i++) {
        struct str parameter = x->query.pairs[i].name;
        const struct field *field = reg_field(evidence, parameter, NULL);
        if (!field || str_is(parameter, "title") || str_is(parameter, "supports") || !x->query.pairs[i].value.len)
            continue;
        json_key_str(&out, parameter);
        json_put_str(&out, x->query.pairs[i].value);
    }
    json_close_object(&out);
    return json_parse(ctx, buf_str(&text), body);
}

/* Of a path the last part, as browsers do; either slash, wherever it comes from and whoever downloads it. */
static struct str last_part(struct str path)
{
    size_t from = path.len;
    while (from && path.at[from - 1] != '/' && path.at[from - 1] != '\\') from--;
    struct str name = str_trim(str_slice(path, from, path.len));
    return str_is(name, ".") || str_is(name, "..") ? S("") : name;
}

/* "invoice\u202Efdp.exe" is shown as one that ends with ".pdf". */
static enum result refuse_marks(struct ctx *ctx, struct str name)
{
    char room[8];
    struct str rest = name, piece;
    while (shown_next(&rest, room, &piece))
        if (piece.at == room && piece.len == 6)
            return fail(ctx, INVALID,
                        "The file's name holds a character that cannot be seen and changes how the rest is read "
                        "(U+%.*s); rename the file.",
                        PRINT(str_slice(piece, 2, 6)));
    return OK;
}

/* The name is shown, kept in the ledger and sent as a header: it is text of one line. */
static bool is_file_name(struct str name)
{
    if (!name.len || !str_is_utf8(name) || str_utf8_length(name) > NAME_LIMIT) return false;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] < 0x20 || name.at[i] == 0x7F) return false;
    return true;
}

static enum result attach_file(struct ctx *ctx, struct exchange *x, struct record *record, struct str name)
{
    struct blob_info blob;
    struct str type = S("application/octet-stream");
    exchange_header(x, "Content-Type", &type);
    if (!str_is_utf8(type)) type = S("application/octet-stream");
    TRY(blob_write(ctx, ctx->house->keyring, x->body, &blob));
    set_own(record, "file_name", value_optional(name));
    set_own(record, "file_type", value_optional(str_shorten(type, 100)));
    set_own(record, "file_size", value_number(blob.size));
    set_own(record, "sha256", value_text(arena_copy(ctx->arena, str_of(blob.sha256))));
    set_own(record, "blob", value_number(blob.id));
    return record_update(ctx, record, "attach");
}

static enum result add_evidence(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg, *evidence = house_register(ctx->house, S("evidence"));
    struct record *subject, *record;
    struct json *body;
    struct str name = S("");
    int64_t id;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(record_get(ctx, reg, id, &subject));
    exchange_query(x, "name", &name);
    name = last_part(name);
    if (!is_file_name(name))
        return fail(ctx, INVALID, "name= must give the file's name, 1 to %d characters.", NAME_LIMIT);
    TRY(refuse_marks(ctx, name));
    if (!x->body.len) return fail(ctx, INVALID, "The body must be the file's bytes; this one is empty.");
    TRY(evidence_body(ctx, x, evidence, record_reference(ctx, subject), name, &body));
    TRY(record_create(ctx, evidence, body, &record));
    TRY(attach_file(ctx, x, record, name));
    x->status = 201;
    exchange_set_header(x, "Location", arena_print(ctx->arena, "/api/v1/evidence/%lld", (long long)record_id(record)));
    exchange_set_header(x, "ETag", arena_print(ctx->arena, "\"%lld\"", (long long)record->row[C_VERSION].number));
    record_write_json(ctx, &x->out, record);
    return OK;
}

static enum result list_evidence(struct ctx *ctx, struct exchange *x)
{
    const struct reg *reg, *evidence = house_register(ctx->house, S("evidence"));
    struct record *subject;
    struct record_list list;
    int64_t id, after, limit = EVIDENCE_PAGE;
    bool first = true;
    TRY(path_register(ctx, x, &reg));
    TRY(path_id(ctx, x, reg, &id));
    TRY(query_page(ctx, x, EVIDENCE_PAGE, &after, &limit));
    TRY(record_get(ctx, reg, id, &subject));
    TRY(records_linking_after(ctx, evidence, "supports", subject, after, limit, &list));
    buf_text(&x->out, "{\"items\":[");
    for (size_t i = 0; i < list.count; i++) {
        if (!record_may(ctx, list.at[i], READ)) continue;
        if (!first) buf_char(&x->out, ',');
        record_write_json(ctx, &x->out, list.at[i]);
        first = false;
    }
    buf_text(&x->out, "],\"next\":");
    if (list.count == (size_t)limit)
        buf_print(&x->out, "\"%lld\"}", (long long)record_id(list.at[list.count - 1]));
    else
        buf_text(&x->out, "null}");
    return OK;
}

/* ---- files out ---- */

/* RFC 6266: a plain name for old readers, the real one in UTF-8. */
static void set_download(struct ctx *ctx, struct exchange *x, struct str name)
{
    struct buf text = buf_in(ctx->arena);
    buf_text(&text, "attachment; filename=\"download\"; filename*=UTF-8''");
    percent_encode(&text, name);
    exchange_set_header(x, "Content-Disposition", buf_str(&text));
}

struct sending {
    struct exchange_stream *stream;
    bool client_is_gone;
};

static enum result send_chunk(struct ctx *ctx, void *arg, struct str chunk)
{
    struct sending *sending = arg;
    enum result result = stream_write(sending->stream, chunk);
    (void)ctx;
    sending->client_is_gone = result != OK;
    return result;
}

static enum result keep_chunk(struct ctx *ctx, void *arg, struct str chunk)
{
    (void)ctx;
    buf_add(arg, chunk);
    return OK;
}

/* Whoever is at the other end is told by a refusal or a broken download; who runs this, here. */
static void alarm_of_file(struct ctx *ctx, struct exchange *x, int64_t id, struct str why)
{
    log_text(LOG_ERROR, "what is wrong with the file", "sentence", why);
    event_alarm(ctx, "the file of a piece of evidence was altered outside of the program: restore it from a backup",
                &(struct event){
                    .actor = actor_user(ctx), .address = exchange_remote(x), .subject = S("evidence"), .record = id});
}

/* A database that is away says nothing of the file. */
static bool is_damage(enum result result)
{
    return result == BROKEN || result == NOT_FOUND;
}

static enum result send_whole(struct ctx *ctx, struct exchange *x, const struct blob_info *blob, int64_t id)
{
    struct buf whole = buf_in(ctx->arena);
    enum result result = blob_read(ctx, ctx->house->keyring, blob->id, keep_chunk, &whole);
    if (is_damage(result)) {
        alarm_of_file(ctx, x, id, ctx->error.english);
        return fail(ctx, result,
                    "The file of %s-%lld is not what was stored, or not all of it: restore it from a backup.",
                    house_register(ctx->house, S("evidence"))->prefix, (long long)id);
    }
    TRY(result);
    x->content = whole.len ? buf_str(&whole) : S("");
    return OK;
}

static void stream_file(struct ctx *ctx, struct exchange *x, const struct blob_info *blob, int64_t id)
{
    struct sending sending = {.stream = exchange_stream(x, blob->size)};
    if (!sending.stream) return;
    stream_limit_waiting(sending.stream, CLIENT_WAIT);
    enum result result = blob_read(ctx, ctx->house->keyring, blob->id, send_chunk, &sending);
    if (is_damage(result) && !sending.client_is_gone) alarm_of_file(ctx, x, id, ctx->error.english);
    if (result == OK)
        stream_end(sending.stream);
    else
        stream_abort(sending.stream); /* the reader sees a broken download, never a wrong one */
}

/* The record is what the ledger knows; which file its number leads to, only the database. */
static enum result demand_same(struct ctx *ctx, struct exchange *x, const struct record *record,
                               const struct blob_info *blob)
{
    if (str_is(record_text_of(record, "sha256"), blob->sha256) && record_number_of(record, "file_size") == blob->size)
        return OK;
    struct str reference = record_reference(ctx, record);
    alarm_of_file(ctx, x, record_id(record), S("it is not the one that was entered"));
    return fail(ctx, BROKEN,
                "The file of %.*s is not the one that was entered: it was exchanged outside of the program.",
                PRINT(reference));
}

static enum result get_content(struct ctx *ctx, struct exchange *x)
{
    const struct request *request = x->user;
    const struct reg *evidence = house_register(ctx->house, S("evidence"));
    struct record *record;
    struct blob_info blob;
    int64_t id;
    TRY(path_id(ctx, x, evidence, &id));
    TRY(record_get(ctx, evidence, id, &record));
    if (!record_number_of(record, "blob")) return fail(ctx, NOT_FOUND, "This evidence has no file.");
    TRY(blob_describe(ctx, record_number_of(record, "blob"), &blob));
    TRY(demand_same(ctx, x, record, &blob));
    bool first = blob.size <= CHECKED_FIRST;
    if (first) TRY(send_whole(ctx, x, &blob, id));
    note_now(ctx, x, (struct event){.kind = EVENT_EVIDENCE_READ, .subject = S("evidence"), .record = id});
    set_download(ctx, x, record_text_of(record, "file_name"));
    x->type = arena_cstr(ctx->arena, record_text_of(record, "file_type"));
    x->status = 200;
    *request->taken = !first;
    if (!first) stream_file(ctx, x, &blob, id);
    return OK;
}

static struct parameter *parameters_of(struct ctx *ctx, struct exchange *x)
{
    struct parameter *given = arena_make_many(ctx->arena, struct parameter, x->query.count + 1);
    for (size_t i = 0; i < x->query.count; i++)
        given[i] = (struct parameter){x->query.pairs[i].name, x->query.pairs[i].value};
    return given;
}

static enum result send_piece(void *arg, struct str piece)
{
    return stream_write(arg, piece);
}

static enum result export_list(struct ctx *ctx, struct exchange *x)
{
    const struct request *request = x->user;
    struct export export = {.sink = send_piece};
    struct str format = S("csv");
    const struct reg *reg;
    TRY(path_register(ctx, x, &reg));
    TRY(register_demand_read(ctx, reg));
    exchange_query(x, "format", &format);
    TRY(export_format_of(ctx, format, &export.format));
    TRY(list_parse(ctx, reg, parameters_of(ctx, x), x->query.count, reserved, &export.query));
    export.scratch = arena_scratch(ctx->arena);
    TRY(note_durably(ctx, x, (struct event){.kind = EVENT_EXPORT, .subject = str_of(reg->name), .detail = format}));
    TRY(store_begin_snapshot(ctx));
    set_download(ctx, x, arena_print(ctx->arena, "%s.%.*s", reg->name, PRINT(format)));
    x->type = export_content_type(export.format);
    x->status = 200;
    *request->taken = true;
    struct exchange_stream *stream = exchange_stream(x, -1);
    export.arg = stream;
    if (stream) stream_limit_waiting(stream, CLIENT_WAIT);
    enum result result = stream ? export_run(ctx, &export) : BROKEN;
    store_end_snapshot(ctx);
    if (stream && result == OK) stream_end(stream);
    if (stream && result != OK) stream_abort(stream);
    return OK;
}

/* ---- reports ---- */

static enum result list_reports(struct ctx *ctx, struct exchange *x)
{
    struct json_out out = json_out_to(&x->out);
    (void)ctx;
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (const struct report *const *report = reports; *report; report++) {
        json_open_object(&out);
        json_key(&out, "name"), json_put_text(&out, (*report)->name);
        json_key(&out, "title"), json_put_text(&out, (*report)->title);
        json_key(&out, "room"), json_put_text(&out, (*report)->room);
        json_key(&out, "parameters");
        json_open_array(&out);
        for (const struct report_parameter *parameter = (*report)->parameters; parameter->name; parameter++) {
            json_open_object(&out);
            json_key(&out, "name"), json_put_text(&out, parameter->name);
            json_key(&out, "register"), json_put_text(&out, parameter->reg);
            json_key(&out, "required"), json_put_bool(&out, parameter->required);
            json_close_object(&out);
        }
        json_close_array(&out);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

static enum result run_report(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    struct str name = S(""), format_name = S("pdf"), language = ctx->language;
    enum report_format format;
    struct report_file file;
    struct labels *labels;
    exchange_parameter(x, "name", &name);
    exchange_query(x, "format", &format_name);
    exchange_query(x, "language", &language);
    const struct report *report = report_find(name);
    if (!report)
        return fail(ctx, NOT_FOUND, "There is no report \"%.*s\"; GET /api/v1/reports lists them.",
                    PRINT(str_slice(name, 0, 60)));
    TRY(report_format_of(ctx, format_name, &format));
    TRY(labels_of_assets(ctx, api->assets, api->asset_count, language, &labels));
    struct parameter *given = parameters_of(ctx, x);
    size_t count = 0;
    for (size_t i = 0; i < x->query.count; i++)
        if (!str_is(given[i].name, "language")) given[count++] = given[i];
    TRY(store_begin_snapshot(ctx));
    enum result result = report_run(ctx, report, format, given, count, labels, &file);
    store_end_snapshot(ctx);
    TRY(result);
    note_event(x, (struct event){.kind = EVENT_REPORT,
                                 .subject = S("report"),
                                 .detail = arena_print(ctx->arena, "%s %.*s", report->name, PRINT(format_name))});
    set_download(ctx, x, file.name);
    x->type = file.content_type;
    x->content = file.bytes;
    return OK;
}

const struct route file_routes[] = {
    {HTTP_GET, "/api/v1/{register}/{id}/evidence", list_evidence, LANE_WORKER,
     .help = "The evidence attached to a record"},
    {HTTP_POST, "/api/v1/{register}/{id}/evidence", add_evidence, LANE_WRITER, FILE_LIMIT,
     "Attach a file to a record as evidence"},
    {HTTP_GET, "/api/v1/evidence/{id}/content", get_content, LANE_WORKER, .help = "The file of a piece of evidence"},
    {HTTP_GET, "/api/v1/{register}/export", export_list, LANE_WORKER, .help = "A list as CSV, XLSX or JSON"},
    {HTTP_GET, "/api/v1/reports", list_reports, LANE_LOOP, .help = "The reports there are"},
    {HTTP_GET, "/api/v1/reports/{name}", run_report, LANE_WORKER, .help = "A report as PDF or XLSX"},
};
const size_t file_route_count = COUNT(file_routes);
