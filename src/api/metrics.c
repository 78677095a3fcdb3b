/* Counting happens on the loop threads after each exchange, so it is an addition or two and nothing else; whatever
 * takes a query is asked when somebody scrapes. */
#include "api/metrics.h"

#include "access/access.h"
#include "announce/announce.h"
#include "api/routes.h"
#include "base/timekeeper.h"
#include "ledger/cosigned.h"
#include "ledger/signer.h"
#include "store/search.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static const short statuses[] = {200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408,
                                 409, 413, 415, 416, 422, 428, 429, 431, 500, 503, 0}; /* 0: any other */
static const int64_t bounds[] = {1000,   2500,   5000,   10000,   25000,   50000,
                                 100000, 250000, 500000, 1000000, 2500000, 10000000}; /* microseconds */
enum { STATUSES = COUNT(statuses), BUCKETS = COUNT(bounds) + 1 };

struct route_count {
    const struct route *route; /* NULL: no route matched */
    _Atomic uint64_t by_status[STATUSES];
    _Atomic uint64_t by_duration[BUCKETS]; /* each alone; added up when they are shown */
    _Atomic uint64_t microseconds;
};

struct metrics {
    int64_t started; /* ms since 1970 */
    _Atomic(struct server *) server;
    _Atomic int64_t writes;
    _Atomic uint64_t bytes_in, bytes_out, cut;
    const struct route_table *tables;
    size_t table_count, count;
    struct route_count routes[]; /* in the order of the tables; the last is for no route */
};

