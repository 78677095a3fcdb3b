/* What the program counts about itself, as Prometheus text at /metrics. Labels are patterns of routes, methods and
 * statuses: never a path, an address, a name or anything else of a request. Counters are lock-free; one struct a
 * process. */
#ifndef MERLON_API_METRICS_H
#define MERLON_API_METRICS_H

#include "api/serve.h"
#include "http/server.h"

struct metrics;

/* A counter for every route of routes_all(). BROKEN when there is no memory. */
enum result metrics_new(struct ctx *ctx, struct metrics **metrics) MUST_USE;
void metrics_free(struct metrics *metrics); /* after the server; NULL is fine */

/* The server whose connections are shown; from when it is open. */
void metrics_watch(struct metrics *metrics, struct server *server);

/* For struct server_config: counts an exchange. `api` is the struct api; its metrics may be NULL. */
void metrics_completed(void *api, struct exchange *x, const struct server_account *account);

/* A write begins to wait (+1) or is done (-1). NULL is fine. */
void metrics_count_write(struct metrics *metrics, int change);

#endif
