/* What holds for every request: who asks, CSRF, scopes of tokens, versions, repetitions, and what is counted. */
#include "served.h"

#include "access/session.h"
#include "store/holding.h"

static struct answer with(struct served *served, const struct caller *caller, const char *method, const char *path,
                          const char *body, const char *headers)
{
    return served_ask(served, caller, (struct asking){method, path, body, headers});
}

static void nobody_is_asked_to_sign_in(void **state)
{
    struct served *served = served_of(state);
    struct caller nobody = {0}, wrong = {.token = S("mrl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
    static const char *const closed[] = {"/asset", "/schema", "/home",   "/work",
                                         "/users", "/ledger", "/tokens", "/risk/1"};
    for (size_t i = 0; i < COUNT(closed); i++) {
        struct answer answer = GET(served, &nobody, closed[i]);
        expect_status(answer, 401);
        answer = GET(served, &wrong, closed[i]);
        expect_status(answer, 401);
    }
    static const char *const open[] = {"//healthz", "//readyz", "//metrics"};
    for (size_t i = 0; i < COUNT(open); i++) {
        struct answer answer = GET(served, &nobody, open[i]);
        expect_status(answer, 200);
    }
}

static void a_browser_shows_its_csrf_token_to_change_anything(void **state)
{
    struct served *served = served_of(state);
    struct caller user = served_user(served, "nora", SECURITY_MANAGER, NORTH, "read"),
                  browser = served_sign_in(served, &user), without = browser, wrong = browser;
    without.csrf = S("");
    wrong.csrf = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    struct answer read = GET(served, &without, "/asset"), refused = POST(served, &without, "/asset", "{'title': 'A'}"),
                  bad = POST(served, &wrong, "/asset", "{'title': 'A'}"),
                  good = POST(served, &browser, "/asset", "{'title': 'A'}");
    expect_status(read, 200);
    expect_status(refused, 403);
    expect_status(bad, 403);
    expect_status(good, 201);
    assert_true(str_find(json_str(refused.json, "detail", S("")), S("X-CSRF-Token"), NULL));
    struct answer list = GET(served, &browser, "/asset");
    assert_int_equal(items_count(&list), 1);
    struct answer gone = with(served, &browser, "DELETE", "/session", NULL, NULL);
    expect_status(gone, 204);
    struct answer after = GET(served, &browser, "/asset");
    expect_status(after, 401);
}

static void a_token_does_what_its_scopes_say(void **state)
{
    struct served *served = served_of(state);
    struct caller reads = served_user(served, "rita", SECURITY_MANAGER, NORTH, "read"),
                  narrow = served_user(served, "nick", SECURITY_MANAGER, NORTH, "write,asset"),
                  writes = served_user(served, "wanda", SECURITY_MANAGER, NORTH, "write");
    struct answer answer = GET(served, &reads, "/asset");
    expect_status(answer, 200);
    answer = POST(served, &reads, "/asset", "{'title': 'A'}");
    expect_status(answer, 403);
    served_make(served, &narrow, "asset", "{'title': 'A'}");
    answer = POST(served, &narrow, "/control", "{'title': 'C'}");
    expect_status(answer, 403);
    answer = GET(served, &narrow, "/control");
    expect_status(answer, 403);
    served_make(served, &writes, "control", "{'title': 'C'}");
    answer = POST(served, &narrow, "/tokens", "{'name': 'wider', 'scopes': ['write']}");
    expect_status(answer, 403);
    answer = GET(served, &narrow, "/schema");
    assert_false(str_find(answer.body, S("\"name\":\"control\""), NULL));
}

static void a_change_says_which_version_it_saw(void **state)
{
    struct served *served = served_of(state);
    served_make(served, &served->admin, "asset", "{'title': 'A'}");
    struct answer answer = with(served, &served->admin, "PATCH", "/asset/1", "{'title': 'B'}", NULL);
    expect_status(answer, 428);
    answer = with(served, &served->admin, "POST", "/asset/1/transitions/retire", "{}", NULL);
    expect_status(answer, 428);
    answer = with(served, &served->admin, "PATCH", "/asset/1", "{'title': 'B'}", "If-Match: \"1\"\r\n");
    expect_status(answer, 200);
    assert_true(str_is(answer_header(&answer, "ETag"), "\"2\""));
    answer = with(served, &served->admin, "PATCH", "/asset/1", "{'title': 'C'}", "If-Match: \"1\"\r\n");
    expect_status(answer, 409);
    answer = with(served, &served->admin, "PATCH", "/asset/1", "{'title': 'C'}", "If-Match: four\r\n");
    expect_status(answer, 400);
    answer = GET(served, &served->admin, "/asset/1");
    assert_true(str_is(json_str(answer.json, "title", S("")), "B"));
}

static void a_repeated_post_makes_one_record(void **state)
{
    struct served *served = served_of(state);
    static const char key[] = "Idempotency-Key: import-7\r\n";
    struct caller other = served_user(served, "olga", SECURITY_MANAGER, GROUP, "write");
    struct answer first = with(served, &served->admin, "POST", "/asset", "{'title': 'Once'}", key),
                  second = with(served, &served->admin, "POST", "/asset", "{'title': 'Once'}", key);
    expect_status(first, 201);
    expect_status(second, 201);
    assert_int_equal(json_number(first.json, "id", 0), json_number(second.json, "id", 1));
    assert_true(str_eq(answer_header(&first, "Location"), answer_header(&second, "Location")));
    struct answer another = with(served, &served->admin, "POST", "/asset", "{'title': 'Twice'}", key);
    expect_status(another, 409);
    struct answer hers = with(served, &other, "POST", "/asset", "{'title': 'Once'}", key);
    expect_status(hers, 201);
    struct answer list = GET(served, &served->admin, "/asset");
    assert_int_equal(items_count(&list), 2);
}

/* ---- sessions ---- */

static struct str new_cookie(const struct answer *answer)
{
    struct str cookie = answer_header(answer, "Set-Cookie"), name, value = S("");
    return str_cut(&cookie, '=', &name) && str_cut(&cookie, ';', &value) ? value : S("");
}

static void grant(struct served *served, const struct caller *user, const char *role)
{
    struct answer answer = PATCH(served, &served->admin, text_of(served, "/users/%lld", (long long)user->user),
                                 text_of(served, "{'grants': [{'role': '%s', 'unit': 2}]}", role));
    expect_status(answer, 200);
}

/* New rights, new cookie, once: with the answer to a read. The old one is good for what is under way. */
static void new_rights_bring_a_new_cookie_with_a_read(void **state)
{
    struct served *served = served_of(state);
    struct caller user = served_user(served, "nora", READER, NORTH, "read"), browser = served_sign_in(served, &user);
    struct answer before = GET(served, &browser, "/asset");
    assert_true(answer_header(&before, "Set-Cookie").len == 0);
    grant(served, &user, "owner");
    struct answer answer = GET(served, &browser, "/asset");
    expect_status(answer, 200);
    struct caller renewed = browser;
    renewed.cookie = new_cookie(&answer);
    assert_int_equal(renewed.cookie.len, browser.cookie.len);
    assert_false(str_eq(renewed.cookie, browser.cookie));
    assert_true(str_find(answer.head, S("HttpOnly; SameSite=Strict"), NULL));
    assert_non_null(json_get(answer.json, "items"));
    struct answer old = GET(served, &browser, "/asset"), again = GET(served, &renewed, "/asset");
    expect_status(old, 200);
    expect_status(again, 200);
    assert_true(answer_header(&again, "Set-Cookie").len == 0);
    struct answer made = POST(served, &renewed, "/asset", "{'title': 'With the same CSRF token', 'unit': 2}");
    expect_status(made, 201);
}

/* The same with a write; one that is refused keeps nothing, the cookie neither. */
static void new_rights_bring_a_new_cookie_with_a_write(void **state)
{
    struct served *served = served_of(state);
    struct caller user = served_user(served, "nora", READER, NORTH, "read"), browser = served_sign_in(served, &user);
    grant(served, &user, "owner");
    struct answer refused = POST(served, &browser, "/asset", "{'unit': 2}");
    expect_status(refused, 422);
    assert_true(answer_header(&refused, "Set-Cookie").len == 0);
    struct answer made = POST(served, &browser, "/asset", "{'title': 'A', 'unit': 2}");
    expect_status(made, 201);
    struct caller renewed = browser;
    renewed.cookie = new_cookie(&made);
    assert_int_equal(renewed.cookie.len, browser.cookie.len);
    struct answer after = GET(served, &renewed, "/asset");
    expect_status(after, 200);
    assert_true(answer_header(&after, "Set-Cookie").len == 0);
}

static int64_t number_of(struct served *served, const char *sql)
{
    int64_t number;
    must(served, db_query_number(served->ctx, str_of(sql), NULL, 0, 0, &number));
    return number;
}

static enum result nothing(struct ctx *ctx, void *arg)
{
    (void)ctx;
    (void)arg;
    return OK;
}

/* Nobody waits for that write; but a write that comes after it does. */
static void the_last_use_of_a_token_is_noted(void **state)
{
    struct served *served = served_of(state);
    struct caller user = served_user(served, "toni", READER, NORTH, "read");
    assert_int_equal(number_of(served, "SELECT max(coalesce(last_used_at, 0)) FROM token"), 0);
    struct answer answer = GET(served, &user, "/asset");
    expect_status(answer, 200);
    int64_t used = 0;
    for (int tries = 0; !used && tries < 2000; tries++) {
        must(served, store_write(served->ctx, served->program.store, nothing, NULL));
        used = number_of(served, "SELECT max(coalesce(last_used_at, 0)) FROM token");
    }
    assert_true(used > 0);
}

/* ---- counting ---- */

static void what_is_answered_is_counted_by_route(void **state)
{
    struct served *served = served_of(state);
    struct caller nobody = {0};
    served_make(served, &served->admin, "asset", "{'title': 'Zugspitze'}");
    (void)GET(served, &served->admin, "/asset/1");
    (void)GET(served, &served->admin, "/asset/2");
    (void)GET(served, &served->admin, "/asset/1?q=Zugspitze");
    (void)GET(served, &nobody, "/asset");
    struct answer page = GET(served, &nobody, "//metrics");
    expect_status(page, 200);
    static const char *const wanted[] = {
        "merlon_http_requests_total{method=\"GET\",route=\"/api/v1/{register}/{id}\",status=\"200\"} 2\n",
        "merlon_http_requests_total{method=\"GET\",route=\"/api/v1/{register}/{id}\",status=\"404\"} 1\n",
        "merlon_http_requests_total{method=\"POST\",route=\"/api/v1/{register}\",status=\"201\"} 1\n",
        "merlon_http_requests_total{method=\"GET\",route=\"/api/v1/{register}\",status=\"401\"} 1\n",
        "merlon_http_request_duration_seconds_bucket{method=\"GET\",route=\"/api/v1/{register}/{id}\",le=\"+Inf\"} 3\n",
        "merlon_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/{register}/{id}\"} 3\n",
        "merlon_writes_waiting 0\n",
        "merlon_ledger_pending ",
        "merlon_search_pending ",
        "merlon_database_bytes ",
        "# TYPE merlon_http_request_duration_seconds histogram\n",
        "# TYPE merlon_jobs gauge\n",
        "merlon_http_connections ",
    };
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (!str_find(page.body, str_of(wanted[i]), NULL)) {
            print_error("not there: %s", wanted[i]);
            _fail(__FILE__, __LINE__);
        }
    static const char *const never[] = {"Zugspitze", "mrl_", "ada", "example.org", "127.0.0.1"};
    for (size_t i = 0; i < COUNT(never); i++) assert_false(str_find(page.body, str_of(never[i]), NULL));
}

/* While one write does not come to its end, a change is answered "try again", and is not done later. */
static void a_change_that_waits_for_too_long_is_refused(void **state)
{
    struct served *served = served_of(state);
    struct holding holding = {.job = {.run = hold_writer, .done = is_held_no_more}};
    sem_init(&holding.begun, 0, 0);
    sem_init(&holding.goes_on, 0, 0);
    sem_init(&holding.done, 0, 0);
    served->api.patience = 1;
    assert_int_equal(store_submit(served->program.store, &holding.job), OK);
    while (sem_wait(&holding.begun) != 0) continue;
    struct answer late = POST(served, &served->admin, "/asset", "{'title': 'Never'}");
    sem_post(&holding.goes_on);
    while (sem_wait(&holding.done) != 0) continue;
    served->api.patience = QUEUE_PATIENCE;
    expect_status(late, 503);
    assert_true(str_find(late.body, S("waited too long for its turn, so nothing was done"), NULL));
    served_make(served, &served->admin, "asset", "{'title': 'Afterwards'}");
    struct answer all = GET(served, &served->admin, "/asset?q=Never"),
                  counted = GET(served, &served->admin, "//metrics");
    assert_int_equal(items_count(&all), 0);
    assert_true(str_find(counted.body, S("merlon_writes_waiting 0\n"), NULL));
}

int main(void)
{
#define BOTH(test)                                                                                                     \
    {#test " (SQLite)", test, served_sqlite, served_end, NULL},                                                        \
    {                                                                                                                  \
#test " (PostgreSQL)", test, served_postgres, served_end, NULL                                                 \
    }
    const struct CMUnitTest tests[] = {
        BOTH(nobody_is_asked_to_sign_in),
        BOTH(a_browser_shows_its_csrf_token_to_change_anything),
        BOTH(a_token_does_what_its_scopes_say),
        BOTH(a_change_says_which_version_it_saw),
        BOTH(a_repeated_post_makes_one_record),
        BOTH(new_rights_bring_a_new_cookie_with_a_read),
        BOTH(new_rights_bring_a_new_cookie_with_a_write),
        BOTH(the_last_use_of_a_token_is_noted),
        {"a_change_that_waits_for_too_long_is_refused (SQLite)", a_change_that_waits_for_too_long_is_refused,
         served_sqlite, served_end, NULL},
        BOTH(what_is_answered_is_counted_by_route),
    };
    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
