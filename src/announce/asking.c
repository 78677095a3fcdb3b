/* Asking witnesses. What they answer is believed in one direction only: a cosignature counts when its signature holds,
 * and that a witness knows more than we do stops the sealing until a person has looked, since that is what a ledger
 * that was set back looks like from outside. */
#include "announce/inside.h"

#include "announce/outgoing.h"
#include "base/clock.h"
#include "base/log.h"
#include "ledger/signer.h"

enum { TRIES = 4, STATUS_OK = 200, STATUS_CONFLICT = 409, STATUS_UNPROVEN = 422 };

struct asking {
    struct announce *announce;
    const struct policy_witness *witness;
    struct ledger_head head;
    struct ledger_peer peer;
    int64_t asked_before;
    int64_t old_size; /* what the witness is taken to know */
    struct str note;
};

/* ---- the question ---- */

static enum result write_question(struct ctx *ctx, const struct asking *asking, struct str *body)
{
    struct merkle_proof proof = {.count = 0};
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct buf out = buf_in(ctx->arena);
    if (asking->old_size > 0 && asking->old_size < asking->head.size)
        TRY(merkle_consistency(ctx, hasher, &source, (uint64_t)asking->old_size, (uint64_t)asking->head.size, &proof));
    add_checkpoint_put(&out, asking->old_size, &proof, asking->note);
    *body = buf_str(&out);
    return OK;
}

static enum result post(struct ctx *ctx, const struct asking *asking, struct outgoing_answer *answer)
{
    struct str url = asking->witness->url;
    struct outgoing_call call = {.type = S("text/plain"), .ends = asking->announce ? &asking->announce->ends : NULL};
    while (url.len && url.at[url.len - 1] == '/') url.len--;
    call.url = arena_print(ctx->arena, "%.*s/add-checkpoint", PRINT(url));
    TRY(write_question(ctx, asking, &call.body));
    return outgoing_post(ctx, &call, answer);
}

/* ---- alarm ---- */

static enum result stop(struct ctx *ctx, void *arg)
{
    return ledger_stop(ctx, *(const struct str *)arg);
}

static enum result sound_alarm(struct ctx *ctx, const struct asking *asking, struct str what)
{
    struct str stopped;
    int64_t since;
    struct str sentence = arena_print(
        ctx->arena,
        SENTENCE(
            "The witness %.*s (key %.*s) %.*s: this ledger went back in time or was written anew, so nothing more is "
            "sealed until somebody decides (docs/running.md, \"Alarms\")."),
        PRINT(asking->witness->name), PRINT(policy_witness_key(ctx->arena, asking->witness)), PRINT(what));
    log_text(LOG_ERROR, "a witness knows another history of this ledger", "sentence", sentence);
    TRY(ledger_stopped(ctx, &stopped, &since));
    if (stopped.len) return OK;
    TRY(store_write(ctx, asking->announce->config.store, stop, &sentence));
    struct ledger_signer *signer = asking->announce->config.signer;
    return signer ? ledger_signer_learn(ctx, signer) : OK;
}

/* ---- the answer ---- */

struct cosigned {
    const struct asking *asking;
    int64_t at;
    struct str line;
};

static enum result keep_cosignature(struct ctx *ctx, void *arg)
{
    const struct cosigned *cosigned = arg;
    return ledger_keep_cosignature(ctx, cosigned->asking->head.size, cosigned->asking->witness->key.name, cosigned->at,
                                   cosigned->line);
}

static enum result take_cosignature(struct ctx *ctx, struct asking *asking, struct str lines, struct str *trouble)
{
    struct note answered, *whole = arena_make(ctx->arena, struct note);
    struct cosigned cosigned = {.asking = asking};
    if (!note_parse(ctx->arena, asking->note, whole) || !note_parse_signatures(ctx->arena, lines, &answered))
        answered.count = 0;
    for (size_t i = 0; i < answered.count; i++) {
        if (note_check(ctx->arena, whole->text, &answered.signatures[i], &asking->witness->key, &cosigned.at) !=
            NOTE_HOLDS)
            continue;
        cosigned.line = answered.signatures[i].line;
        return store_write(ctx, asking->announce->config.store, keep_cosignature, &cosigned);
    }
    *trouble =
        arena_print(ctx->arena, SENTENCE("The witness %.*s answers without a cosignature that holds by its key."),
                    PRINT(policy_witness_shown(ctx->arena, asking->witness)));
    return OK;
}

