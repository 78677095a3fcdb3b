/* What databases of earlier programs need that adding tables, columns and indexes does not bring (store/migrate.h).
 * Numbered from 1, never changed once released; tests/unit/app/migrations_test.c takes each from the tables as they
 * were. */
#ifndef MERLON_APP_MIGRATIONS_H
#define MERLON_APP_MIGRATIONS_H

#include "store/migrate.h"

extern const struct migration migrations[];
extern const size_t migration_count;

#endif
