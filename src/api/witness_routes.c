/* Being a witness, over HTTP (C2SP tlog-witness): open to everybody, since a question proves itself by its signature.
 * Form and signature are looked at on a worker; only what a watched log has signed reaches the one who writes. */
#include "api/routes.h"

#include "api/throttle.h"
#include "base/clock.h"
#include "base/log.h"
#include "events/events.h"
#include "ledger/witness.h"

enum { QUESTION_MOST = 128 * 1024 };

static enum result demand_witness(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    int64_t seconds;
    if (!api->witness) return fail(ctx, NOT_FOUND, "This server is no witness.");
    if (throttle_admits(api->throttle, exchange_remote(x), clock_monotonic(), &seconds)) return OK;
    x->status = 429;
    exchange_set_header(x, "Retry-After", arena_print(ctx->arena, "%lld", (long long)seconds));
    return fail(ctx, BUSY, "Too many questions to this witness; wait %lld seconds.", (long long)seconds);
}

struct question {
    const struct witness *witness;
    struct add_checkpoint *add;
    struct witness_answer answer;
};

static enum result take(struct ctx *ctx, void *arg)
{
    struct question *question = arg;
    return witness_take(ctx, question->witness, question->add, &question->answer);
}

static enum result answer(struct ctx *ctx, struct exchange *x, const struct witness_answer *answer)
{
    switch (answer->verdict) {
    case WITNESS_COSIGNED:
        x->type = "text/plain; charset=utf-8";
        buf_add(&x->out, answer->line);
        return OK;
    case WITNESS_OTHER:
        x->status = 409;
        x->type = "text/x.tlog.size";
        buf_print(&x->out, "%lld\n", (long long)answer->size);
        return OK;
    case WITNESS_MALFORMED: return fail(ctx, INVALID, "This is not how a witness is asked (C2SP tlog-witness).");
    case WITNESS_UNKNOWN: return fail(ctx, NOT_FOUND, "This witness does not watch a log of this origin.");
    case WITNESS_UNSIGNED: return fail(ctx, DENIED, "No key that this witness knows of the log has signed this.");
    case WITNESS_UNPROVEN: break;
    }
    x->status = 422;
    return fail(ctx, INVALID, "The proof does not lead from the head that this witness knows to this one.");
}

/* For whoever runs this witness, since the log's own people may be the ones who went back. Anybody can send an older
 * head once more, so that is a warning; two heads of one size are the log's own doing. */
static void tell_operator(struct ctx *ctx, const struct question *question)
{
    const struct checkpoint *asked = &question->add->checkpoint;
    if (question->answer.verdict != WITNESS_OTHER || asked->size > question->answer.size) return;
    bool forked = asked->size == question->answer.size && question->add->old_size == asked->size;
    if (asked->size == question->answer.size && !forked) return;
    struct str sentence =
        forked ? arena_print(ctx->arena, "%.*s has signed two different heads over %lld entries.", PRINT(asked->origin),
                             (long long)asked->size)
               : arena_print(ctx->arena, "%.*s asks for a head over %lld entries, and has signed one over %lld before.",
                             PRINT(asked->origin), (long long)asked->size, (long long)question->answer.size);
    log_text(forked ? LOG_ERROR : LOG_WARNING, "a log that is witnessed here may have gone back", "sentence", sentence);
    if (forked) event_post(ctx, &(struct event){.kind = EVENT_ALARM, .subject = S("witness"), .detail = sentence});
}

static enum result add_checkpoint(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    TRY(demand_witness(ctx, x));
    struct question question = {.witness = api->witness, .add = arena_make(ctx->arena, struct add_checkpoint)};
    question.answer.verdict = witness_read(ctx->arena, api->witness, x->body, question.add);
    if (question.answer.verdict == WITNESS_COSIGNED) {
        TRY(store_write(ctx, api->store, take, &question));
        tell_operator(ctx, &question);
    }
    return answer(ctx, x, &question.answer);
}

static enum result get_key(struct ctx *ctx, struct exchange *x)
{
    TRY(demand_witness(ctx, x));
    x->type = "text/plain; charset=utf-8";
    note_key_put(&x->out, witness_key(api_of(x)->witness));
    buf_char(&x->out, '\n');
    return OK;
}

const struct route witness_routes[] = {
    {HTTP_POST, "/witness/add-checkpoint", add_checkpoint, LANE_WORKER, .body_limit = QUESTION_MOST,
     .help = "Asks this witness to cosign a head of a log that it watches (C2SP tlog-witness)", .data = &route_open},
    {HTTP_GET, "/witness/key", get_key, LANE_WORKER, .help = "The key of this witness, as a policy names it",
     .data = &route_open},
};
const size_t witness_route_count = COUNT(witness_routes);
