/* A workbook of 10,000 assets, made here, goes in as a job; its progress is watched as a browser would. */
#include "bench/figures.h"
#include "bench/world.h"

#include "format/json.h"
#include "format/xlsx_out.h"

enum { ASSETS = 10000 };

static struct str workbook(struct world *world)
{
    static const char *const kinds[] = {"software", "hardware", "service", "information"};
    const struct str header[] = {S("title"),           S("kind"),     S("description"),
                                 S("product_version"), S("supplier"), S("confidentiality")};
    struct ctx *ctx = world->ctx;
    struct xlsx_book *book;
    struct str bytes;
    must(world, xlsx_book_open(ctx, S("Assets"), 0, &book));
    must(world, xlsx_sheet_add(ctx, book, S("Assets"), header, COUNT(header)));
    for (int i = 0; i < ASSETS; i++) {
        const struct xlsx_cell cells[] = {xlsx_text(arena_print(ctx->arena, "package-%05d", i)),
                                          xlsx_text(str_of(kinds[i % 4])),
                                          xlsx_text(S("Installed on every workplace of the organisation")),
                                          xlsx_text(arena_print(ctx->arena, "%d.%d.%d-1", i % 9, i % 31, i % 7)),
                                          xlsx_text(S("Debian")),
                                          xlsx_number(1 + i % 5)};
        must(world, xlsx_row_add(ctx, book, cells, COUNT(cells)));
    }
    must(world, xlsx_book_close(ctx, book, &bytes));
    return bytes;
}

struct watching {
    char tail[4096];
    size_t len;
    int events;
};

static void count_events(void *arg, struct str piece)
{
    struct watching *watching = arg;
    for (size_t i = 0; i < piece.len; i++) {
        if (watching->len + 1 < sizeof watching->tail) watching->tail[watching->len++] = piece.at[i];
        if (piece.at[i] != '\n' || watching->len < 2 || watching->tail[watching->len - 2] != '\n') continue;
        struct str event = {watching->tail, watching->len};
        if (str_starts(event, S("event: job"))) watching->events++;
        if (str_find(event, S("\"failed\""), NULL)) bench_die("the import failed: %.*s", PRINT(event));
        watching->len = 0;
    }
}

/* A long result does not come as an event; the stream ends, and the job says how it ended. */
static void check_done(struct bench *bench, int port, const char *token, const char *job)
{
    struct answer answer =
        ask(bench->arena, port, request_text(bench->arena, "GET", job, token, NULL, S("")), 200, NULL, NULL);
    if (!str_find(answer.body, S("\"status\":\"done\""), NULL))
        bench_die("the import did not end well: %.*s", PRINT(str_slice(answer.body, 0, 1000)));
}

static int64_t imported(struct bench *bench, int port, const char *token)
{
    struct ctx ctx = {.arena = bench->arena};
    struct json *json = NULL;
    struct str request = request_text(bench->arena, "GET", "/api/v1/asset?limit=1&count=1", token, NULL, S(""));
    struct answer answer = ask(bench->arena, port, request, 200, NULL, NULL);
    if (json_parse(&ctx, answer.body, &json) != OK) bench_die("a list is no JSON");
    return json_number(json, "total", -1);
}

void figure_import(struct bench *bench)
{
    struct world *world = world_new(bench->postgres, 1, false);
    struct str file = arena_copy(bench->arena, workbook(world));
    struct child child;
    struct ctx ctx = {.arena = bench->arena};
    struct json *json = NULL;
    struct watching watching = {.len = 0};
    world_close(world);
    child_start(&child, world_serve(bench->arena, world, bench->program));
    double begun = seconds(), cpu = child_cpu(&child);
    struct answer answer = ask(bench->arena, child.port,
                               request_text(bench->arena, "POST", "/api/v1/asset/import", world->token,
                                            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file),
                               202, NULL, NULL);
    if (json_parse(&ctx, answer.body, &json) != OK) bench_die("an import answered no JSON");
    struct str job = arena_print(bench->arena, "/api/v1/jobs/%lld", (long long)json_number(json, "job", 0));
    struct str events = arena_print(bench->arena, "%.*s/events", PRINT(job));
    ask(bench->arena, child.port, request_text(bench->arena, "GET", events.at, world->token, NULL, S("")), 200,
        count_events, &watching);
    double took = seconds() - begun;
    check_done(bench, child.port, world->token, job.at);
    if (imported(bench, child.port, world->token) != ASSETS) bench_die("not every asset was imported");
    tell(bench, "XLSX import of 10,000 assets", "s", took, 0, BELOW, 5);
    tell(bench, "  its CPU time", "s", child_cpu(&child) - cpu, 0, NO_GOAL, 0);
    tell(bench, "  its progress events", "", watching.events, 0, NO_GOAL, 0);
    child_stop(&child);
    world_free(world);
}
