/* A table of counts by hash of the address; each begins anew a minute after its first. */
#include "api/throttle.h"

#include "base/clock.h"

#include <pthread.h>

enum { SLOTS = 1024 };

struct throttle {
    pthread_mutex_t lock;
    unsigned per_minute;
    struct {
        int64_t since; /* 0: unused */
        unsigned count;
    } slots[SLOTS];
};

enum result throttle_new(struct ctx *ctx, unsigned per_minute, struct throttle **out)
{
    struct throttle *throttle = calloc(1, sizeof *throttle);
    if (!throttle) return fail(ctx, BROKEN, "There is no memory to start.");
    throttle->per_minute = per_minute;
    pthread_mutex_init(&throttle->lock, NULL);
    *out = throttle;
    return OK;
}

void throttle_free(struct throttle *throttle)
{
    if (!throttle) return;
    pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

bool throttle_admits(struct throttle *throttle, struct str address, int64_t now, int64_t *seconds)
{
    size_t slot = (size_t)(str_hash(address) % SLOTS);
    pthread_mutex_lock(&throttle->lock);
    int64_t since = throttle->slots[slot].since;
    if (!since || now - since >= MINUTE) throttle->slots[slot].since = since = now, throttle->slots[slot].count = 0;
    bool admits = throttle->slots[slot].count < throttle->per_minute;
    throttle->slots[slot].count += admits;
    pthread_mutex_unlock(&throttle->lock);
    *seconds = (MINUTE - (now - since) + SECOND - 1) / SECOND;
    return admits;
}
