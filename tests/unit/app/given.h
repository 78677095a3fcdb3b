/* A day that is always the same, for tests that name dates: the program's clock starts at GIVEN_NOW and goes on as time
 * passes, whatever the machine's clock says. A test may set it ahead. */
#ifndef MERLON_TEST_APP_GIVEN_H
#define MERLON_TEST_APP_GIVEN_H

#include "base/timekeeper.h"

#include <stdatomic.h>

#define GIVEN_NOW INT64_C(1795285260000) /* 2026-11-21T18:21:00Z */

struct given {
    struct time_source source;
    int64_t began;         /* of the monotonic clock */
    _Atomic int64_t ahead; /* ms: a test may set the clock ahead, and then no time service keeps it any more */
};

/* From now on it is GIVEN_NOW; for program.clock, and to live as long as the program. */
const struct time_source *given_begin(struct given *given);

#endif
