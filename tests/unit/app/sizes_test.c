/* One thing that has become very large takes no more memory than a small one: history, files, the new day. */
#include "world.h"

#include "base/clock.h"
#include "jobs/clerk.h"
#include "records/history.h"

enum { VERSIONS = 5000, AT_ONCE = 500, MUCH = 3000, SMALL = 32 * 1024 * 1024 };

/* A context whose arena may not become large. */
static struct ctx narrow(struct world *world)
{
    struct ctx ctx = *world->ctx;
    ctx.arena = arena_new(SMALL);
    assert_non_null(ctx.arena);
    return ctx;
}

struct series {
    const char *prose; /* what makes a version large */
    int from, to;
};

static enum result change_many(struct ctx *ctx, void *arg)
{
    const struct series *series = arg;
    const struct reg *risk = house_register(ctx->house, S("risk"));
    for (int i = series->from; i < series->to; i++) {
        struct record *record;
        struct json *patch;
        TRY(json_parse(ctx, arena_print(ctx->arena, "{\"description\":\"%d %s\"}", i, series->prose), &patch));
        TRY(record_change(ctx, risk, 1, 0, patch, &record));
    }
    return OK;
}

/* Page by page to the beginning; returns how many changes there were. */
static int64_t read_history(struct world *world, int64_t limit, int64_t versions)
{
    const struct reg *risk = house_register(world->ctx->house, S("risk"));
    int64_t before = 0, seen = 0, version = versions;
    for (bool more = true; more;) {
        struct ctx ctx = narrow(world);
        struct buf text = buf_in(ctx.arena);
        struct json *page;
        struct str next;
        assert_ok(world, history_write(&ctx, risk, 1, before, limit, &text));
        assert_ok(world, json_parse_deep(&ctx, buf_str(&text), JSON_DEEPEST, &page));
        const struct json *items = json_get(page, "items");
        assert_true(items->count > 0 && items->count <= (size_t)limit);
        for (const struct json *item = items->first; item; item = item->next, seen++) {
            assert_int_equal(json_number(item, "version", 0), version);
            assert_true(json_get(item, "changes")->count > 0);
            version--;
        }
        next = json_str(page, "next", S(""));
        more = next.len > 0;
        assert_true(!more || parse_number(next, &before));
        arena_free(ctx.arena);
    }
    assert_int_equal(version, 0);
    return seen;
}

static void history_of_many_versions(void **state)
{
    struct world *world = *state;
    struct value args[] = {value_number(1)};
    int64_t versions;
    for (int i = 0; i < VERSIONS; i += AT_ONCE) {
        struct series series = {"times.", i, i + AT_ONCE};
        struct ctx ctx = *world->ctx;
        ctx.arena = arena_new(0);
        assert_ok(world, store_write(&ctx, world->program.store, change_many, &series));
        arena_free(ctx.arena);
    }
    assert_ok(world, db_query_number(world->ctx, S("SELECT version FROM risk WHERE id=?1"), args, 1, 0, &versions));
    assert_true(versions > VERSIONS);
    assert_int_equal(read_history(world, HISTORY_LIMIT, versions), versions);
    assert_int_equal(read_history(world, HISTORY_LIMIT_MAX, versions), versions);
}

static void history_of_large_versions(void **state)
{
    struct world *world = *state;
    enum { LONG = 19000, SOME = 600 };
    struct value args[] = {value_number(1)};
    char prose[LONG + 1];
    int64_t versions;
    memset(prose, 'x', LONG);
    prose[LONG] = 0;
    struct series series = {prose, 0, SOME};
    struct ctx ctx = *world->ctx;
    ctx.arena = arena_new(0);
    assert_ok(world, store_write(&ctx, world->program.store, change_many, &series));
    arena_free(ctx.arena);
    assert_ok(world, db_query_number(world->ctx, S("SELECT version FROM risk WHERE id=?1"), args, 1, 0, &versions));
    assert_int_equal(read_history(world, HISTORY_LIMIT_MAX, versions), versions);
}

/* ---- the new day ---- */

static enum result add_evidence(struct ctx *ctx, void *arg)
{
    const struct reg *evidence = house_register(ctx->house, S("evidence"));
    const struct series *series = arg;
    for (int i = series->from; i < series->to; i++) {
        struct record *record;
        struct json *body;
        struct str text = arena_print(ctx->arena,
                                      "{\"title\":\"Picture %d\",\"unit\":1,\"grade\":\"b\","
                                      "\"expires_on\":\"2026-11-30\",\"note\":\"%s\"}",
                                      i, series->prose);
        TRY(json_parse(ctx, text, &body));
        TRY(record_create(ctx, evidence, body, &record));
    }
    return OK;
}

static void a_new_day_of_many_records(void **state)
{
    struct world *world = *state;
    char prose[4001];
    int64_t expired;
    memset(prose, 'x', 4000);
    prose[4000] = 0;
    for (int i = 0; i < MUCH; i += AT_ONCE) {
        struct series series = {prose, i, i + AT_ONCE};
        struct ctx ctx = *world->ctx;
        ctx.arena = arena_new(0);
        assert_ok(world, store_write(&ctx, world->program.store, add_evidence, &series));
        arena_free(ctx.arena);
    }
    struct ctx ctx = narrow(world);
    ctx.now += 20 * (int64_t)DAY;
    assert_ok(world, clerk_new_day(&ctx, world->program.store));
    assert_true(arena_used(ctx.arena) < SMALL / 16);
    arena_free(ctx.arena);
    assert_ok(world, db_query_number(world->ctx, S("SELECT count(*) FROM evidence WHERE status='expired'"), NULL, 0, 0,
                                     &expired));
    assert_true(expired >= MUCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(history_of_many_versions, world_begin, world_end),
        cmocka_unit_test_setup_teardown(history_of_large_versions, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_new_day_of_many_records, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
