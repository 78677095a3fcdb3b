/* What is measured with 10,000 risks, with a million, and after a start. */
#include "bench/figures.h"
#include "bench/world.h"

#include "format/json.h"

#include <unistd.h>

enum { BODIES = 64, CONNECTIONS = 32, LISTS = 2000, CREATES = 4000, EXPORTS = 3 };

static struct child start(struct bench *bench, const struct world *world)
{
    struct child child;
    child_start(&child, world_serve(bench->arena, world, bench->program));
    return child;
}

static struct str get(struct bench *bench, const char *path, const char *token)
{
    return request_text(bench->arena, "GET", path, token, NULL, S(""));
}

static void pass_over(void *arg, struct str piece)
{
    (void)arg, (void)piece;
}

/* The whole file, which nobody keeps. */
static uint64_t fetch(struct bench *bench, const struct child *child, const char *path, const char *token)
{
    struct arena *arena = arena_new(0);
    uint64_t len = ask(arena, child->port, get(bench, path, token), 200, pass_over, NULL).len;
    arena_free(arena);
    return len;
}

/* ---- list and create ---- */

/* What a create leaves to be done (the place in the tree, the signature, the search index) belongs to it. */
static void settle(const struct side *side)
{
    struct arena *arena = arena_new(0);
    struct str request = request_text(arena, "GET", "/metrics", "", NULL, S(""));
    for (int tries = 0; tries < 2000; tries++) {
        struct answer answer = ask(arena, side->load.port, request, 200, NULL, NULL);
        if (str_find(answer.body, S("\nmerlon_ledger_pending 0\n"), NULL) &&
            str_find(answer.body, S("\nmerlon_search_pending 0\n"), NULL))
            break;
        usleep(500000); /* seldom: asking costs what is being measured */
    }
    arena_free(arena);
}

static const struct str *create_requests(struct bench *bench, const struct world *world)
{
    struct str *requests = arena_make_many(bench->arena, struct str, BODIES);
    for (unsigned i = 0; i < BODIES; i++)
        requests[i] = request_text(bench->arena, "POST", "/api/v1/risk", world->token, "application/json",
                                   world_risk(bench->arena, world->assessment, world->person, i, false));
    return requests;
}

static struct side side_of(const struct child *child, int expect, size_t count, const struct str *requests,
                           size_t request_count)
{
    return (struct side){.child = child,
                         .load = {.port = child->port,
                                  .expect = expect,
                                  .connections = CONNECTIONS,
                                  .count = count,
                                  .requests = requests,
                                  .request_count = request_count}};
}

static void check_same(struct bench *bench, const struct child *ours, const struct child *bare, struct str request)
{
    struct answer one = ask(bench->arena, ours->port, request, 200, NULL, NULL);
    struct answer other = ask(bench->arena, bare->port, request, 200, NULL, NULL);
    if (!str_eq(one.body, other.body))
        bench_die("the bare list is not what it is compared with:\n%.*s\n%.*s", PRINT(str_slice(one.body, 0, 3000)),
                  PRINT(str_slice(other.body, 0, 3000)));
}

static void export_one(struct bench *bench, const struct child *child, const struct world *world, const char *format,
                       double goal)
{
    char path[64], name[64];
    double samples[EXPORTS];
    snprintf(path, sizeof path, "/api/v1/risk/export?format=%s", format);
    snprintf(name, sizeof name, "10,000 risks as %s, CPU ms a MB", format);
    for (int i = -1; i < EXPORTS; i++) {
        double before = child_cpu(child);
        uint64_t len = fetch(bench, child, path, world->token);
        double used = (child_cpu(child) - before) * 1e3 / ((double)len / 1e6);
        if (i >= 0) samples[i] = used;
    }
    tell(bench, name, "ms", median(samples, EXPORTS), 0, goal > 0 ? BELOW : NO_GOAL, goal);
}

/* Both servers, on 10,000 risks each; the bare one lists what ours lists, and writes to its own. */
struct pair {
    struct world *world, *other;
    struct child ours, bare;
};

