/* The OpenAPI 3.1 document, written from the route tables and the registers. */
#ifndef MERLON_API_OPENAPI_H
#define MERLON_API_OPENAPI_H

#include "base/buf.h"
#include "records/house.h"

/* One JSON object. Paths with {register} are written once for each register. */
void openapi_write(struct ctx *ctx, const struct house *house, struct buf *out);

#endif
