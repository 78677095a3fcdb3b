/* Registers as JSON Schema (2020-12), for the OpenAPI 3.1 document: what a record looks like, and what a request may
 * send. */
#ifndef MERLON_SCHEMA_OPENAPI_H
#define MERLON_SCHEMA_OPENAPI_H

#include "format/json_out.h"
#include "schema/common.h"

/* As members of components.schemas: "risk" (a record), "risk_create", "risk_change", "risk_step" (of
 * the workflow), "risk_list". */
void reg_write_schemas(struct json_out *out, const struct reg *reg);

#endif
