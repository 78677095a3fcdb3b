/* A round seals all that is pending, then looks whether each entry that this process had committed before the round has
 * its place, here or by another node. The newest head is kept in memory too: whoever can write the directory as well
 * could else have a second head signed over one size, by taking away the file and then the tail. */
#include "ledger/signer.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger/floor.h"
#include "ledger/ledger.h"
#include "ledger/put_back.h"
#include "ledger/remembered.h"
#include "ledger/stop.h"
#include "ledger/unplaced.h"
#include "ledger/waiting.h"

#include <pthread.h>

enum { AT_MOST = 1024 * 1024 /* entries that are kept in mind */ };

struct ledger_signer {
    struct store *store;
    struct ledger_keys *keys;
    struct str directory;
    pthread_mutex_t rounds; /* held through each */
    pthread_mutex_t lock;
    int64_t searched;          /* of the rounds: where to look for what was committed (ledger/unplaced.h) */
    struct passed_over first;  /* of the rounds too */
    bool behind;               /* the same: the round waited for the floor */
    struct db_mark *committed; /* under lock, as all that follows */
    size_t count, room;
    bool forgets;             /* it was told that not all that was committed is kept in mind */
    struct ledger_head known; /* the newest made here, found in the file at the start, or made by another node */
    int64_t decisions;        /* to stop or to go on, that this process has seen (ledger/stop.h) */
    char alarm[SIGNER_ALARM]; /* of the newest round */
    struct waiting waiting;
    char lost[SIGNER_ALARM]; /* that ledger.heads was found lost; until the end of the process */
};

struct round {
    struct ledger_seal seal;
    struct ledger_head known;
    struct unplaced unplaced; /* of those that were taken */
    size_t taken;
    int64_t raised; /* the floor, in this round; 0: it was not */
    bool waits;     /* for the floor, that is for a long write of somebody's */
    size_t refused;
    int64_t first_refused;
    const char *fault;
};

static struct ledger_head kept(struct ledger_signer *signer)
{
    pthread_mutex_lock(&signer->lock);
    struct ledger_head head = signer->known;
    pthread_mutex_unlock(&signer->lock);
    return head;
}

/* ---- what was committed ---- */

static void note(void *arg, const struct db_mark *entries, size_t count)
{
    struct ledger_signer *signer = arg;
    pthread_mutex_lock(&signer->lock);
    size_t wanted = signer->count + count;
    if (wanted > signer->room && wanted <= AT_MOST) {
        size_t room = signer->room ? signer->room : 256;
        while (room < wanted) room *= 2;
        struct db_mark *wider = realloc(signer->committed, room * sizeof *wider);
        if (wider) signer->committed = wider, signer->room = room;
    }
    int64_t now = clock_monotonic();
    for (size_t i = 0; i < count && signer->count < signer->room; i++) {
        struct db_mark *mark = &signer->committed[signer->count++];
        *mark = entries[i];
        if (!mark->since) mark->since = now;
    }
    bool fresh = signer->count < wanted && !signer->forgets;
    signer->forgets |= fresh;
    if (wanted && !signer->waiting.since) signer->waiting.since = now;
    pthread_mutex_unlock(&signer->lock);
    if (fresh) log_line(LOG_ERROR, "too many entries await their seal: not all are kept in mind any more", NULL);
}

/* Those committed so far, in the arena; they are kept in mind until settle(). */
static void look_up(struct ctx *ctx, struct ledger_signer *signer, struct round *round)
{
    pthread_mutex_lock(&signer->lock);
    round->taken = signer->count;
    pthread_mutex_unlock(&signer->lock);
    round->unplaced = (struct unplaced){arena_make_many(ctx->arena, struct db_mark, round->taken + 1), round->taken};
    if (!round->taken) return;
    pthread_mutex_lock(&signer->lock);
    memcpy(round->unplaced.at, signer->committed, round->taken * sizeof *round->unplaced.at);
    pthread_mutex_unlock(&signer->lock);
    unplaced_sort(round->unplaced.at, round->taken);
}

