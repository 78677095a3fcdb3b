/* What each route takes and answers, for the OpenAPI document. One line a route; the routes themselves say the rest. */
#ifndef MERLON_API_OPENAPI_ANSWERS_H
#define MERLON_API_OPENAPI_ANSWERS_H

#include "http/route.h"

struct route_answer {
    enum http_method method;
    const char *pattern;
    int status;          /* when all is well */
    const char *shape;   /* of the answer (openapi_shape.h); NULL: no body, or one of `types` */
    const char *request; /* of the body; NULL: none, or one of `takes` */
    const char *types;   /* media types of the answer, by comma; NULL: application/json */
    const char *takes;   /* media types of the request, by comma; NULL: application/json */
    const char *query;   /* names of parameters, by comma, "name!" for one that must be there; NULL: none */
    const char *headers; /* names of request headers likewise */
};

/* NULL when the table knows nothing of it, which the contract tests refuse. */
const struct route_answer *answer_of(const struct route *route);

/* Shapes with a name, for components.schemas. Closed by a NULL name. */
struct named_shape {
    const char *name, *shape;
};
extern const struct named_shape named_shapes[];

#endif
