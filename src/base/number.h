/* Arithmetic on numbers that come out of rows: somebody who writes the database can put any number there. */
#ifndef MERLON_BASE_NUMBER_H
#define MERLON_BASE_NUMBER_H

#include <stdint.h>

/* a + b, or the largest (smallest) number where that is beyond it. */
static inline int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? INT64_MAX : INT64_MIN;
}

#endif
