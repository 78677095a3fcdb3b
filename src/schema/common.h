/* The fields that every record has. They stand before the register's own in tables, JSON and struct record. */
#ifndef MERLON_SCHEMA_COMMON_H
#define MERLON_SCHEMA_COMMON_H

#include "schema/reg.h"

enum common {
    C_ID,
    C_UNIT,
    C_OWNER, /* a person */
    C_STATUS,
    C_VERSION,
    C_CREATED_AT,
    C_CREATED_BY, /* a user */
    C_CHANGED_AT,
    C_CHANGED_BY,
    C_DELETED_AT,
    C_TAGS,
    C_CUSTOM,
    COMMON
};

extern const struct field common_fields[COMMON];

/* Index into the whole row: 0..COMMON-1 are the common fields, then the register's own. */
static inline const struct field *row_field(const struct reg *reg, size_t index)
{
    return index < COMMON ? &common_fields[index] : &reg->fields[index - COMMON];
}
static inline size_t row_width(const struct reg *reg)
{
    return COMMON + reg->field_count;
}
/* NULL when the register has no such field; `reference` is not a field (it is made of prefix and id). */
const struct field *row_find(const struct reg *reg, struct str name, size_t *index);
/* The same, looked for from *index on and round to it: who sends fields sends them in their order, mostly. */
const struct field *row_find_from(const struct reg *reg, struct str name, size_t *index);
/* False for the unit of records that belong to none (or are units), and for the owner of those that have none: the
 * columns are there, and stay empty. */
bool row_has(const struct reg *reg, const struct field *field);
/* May a request set it: neither derived nor kept by the program. */
bool field_is_writable(const struct field *field);

#endif
