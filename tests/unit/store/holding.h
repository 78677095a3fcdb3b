/* A write that does not come to its end until it is told to: what a hung writer looks like to everybody else. */
#ifndef MERLON_TEST_STORE_HOLDING_H
#define MERLON_TEST_STORE_HOLDING_H

#include "base/cmocka_first.h"
#include "store/store.h"

#include <semaphore.h>

struct holding {
    struct write_job job; /* first */
    sem_t begun, goes_on, done;
};

/* The write itself: says that it has begun, and waits. */
static enum result hold_writer(struct write_job *job, struct db *db)
{
    struct holding *holding = (struct holding *)(void *)job;
    (void)db;
    sem_post(&holding->begun);
    while (sem_wait(&holding->goes_on) != 0) continue;
    return OK;
}

static void is_held_no_more(struct write_job *job, enum result result)
{
    assert_int_equal(result, OK);
    sem_post(&((struct holding *)(void *)job)->done);
}

#endif
