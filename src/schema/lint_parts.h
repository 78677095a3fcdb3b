/* What the two files of the lint share: lint.c looks at registers, workflow and follows, lint_fields.c at fields. */
#ifndef MERLON_SCHEMA_LINT_PARTS_H
#define MERLON_SCHEMA_LINT_PARTS_H

#include "schema/common.h"

struct lint {
    struct ctx *ctx;
    const struct reg *const *registers;
    size_t count;
};

/* Names become tables, columns and indexes; PostgreSQL cuts those off after 63 bytes without a word. */
enum { NAME_MOST = 40, INDEX_NAME_MOST = 63 };

bool lint_is_name(const char *name); /* lower case, digits and underscores after a letter, at most NAME_MOST */
const struct reg *lint_register(const struct lint *lint, const char *name); /* NULL when there is none */
void lint_fields(const struct lint *lint, const struct reg *reg);
/* How `reg` is called in pointers, also when it has no name. */
const char *lint_reg_name(const struct reg *reg);

#endif
