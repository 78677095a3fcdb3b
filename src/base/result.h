/* The one enum of results. Every function that can fail returns it; the sentence stays in the ctx (ctx.h). */
#ifndef MERLON_BASE_RESULT_H
#define MERLON_BASE_RESULT_H

#include "base/banned.h"

#include <stdbool.h>

enum result {
    OK,        /* done */
    INVALID,   /* the caller's input is wrong; the ctx says where */
    DENIED,    /* the caller may not; the ctx says why */
    NOT_FOUND, /* no such thing, or the caller may not know that there is */
    CONFLICT,  /* right in itself, but not now: stale version, uniqueness, a state that does not allow it */
    BUSY,      /* try again: too many at once, database locked */
    AWAY,      /* the database cannot be reached, or its disk is full: it passes, or the operator mends it */
    BROKEN,    /* our fault or the machine's: damaged data, no memory, an error of the disk */
};

/* What is no fault of the one thing that was to be done: whatever it is part of ends with it. */
static inline bool result_ends_all(enum result result)
{
    return result >= BUSY;
}

/* Says nothing of what was asked: the same question may be answered in a moment. */
static inline bool result_passes(enum result result)
{
    return result == BUSY || result == AWAY;
}

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Return early with whatever went wrong; the sentence is in the ctx already. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        enum result try_result_ = (call);                                                                              \
        if (try_result_ != OK) return try_result_;                                                                     \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
