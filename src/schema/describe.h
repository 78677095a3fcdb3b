/* Registers as JSON for the browser: what `GET /api/v1/schema` answers (docs/api.md, "Schema"). */
#ifndef MERLON_SCHEMA_DESCRIBE_H
#define MERLON_SCHEMA_DESCRIBE_H

#include "format/json_out.h"
#include "schema/common.h"

/* One field; `label` is for custom ones, else empty. A fallback speaks the language of the ctx (schema/parse.h). */
void field_describe(struct ctx *ctx, struct json_out *out, const struct field *field, struct str label);

/* The members of a register's object that do not depend on who asks: name, prefix, fields, states, transitions. The
 * caller has opened the object, writes what does depend (`may`), and closes it. `custom` are described after the
 * register's own. */
struct described_field {
    const struct field *field;
    struct str label;
};
void reg_describe(struct ctx *ctx, struct json_out *out, const struct reg *reg, const struct described_field *custom,
                  size_t custom_count);

#endif