static void start_pair(struct bench *bench, struct pair *pair)
{
    const char *const arguments[] = {bench->self, "--bare", pair->world->directory,
                                     pair->other ? pair->other->directory : NULL, NULL};
    pair->ours = start(bench, pair->world);
    if (pair->other) child_start(&pair->bare, arguments);
}

static void stop_pair(struct pair *pair)
{
    child_stop(&pair->ours);
    if (pair->other) child_stop(&pair->bare);
}

static void open_pair(struct bench *bench, struct pair *pair)
{
    *pair = (struct pair){.world = world_new(bench->postgres, 10000, false)};
    world_close(pair->world);
    if (!bench->postgres) {
        pair->other = world_new(false, 10000, false);
        world_close(pair->other);
    }
    start_pair(bench, pair);
}

static void close_pair(struct pair *pair)
{
    stop_pair(pair);
    world_free(pair->world);
    if (pair->other) world_free(pair->other);
}

/* Both are started several times: which connection falls to which thread, and where things come to lie in memory, makes
 * a tenth of difference as long as a process lives. */
static void compare(struct bench *bench, const char *name, struct pair *pair, struct side *ours, struct side *bare,
                    double goal)
{
    struct side *both[] = {ours, bare};
    for (int begun = 0; begun < STARTS; begun++) {
        if (begun) stop_pair(pair), start_pair(bench, pair);
        ours->load.port = pair->ours.port;
        bare->load.port = pair->bare.port;
        measure(both, pair->other ? 2 : 1, ROUNDS / STARTS);
    }
    tell(bench, name, "us", ours->median, pair->other ? bare->median : 0, AT_LEAST, goal);
}

void figure_list(struct bench *bench)
{
    struct pair pair;
    open_pair(bench, &pair);
    struct str list = get(bench, WORLD_LIST, pair.world->token);
    if (pair.other) check_same(bench, &pair.ours, &pair.bare, list);
    struct side ours = side_of(&pair.ours, 200, LISTS, &list, 1), bare = side_of(&pair.bare, 200, LISTS, &list, 1);
    compare(bench, "list of 50 out of 10,000 risks", &pair, &ours, &bare, 0.7);
    export_one(bench, &pair.ours, pair.world, "json", 15);
    export_one(bench, &pair.ours, pair.world, "csv", 15);
    export_one(bench, &pair.ours, pair.world, "xlsx", 0);
    close_pair(&pair);
}

void figure_create(struct bench *bench)
{
    struct pair pair;
    open_pair(bench, &pair);
    const struct str *bodies = create_requests(bench, pair.world);
    struct side ours = side_of(&pair.ours, 201, CREATES, bodies, BODIES);
    struct side bare = side_of(&pair.bare, 201, CREATES, bodies, BODIES);
    ours.settle = settle;
    compare(bench, "create one risk, 32 connections", &pair, &ours, &bare, 0.5);
    close_pair(&pair);
}

/* ---- pages ---- */

static struct str page_request(struct bench *bench, const struct world *world, const char *sort, struct str cursor)
{
    struct str path = cursor.len ? arena_print(bench->arena, "/api/v1/risk?limit=50%s&cursor=%.*s", sort, PRINT(cursor))
                                 : arena_print(bench->arena, "/api/v1/risk?limit=50%s", sort);
    return get(bench, path.at, world->token);
}

static struct str next_cursor(struct bench *bench, const struct child *child, struct str request)
{
    struct arena *arena = arena_new(0);
    struct ctx ctx = {.arena = arena};
    struct json *json = NULL;
    struct answer answer = ask(arena, child->port, request, 200, NULL, NULL);
    if (json_parse(&ctx, answer.body, &json) != OK) bench_die("a page is no JSON");
    struct str next = arena_copy(bench->arena, json_str(json, "next", S("")));
    if (!next.len) bench_die("there is no next page");
    arena_free(arena);
    return next;
}

