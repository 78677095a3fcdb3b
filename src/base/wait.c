/* The clock of a condition is chosen when it is made, which is why making it stands here as well. */
#include "base/wait.h"

#include "base/clock.h"

#include <time.h>

void wait_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t instant)
{
    struct timespec at = {.tv_sec = instant / SECOND, .tv_nsec = instant % SECOND * 1000000};
    return pthread_cond_timedwait(condition, lock, &at) == 0;
}

bool wait_for(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t ms)
{
    return wait_until(condition, lock, clock_monotonic() + ms);
}
