/* A fixed table of sets: it can neither grow nor need cleaning, and a flood of forged cookies cannot push anything out,
 * since only what the database knows is put in. */
#include "access/cache.h"

#include "access/actor.h"
#include "access/password.h"
#include "base/log.h"
#include "events/events.h"

struct box *box_hold(struct box *box)
{
    if (box) atomic_fetch_add(&box->references, 1);
    return box;
}

void box_release(void *thing)
{
    struct box *box = thing;
    if (!box || atomic_fetch_sub(&box->references, 1) != 1) return;
    reach_release(box->reach);
    free(box);
}

/* The caller holds the lock. */
static struct slot *slot_of(struct access *access, const unsigned char hash[SECRET_HASH])
{
    size_t set = ((size_t)hash[0] << 8 | hash[1]) % CACHE_SETS;
    for (size_t i = 0; i < CACHE_WAYS; i++) {
        struct slot *slot = &access->slots[set][i];
        if (slot->box && memcmp(slot->hash, hash, SECRET_HASH) == 0) return slot;
    }
    return NULL;
}

static struct slot *slot_for(struct access *access, const unsigned char hash[SECRET_HASH])
{
    struct slot *set = access->slots[((size_t)hash[0] << 8 | hash[1]) % CACHE_SETS];
    struct slot *chosen = &set[0];
    for (size_t i = 0; i < CACHE_WAYS; i++) {
        if (!set[i].box) return &set[i];
        if (set[i].checked_at < chosen->checked_at) chosen = &set[i];
    }
    return chosen;
}

struct box *cache_find(struct access *access, const unsigned char hash[SECRET_HASH], int64_t now, bool *fresh)
{
    struct box *box = NULL;
    *fresh = false;
    pthread_mutex_lock(&access->lock);
    const struct slot *slot = slot_of(access, hash);
    if (slot) {
        box = box_hold(slot->box);
        *fresh =
            now >= slot->checked_at && now - slot->checked_at < CACHE_LIFE && now >= atomic_load(&access->unsure_until);
    }
    pthread_mutex_unlock(&access->lock);
    return box;
}

void cache_put(struct access *access, const unsigned char hash[SECRET_HASH], struct box *box, int64_t now)
{
    pthread_mutex_lock(&access->lock);
    struct slot *slot = slot_of(access, hash);
    if (!slot) slot = slot_for(access, hash);
    struct box *old = slot->box;
    slot->box = box_hold(box);
    slot->checked_at = now;
    memcpy(slot->hash, hash, SECRET_HASH);
    pthread_mutex_unlock(&access->lock);
    box_release(old);
}

void cache_drop(struct access *access, const unsigned char hash[SECRET_HASH])
{
    pthread_mutex_lock(&access->lock);
    struct slot *slot = slot_of(access, hash);
    struct box *old = slot ? slot->box : NULL;
    if (slot) *slot = (struct slot){0};
    pthread_mutex_unlock(&access->lock);
    box_release(old);
}

void cache_unsure(const struct ctx *ctx)
{
    if (ctx->access) atomic_store(&ctx->access->unsure_until, ctx->now + CACHE_UNSURE);
}

struct unit_reach *cache_reach(struct access *access, int64_t stamp, int64_t now)
{
    pthread_mutex_lock(&access->lock);
    bool fresh = access->reach_stamp == stamp && now >= access->reach_at && now - access->reach_at < CACHE_LIFE;
    struct unit_reach *reach = fresh ? reach_hold(access->reach) : NULL;
    pthread_mutex_unlock(&access->lock);
    return reach;
}

void cache_keep_reach(struct access *access, struct unit_reach *reach, int64_t stamp, int64_t now)
{
    pthread_mutex_lock(&access->lock);
    struct unit_reach *old = access->reach;
    access->reach = reach_hold(reach);
    access->reach_stamp = stamp;
    access->reach_at = now;
    pthread_mutex_unlock(&access->lock);
    reach_release(old);
}

/* ---- the stamp ---- */

static void forget_all(struct access *access)
{
    for (size_t i = 0; i < CACHE_SETS * CACHE_WAYS; i++) {
        pthread_mutex_lock(&access->lock);
        struct slot *slot = &access->slots[i / CACHE_WAYS][i % CACHE_WAYS];
        struct box *old = slot->box;
        *slot = (struct slot){0};
        pthread_mutex_unlock(&access->lock);
        box_release(old);
    }
    cache_keep_reach(access, NULL, 0, 0);
}

int64_t cache_stamp(struct access *access)
{
    return atomic_load(&access->stamp);
}

void cache_note_stamp(struct ctx *ctx, int64_t before, int64_t stamp)
{
    struct access *access = ctx->access;
    int64_t highest = atomic_load(&access->stamp);
    if (stamp < before) {
        if (!atomic_compare_exchange_strong(&access->stamp, &highest, stamp)) return; /* another has seen to it */
        event_alarm(ctx, "the stamp of rights was set back outside of the program: all rights are read anew",
                    &(struct event){.actor = actor_user(ctx), .subject = S("unit"), .record = stamp});
        forget_all(access);
        return;
    }
    while (highest < stamp && !atomic_compare_exchange_weak(&access->stamp, &highest, stamp)) {
    }
}

/* ---- slots for hashing ---- */

enum result hashing_enter(struct access *access)
{
    enum result result = OK;
    pthread_mutex_lock(&access->hashing_lock);
    if (access->hashing < HASHING_AT_ONCE) {
        access->hashing++;
    } else if (access->waiting >= HASHING_WAITING) {
        result = BUSY;
    } else {
        access->waiting++;
        while (access->hashing >= HASHING_AT_ONCE) pthread_cond_wait(&access->hashing_free, &access->hashing_lock);
        access->waiting--;
        access->hashing++;
    }
    pthread_mutex_unlock(&access->hashing_lock);
    return result;
}

void hashing_leave(struct access *access)
{
    pthread_mutex_lock(&access->hashing_lock);
    access->hashing--;
    pthread_cond_signal(&access->hashing_free);
    pthread_mutex_unlock(&access->hashing_lock);
}
