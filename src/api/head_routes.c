/* The ledger's heads as the outside has them: notes with cosignatures, proofs to take away, time stamps, whom heads are
 * sent to; and the decision that lets sealing go on after a witness stopped it. */
#include "api/assurance.h"
#include "api/routes.h"

#include "access/reach.h"
#include "announce/announce.h"
#include "base/clock.h"
#include "format/json_out.h"
#include "ledger/chain.h"
#include "ledger/cosigned.h"
#include "ledger/policy.h"
#include "ledger/stop.h"
#include "ledger/sealer.h"
#include "ledger/signer.h"

static enum result get_checkpoint(struct ctx *ctx, struct exchange *x)
{
    struct ledger_head head;
    struct str note;
    int64_t size;
    TRY(assurance_demand(ctx));
    TRY(assurance_read_size(ctx, x, "size", &size));
    TRY(ledger_signed_head(ctx, size, &head));
    TRY(ledger_note(ctx, &head, &note));
    x->type = "text/plain; charset=utf-8";
    buf_add(&x->out, note);
    return OK;
}

static enum result get_tlog_proof(struct ctx *ctx, struct exchange *x)
{
    int64_t entry, size;
    TRY(assurance_demand(ctx));
    TRY(path_number(ctx, x, "entry", &entry));
    TRY(assurance_read_size(ctx, x, "size", &size));
    if (entry == INT64_MAX) return fail(ctx, NOT_FOUND, "The ledger has no such entry.");
    TRY(assurance_demand_visible(ctx, entry, false));
    x->type = "text/plain; charset=utf-8";
    exchange_set_header(x, "Content-Disposition",
                        arena_print(ctx->arena, "attachment; filename=\"entry-%lld.tlog-proof\"", (long long)entry));
    return ledger_tlog_proof(ctx, entry, size, &x->out);
}

/* What `merlon proof` wants beside the proof: every key that signs this ledger alone, and whose word is needed. In a
 * restored copy those of the original are not among them, which go on signing the original. */
static enum result get_policy(struct ctx *ctx, struct exchange *x)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    TRY(assurance_demand(ctx));
    TRY(ledger_chain_read(ctx, chain));
    x->type = "text/plain; charset=utf-8";
    exchange_set_header(x, "Content-Disposition", S("attachment; filename=\"merlon.policy\""));
    for (size_t i = 0; i < chain->count; i++) {
        struct note_key key;
        if (!ledger_epoch_is_open(&chain->at[i])) continue;
        note_key_make(&key, str_of(chain->at[i].origin), NOTE_ED25519, chain->at[i].key.at);
        buf_text(&x->out, "log ");
        note_key_put(&x->out, &key);
        buf_char(&x->out, '\n');
    }
    policy_put_witnesses(&x->out, api_of(x)->policy);
    return OK;
}

static enum result get_timestamp(struct ctx *ctx, struct exchange *x)
{
    int64_t size, at;
    struct str reply;
    TRY(assurance_demand(ctx));
    TRY(path_number(ctx, x, "size", &size));
    TRY(ledger_timestamp(ctx, size, &size, &at, &reply));
    x->type = "application/timestamp-reply";
    exchange_set_header(x, "Content-Disposition",
                        arena_print(ctx->arena, "attachment; filename=\"ledger-%lld.tsr\"", (long long)size));
    buf_add(&x->out, reply);
    return OK;
}

/* ---- whom heads are sent to ---- */

static void put_time(struct json_out *out, const char *name, int64_t at)
{
    char text[TIME_TEXT];
    time_format(at, text);
    json_key(out, name);
    if (at)
        json_put_text(out, text);
    else
        json_put_null(out);
}

/* What the policy calls it, which is what whoever wrote the policy knows it by; "" for what is no witness of it. */
static struct str name_in_policy(const struct policy *policy, struct str key_name)
{
    for (size_t i = 0; policy && i < policy->witness_count; i++)
        if (str_eq(policy->witnesses[i].key.name, key_name)) return policy->witnesses[i].name;
    return S("");
}

/* A row of one that was there once stays: what it got says nothing of the heads that are made now. */
static bool is_sent_to(const struct api *api, struct str peer)
{
    const struct {
        const char *name;
        bool set;
    } channels[] = {{PEER_FILE, api->channels.file},
                    {PEER_MAIL, api->channels.mail},
                    {PEER_TIMESTAMP, api->channels.timestamp},
                    {PEER_QUORUM, api->policy != NULL}};
    for (size_t i = 0; i < COUNT(channels); i++)
        if (str_is(peer, channels[i].name)) return channels[i].set;
    return name_in_policy(api->policy, peer).len > 0;
}