/* The first `taken` were looked for; whoever calls notes those again that have no place yet. Rounds do not overlap. */
static void settle(struct ledger_signer *signer, size_t taken)
{
    if (!taken) return; /* before the first write of this process there is nothing to move either */
    pthread_mutex_lock(&signer->lock);
    memmove(signer->committed, signer->committed + taken, (signer->count - taken) * sizeof *signer->committed);
    signer->count -= taken;
    pthread_mutex_unlock(&signer->lock);
}

/* What has no place yet, or is missing, is asked for again in the next round. */
static enum result look_for_all(struct ctx *ctx, struct ledger_signer *signer, struct round *round)
{
    enum result result = unplaced_look(ctx, &round->unplaced, &signer->searched);
    if (result == OK && !round->refused && !round->waits)
        result = unplaced_demand_turn(ctx, &round->unplaced, signer->searched, &signer->first);
    settle(signer, round->taken);
    note(signer, round->unplaced.at, round->unplaced.count);
    signer->behind = round->waits;
    return result;
}

/* ---- a round ---- */

static enum result seal_some(struct ctx *ctx, void *arg)
{
    return ledger_seal(ctx, arg);
}

static enum result raise_floor(struct ctx *ctx, void *arg)
{
    const struct ledger_seal *seal = arg;
    return ledger_floor_raise(ctx, seal->floor);
}

/* Not raised: a long write of somebody's goes on, and what awaits its place waits for it. */
static enum result raise_for(struct ctx *ctx, struct ledger_signer *signer, struct round *round, bool *raised)
{
    *raised = false;
    if (round->seal.floor <= round->raised)
        return fail(ctx, BROKEN,
                    "What was just written is not what stands there: the database was changed so that it alters rows "
                    "of \"%s\". Run merlon verify.",
                    "meta");
    round->raised = round->seal.floor;
    enum result result = store_write(ctx, signer->store, raise_floor, &round->seal);
    *raised = result == OK;
    if (result == BUSY) ctx_clear_error(ctx);
    return result == BUSY ? OK : result;
}

/* What this node has sealed itself need not be looked for. */
static void strike_sealed(struct ledger_signer *signer, struct round *round)
{
    const struct ledger_seal *seal = &round->seal;
    unplaced_sort(seal->leaves, seal->sealed);
    unplaced_strike(&round->unplaced, seal->leaves, seal->sealed);
    if (seal->head.size && seal->from == signer->searched) signer->searched = seal->head.size;
}

/* ---- what is remembered ---- */

static void keep(struct ledger_signer *signer, const struct ledger_head *head)
{
    pthread_mutex_lock(&signer->lock);
    if (head->size > signer->known.size) signer->known = *head;
    pthread_mutex_unlock(&signer->lock);
}

static void note_lost(struct ledger_signer *signer, struct str sentence)
{
    pthread_mutex_lock(&signer->lock);
    bool fresh = !*signer->lost;
    snprintf(signer->lost, sizeof signer->lost, "%.*s", PRINT(sentence));
    pthread_mutex_unlock(&signer->lock);
    if (fresh) log_text(LOG_ERROR, "something of the ledger, or of ledger.heads, was taken away", "sentence", sentence);
}

/* The file is behind what this process knows. */
static enum result write_again(struct ctx *ctx, struct ledger_signer *signer, const struct ledger_head *head,
                               int64_t found)
{
    struct str sentence =
        arena_print(ctx->arena,
                    SENTENCE("ledger.heads was removed or cut, or could not be written, while this program ran: it "
                             "remembers a signed head over %lld entries, and this program knows of one over %lld, "
                             "which is written to it again. Find out who writes the data directory, and run merlon "
                             "verify."),
                    (long long)found, (long long)head->size);
    note_lost(signer, sentence);
    return remembered_add(ctx, signer->directory, head);
}

/* The newest line, which is what is gone by. */
static enum result demand_genuine(struct ctx *ctx, const struct remembered *heads)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    if (!heads->count) return OK;
    TRY(ledger_chain_read(ctx, chain));
    return remembered_check(ctx, heads, heads->count - 1, chain);
}

