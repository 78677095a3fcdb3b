/* Tables of the records room itself. */
#ifndef MERLON_RECORDS_TABLES_H
#define MERLON_RECORDS_TABLES_H

#include "store/table.h"

/* link: who links to what (records/links.h); `merlon rebuild` makes it anew.
 * custom_field: the administrators' fields. outbox: what has happened and is still to be told (jobs/). */
extern const struct table *const record_tables[];
extern const size_t record_table_count;

#endif
