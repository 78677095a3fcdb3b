/* Which route a path takes, and which tables are refused. */
#include "http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct route routes[] = {
    {.method = HTTP_GET, .pattern = "/"},
    {.method = HTTP_GET, .pattern = "/api/v1/{register}"},
    {.method = HTTP_POST, .pattern = "/api/v1/{register}"},
    {.method = HTTP_POST, .pattern = "/api/v1/session"},
    {.method = HTTP_GET, .pattern = "/api/v1/{register}/{id}"},
    {.method = HTTP_GET, .pattern = "/api/v1/{register}/export"},
    {.method = HTTP_POST, .pattern = "/api/v1/{register}/{id}/transitions/{name}"},
    {.method = HTTP_GET, .pattern = "/api/v1/session/only/here"},
    {.method = HTTP_GET, .pattern = "/assets/{file...}"},
    {.method = HTTP_GET, .pattern = "/{page...}"},
};

struct fixture {
    struct ctx ctx;
    struct router *router;
};

static int open_fixture(void **state)
{
    static struct fixture fixture; /* for the teardown; one at a time */
    fixture = (struct fixture){.ctx = {.arena = arena_new(0)}};
    fixture.router = router_new(fixture.ctx.arena);
    *state = &fixture;
    return router_add(&fixture.ctx, fixture.router, routes, COUNT(routes)) == OK ? 0 : -1;
}

static int close_fixture(void **state)
{
    arena_free(((struct fixture *)*state)->ctx.arena);
    return 0;
}

static void finds(void **state)
{
    static const struct {
        enum http_method method;
        const char *path, *pattern; /* NULL: no route */
        bool path_is_known;
        const char *name, *value;
    } cases[] = {
        {HTTP_GET, "/", "/", true, NULL, NULL},
        {HTTP_GET, "/api/v1/risk", "/api/v1/{register}", true, "register", "risk"},
        {HTTP_HEAD, "/api/v1/risk", "/api/v1/{register}", true, "register", "risk"},
        {HTTP_POST, "/api/v1/session", "/api/v1/session", true, NULL, NULL},
        {HTTP_GET, "/api/v1/session", NULL, true, NULL, NULL},
        {HTTP_DELETE, "/api/v1/risk", NULL, true, NULL, NULL},
        {HTTP_GET, "/api/v1/risk/export", "/api/v1/{register}/export", true, "register", "risk"},
        {HTTP_GET, "/api/v1/session/export", "/api/v1/{register}/export", true, "register", "session"},
        {HTTP_GET, "/api/v1/session/only", "/api/v1/{register}/{id}", true, "id", "only"},
        {HTTP_GET, "/api/v1/session/only/here", "/api/v1/session/only/here", true, NULL, NULL},
        {HTTP_POST, "/api/v1/risk/7/transitions/accept", "/api/v1/{register}/{id}/transitions/{name}", true, "name",
         "accept"},
        {HTTP_GET, "/api/v1/a%2Fb/x%20y", "/api/v1/{register}/{id}", true, "register", "a/b"},
        {HTTP_GET, "/%61pi/v1/risk", "/api/v1/{register}", true, "register", "risk"},
        {HTTP_GET, "/assets/css/main.css", "/assets/{file...}", true, "file", "css/main.css"},
        {HTTP_GET, "/assets/", "/assets/{file...}", true, "file", ""},
        {HTTP_GET, "/assets", "/assets/{file...}", true, "file", ""},
        {HTTP_GET, "/settings/users", "/{page...}", true, "page", "settings/users"},
        {HTTP_GET, "/api/v1/", "/{page...}", true, "page", "api/v1/"},
        {HTTP_GET, "//", "/{page...}", true, "page", "/"},
        {HTTP_POST, "/nothing", NULL, true, NULL, NULL},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct route_match match;
        assert_true(router_find(fixture->router, fixture->ctx.arena, cases[i].method, str_of(cases[i].path), &match));
        assert_int_equal(match.path_is_known, cases[i].path_is_known);
        assert_int_equal(match.route != NULL, cases[i].pattern != NULL);
        if (!cases[i].pattern) continue;
        assert_string_equal(match.route->pattern, cases[i].pattern);
        struct str value;
        if (!cases[i].name) continue;
        assert_true(query_find(&match.parameters, cases[i].name, &value));
        assert_true(str_is(value, cases[i].value));
    }
}

static void tells_the_methods_of_a_path(void **state)
{
    struct fixture *fixture = *state;
    struct route_match match;
    assert_true(router_find(fixture->router, fixture->ctx.arena, HTTP_PUT, S("/api/v1/risk"), &match));
    assert_int_equal(match.methods, 1U << HTTP_GET | 1U << HTTP_HEAD | 1U << HTTP_POST | 1U << HTTP_OPTIONS);
}

static void refuses_bad_paths(void **state)
{
    static const char *const paths[] = {
        "",
        "a",
        "/%00",
        "/a/%zz",
        "/a/../b",
        "/a/%2e%2e",
        "/.",
        "/a/..%2f/b",
        "/assets/a/..",
        "/a/%ff",
        "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3",
    };
    struct fixture *fixture = *state;
    struct route_match match;
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_false(router_find(fixture->router, fixture->ctx.arena, HTTP_GET, str_of(paths[i]), &match));
}

static void says_that_a_path_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct router *router = router_new(fixture->ctx.arena);
    struct route_match match;
    assert_true(router_find(router, fixture->ctx.arena, HTTP_GET, S("/x"), &match));
    assert_false(match.path_is_known);
    assert_int_equal(router_add(&fixture->ctx, router, &routes[1], 1), OK);
    assert_true(router_find(router, fixture->ctx.arena, HTTP_GET, S("/api/v1/"), &match));
    assert_false(match.path_is_known);
}

static void refuses_bad_tables(void **state)
{
    static const char *const patterns[] = {
        "",       "a",         "/a/",  "//",     "/{",   "/{}",   "/{a",     "/{A}",
        "/{...}", "/{a...}/b", "/a b", "/a%20b", "/a?b", "/x{a}", "/{a}{b}", "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct route route = {.method = HTTP_GET, .pattern = patterns[i]};
        assert_int_equal(router_add(&fixture->ctx, router_new(fixture->ctx.arena), &route, 1), INVALID);
    }
    static const struct route twice[] = {{.method = HTTP_GET, .pattern = "/{a}"},
                                         {.method = HTTP_GET, .pattern = "/{b}"}};
    assert_int_equal(router_add(&fixture->ctx, router_new(fixture->ctx.arena), twice, 2), INVALID);
    assert_true(str_find(fixture->ctx.error.sentence, S("two routes for GET /{b}"), NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(tells_the_methods_of_a_path),
        cmocka_unit_test(refuses_bad_paths),
        cmocka_unit_test(says_that_a_path_is_unknown),
        cmocka_unit_test(refuses_bad_tables),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