/* One without a signature that holds was put there, or changed. */
static enum result demand_signed(struct ctx *ctx, const struct ledger_head *newest)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    TRY(ledger_chain_read(ctx, chain));
    return ledger_chain_signed(ctx, chain, newest) ? OK : ledger_head_is_foreign(ctx, newest);
}

/* Another node sealed it: what this one remembers is not to end with what it sealed itself. A head without a signature
 * that holds is nothing to remember. */
static enum result remember_others(struct ctx *ctx, struct ledger_signer *signer, const struct ledger_head *newest)
{
    struct remembered heads;
    TRY(demand_signed(ctx, newest));
    TRY(remembered_read(ctx, signer->directory, &heads));
    TRY(demand_genuine(ctx, &heads)); /* behind a newer line, a forged one would be passed over */
    TRY(remembered_add(ctx, signer->directory, newest));
    keep(signer, newest);
    return OK;
}

static bool is_same(const struct ledger_head *a, const struct ledger_head *b)
{
    return a->at == b->at && a->previous == b->previous && hash_eq(&a->root, &b->root) &&
           strcmp(a->origin, b->origin) == 0 && strcmp(a->key_id, b->key_id) == 0 &&
           memcmp(a->signature, b->signature, SIGNATURE_SIZE) == 0;
}

static enum result begin_remembering(struct ctx *ctx, struct ledger_signer *signer);

/* A roll-back is told at once, not with the next entry. A node that was started before there was any head begins to
 * remember with the first that another made. */
static enum result look_back(struct ctx *ctx, struct ledger_signer *signer)
{
    struct ledger_head known = kept(signer), newest = {.size = 0};
    if (!known.size) {
        TRY(begin_remembering(ctx, signer));
        known = kept(signer);
    }
    enum result result = tree_head(ctx, 0, &newest);
    if (result == NOT_FOUND) ctx_clear_error(ctx);
    if (result != OK && result != NOT_FOUND) return result;
    TRY(ledger_continues(ctx, &newest, &known));
    if (newest.size > known.size) return remember_others(ctx, signer, &newest);
    return newest.size && !is_same(&newest, &known) ? demand_signed(ctx, &newest) : OK;
}

enum result ledger_signer_may_go_on(struct ctx *ctx, struct ledger_signer *signer)
{
    if (!signer) return OK;
    struct ledger_head known = kept(signer), newest = {.size = 0};
    struct remembered heads;
    TRY(remembered_read(ctx, signer->directory, &heads));
    if (heads.count && heads.at[heads.count - 1].size > known.size) known = heads.at[heads.count - 1];
    enum result result = tree_head(ctx, 0, &newest);
    if (result == NOT_FOUND) ctx_clear_error(ctx);
    if (result == OK || result == NOT_FOUND) result = ledger_continues(ctx, &newest, &known);
    if (result != BROKEN) return result;
    return fail(ctx, CONFLICT, "Nothing is resumed, because sealing would not go on: %.*s", PRINT(ctx->error.sentence));
}

static enum result put_back(struct ctx *ctx, struct ledger_signer *signer)
{
    struct ledger_head head = kept(signer);
    size_t count;
    TRY(heads_put_back(ctx, signer->store, signer->directory, &head, &count));
    if (!count) return OK;
    note_lost(signer, arena_print(ctx->arena,
                                  SENTENCE("Signed heads (%zu) were taken out of the database, while all %lld entries "
                                           "under them are there: they were put back from ledger.heads, and sealing "
                                           "goes on. Find out who writes the database, and run merlon verify."),
                                  count, (long long)head.size));
    return OK;
}

static enum result look_at_file(struct ctx *ctx, struct ledger_signer *signer)
{
    struct ledger_head head = kept(signer);
    int64_t found;
    if (!head.size) return OK;
    TRY(remembered_newest(ctx, signer->directory, &found));
    return found < head.size ? write_again(ctx, signer, &head, found) : OK;
}

/* The newest head of the file and of this process. A node that remembers nothing yet begins with what it finds, and the
 * ledger says so: else whoever took the file away would have taken its memory unseen. */
