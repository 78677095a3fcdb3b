/* The clerk: one thread of small regular duties. Tells those who watch jobs; turns the outbox into notifications;
 * derives anew, once a day, what depends on the day (registers marked DAILY); sweeps what has run out. A record or
 * message for which that fails is told in the log and passed over, and so is a duty. What ends all (result_ends_all:
 * the database is away, busy or damaged) ends the round, and the next one begins with the first duty again. On several
 * nodes a lock lets one empty the outbox at a time; what is derived or swept twice is the same as once. */
#ifndef MERLON_JOBS_CLERK_H
#define MERLON_JOBS_CLERK_H

#include "jobs/jobs.h"

struct clerk;

#define CLERK_DAY "derived_day" /* in meta: the day for which the daily duties were done last, YYYY-MM-DD */

enum result clerk_open(struct ctx *ctx, struct jobs *jobs, const struct jobs_config *config,
                       struct clerk **out) MUST_USE;
void clerk_close(struct clerk *clerk); /* before jobs_close; NULL is fine */

/* The duties alone, for the command line and tests. Each makes its own writes. */
enum result clerk_notify(struct ctx *ctx, struct store *store) MUST_USE;
enum result clerk_new_day(struct ctx *ctx, struct store *store) MUST_USE;

#endif