static void pages_by(struct bench *bench, const struct child *child, const struct world *world, const char *sort,
                     const char *name)
{
    enum { PAGE = 1000, REQUESTS = 1000 };
    struct str first = page_request(bench, world, sort, S("")), last = first;
    for (int page = 1; page < PAGE; page++) last = page_request(bench, world, sort, next_cursor(bench, child, last));
    struct side one = side_of(child, 200, REQUESTS, &first, 1), other = side_of(child, 200, REQUESTS, &last, 1);
    struct side *both[] = {&one, &other};
    measure(both, 2, ROUNDS);
    tell(bench, name, "us", other.median, one.median, AT_MOST, 1.5);
}

void figure_pages(struct bench *bench)
{
    struct world *world = world_new(bench->postgres, 1000000, true);
    world_close(world);
    struct child child = start(bench, world);
    pages_by(bench, &child, world, "", "page 1,000 (against 1) of 1,000,000, by id");
    pages_by(bench, &child, world, "&sort=title", "page 1,000 (against 1) of 1,000,000, by title");
    child_stop(&child);
    world_free(world);
}

/* ---- start and memory ---- */

static double first_answer(struct bench *bench, const struct world *world, const char *path, struct child *child)
{
    *child = start(bench, world);
    ask(bench->arena, child->port, get(bench, path, world->token), 200, NULL, NULL);
    return seconds() - child->started;
}

static double starts(struct bench *bench, const struct world *world, const char *path)
{
    double samples[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct child child;
        samples[i] = first_answer(bench, world, path, &child);
        child_stop(&child);
    }
    return median(samples, ROUNDS);
}

void figure_start(struct bench *bench)
{
    double samples[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct world *world = world_new(bench->postgres, 0, false);
        struct child child;
        samples[i] = first_answer(bench, world, "/readyz", &child);
        child_stop(&child);
        if (i + 1 == ROUNDS) {
            tell(bench, "start to first answer, new directory", "s", median(samples, ROUNDS), 0, BELOW, 0.1);
            tell(bench, "start to first answer, nothing in it", "s", starts(bench, world, "/readyz"), 0, BELOW, 0.1);
        }
        world_free(world);
    }
}

/* Everything that clients do: lists, single records, changes, and all of it as files. */
static void use_everything(struct bench *bench, const struct child *child, const struct world *world)
{
    static const char *const reads[] = {WORLD_LIST,
                                        "/api/v1/risk?limit=500",
                                        "/api/v1/risk?q=ransomware",
                                        "/api/v1/risk?limit=50&expand=assessment,owner&sort=-current_rank",
                                        "/api/v1/risk/77",
                                        "/api/v1/schema",
                                        "/api/v1/labels/en"};
    static const char *const files[] = {"/api/v1/risk/export?format=json", "/api/v1/risk/export?format=csv"};
    struct str requests[COUNT(reads)];
    for (size_t i = 0; i < COUNT(reads); i++) requests[i] = get(bench, reads[i], world->token);
    struct side read = side_of(child, 200, 7000, requests, COUNT(reads));
    struct side write = side_of(child, 201, 8000, create_requests(bench, world), BODIES);
    load_run(&read.load);
    load_run(&write.load);
    settle(&write);
    for (size_t i = 0; i < COUNT(files); i++) fetch(bench, child, files[i], world->token);
    load_run(&read.load);
}

void figure_large(struct bench *bench)
{
    struct world *world = world_new(bench->postgres, 100000, false);
    struct child child;
    world_close(world);
    tell(bench, "start to first answer, 100,000 records", "s", starts(bench, world, WORLD_LIST), 0, BELOW, 0.5);
    child = start(bench, world);
    use_everything(bench, &child, world);
    tell(bench, "RssAnon after 32 clients, 100,000 records", "MB", (double)child_anonymous(&child) / 1024, 0, BELOW,
         50);
    fetch(bench, &child, "/api/v1/risk/export?format=xlsx", world->token);
    tell(bench, "  and after all of them as one XLSX", "MB", (double)child_anonymous(&child) / 1024, 0, NO_GOAL, 0);
    child_stop(&child);
    world_free(world);
}
