/* All route tables of the program in one list: what is routed is what the API document describes. */
#include "api/routes.h"

static const struct route_table tables[] = {
    {record_routes, &record_route_count},   {session_routes, &session_route_count},
    {system_routes, &system_route_count},   {framework_routes, &framework_route_count},
    {job_routes, &job_route_count},         {file_routes, &file_route_count},
    {metrics_routes, &metrics_route_count}, {admin_routes, &admin_route_count},
    {ledger_routes, &ledger_route_count},   {overview_routes, &overview_route_count},
    {starter_routes, &starter_route_count}, {clock_routes, &clock_route_count},
    {head_routes, &head_route_count},       {witness_routes, &witness_route_count},
    {health_routes, &health_route_count},
};

const struct route_table *routes_all(size_t *count)
{
    *count = COUNT(tables);
    return tables;
}

enum result routes_add(struct ctx *ctx, struct router *router)
{
    for (size_t i = 0; i < COUNT(tables); i++) TRY(router_add(ctx, router, tables[i].routes, *tables[i].count));
    return OK;
}

enum result routes_add_witness(struct ctx *ctx, struct router *router)
{
    TRY(router_add(ctx, router, witness_routes, witness_route_count));
    TRY(router_add(ctx, router, health_routes, health_route_count));
    return router_add(ctx, router, metrics_routes, metrics_route_count);
}