static struct str contradiction(void)
{
    return S(SENTENCE("The witness contradicts itself on what it knows."));
}

/* The witness names the size that it knows. *again: the question is to be put anew. */
static enum result hear_size(struct ctx *ctx, struct asking *asking, const struct outgoing_answer *answer,
                             struct str *trouble, bool *again)
{
    int64_t known, before = asking->old_size;
    struct str rest = answer->body, line;
    if (!line_cut(&rest, &line) || !size_read(line, &known)) {
        *trouble = arena_print(ctx->arena, SENTENCE("The witness %.*s answers 409 without the size that it knows."),
                               PRINT(policy_witness_shown(ctx->arena, asking->witness)));
        return OK;
    }
    /* Another node may have sent a newer one. */
    if (known > asking->head.size) TRY(ledger_signed_head(ctx, 0, &asking->head));
    TRY(ledger_note(ctx, &asking->head, &asking->note));
    if (known > asking->head.size)
        *trouble = arena_print(ctx->arena,
                               SENTENCE("says that it has cosigned a head over %lld entries, and here are only %lld"),
                               (long long)known, (long long)asking->head.size);
    else if (known == before && known == asking->head.size)
        *trouble = arena_print(ctx->arena, SENTENCE("says that it has cosigned other entries than these %lld"),
                               (long long)known);
    if (trouble->len) return sound_alarm(ctx, asking, *trouble);
    *again = known != before;
    if (!*again) *trouble = contradiction();
    asking->old_size = known;
    return OK;
}

static enum result hear(struct ctx *ctx, struct asking *asking, const struct outgoing_answer *answer,
                        struct str *trouble, bool *again)
{
    struct str name = policy_witness_shown(ctx->arena, asking->witness);
    struct note_key key;
    struct buf vkey = buf_in(ctx->arena);
    switch (answer->status) {
    case STATUS_OK: return take_cosignature(ctx, asking, answer->body, trouble);
    case STATUS_CONFLICT: return hear_size(ctx, asking, answer, trouble, again);
    case STATUS_UNPROVEN:
        *trouble = arena_print(ctx->arena, SENTENCE("does not find its head over %lld entries in this ledger"),
                               (long long)asking->old_size);
        return sound_alarm(ctx, asking, *trouble);
    case 403:
    case 404:
        TRY(ledger_note_key(ctx, &asking->head, &key));
        note_key_put(&vkey, &key);
        *trouble = arena_print(ctx->arena,
                               SENTENCE("The witness %.*s does not know this ledger and its key; it needs the line "
                                        "\"log %.*s\"."),
                               PRINT(name), PRINT(buf_str(&vkey)));
        return OK;
    default:
        *trouble = arena_print(ctx->arena, SENTENCE("The witness %.*s answers %d."), PRINT(name), answer->status);
        return OK;
    }
}

static enum result ask(struct ctx *ctx, struct asking *asking)
{
    struct str trouble = S("");
    bool again = true;
    asking->old_size = asking->peer.size <= asking->head.size ? asking->peer.size : 0;
    TRY(ledger_note(ctx, &asking->head, &asking->note));
    for (int i = 0; i < TRIES && again && !trouble.len; i++) {
        struct outgoing_answer answer = {0};
        enum result posted = post(ctx, asking, &answer);
        again = false;
        if (announce_broke_off(asking->announce, posted)) {
            ctx_clear_error(ctx);
            return announce_give_back(ctx, asking->announce, &asking->peer, asking->asked_before);
        }
        if (posted == BUSY) {
            trouble = arena_copy(ctx->arena, ctx->error.english);
            ctx_clear_error(ctx);
        } else {
            TRY(posted);
            TRY(hear(ctx, asking, &answer, &trouble, &again));
        }
    }
    if (again && !trouble.len) trouble = contradiction();
    return announce_keep(ctx, asking->announce, &asking->peer, asking->head.size, trouble);
}

/* ---- a round ---- */

static bool is_due(const struct ctx *ctx, const struct asking *asking)
{
    int64_t passed = ctx->now - asking->peer.asked_at;
    return asking->announce->is_first || asking->peer.size != asking->head.size || asking->peer.trouble.len ||
           passed < 0 || passed >= HOUR;
}

