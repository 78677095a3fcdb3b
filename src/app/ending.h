/* An end that comes in time. From the signal on the program has ENDING_LIMIT: what waits for the database is told to
 * give up before that, and what is left then is cut off, as by a power cut, which loses nothing that was
 * acknowledged. */
#ifndef MERLON_APP_ENDING_H
#define MERLON_APP_ENDING_H

#include "store/store.h"

enum { ENDING_HURRY = 8000, ENDING_LIMIT = 15000 }; /* ms */

struct ending;

/* Once, when the program begins to end. NULL when the system gives no thread for it: then it takes as long as it
 * takes. */
struct ending *ending_begin(struct store *store);
/* The store is to be closed: it is not touched any more. The limit stays. NULL is fine. */
void ending_leave_store(struct ending *ending);

#endif
