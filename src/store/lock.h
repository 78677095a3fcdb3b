/* One program at a time writes a data directory: the lock that says so is on a file in it that is never removed. The
 * system gives it back when the program ends, however it ends. On PostgreSQL nobody needs it. */
#ifndef MERLON_STORE_LOCK_H
#define MERLON_STORE_LOCK_H

#include "base/ctx.h"

struct directory_lock {
    bool held;
    int file;
};

/* Who holds it: the process, and the word that it gave, "serve". 0 and "" in the moment before it has said so. */
struct lock_holder {
    int64_t pid;
    char word[24];
};

/* Does not wait: lock->held is false when another program holds it, which *holder names. INVALID when the directory
 * takes no lock. */
enum result directory_lock(struct ctx *ctx, struct str directory, const char *word, struct directory_lock *lock,
                           struct lock_holder *holder) MUST_USE;
void directory_unlock(struct directory_lock *lock);

/* As long as this one is held, nobody takes the other: for who reads where he may not write. */
enum lock_shared { LOCK_SHARED, LOCK_REFUSED, LOCK_ABSENT /* nobody ever locked this directory */ };
enum lock_shared directory_lock_shared(const char *directory, struct directory_lock *lock);

#endif
