/* Tables of the jobs room. */
#ifndef MERLON_JOBS_TABLES_H
#define MERLON_JOBS_TABLES_H

#include "store/table.h"

extern const struct table *const job_tables[];
extern const size_t job_table_count;

#endif
