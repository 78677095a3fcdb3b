/* The thread, and what its parts share: claiming a peer and keeping what came of it. */
#include "announce/inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "ledger/chain.h"
#include "ledger/timestamp.h"
#include "store/blob.h"

#include <sys/stat.h>

/* ---- peers ---- */

struct claim {
    struct ledger_peer *peer;
    bool mine;
};

static enum result claim(struct ctx *ctx, void *arg)
{
    struct claim *claim = arg;
    struct ledger_peer now;
    TRY(db_lock(ctx, "announce"));
    TRY(ledger_peer_read(ctx, claim->peer->name, &now));
    claim->mine = now.asked_at == claim->peer->asked_at && now.size == claim->peer->size;
    if (!claim->mine) return OK;
    now.asked_at = ctx->now;
    TRY(ledger_peer_write(ctx, &now));
    return OK;
}

enum result announce_claim(struct ctx *ctx, struct announce *announce, struct ledger_peer *peer, bool *mine)
{
    struct claim arg = {.peer = peer};
    TRY(store_write(ctx, announce->config.store, claim, &arg));
    *mine = arg.mine;
    if (arg.mine) peer->asked_at = ctx->now;
    return OK;
}

static enum result keep(struct ctx *ctx, void *arg)
{
    return ledger_peer_write(ctx, arg);
}

bool announce_broke_off(const struct announce *announce, enum result result)
{
    return result == BUSY && atomic_load(&announce->ends);
}

enum result announce_give_back(struct ctx *ctx, struct announce *announce, struct ledger_peer *peer,
                               int64_t asked_before)
{
    peer->asked_at = asked_before;
    return store_write(ctx, announce->config.store, keep, peer);
}

enum result announce_keep(struct ctx *ctx, struct announce *announce, struct ledger_peer *peer, int64_t size,
                          struct str trouble)
{
    if (trouble.len && !str_eq(trouble, peer->trouble)) log_text(LOG_WARNING, "a head did not go out", "why", trouble);
    if (!trouble.len) peer->size = size, peer->good_at = ctx->now;
    peer->trouble = trouble;
    return store_write(ctx, announce->config.store, keep, peer);
}

enum result announce_quorum_missing(struct ctx *ctx, int64_t *since)
{
    struct ledger_peer quorum;
    TRY(ledger_peer_read(ctx, S(PEER_QUORUM), &quorum));
    *since = quorum.trouble.len ? quorum.asked_at : 0;
    return OK;
}

/* ---- whom nothing is sent to any more ---- */

static bool is_witness(const struct policy *policy, struct str name)
{
    for (size_t i = 0; policy && i < policy->witness_count; i++)
        if (policy->witnesses[i].url.len && str_eq(policy->witnesses[i].key.name, name)) return true;
    return false;
}

static bool is_set(const struct announce_config *config, struct str name)
{
    const struct {
        const char *name;
        bool set;
    } channels[] = {{PEER_FILE, config->file.len},
                    {PEER_MAIL, config->mail_to.len},
                    {PEER_TIMESTAMP, config->timestamp_url.len},
                    {PEER_QUORUM, config->policy != NULL}};
    for (size_t i = 0; i < COUNT(channels); i++)
        if (str_is(name, channels[i].name)) return channels[i].set;
    return is_witness(config->policy, name);
}

static enum result let_go(struct ctx *ctx, void *arg)
{
    const struct announce_config *config = arg;
    struct ledger_peer *peers;
    size_t count;
    TRY(ledger_peers(ctx, &peers, &count));
    for (size_t i = 0; i < count; i++) {
        if (!peers[i].trouble.len || is_set(config, peers[i].name)) continue;
        peers[i].trouble = S("");
        TRY(ledger_peer_write(ctx, &peers[i]));
    }
    return OK;
}

/* ---- the thread ---- */

static enum result do_round(struct ctx *ctx, struct announce *announce)
{
    struct ledger_head head;
    TRY(store_reader(ctx, announce->config.store, &ctx->db));
    enum result found = ledger_signed_head(ctx, 0, &head);
    if (found == NOT_FOUND) {
        ctx_clear_error(ctx);
        return OK;
    }
    TRY(found);
    enum result asked = announce->config.policy ? announce_ask(ctx, announce, &head) : OK;
    if (asked != OK) log_text(LOG_ERROR, "witnesses were not asked", "sentence", ctx->error.english);
    ctx_clear_error(ctx);
    return announce_publish(ctx, announce, &head);
}

