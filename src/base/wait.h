/* Waiting on a condition for so long at most. Measured by the monotonic clock: setting the machine's clock neither cuts
 * a wait short nor makes it last. */
#ifndef MERLON_BASE_WAIT_H
#define MERLON_BASE_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Every condition that is waited on with a limit is made so. */
void wait_init(pthread_cond_t *condition);
/* With the lock held; false when ms have passed. As with every condition, true says that it is time to look again. */
bool wait_for(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t ms);
/* The same until an instant of clock_monotonic(). */
bool wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t instant);

#endif