static enum result put_peers(struct ctx *ctx, const struct api *api, struct json_out *out)
{
    struct ledger_peer *peers;
    size_t count;
    TRY(ledger_peers(ctx, &peers, &count));
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        json_open_object(out);
        json_key(out, "name"), json_put_str(out, peers[i].name);
        json_key(out, "witness"), json_put_optional(out, name_in_policy(api->policy, peers[i].name));
        json_key(out, "sent"), json_put_bool(out, is_sent_to(api, peers[i].name));
        json_key(out, "size"), json_put_number(out, peers[i].size);
        put_time(out, "asked_at", peers[i].asked_at);
        put_time(out, "good_at", peers[i].good_at);
        json_key(out, "trouble"), json_put_optional(out, ctx_retell(ctx, peers[i].trouble));
        json_close_object(out);
    }
    json_close_array(out);
    return OK;
}

static enum result get_witnesses(struct ctx *ctx, struct exchange *x)
{
    struct json_out out = json_out_to(&x->out);
    struct ledger_signer *signer = api_of(x)->signer;
    struct str stopped;
    char alarm[SIGNER_ALARM] = "";
    int64_t since, missing, waiting, oldest;
    TRY(assurance_demand(ctx));
    TRY(ledger_stopped(ctx, &stopped, &since));
    TRY(announce_quorum_missing(ctx, &missing));
    TRY(ledger_pending_count(ctx, &waiting));
    TRY(ledger_pending_oldest(ctx, &oldest));
    if (signer) ledger_signer_alarm(signer, alarm, sizeof alarm);
    json_open_object(&out);
    json_key(&out, "stopped"), json_put_optional(&out, ctx_retell(ctx, stopped));
    put_time(&out, "stopped_since", since);
    json_key(&out, "alarm"), json_put_optional(&out, ctx_retell(ctx, str_of(alarm)));
    json_key(&out, "waiting"), json_put_number(&out, waiting);
    put_time(&out, "waiting_since", oldest);
    put_time(&out, "quorum_missing_since", missing);
    json_key(&out, "items");
    TRY(put_peers(ctx, api_of(x), &out));
    json_close_object(&out);
    return OK;
}

/* ---- the decision ---- */

static enum result demand_administrator(struct ctx *ctx)
{
    const struct actor *actor = ctx->actor;
    if (actor->system) return OK;
    for (size_t i = 0; i < actor->grant_count; i++) {
        int64_t unit = actor->grants[i].unit;
        if (reach_is_top(actor->reach, unit) && actor_may_in(actor, S("administration"), CHANGE, unit)) return OK;
    }
    return fail(ctx, DENIED, "That the ledger goes on is for who administers the whole organisation.");
}

static enum result resume(struct ctx *ctx, struct exchange *x)
{
    struct json *body;
    TRY(demand_administrator(ctx));
    TRY(body_json(ctx, x, &body));
    struct str reason = str_trim(json_str(body, "reason", S("")));
    if (!reason.len) fail_field(ctx, "reason", "required", "Say why the ledger may go on.");
    if (ctx_has_field_errors(ctx)) return fail(ctx, INVALID, "Some fields need another look.");
    TRY(ledger_signer_may_go_on(ctx, api_of(x)->signer));
    TRY(ledger_resume(ctx, ctx->actor->user, reason, ledger_signer_decisions(api_of(x)->signer)));
    x->status = 204;
    return OK;
}

const struct route head_routes[] = {
    {HTTP_GET, "/api/v1/ledger/checkpoint", get_checkpoint, LANE_WORKER,
     .help = "A head as a signed note with its cosignatures (C2SP tlog-checkpoint)"},
    {HTTP_GET, "/api/v1/ledger/tlog-proof/{entry}", get_tlog_proof, LANE_WORKER,
     .help = "That an entry stands under a head, as a file to take away (C2SP tlog-proof)"},
    {HTTP_GET, "/api/v1/ledger/policy", get_policy, LANE_WORKER,
     .help = "The ledger's keys and whose word is needed, as a file for merlon proof (C2SP tlog-policy)"},
    {HTTP_GET, "/api/v1/ledger/timestamp/{size}", get_timestamp, LANE_WORKER,
     .help = "The time stamp of a head (RFC 3161), as the authority gave it"},
    {HTTP_GET, "/api/v1/ledger/witnesses", get_witnesses, LANE_WORKER,
     .help = "Whether sealing goes on, whom heads are sent to and what came of it"},
    {HTTP_POST, "/api/v1/ledger/resume", resume, LANE_WRITER, .help = "Lets sealing go on that a witness has stopped"},
};
const size_t head_route_count = COUNT(head_routes);