static enum result recall(struct ctx *ctx, struct ledger_signer *signer, struct ledger_head *known)
{
    struct remembered heads;
    struct ledger_head head = kept(signer);
    TRY(remembered_read(ctx, signer->directory, &heads));
    if (!head.size && !heads.count) {
        TRY(begin_remembering(ctx, signer));
        head = kept(signer);
    }
    TRY(demand_genuine(ctx, &heads));
    *known = heads.count ? heads.at[heads.count - 1] : (struct ledger_head){.size = 0};
    if (head.size >= known->size) *known = head;
    return OK;
}

static enum result seal_batches(struct ctx *ctx, struct ledger_signer *signer, struct round *round)
{
    do {
        round->seal = (struct ledger_seal){
            .keys = signer->keys, .known = &round->known, .decisions = ledger_signer_decisions(signer)};
        TRY(store_write(ctx, signer->store, seal_some, &round->seal));
        if (round->seal.floor) {
            bool raised;
            TRY(raise_for(ctx, signer, round, &raised));
            round->waits = !raised;
            if (!raised) return OK;
            continue;
        }
        strike_sealed(signer, round);
        if (round->seal.refused && !round->refused)
            round->first_refused = round->seal.first_refused, round->fault = round->seal.fault;
        if (round->seal.refused > round->refused) round->refused = round->seal.refused; /* each batch meets them anew */
        if (!round->seal.head.size) continue;
        round->known = round->seal.head;
        enum result remembered = remembered_add(ctx, signer->directory, &round->known);
        keep(signer, &round->known); /* afterwards: another thread's round compares the two */
        TRY(remembered);
    } while (round->seal.more || round->seal.floor);
    return OK;
}

/* ---- whether it is stopped ---- */

static enum result look_at_stand(struct ctx *ctx, struct ledger_signer *signer, struct ledger_stand *stand)
{
    TRY(ledger_stand_read(ctx, stand));
    pthread_mutex_lock(&signer->lock);
    if (stand->decisions > signer->decisions) signer->decisions = stand->decisions;
    pthread_mutex_unlock(&signer->lock);
    return OK;
}

enum result ledger_signer_learn(struct ctx *ctx, struct ledger_signer *signer)
{
    struct ledger_stand stand;
    return look_at_stand(ctx, signer, &stand);
}

int64_t ledger_signer_decisions(struct ledger_signer *signer)
{
    if (!signer) return 0;
    pthread_mutex_lock(&signer->lock);
    int64_t decisions = signer->decisions;
    pthread_mutex_unlock(&signer->lock);
    return decisions;
}

static enum result demand_going(struct ctx *ctx, struct ledger_signer *signer)
{
    struct ledger_stand stand;
    TRY(look_at_stand(ctx, signer, &stand));
    return ledger_stand_demand_going(ctx, &stand, ledger_signer_decisions(signer));
}

static enum result run_round(struct ctx *ctx, struct ledger_signer *signer)
{
    struct round round = {.refused = 0};
    int64_t pending = 0;
    look_up(ctx, signer, &round);
    enum result result = look_at_file(ctx, signer);
    if (result == OK) result = demand_going(ctx, signer); /* told at once, not with the next entry */
    if (result == OK) result = put_back(ctx, signer);
    if (result == OK) result = ledger_pending_count(ctx, &pending);
    if (result == OK && !pending) result = look_back(ctx, signer); /* else the sealer does, and says more */
    if (result == OK && pending) result = recall(ctx, signer, &round.known);
    if (result == OK && pending) result = seal_batches(ctx, signer, &round);
    if (result != OK) return result;
    result = look_for_all(ctx, signer, &round);
    if (result != OK || !round.refused) return result;
    if (round.refused == 1)
        return fail(ctx, BROKEN, "Entry %lld awaits its seal and does not get it, because it %s. Run merlon verify.",
                    (long long)round.first_refused, round.fault);
    return fail(ctx, BROKEN,
                "Entry %lld awaits its seal and does not get it, because it %s (%zu such entries). Run merlon verify.",
                (long long)round.first_refused, round.fault, round.refused);
}

