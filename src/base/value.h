/* One value as it travels between the database, a record and the outside. Which type a field takes follows from its
 * kind (schema/field.h). Bytes are borrowed. */
#ifndef MERLON_BASE_VALUE_H
#define MERLON_BASE_VALUE_H

#include "base/str.h"

enum value_type { IS_NULL, IS_NUMBER, IS_DECIMAL, IS_TEXT, IS_BYTES };

struct value {
    enum value_type type;
    union {
        int64_t number;
        double decimal;
        struct str text; /* IS_TEXT and IS_BYTES */
    };
};

static inline struct value value_null(void)
{
    return (struct value){.type = IS_NULL};
}
static inline struct value value_number(int64_t n)
{
    return (struct value){.type = IS_NUMBER, .number = n};
}
static inline struct value value_decimal(double n)
{
    return (struct value){.type = IS_DECIMAL, .decimal = n};
}
static inline struct value value_text(struct str s)
{
    return (struct value){.type = IS_TEXT, .text = s};
}
static inline struct value value_bytes(struct str s)
{
    return (struct value){.type = IS_BYTES, .text = s};
}
/* NULL for a record id of 0: "no record". */
static inline struct value value_id(int64_t id)
{
    return id ? value_number(id) : value_null();
}
static inline struct value value_optional(struct str s)
{
    return s.len ? value_text(s) : value_null();
}

static inline bool value_eq(struct value a, struct value b)
{
    if (a.type != b.type) return false;
    switch (a.type) {
    case IS_NULL: return true;
    case IS_NUMBER: return a.number == b.number;
    case IS_DECIMAL: return a.decimal == b.decimal;
    case IS_TEXT:
    case IS_BYTES: return str_eq(a.text, b.text);
    }
    return false;
}

#endif