static void one_round(struct announce *announce, struct arena *arena)
{
    jmp_buf escape;
    struct ctx ctx = {.arena = arena,
                      .now = timekeeper_now(announce->config.time),
                      .time = announce->config.time,
                      .events = announce->config.events};
    if (setjmp(escape)) {
        log_line(LOG_ERROR, "no memory to send heads of the ledger out", NULL);
    } else {
        arena_guard(arena, &escape);
        if (do_round(&ctx, announce) != OK)
            log_text(LOG_ERROR, "heads of the ledger were not sent out", "sentence", ctx.error.english);
    }
    announce->is_first = false;
    arena_reset(arena);
}

static void wait_for_next(struct announce *announce)
{
    int64_t until = clock_monotonic() + announce->config.every_seconds * SECOND;
    pthread_mutex_lock(&announce->lock);
    while (!atomic_load(&announce->ends) && wait_until(&announce->wake, &announce->lock, until)) continue;
    pthread_mutex_unlock(&announce->lock);
}

static void *run(void *arg)
{
    struct announce *announce = arg;
    struct arena *arena = arena_new(0);
    while (arena && !atomic_load(&announce->ends)) {
        one_round(announce, arena);
        wait_for_next(announce);
    }
    arena_free(arena);
    return NULL;
}

static bool is_web_address(struct str url)
{
    return str_starts(url, S("https://")) || str_starts(url, S("http://"));
}

static enum result check_policy(struct ctx *ctx, const struct policy *policy)
{
    if (!policy) return OK;
    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct policy_witness *witness = &policy->witnesses[i];
        if (witness->url.len && !is_web_address(witness->url))
            return fail(ctx, INVALID, "The witness %.*s of --witness-policy is asked at https:// or http://, not %.*s.",
                        PRINT(witness->name), PRINT(witness->url));
    }
    if (!policy->needs_witness)
        log_line(LOG_WARNING, "the policy says quorum none: no head needs the word of a witness", NULL);
    return OK;
}

static enum result check_config(struct ctx *ctx, const struct announce_config *config)
{
    struct str mail = config->mail_server;
    struct stat status;
    TRY(check_policy(ctx, config->policy));
    if (config->timestamp_url.len && !is_web_address(config->timestamp_url))
        return fail(ctx, INVALID, "--timestamp-url is an https:// or http:// address, not %.*s.",
                    PRINT(config->timestamp_url));
    if (mail.len && !str_starts(mail, S("smtp://")) && !str_starts(mail, S("smtps://")))
        return fail(ctx, INVALID, "--mail-server is smtp://HOST:PORT or smtps://HOST:PORT, not %.*s.", PRINT(mail));
    if (config->file.len && stat(arena_cstr(ctx->arena, config->file), &status) == 0 && S_ISDIR(status.st_mode))
        return fail(ctx, INVALID, "--publish-file names a directory, %.*s: name a file in it.", PRINT(config->file));
    if (config->timestamp_ca.len) TRY(timestamp_check_ca(ctx, arena_cstr(ctx->arena, config->timestamp_ca)));
    if (config->mail_to.len && !(config->mail_from.len && config->mail_server.len))
        return fail(ctx, INVALID, "--publish-mail also needs --mail-server and --mail-from.");
    if (config->timestamp_url.len && !config->timestamp_ca.len)
        return fail(ctx, INVALID,
                    "--timestamp-url also needs --timestamp-ca, a PEM file of certificates that vouch for the "
                    "authority.");
    return OK;
}

static bool has_work(const struct announce_config *config)
{
    return config->policy || config->file.len || config->mail_to.len || config->timestamp_url.len ||
           events_have_lines(config->events);
}

enum result announce_open(struct ctx *ctx, const struct announce_config *config, struct announce **out)
{
    *out = NULL;
    struct announce_config given = *config;
    TRY(check_config(ctx, config));
    TRY(store_write(ctx, config->store, let_go, &given));
    if (!has_work(config)) return OK;
    struct announce *announce = calloc(1, sizeof *announce);
    if (!announce) return fail(ctx, BROKEN, "There is no memory to start.");
    announce->config = *config;
    announce->is_first = true;
    pthread_mutex_init(&announce->lock, NULL);
    wait_init(&announce->wake);
    if (pthread_create(&announce->thread, NULL, run, announce) != 0) {
        pthread_mutex_destroy(&announce->lock);
        pthread_cond_destroy(&announce->wake);
        free(announce);
        return fail(ctx, BROKEN, "The system gives no thread for sending heads of the ledger out.");
    }
    *out = announce;
    return OK;
}

void announce_close(struct announce *announce)
{
    if (!announce) return;
    pthread_mutex_lock(&announce->lock);
    atomic_store(&announce->ends, true);
    pthread_cond_signal(&announce->wake);
    pthread_mutex_unlock(&announce->lock);
    pthread_join(announce->thread, NULL);
    pthread_mutex_destroy(&announce->lock);
    pthread_cond_destroy(&announce->wake);
    free(announce);
}
