/* Problems. What is our own fault is logged with the request's id and told without inner details. */
#include "api/problem.h"

#include "base/log.h"
#include "format/json_out.h"

static int status_of(const struct ctx *ctx, enum result result)
{
    switch (result) {
    case OK: return 200;
    case INVALID: return ctx->error.fields ? 422 : 400;
    case DENIED: return 403;
    case NOT_FOUND: return 404;
    case CONFLICT: return 409;
    case BUSY:
    case AWAY: return 503;
    case BROKEN: return 500;
    }
    return 500;
}

/* A hundred are enough to mend; ten thousand unknown fields would make a megabyte of complaints. */
static void write_field_errors(struct json_out *out, const struct field_error *error)
{
    enum { MOST = 100 };
    json_key(out, "errors");
    json_open_array(out);
    for (int told = 0; error && told < MOST; error = error->next, told++) {
        json_open_object(out);
        json_key(out, "pointer"), json_put_str(out, error->pointer);
        json_key(out, "code"), json_put_text(out, error->code);
        json_key(out, "detail"), json_put_str(out, error->detail);
        json_close_object(out);
    }
    json_close_array(out);
}

/* Seconds. What is busy has time again in a moment; a database comes back when somebody has seen to it. */
static void tell_when(struct exchange *x, enum result result)
{
    exchange_set_header(x, "Retry-After", result == AWAY ? S("5") : S("1"));
}

void problem_write(struct ctx *ctx, struct exchange *x, enum result result)
{
    int status = x->status >= 400 ? x->status : status_of(ctx, result);
    struct str sentence =
        ctx->error.sentence.len ? ctx->error.sentence : ctx_say(ctx, SENTENCE("Something went wrong here."));
    struct str logged = ctx->error.english.len ? ctx->error.english : sentence;
    if (status >= 500) log_text(LOG_ERROR, "a request failed", "sentence", logged);
    x->status = status;
    x->type = "application/problem+json";
    x->out.len = 0;
    x->out.arena = x->arena;
    x->content = (struct str){0};
    if (status == 503) tell_when(x, result);
    exchange_tell_language(x);
    struct json_out out = json_out_to(&x->out);
    json_open_object(&out);
    json_key(&out, "type"), json_put_text(&out, "about:blank");
    json_key(&out, "title"), json_put_text(&out, http_status_text(status));
    json_key(&out, "status"), json_put_number(&out, status);
    json_key(&out, "detail"), json_put_str(&out, sentence);
    if (ctx->error.fields) write_field_errors(&out, ctx->error.fields);
    if (ctx->error.more.len) {
        buf_char(&x->out, ',');
        buf_add(&x->out, ctx->error.more);
    }
    json_key(&out, "request"), json_put_str(&out, ctx->request_id);
    json_close_object(&out);
}
