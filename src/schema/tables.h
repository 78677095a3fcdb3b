/* The database table of a register (store/table.h), made from its fields: types, keys, uniqueness and references
 * only. */
#ifndef MERLON_SCHEMA_TABLES_H
#define MERLON_SCHEMA_TABLES_H

#include "schema/common.h"
#include "store/table.h"

/* In the ctx's arena. LINK fields reference their target's table; `unit` and `owner` reference unit and person. */
const struct table *reg_table(struct ctx *ctx, const struct reg *reg);

#endif