static enum result ask_if_due(struct ctx *ctx, struct announce *announce, const struct policy_witness *witness,
                              const struct ledger_head *head)
{
    struct asking asking = {.announce = announce, .witness = witness, .head = *head};
    bool mine;
    if (!witness->url.len || atomic_load(&announce->ends)) return OK;
    TRY(ledger_peer_read(ctx, witness->key.name, &asking.peer));
    if (!is_due(ctx, &asking)) return OK;
    asking.asked_before = asking.peer.asked_at;
    TRY(announce_claim(ctx, announce, &asking.peer, &mine));
    return mine ? ask(ctx, &asking) : OK;
}

/* Since when the quorum is wanting stands in the row "quorum", for `merlon check` and the metrics: asked_at is then the
 * beginning of that. */
static enum result keep_quorum(struct ctx *ctx, void *arg)
{
    return ledger_peer_write(ctx, arg);
}

static void warn_of_quorum(const struct ctx *ctx, struct announce *announce, const struct ledger_peer *quorum)
{
    bool is_time = ctx->now - quorum->asked_at >= QUORUM_PATIENCE && ctx->now - announce->warned_at >= HOUR;
    if (!is_time) return;
    announce->warned_at = ctx->now;
    log_line(LOG_WARNING, "the quorum of witnesses has not been reached for an hour", "since", quorum->asked_at, NULL);
}

static enum result judge(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    struct note *note = arena_make(ctx->arena, struct note);
    struct str text;
    struct ledger_peer quorum;
    bool cosigned[POLICY_MOST];
    TRY(ledger_note(ctx, head, &text));
    if (!note_parse(ctx->arena, text, note)) return fail(ctx, BROKEN, "The newest head does not make a note.");
    policy_cosigned(ctx->arena, announce->config.policy, note, cosigned);
    bool met = policy_is_met(announce->config.policy, cosigned);
    TRY(ledger_peer_read(ctx, S(PEER_QUORUM), &quorum));
    bool was_met = !quorum.trouble.len;
    if (!met && !was_met) warn_of_quorum(ctx, announce, &quorum);
    if (met == was_met && (!met || quorum.size == head->size)) return OK;
    if (met) quorum.size = head->size, quorum.good_at = ctx->now, quorum.trouble = S("");
    if (!met)
        quorum.asked_at = ctx->now, quorum.trouble = S(SENTENCE("The quorum is not reached for the newest head."));
    return store_write(ctx, announce->config.store, keep_quorum, &quorum);
}

enum result announce_ask(struct ctx *ctx, struct announce *announce, const struct ledger_head *head)
{
    const struct policy *policy = announce->config.policy;
    for (size_t i = 0; i < policy->witness_count; i++) TRY(ask_if_due(ctx, announce, &policy->witnesses[i], head));
    return atomic_load(&announce->ends) ? OK : judge(ctx, announce, head); /* of who could not be waited for: nothing */
}

/* ---- asked by whoever verifies ---- */

enum result announce_consult(struct ctx *ctx, const struct policy_witness *witness, const struct ledger_head *head,
                             int64_t *known)
{
    struct asking asking = {.witness = witness, .head = *head, .old_size = head->size};
    struct outgoing_answer answer = {0};
    struct str rest, line, name = policy_witness_shown(ctx->arena, witness);
    TRY(ledger_note(ctx, head, &asking.note));
    TRY(post(ctx, &asking, &answer));
    *known = head->size;
    if (answer.status == STATUS_OK) return OK;
    rest = answer.body;
    bool told = answer.status == STATUS_CONFLICT && line_cut(&rest, &line) && size_read(line, known);
    if (!told) return fail(ctx, BUSY, "The witness %.*s answers %d.", PRINT(name), answer.status);
    if (*known < head->size) return OK;
    if (*known == head->size)
        return fail(ctx, CONFLICT, "The witness %.*s says that it has cosigned other entries than these %lld.",
                    PRINT(name), (long long)head->size);
    return fail(ctx, CONFLICT,
                "The witness %.*s says that it has cosigned a head over %lld entries, but only %lld are here: this is "
                "an older copy, "
                "or the newest entries were cut off.",
                PRINT(name), (long long)*known, (long long)head->size);
}
