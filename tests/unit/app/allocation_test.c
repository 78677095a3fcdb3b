/* Memory may run out at any point of a request: every allocation of creating, changing and moving a risk fails in
 * turn, and of listing them. Each time the answer is either the whole change or none of it, and the next request
 * works as ever. */
#include "served.h"

#include "ledger/verify.h"
#include "records/list.h"

#include "base/clock.h"

enum { MOST = 20000 };

struct attempt {
    struct served *served;
    const char *body;
    int64_t id;
    uint64_t fail_at;
};

static struct json *json_in(struct ctx *ctx, const char *quoted)
{
    struct json *json;
    struct buf text = buf_in(ctx->arena);
    for (const char *c = quoted; *c; c++) buf_char(&text, *c == '\'' ? '"' : *c);
    assert_int_equal(json_parse(ctx, buf_str(&text), &json), OK);
    return json;
}

static const struct reg *risks(struct served *served)
{
    return house_register(&served->program.house, S("risk"));
}

static enum result create(struct ctx *ctx, void *arg)
{
    struct attempt *attempt = arg;
    struct record *record;
    struct json *body = json_in(ctx, attempt->body);
    arena_fail_at(attempt->fail_at);
    enum result result = record_create(ctx, risks(attempt->served), body, &record);
    arena_fail_at(0);
    return result;
}

static enum result change(struct ctx *ctx, void *arg)
{
    struct attempt *attempt = arg;
    struct record *record;
    struct json *body = json_in(ctx, attempt->body);
    arena_fail_at(attempt->fail_at);
    enum result result = record_change(ctx, risks(attempt->served), attempt->id, 0, body, &record);
    arena_fail_at(0);
    return result;
}

static enum result move(struct ctx *ctx, void *arg)
{
    struct attempt *attempt = arg;
    struct record *record;
    struct json *body = json_in(ctx, attempt->body);
    arena_fail_at(attempt->fail_at);
    enum result result = record_move(ctx, risks(attempt->served), attempt->id, 0, S("analyse"), body, &record);
    arena_fail_at(0);
    return result;
}

static int64_t count_of(struct served *served, const char *sql)
{
    int64_t count;
    assert_int_equal(db_query_number(served->ctx, str_of(sql), NULL, 0, -1, &count), OK);
    return count;
}

static struct ctx fresh(struct served *served, struct arena *arena)
{
    struct ctx ctx = *served->ctx;
    ctx.arena = arena;
    ctx.now = timekeeper_now(ctx.time);
    ctx.error = (struct error){0};
    return ctx;
}

/* Fails allocation 1, 2, 3, ... of `write` until it goes through. Gives how many failed; after each the counts are
 * as before. */
static uint64_t until_it_works(struct served *served, enum result (*write)(struct ctx *, void *),
                               struct attempt *attempt)
{
    struct arena *arena = arena_new(0);
    int64_t rows = count_of(served, "SELECT count(*) FROM risk"), links = count_of(served, "SELECT count(*) FROM link");
    int64_t entries = count_of(served, "SELECT count(*) FROM ledger_entry");
    for (attempt->fail_at = 1; attempt->fail_at < MOST; attempt->fail_at++) {
        struct ctx ctx = fresh(served, arena);
        enum result result = store_write(&ctx, served->program.store, write, attempt);
        arena_reset(arena);
        if (result == OK) break;
        assert_int_equal(result, BROKEN);
        assert_int_equal(count_of(served, "SELECT count(*) FROM risk"), rows);
        assert_int_equal(count_of(served, "SELECT count(*) FROM link"), links);
        assert_int_equal(count_of(served, "SELECT count(*) FROM ledger_entry"), entries);
    }
    arena_free(arena);
    assert_true(count_of(served, "SELECT count(*) FROM ledger_entry") > entries);
    return attempt->fail_at;
}

static int64_t make_assessment(struct served *served)
{
    struct caller second = served_user(served, "Second", SECURITY_MANAGER, GROUP, "write");
    int64_t method = served_make(served, &served->admin, "methodology", "{'title':'Method'}");
    served_move(served, &second, "methodology", method, "approve", "{}");
    char body[120];
    snprintf(body, sizeof body, "{'title':'2026','methodology':%lld}", (long long)method);
    return served_make(served, &served->admin, "risk_assessment", body);
}

static void writing_without_memory(void **state)
{
    struct served *served = SERVED(state);
    int64_t assessment = make_assessment(served);
    char body[400];
    snprintf(body, sizeof body,
             "{'title':'Fire in the server room','assessment':%lld,'unit':1,'current_likelihood':3,"
             "'current_consequences':{'financial':4},'tags':['fire'],'description':'Smoke, heat and water.'}",
             (long long)assessment);
    struct attempt attempt = {.served = served, .body = body};
    assert_true(until_it_works(served, create, &attempt) > 20);
    attempt.id = count_of(served, "SELECT max(id) FROM risk");
    attempt.body = "{'title':'Fire in the new server room','current_likelihood':2}";
    assert_true(until_it_works(served, change, &attempt) > 20);
    attempt.body = "{}";
    assert_true(until_it_works(served, move, &attempt) > 20);
    struct answer answer = GET(served, &served->admin, "/risk?q=new%20server");
    assert_int_equal(answer.status, 200);
    assert_int_equal(json_get(answer.json, "items")->count, 1);
}

static void listing_without_memory(void **state)
{
    struct served *served = SERVED(state);
    struct arena *arena = arena_new(0);
    jmp_buf escape;
    const struct parameter given[] = {{S("kind"), S("threat")}, {S("expand"), S("*")}, {S("sort"), S("-title")}};
    volatile uint64_t n = 1;
    volatile bool listed = false;
    for (; n < MOST && !listed; n++) {
        struct ctx ctx = fresh(served, arena);
        if (setjmp(escape) == 0) {
            struct list_query *query;
            struct buf out = buf_in(arena);
            arena_guard(arena, &escape);
            arena_fail_at(n);
            listed = list_parse(&ctx, risks(served), given, COUNT(given), NULL, &query) == OK &&
                     list_write(&ctx, query, &out) == OK;
        }
        arena_fail_at(0);
        arena_reset(arena);
    }
    arena_free(arena);
    assert_true(listed && n > 10);
    assert_int_equal(GET(served, &served->admin, "/risk").status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_without_memory),
        cmocka_unit_test(listing_without_memory),
    };
    return cmocka_run_group_tests_name("allocation", tests, served_sqlite, served_end);
}