/* What runs out of memory here is no accident: rows were put in that have grown beyond all measure, and what was
 * committed must not be forgotten over them. */
static enum result guarded_round(struct ctx *ctx, struct ledger_signer *signer)
{
    jmp_buf escape;
    struct ctx part = *ctx;
    part.arena = arena_scratch(ctx->arena);
    volatile enum result result = BROKEN;
    arena_guard(part.arena, &escape);
    if (setjmp(escape) == 0) {
        result = run_round(&part, signer);
        ctx->error = part.error;
        ctx->error.sentence = arena_copy(ctx->arena, part.error.sentence);
        ctx->error.english = arena_copy(ctx->arena, part.error.english);
    } else {
        arena_reset(part.arena);
        (void)fail(ctx, BROKEN,
                   "There is not enough memory to seal the ledger: something was put into it, or into ledger.heads, "
                   "that is larger than anything the program writes. Run merlon verify.");
    }
    arena_guard(part.arena, NULL);
    return result;
}

static void end_round(struct ledger_signer *signer, enum result result)
{
    pthread_mutex_lock(&signer->lock);
    int64_t since = signer->count ? INT64_MAX : 0;
    for (size_t i = 0; i < signer->count; i++)
        if (signer->committed[i].since < since) since = signer->committed[i].since;
    waiting_end(&signer->waiting, result, signer->behind, since, clock_monotonic());
    pthread_mutex_unlock(&signer->lock);
}

/* Each alarm is logged once, not each second. One that stands is not over because the next round could not be held. */
enum result ledger_signer_seal(struct ctx *ctx, struct ledger_signer *signer)
{
    char before[SIGNER_ALARM];
    pthread_mutex_lock(&signer->rounds);
    signer->behind = false;
    enum result result = guarded_round(ctx, signer);
    end_round(signer, result);
    pthread_mutex_unlock(&signer->rounds);
    if (result_passes(result)) return result;
    struct str sentence = result != OK ? ctx->error.sentence : S("");
    pthread_mutex_lock(&signer->lock);
    memcpy(before, signer->alarm, sizeof before);
    snprintf(signer->alarm, sizeof signer->alarm, "%.*s", PRINT(sentence));
    bool fresh = strcmp(before, signer->alarm) != 0;
    pthread_mutex_unlock(&signer->lock);
    if (fresh && sentence.len) log_text(LOG_ERROR, "not all of the ledger is sealed", "sentence", sentence);
    if (fresh && !sentence.len) log_line(LOG_INFO, "the ledger is sealed again", NULL);
    return result;
}

void ledger_signer_watch(struct ledger_signer *signer, int64_t now)
{
    pthread_mutex_lock(&signer->lock);
    bool fresh = waiting_look(&signer->waiting, now);
    const char *alarm = waiting_alarm(&signer->waiting, "");
    pthread_mutex_unlock(&signer->lock);
    if (fresh && *alarm) log_text(LOG_ERROR, "the ledger is not sealed", "sentence", str_of(alarm));
    if (fresh && !*alarm) log_line(LOG_INFO, "rounds of sealing come to their end again", NULL);
}

int64_t ledger_signer_waits(struct ledger_signer *signer)
{
    pthread_mutex_lock(&signer->lock);
    int64_t waits = waiting_for(&signer->waiting, clock_monotonic());
    pthread_mutex_unlock(&signer->lock);
    return waits;
}

size_t ledger_signer_left(struct ledger_signer *signer)
{
    pthread_mutex_lock(&signer->lock);
    size_t count = signer->count;
    pthread_mutex_unlock(&signer->lock);
    return count;
}

void ledger_signer_alarm(struct ledger_signer *signer, char *out, size_t room)
{
    pthread_mutex_lock(&signer->lock);
    const char *alarm = waiting_alarm(&signer->waiting, signer->alarm);
    snprintf(out, room, "%s", *alarm ? alarm : signer->lost);
    pthread_mutex_unlock(&signer->lock);
}

/* ---- a new key ---- */

struct renewal {
    struct ledger_keys *keys;
    const struct keyring *keyring;
    const char *action;
    struct str reason;
};

