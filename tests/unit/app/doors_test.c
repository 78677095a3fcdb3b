/* Every operation of the interface, as the OpenAPI document lists them, is closed to whoever brings nothing, a wrong
 * secret, a cookie without its CSRF token, or, where it changes something, a token that only reads. */
#include "served.h"

/* What needs no session: the document itself says which. */
static const char *const open_paths[] = {"/api/v1/session POST",
                                         "/api/v1/start POST",
                                         "/api/v1/openapi.json GET",
                                         "/api/v1/labels GET",
                                         "/healthz GET",
                                         "/readyz GET",
                                         "/api/v1/labels/{language} GET",
                                         "/metrics GET",
                                         "/witness/add-checkpoint POST",
                                         "/witness/key GET"};

struct door {
    const char *method, *path; /* with 1 in place of what stands in braces */
    bool open, changes;
};

static bool is_open(struct served *served, struct str path, const char *method)
{
    struct str wanted = str_of(text_of(served, "%.*s %s", PRINT(path), method));
    for (size_t i = 0; i < COUNT(open_paths); i++)
        if (str_is(wanted, open_paths[i])) return true;
    return false;
}

static const char *filled(struct served *served, struct str path)
{
    struct buf out = buf_in(served->ctx->arena);
    buf_char(&out, '/');
    for (size_t i = 0; i < path.len; i++) {
        if (path.at[i] == '{') {
            while (path.at[i] != '}') i++;
            buf_char(&out, '1');
        } else {
            buf_char(&out, path.at[i]);
        }
    }
    return arena_cstr(served->ctx->arena, buf_str(&out));
}

static size_t doors_of(struct served *served, struct door *doors, size_t room)
{
    static const char *const methods[] = {"get", "post", "patch", "delete", "put"};
    static const char *const names[] = {"GET", "POST", "PATCH", "DELETE", "PUT"};
    struct answer document = GET(served, &served->admin, "/openapi.json");
    size_t count = 0;
    expect_status(document, 200);
    for (const struct json *path = json_get(document.json, "paths")->first; path; path = path->next)
        for (size_t m = 0; m < COUNT(methods); m++) {
            if (!json_get(path, methods[m])) continue;
            assert_true(count < room);
            doors[count++] = (struct door){names[m], filled(served, path->key), is_open(served, path->key, names[m]),
                                           strcmp(names[m], "GET") != 0};
        }
    return count;
}

static void is_refused(struct served *served, const struct caller *caller, const struct door *door, int status)
{
    struct asking asking = {door->method, door->path, door->changes ? "{}" : NULL, "If-Match: *\r\n"};
    struct answer answer = served_ask(served, caller, asking);
    if (answer.status != status) print_error("%s %s\n", door->method, door->path);
    expect_status(answer, status);
}

/* The status of a refusal comes before anything is looked up: what is asked for need not exist. */
static void every_door_is_closed(void **state)
{
    struct served *served = SERVED(state);
    struct caller reader = served_user(served, "rosa", SECURITY_MANAGER, GROUP, "read"),
                  browser = served_sign_in(served, &served->admin), without = browser, wrong = browser, nobody = {0},
                  stranger = {.token = S("mrl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")},
                  thief = {.cookie = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
    struct door *doors = arena_make_many(served->ctx->arena, struct door, 1000);
    size_t count = doors_of(served, doors, 1000), open = 0;
    without.csrf = S("");
    wrong.csrf = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_true(count > 200);
    for (size_t i = 0; i < count; i++) {
        open += doors[i].open;
        if (doors[i].open) continue;
        is_refused(served, &nobody, &doors[i], 401);
        is_refused(served, &stranger, &doors[i], 401);
        is_refused(served, &thief, &doors[i], 401);
        if (!doors[i].changes) continue;
        is_refused(served, &without, &doors[i], 403);
        is_refused(served, &wrong, &doors[i], 403);
        is_refused(served, &reader, &doors[i], 403);
    }
    assert_int_equal(open, COUNT(open_paths));
    struct answer still = GET(served, &browser, "/session");
    expect_status(still, 200);
}

/* The past is read-only on each of them, and a day that is none is told. */
static void every_door_keeps_the_past(void **state)
{
    struct served *served = SERVED(state);
    struct door *doors = arena_make_many(served->ctx->arena, struct door, 1000);
    size_t count = doors_of(served, doors, 1000);
    for (size_t i = 0; i < count; i++) {
        const struct door *door = &doors[i];
        const char *past = text_of(served, "%s?as_of=2020-01-01", door->path),
                   *none = text_of(served, "%s?as_of=2020-02-30", door->path);
        if (door->changes && !door->open)
            is_refused(served, &served->admin, &(struct door){door->method, past, false, true}, 409);
        if (!door->changes && !door->open)
            is_refused(served, &served->admin, &(struct door){door->method, none, false, false}, 400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_door_is_closed, served_sqlite, served_end),
        cmocka_unit_test_setup_teardown(every_door_keeps_the_past, served_sqlite, served_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