enum result metrics_new(struct ctx *ctx, struct metrics **out)
{
    size_t table_count, count = 1;
    const struct route_table *tables = routes_all(&table_count);
    for (size_t i = 0; i < table_count; i++) count += *tables[i].count;
    struct metrics *metrics = calloc(1, sizeof *metrics + count * sizeof metrics->routes[0]);
    if (!metrics) return fail(ctx, BROKEN, "There is no memory to start.");
    metrics->started = clock_now();
    metrics->tables = tables;
    metrics->table_count = table_count;
    for (size_t i = 0; i < table_count; i++)
        for (size_t k = 0; k < *tables[i].count; k++) metrics->routes[metrics->count++].route = &tables[i].routes[k];
    metrics->count++;
    *out = metrics;
    return OK;
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

void metrics_watch(struct metrics *metrics, struct server *server)
{
    atomic_store(&metrics->server, server);
}

void metrics_count_write(struct metrics *metrics, int change)
{
    if (metrics) atomic_fetch_add_explicit(&metrics->writes, change, memory_order_relaxed);
}

/* ---- counting ---- */

static struct route_count *count_of(struct metrics *metrics, const struct route *route)
{
    size_t before = 0;
    for (size_t i = 0; i < metrics->table_count; i++) {
        const struct route_table *table = &metrics->tables[i];
        bool here = (uintptr_t)route >= (uintptr_t)table->routes &&
                    (uintptr_t)route < (uintptr_t)(table->routes + *table->count);
        if (here) return &metrics->routes[before + (size_t)(route - table->routes)];
        before += *table->count;
    }
    return &metrics->routes[metrics->count - 1];
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void metrics_completed(void *app, struct exchange *x, const struct server_account *account)
{
    struct metrics *metrics = ((const struct api *)app)->metrics;
    size_t status = 0, bucket = 0;
    (void)x;
    if (!metrics) return;
    struct route_count *count = count_of(metrics, account->route);
    while (statuses[status] && statuses[status] != account->status) status++;
    while (bucket < COUNT(bounds) && account->microseconds > bounds[bucket]) bucket++;
    add(&count->by_status[status], 1);
    add(&count->by_duration[bucket], 1);
    add(&count->microseconds, (uint64_t)(account->microseconds > 0 ? account->microseconds : 0));
    add(&metrics->bytes_in, account->bytes_in);
    add(&metrics->bytes_out, account->bytes_out);
    if (account->was_cut) add(&metrics->cut, 1);
}

/* ---- showing ---- */

static uint64_t read_count(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_print(out, "# HELP merlon_%s %s\n# TYPE merlon_%s %s\n", name, help, name, type);
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    head(out, name, "gauge", help);
    buf_print(out, "merlon_%s %lld\n", name, (long long)value);
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    head(out, name, "counter", help);
    buf_print(out, "merlon_%s %llu\n", name, (unsigned long long)value);
}

static struct str labels_of(struct buf *out, const struct route_count *count)
{
    if (!count->route) return S("method=\"any\",route=\"none\"");
    return arena_print(out->arena, "method=\"%s\",route=\"%s\"", http_method_name(count->route->method),
                       count->route->pattern);
}

static void show_requests(struct buf *out, const struct metrics *metrics)
{
    head(out, "http_requests_total", "counter", "Requests answered, by route and status.");
    for (size_t i = 0; i < metrics->count; i++) {
        const struct route_count *count = &metrics->routes[i];
        struct str labels = labels_of(out, count);
        for (size_t k = 0; k < STATUSES; k++) {
            uint64_t number = read_count(&count->by_status[k]);
            if (!number) continue;
            buf_print(out, "merlon_http_requests_total{%.*s,status=\"", PRINT(labels));
            if (statuses[k])
                buf_number(out, statuses[k]);
            else
                buf_text(out, "other");
            buf_print(out, "\"} %llu\n", (unsigned long long)number);
        }
    }
}

static void show_duration(struct buf *out, const struct route_count *count)
{
    static const char name[] = "merlon_http_request_duration_seconds";
    struct str labels = labels_of(out, count);
    uint64_t sum = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        sum += read_count(&count->by_duration[i]);
        buf_print(out, "%s_bucket{%.*s,le=\"", name, PRINT(labels));
        if (i < COUNT(bounds))
            buf_decimal(out, (double)bounds[i] / 1e6);
        else
            buf_text(out, "+Inf");
        buf_print(out, "\"} %llu\n", (unsigned long long)sum);
    }
    buf_print(out, "%s_sum{%.*s} ", name, PRINT(labels));
    buf_decimal(out, (double)read_count(&count->microseconds) / 1e6);
    buf_print(out, "\n%s_count{%.*s} %llu\n", name, PRINT(labels), (unsigned long long)sum);
}

static bool is_used(const struct route_count *count)
{
    for (size_t i = 0; i < BUCKETS; i++)
        if (read_count(&count->by_duration[i])) return true;
    return false;
}

static void show_durations(struct buf *out, const struct metrics *metrics)
{
    head(out, "http_request_duration_seconds", "histogram",
         "From the request line to the end of the answer, by route.");
    for (size_t i = 0; i < metrics->count; i++)
        if (is_used(&metrics->routes[i])) show_duration(out, &metrics->routes[i]);
}

static void show_server(struct buf *out, struct metrics *metrics, const struct api *api)
{
    struct server *server = atomic_load(&metrics->server);
    struct server_load load = server ? server_load(server) : (struct server_load){0};
    gauge(out, "http_connections", "Connections open now.", (int64_t)load.connections);
    gauge(out, "http_exchanges", "Requests under way now.", (int64_t)load.exchanges);
    gauge(out, "http_streams", "Answers being streamed now.", (int64_t)load.streams);
    gauge(out, "http_upload_bytes", "Bodies held in memory now, in bytes.", (int64_t)load.upload_bytes);
    counter(out, "http_received_bytes_total", "Bodies received, in bytes.", read_count(&metrics->bytes_in));
    counter(out, "http_sent_bytes_total", "Bodies sent, in bytes.", read_count(&metrics->bytes_out));
    counter(out, "http_cut_total", "Answers whose client left before the end.", read_count(&metrics->cut));
    gauge(out, "workers_waiting", "Requests that wait for a worker thread now.", (int64_t)pool_waiting(api->pool));
    gauge(out, "writes_waiting", "Changes that wait for the database now.",
          atomic_load_explicit(&metrics->writes, memory_order_relaxed));
}

/* Field 2 of /proc/self/statm is the resident set in pages (proc(5)). */
static int64_t resident_bytes(void)
{
    char line[128] = "";
    struct str rest, word = S("");
    int64_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) return 0;
    rest = str_of(fgets(line, sizeof line, file) ? line : "");
    fclose(file);
    str_cut(&rest, ' ', &word); /* the first field is the whole size */
    bool known = str_cut(&rest, ' ', &word) && parse_number(word, &pages);
    return known ? pages * sysconf(_SC_PAGESIZE) : 0;
}

