/* Progress of what takes long: one line on standard error that is written over, on a terminal only; elsewhere
 * nothing. */
#ifndef MERLON_APP_PROGRESS_H
#define MERLON_APP_PROGRESS_H

#include "base/str.h"

struct progress {
    struct str what;
    bool hidden; /* standard error is not the caller's */
    bool shown;
    int64_t told_at; /* clock_monotonic */
};

/* At most ten times a second; of 0: not known. */
void progress_tell(struct progress *progress, int64_t done, int64_t of);
void progress_end(struct progress *progress); /* clears the line */

#endif
