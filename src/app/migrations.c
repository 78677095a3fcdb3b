/* None yet: what builds before the first release have made (schemas 0 to 2) is not brought up. */
#include "app/migrations.h"

enum { UNRELEASED = 3 };

const struct migrations program_migrations = {.at = NULL, .count = 0, .base = UNRELEASED};