static enum result renew(struct ctx *ctx, void *arg)
{
    const struct renewal *renewal = arg;
    return ledger_keys_renew(ctx, renewal->keyring, renewal->action, renewal->reason, renewal->keys);
}

enum result ledger_signer_renew(struct ctx *ctx, struct ledger_signer *signer, const struct keyring *keyring,
                                const char *action, struct str reason)
{
    struct renewal renewal = {signer->keys, keyring, action, reason};
    TRY(store_write(ctx, signer->store, renew, &renewal));
    return ledger_signer_seal(ctx, signer);
}

/* ---- opening ---- */

/* A database that has heads, and a node that remembers none: from here on it does. That it began only now is for
 * everybody to see. */
static enum result begin(struct ctx *ctx, void *arg)
{
    const struct ledger_head *head = arg;
    int64_t entry;
    struct buf state = buf_in(ctx->arena);
    buf_print(&state, "{\"size\":%lld,\"root\":\"", (long long)head->size);
    hash_hex(&state, &head->root);
    buf_text(&state, "\"}");
    const struct ledger_event event = {
        .action = S("remember"), .subject = S("ledger"), .record = 1, .state = buf_str(&state)};
    return ledger_append(ctx, &event, &entry);
}

static enum result begin_remembering(struct ctx *ctx, struct ledger_signer *signer)
{
    struct remembered heads;
    struct ledger_head head;
    TRY(remembered_read(ctx, signer->directory, &heads));
    enum result genuine = demand_genuine(ctx, &heads);
    if (genuine == BROKEN) note_lost(signer, ctx->error.sentence); /* and nothing is sealed until it is mended */
    if (genuine == BROKEN) ctx_clear_error(ctx);
    if (genuine == OK && heads.count) keep(signer, &heads.at[heads.count - 1]);
    if (genuine != OK || heads.count) return genuine == BROKEN ? OK : genuine;
    enum result result = ledger_signed_head(ctx, 0, &head);
    if (result == NOT_FOUND || result == BROKEN) { /* of the second each round tells */
        ctx_clear_error(ctx);
        return OK;
    }
    TRY(result);
    log_line(LOG_WARNING, "this node remembers no head of the ledger and begins with the newest in the database",
             "size", head.size, NULL);
    TRY(store_write(ctx, signer->store, begin, &head));
    keep(signer, &head);
    return remembered_add(ctx, signer->directory, &head);
}

/* One that was replaced has a MAC that holds, of when it was in force. */
static enum result demand_newest_key(struct ctx *ctx, const struct ledger_keys *keys)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    TRY(ledger_chain_read(ctx, chain));
    const char *newest = chain->at[chain->count - 1].key.id, *own = ledger_keys_public(keys)->id;
    if (strcmp(newest, own) == 0) return OK;
    return fail(ctx, BROKEN,
                "The key %s, which the key %s has replaced, was put back into the database outside of the program, and "
                "would sign what is the newer one's: restore a backup.",
                own, newest);
}

enum result ledger_signer_open(struct ctx *ctx, struct store *store, struct ledger_keys *keys, struct str directory,
                               struct ledger_signer **out)
{
    struct ledger_signer *signer = calloc(1, sizeof *signer);
    *out = NULL;
    if (!signer) return fail(ctx, BROKEN, "There is no memory to start.");
    *signer = (struct ledger_signer){.store = store, .keys = keys, .directory = directory};
    pthread_mutex_init(&signer->rounds, NULL);
    pthread_mutex_init(&signer->lock, NULL);
    store_watch_commits(store, note, signer);
    enum result result = demand_newest_key(ctx, keys);
    if (result == OK) result = begin_remembering(ctx, signer);
    if (result == OK) *out = signer;
    if (result == OK) return OK;
    store_watch_commits(store, NULL, NULL);
    ledger_signer_close(signer);
    return result;
}

void ledger_signer_close(struct ledger_signer *signer)
{
    if (!signer) return;
    pthread_mutex_destroy(&signer->rounds);
    pthread_mutex_destroy(&signer->lock);
    free(signer->committed);
    free(signer);
}
