/* Time. Instants are milliseconds since 1970 UTC; RFC 3339 at the edge. Dates without time are the text YYYY-MM-DD. */
#ifndef MERLON_BASE_CLOCK_H
#define MERLON_BASE_CLOCK_H

#include "base/str.h"

enum { TIME_TEXT = 25, DATE_TEXT = 11 }; /* "2026-11-21T18:21:00.123Z", "2026-11-21", both with the NUL */
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

int64_t clock_now(void);       /* wall clock, ms */
int64_t clock_monotonic(void); /* for durations, ms */

void time_format(int64_t ms, char out[TIME_TEXT]);
/* RFC 3339 with zone, seconds needed, fraction optional; years 1970 to 9999. */
bool time_parse(struct str s, int64_t *ms) MUST_USE;

bool date_is_valid(struct str s);                   /* YYYY-MM-DD of the Gregorian calendar, years 1900 to 9999 */
void date_of_time(int64_t ms, char out[DATE_TEXT]); /* the UTC day of an instant */
bool date_add_days(struct str date, int64_t days, char out[DATE_TEXT]) MUST_USE;
bool date_to_time(struct str date, int64_t *ms) MUST_USE; /* 00:00 UTC of that day */
int64_t date_days(struct str date);                       /* days since 1970; the date must be valid */

#endif