static void show_process(struct buf *out, const struct metrics *metrics, const struct access *access)
{
    head(out, "build_info", "gauge", "The version that runs; always 1.");
    buf_print(out, "merlon_build_info{version=\"%s\"} 1\n", MERLON_VERSION);
    gauge(out, "start_time_seconds", "When the program started, in seconds since 1970.", metrics->started / SECOND);
    gauge(out, "resident_memory_bytes", "Memory in use, in bytes.", resident_bytes());
    counter(out, "password_hashes_total", "Passwords hashed or compared.", access ? access_hash_count(access) : 0);
}

static void show_time(struct buf *out, struct timekeeper *time)
{
    struct time_report report = {.state = TIME_RIGHT};
    if (time) report = timekeeper_tell(time);
    gauge(out, "clock_apart_seconds", "The machine's clock less the program's time, in seconds.",
          (report.wall - report.now) / SECOND);
    gauge(out, "clock_held", "Whether the machine's clock went ahead and is not believed until that is confirmed.",
          report.state == TIME_HELD);
    counter(out, "clock_followed_total", "How often the machine's clock went ahead by a minute or more, believed.",
            (uint64_t)report.follows);
}

static enum result show_jobs(struct ctx *ctx, struct buf *out)
{
    struct rows *rows;
    head(out, "jobs", "gauge", "Jobs kept, by status.");
    TRY(db_query(ctx, S("SELECT status, count(*) FROM job GROUP BY status ORDER BY status"), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        buf_print(out, "merlon_jobs{status=\"%.*s\"} %lld\n", PRINT(rows_text(rows, 0)),
                  (long long)rows_number(rows, 1));
    }
    rows_close(rows);
    return OK;
}

static void show_alarm(struct buf *out, struct ledger_signer *signer)
{
    char alarm[8] = "";
    if (signer) ledger_signer_alarm(signer, alarm, sizeof alarm);
    gauge(out, "ledger_alarm", "1 while the ledger is not what this program wrote, or is not sealed; the log says why.",
          alarm[0] != 0);
    gauge(out, "ledger_round_waits_seconds", "How long what was written here awaits its seal.",
          signer ? ledger_signer_waits(signer) / SECOND : 0);
}

static enum result show_witnesses(struct ctx *ctx, struct buf *out)
{
    struct ledger_peer quorum;
    int64_t missing;
    TRY(ledger_peer_read(ctx, S(PEER_QUORUM), &quorum));
    TRY(announce_quorum_missing(ctx, &missing));
    gauge(out, "ledger_cosigned_entries", "Entries under the newest head that has the quorum of witnesses.",
          quorum.size);
    gauge(out, "ledger_quorum_missing_seconds", "How long the quorum of witnesses has been wanting; 0: it is reached.",
          missing ? (ctx->now - missing) / SECOND + 1 : 0);
    return OK;
}

static enum result show_database(struct ctx *ctx, struct buf *out, struct store *store)
{
    int64_t bytes, pending, entries, unindexed;
    TRY(store_size(ctx, store, &bytes));
    TRY(ledger_pending_count(ctx, &pending));
    TRY(search_pending_count(ctx, &unindexed));
    TRY(db_query_number(ctx, S("SELECT max(id) FROM ledger_entry"), NULL, 0, 0, &entries));
    gauge(out, "database_bytes", "Size of the database with its log, in bytes.", bytes);
    gauge(out, "ledger_entries", "Number of the newest entry of the ledger.", entries);
    gauge(out, "ledger_pending", "Entries of the ledger that are not sealed yet.", pending);
    gauge(out, "search_pending", "Records that await their place in the search index; they are found all the same.",
          unindexed);
    return show_jobs(ctx, out);
}

static enum result show(struct ctx *ctx, struct exchange *x)
{
    const struct api *api = api_of(x);
    if (!api->metrics) return fail(ctx, NOT_FOUND, "This program keeps no metrics.");
    x->type = "text/plain; version=0.0.4; charset=utf-8";
    show_process(&x->out, api->metrics, api->access);
    show_server(&x->out, api->metrics, api);
    show_time(&x->out, api->time);
    TRY(show_database(ctx, &x->out, api->store));
    TRY(show_witnesses(ctx, &x->out));
    show_alarm(&x->out, api->signer);
    show_requests(&x->out, api->metrics);
    show_durations(&x->out, api->metrics);
    return OK;
}

const struct route metrics_routes[] = {
    {HTTP_GET, "/metrics", show, LANE_WORKER, .help = "What the program counts, as Prometheus text",
     .data = &route_open},
};
const size_t metrics_route_count = COUNT(metrics_routes);
