/* What a process remembers (the inside of struct access): who came with which cookie or token, and the slots for
 * hashing. A box is one such visitor, never changed after it was made but for its two clocks; it lives as long as
 * somebody holds it. Nothing here takes memory from an arena while a lock is held: running out of it would jump away
 * with the lock. */
#ifndef MERLON_ACCESS_CACHE_H
#define MERLON_ACCESS_CACHE_H

#include "access/access.h"
#include "access/actor.h"
#include "access/reach.h"
#include "access/secret.h"

#include <pthread.h>
#include <stdatomic.h>

struct box {
    atomic_int references;
    struct actor actor;
    int64_t session, token;    /* one of them; 0, 0 for user_actor */
    int64_t expires_at;        /* at the latest */
    _Atomic int64_t seen_at;   /* last seen as the database has it */
    _Atomic int64_t due_after; /* when the next such write is due */
    bool rotate;
    struct str csrf, key;
    struct unit_reach *reach; /* one reference */
};

struct box *box_hold(struct box *box);
void box_release(void *box); /* NULL is fine */

enum { CACHE_SETS = 1024, CACHE_WAYS = 4, CACHE_LIFE = 2000, CACHE_UNSURE = 10000 };

struct slot {
    unsigned char hash[SECRET_HASH];
    int64_t checked_at;
    struct box *box; /* NULL: empty */
};

struct access {
    struct store *store;

    pthread_mutex_t lock; /* of slots, reach, reach_stamp, reach_at */
    struct slot slots[CACHE_SETS][CACHE_WAYS];
    struct unit_reach *reach; /* the newest, shared by boxes */
    int64_t reach_stamp, reach_at;
    _Atomic int64_t stamp;        /* the highest access_stamp that was read */
    _Atomic int64_t unsure_until; /* until then a change may be under way that is not committed: always ask */

    pthread_mutex_t hashing_lock;
    pthread_cond_t hashing_free;
    int hashing, waiting;
    _Atomic uint64_t hashed;
};

/* A reference to what is remembered, or NULL; *fresh when the database need not be asked. */
struct box *cache_find(struct access *access, const unsigned char hash[SECRET_HASH], int64_t now, bool *fresh);
/* Remembers it (holding a reference of its own), or with the same box, that it was found true again. */
void cache_put(struct access *access, const unsigned char hash[SECRET_HASH], struct box *box, int64_t now);
void cache_drop(struct access *access, const unsigned char hash[SECRET_HASH]);
/* Sessions, tokens or rights are being changed in a write: ask the database each time until that is surely over. */
void cache_unsure(const struct ctx *ctx);

/* The tree of units of that stamp, read not longer ago than CACHE_LIFE, held for the caller; else NULL. */
struct unit_reach *cache_reach(struct access *access, int64_t stamp, int64_t now);
void cache_keep_reach(struct access *access, struct unit_reach *reach, int64_t stamp, int64_t now);

/* The stamp only rises. The highest that this process has read: to be asked for before the reading begins that is then
 * told to cache_note_stamp. That forgets all that is remembered when the stamp has fallen since, and leaves a line in
 * the log. */
int64_t cache_stamp(struct access *access);
void cache_note_stamp(struct ctx *ctx, int64_t before, int64_t stamp);

/* Waits for one of HASHING_AT_ONCE slots; BUSY (without a sentence) when HASHING_WAITING wait already. */
enum result hashing_enter(struct access *access) MUST_USE;
void hashing_leave(struct access *access);

#endif
