/* Heads to a file, to syslog, by mail, and to a time-stamp authority. */
#include "announce/inside.h"

#include "announce/outgoing.h"
#include "store/append.h"
#include "base/clock.h"
#include "ledger/canonical.h"
#include "ledger/timestamp.h"

/* ---- a file ---- */

/* Told like any other channel: the newest head that is in the file, or why it is not. */
static enum result keep_file(struct ctx *ctx, struct announce *announce, const struct ledger_head *head,
                             struct str trouble)
{
    struct ledger_peer peer;
    TRY(ledger_peer_read(ctx, S(PEER_FILE), &peer));
    if (str_eq(peer.trouble, trouble) && (trouble.len || peer.size == head->size)) return OK;
    peer.asked_at = ctx->now;
    return announce_keep(ctx, announce, &peer, head->size, trouble);
}

/* Each node its own; the note and an empty line, as `merlon verify --checkpoint` reads them. */
static enum result to_file(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    struct str note;
    if (!announce->config.file.len || announce->in_file == head->size) return OK;
    TRY(ledger_note(ctx, head, &note));
    const struct append to = {
        .path = arena_cstr(ctx->arena, announce->config.file), .mode = 0644, .end = "\n\n", .durable = true};
    if (!append_whole(&to, arena_print(ctx->arena, "%.*s\n", PRINT(note))))
        return fail(ctx, BROKEN, "Heads cannot be appended to %s (--publish-file): %s.", to.path, append_trouble());
    announce->in_file = head->size;
    return OK;
}

/* ---- syslog, and the lines of security events ---- */

static enum result to_lines(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    struct str note;
    if (!events_have_lines(ctx->events) || announce->in_lines == head->size) return OK;
    TRY(ledger_note(ctx, head, &note));
    event_line(ctx, "ledger_head", "checkpoint", note);
    announce->in_lines = head->size;
    return OK;
}

/* ---- what goes out now and then ---- */

struct channel {
    const char *name;
    enum result (*send)(struct ctx *ctx, struct announce *announce, const struct ledger_head *head);
    bool is_on;
};

static enum result send_mail(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    const struct announce_config *config = &announce->config;
    struct outgoing_mail mail = {.server = config->mail_server,
                                 .user = config->mail_user,
                                 .secret = config->mail_secret,
                                 .from = config->mail_from,
                                 .to = config->mail_to,
                                 .ends = &announce->ends};
    struct str note;
    TRY(ledger_note(ctx, head, &note));
    mail.subject =
        arena_print(ctx->arena, "Head of the ledger %s over %lld entries", head->origin, (long long)head->size);
    mail.text = arena_print(ctx->arena,
                            "Keep this message: whoever has it can tell later whether what the ledger held then is "
                            "still in it\n(merlon verify --checkpoint FILE, with the lines below as the file).\n\n%.*s",
                            PRINT(note));
    return outgoing_send(ctx, &mail);
}

struct stamp {
    int64_t size, at;
    struct str reply;
};

static enum result keep_stamp(struct ctx *ctx, void *arg)
{
    const struct stamp *stamp = arg;
    return ledger_keep_timestamp(ctx, stamp->size, stamp->at, stamp->reply);
}

static enum result obtain_stamp(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    const struct announce_config *config = &announce->config;
    struct buf body = buf_in(ctx->arena);
    struct stamp stamp = {.size = head->size};
    struct outgoing_answer answer = {0};
    struct outgoing_call call = {
        .url = config->timestamp_url, .type = S("application/timestamp-query"), .ends = &announce->ends};
    canonical_head(&body, head);
    TRY(timestamp_ask(ctx, buf_str(&body), &call.body));
    TRY(outgoing_post(ctx, &call, &answer));
    if (answer.status != 200) return fail(ctx, BUSY, "The time-stamp authority answers %d.", answer.status);
    TRY(timestamp_check_reply(ctx, call.body, answer.body, arena_cstr(ctx->arena, config->timestamp_ca), &stamp.at));
    stamp.reply = answer.body;
    return store_write(ctx, config->store, keep_stamp, &stamp);
}

static enum result send_if_due(struct ctx *ctx, struct announce *announce, const struct channel *channel,
                               const struct ledger_head *head)
{
    struct ledger_peer peer;
    struct str trouble = S("");
    bool mine;
    TRY(ledger_peer_read(ctx, str_of(channel->name), &peer));
    int64_t passed = ctx->now - peer.asked_at;
    bool rests = passed >= 0 && passed < announce->config.slow_minutes * MINUTE && !peer.trouble.len;
    if (peer.size == head->size || (rests && peer.asked_at)) return OK;
    int64_t asked_before = peer.asked_at;
    TRY(announce_claim(ctx, announce, &peer, &mine));
    if (!mine) return OK;
    enum result sent = channel->send(ctx, announce, head);
    if (announce_broke_off(announce, sent)) {
        ctx_clear_error(ctx);
        return announce_give_back(ctx, announce, &peer, asked_before);
    }
    if (sent != OK) trouble = arena_copy(ctx->arena, ctx->error.english);
    ctx_clear_error(ctx);
    return announce_keep(ctx, announce, &peer, head->size, trouble);
}

enum result announce_publish(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    const struct channel channels[] = {
        {PEER_MAIL, send_mail, announce->config.mail_to.len > 0},
        {PEER_TIMESTAMP, obtain_stamp, announce->config.timestamp_url.len > 0},
    };
    TRY(to_lines(ctx, announce, head));
    struct str trouble = to_file(ctx, announce, head) == OK ? S("") : arena_copy(ctx->arena, ctx->error.english);
    ctx_clear_error(ctx);
    if (announce->config.file.len) TRY(keep_file(ctx, announce, head, trouble));
    for (size_t i = 0; i < COUNT(channels); i++)
        if (channels[i].is_on && !atomic_load(&announce->ends)) TRY(send_if_due(ctx, announce, &channels[i], head));
    return OK;
}
