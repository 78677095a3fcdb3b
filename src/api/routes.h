/* The route tables of this room. */
#ifndef MERLON_API_ROUTES_H
#define MERLON_API_ROUTES_H

#include "api/serve.h"

extern const struct route record_routes[], session_routes[], system_routes[], framework_routes[], job_routes[],
    file_routes[], metrics_routes[], admin_routes[], ledger_routes[], head_routes[], witness_routes[], health_routes[],
    starter_routes[], overview_routes[], clock_routes[];
extern const size_t record_route_count, session_route_count, system_route_count, framework_route_count, job_route_count,
    file_route_count, metrics_route_count, admin_route_count, ledger_route_count, head_route_count, witness_route_count,
    health_route_count, starter_route_count, overview_route_count, clock_route_count;

struct route_table {
    const struct route *routes;
    const size_t *count;
};
const struct route_table *routes_all(size_t *count);

/* Adds all of them. */
enum result routes_add(struct ctx *ctx, struct router *router) MUST_USE;
/* Adds what a witness that is nothing else answers: questions, health, metrics. */
enum result routes_add_witness(struct ctx *ctx, struct router *router) MUST_USE;

#endif
