/* What databases of earlier programs need that adding tables, columns and indexes does not bring (store/migrate.h).
 * Never changed once released. tests/unit/app/migrations_test.c has one of its own, and shows that what follows from
 * records is right afterwards. */
#ifndef MERLON_APP_MIGRATIONS_H
#define MERLON_APP_MIGRATIONS_H

#include "store/migrate.h"

extern const struct migrations program_migrations;

#endif
