/* Making and ending what a process keeps, and the stamp by which all processes learn that rights have changed: one
 * number in the database, read along with each session that is looked up. */
#include "access/access.h"

#include "access/cache.h"
#include "access/idempotency.h"
#include "access/session.h"
#include "store/db.h"

#include <sodium.h>

enum { ATTEMPTS_KEPT = 24 * 60 * 60 * 1000 };

enum result access_new(struct ctx *ctx, struct store *store, struct access **access)
{
    if (sodium_init() < 0) return fail(ctx, BROKEN, "The cryptographic library libsodium did not start.");
    struct access *made = calloc(1, sizeof *made);
    if (!made) return fail(ctx, BROKEN, "There is no memory left for sessions.");
    made->store = store;
    pthread_mutex_init(&made->lock, NULL);
    pthread_mutex_init(&made->hashing_lock, NULL);
    pthread_cond_init(&made->hashing_free, NULL);
    *access = made;
    return OK;
}

void access_free(struct access *access)
{
    if (!access) return;
    for (size_t i = 0; i < CACHE_SETS * CACHE_WAYS; i++) box_release(access->slots[i / CACHE_WAYS][i % CACHE_WAYS].box);
    reach_release(access->reach);
    pthread_cond_destroy(&access->hashing_free);
    pthread_mutex_destroy(&access->hashing_lock);
    pthread_mutex_destroy(&access->lock);
    free(access);
}

enum result access_changed(struct ctx *ctx)
{
    cache_unsure(ctx);
    return db_run(ctx,
                  S("INSERT INTO access_stamp (name, number) VALUES ('rights', 1) "
                    "ON CONFLICT (name) DO UPDATE SET number = access_stamp.number + 1"),
                  NULL, 0, NULL);
}

enum result access_sweep(struct ctx *ctx)
{
    static const struct {
        const char *sql;
        int64_t kept; /* ms */
    } sweeps[] = {
        {"DELETE FROM session WHERE expires_at < ?1", 0},
        {"DELETE FROM session WHERE last_seen_at < ?1", SESSION_IDLE},
        {"DELETE FROM start_link WHERE expires_at < ?1", 0},
        {"DELETE FROM login_attempt WHERE last_at < ?1", ATTEMPTS_KEPT},
        {"DELETE FROM idempotency WHERE created_at < ?1", IDEMPOTENCY_LIFE},
    };
    for (size_t i = 0; i < COUNT(sweeps); i++) {
        struct value before[] = {value_number(ctx->now - sweeps[i].kept)};
        TRY(db_run(ctx, str_of(sweeps[i].sql), before, 1, NULL));
    }
    return OK;
}

uint64_t access_hash_count(const struct access *access)
{
    return atomic_load(&access->hashed);
}
