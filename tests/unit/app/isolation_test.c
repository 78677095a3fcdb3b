/* Two companies of one group: what the users of one may see and do of the other's, through the running server.
 * Nothing at all, and not by another sentence than for what does not exist. */
#include "base/clock.h"
#include "served.h"

#include <sched.h>

struct two {
    struct caller north, south, group;
    int64_t in_north, in_south, for_group; /* assets */
};

static struct two two_companies(struct served *served)
{
    struct two two = {.north = served_user(served, "nora", OWNER, NORTH, "write"),
                      .south = served_user(served, "soren", OWNER, SOUTH, "write"),
                      .group = served_user(served, "gina", SECURITY_MANAGER, GROUP, "write")};
    two.in_north = served_make(served, &two.group, "asset", "{'title': 'Harbour crane', 'unit': 2}");
    two.in_south = served_make(served, &two.group, "asset", "{'title': 'Harbour lock', 'unit': 3}");
    two.for_group = served_make(served, &two.group, "asset", "{'title': 'Harbour plan', 'unit': 1}");
    return two;
}

static const char *at(struct served *served, const char *reg, int64_t id)
{
    return text_of(served, "/%s/%lld", reg, (long long)id);
}

static void lists_hold_ones_own_company_only(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct answer north = GET(served, &two.north, "/asset?count=1"), south = GET(served, &two.south, "/asset?count=1"),
                  group = GET(served, &two.group, "/asset?count=1&sort=title");
    assert_int_equal(items_count(&north), 1);
    assert_non_null(items_find(&north, "title", "Harbour crane"));
    assert_int_equal(json_number(north.json, "total", 0), 1);
    assert_int_equal(items_count(&south), 1);
    assert_non_null(items_find(&south, "title", "Harbour lock"));
    assert_int_equal(items_count(&group), 3);
    struct answer asked = GET(served, &two.north, "/asset?unit=3");
    assert_int_equal(items_count(&asked), 0);
    struct answer then = GET(served, &two.north, "/asset?as_of=2199-01-01");
    assert_int_equal(items_count(&then), 1);
}

static void a_record_of_the_other_is_as_if_it_were_not(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct answer other = GET(served, &two.north, at(served, "asset", two.in_south));
    struct answer none = GET(served, &two.north, "/asset/99");
    expect_status(other, 404);
    expect_status(none, 404);
    assert_true(str_is(json_str(other.json, "detail", S("")), "There is no asset AST-2."));
    assert_true(str_is(json_str(none.json, "detail", S("")), "There is no asset AST-99."));
    static const char *const below[] = {"history", "links", "transitions"};
    for (size_t i = 0; i < COUNT(below); i++) {
        struct answer answer = GET(served, &two.north, text_of(served, "/asset/2/%s", below[i]));
        expect_status(answer, 404);
    }
    struct answer up = GET(served, &two.north, at(served, "asset", two.for_group));
    expect_status(up, 404);
}

static void nothing_of_the_other_is_changed(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct answer patch = PATCH(served, &two.north, at(served, "asset", two.in_south), "{'title': 'Mine now'}");
    expect_status(patch, 404);
    struct asking removal = {
        .method = "DELETE", .path = at(served, "asset", two.in_south), .headers = "If-Match: *\r\n"};
    struct answer removed = served_ask(served, &two.north, removal);
    expect_status(removed, 404);
    struct answer many = PATCH(served, &two.north, "/asset", "{'ids': [2], 'change': {'title': 'Mine now'}}");
    expect_status(many, 200);
    assert_int_equal(json_get(many.json, "changed")->count, 0);
    assert_int_equal(json_get(many.json, "failed")->count, 1);
    struct answer step =
        served_ask(served, &two.north, (struct asking){"POST", "/asset/2/transitions/retire", "{}", "If-Match: *\r\n"});
    expect_status(step, 404);
    struct answer put = POST(served, &two.north, "/asset", "{'title': 'Planted', 'unit': 3}");
    expect_status(put, 422); /* there is no such unit for her */
    struct answer still = GET(served, &two.south, "/asset");
    assert_int_equal(items_count(&still), 1);
    assert_non_null(items_find(&still, "title", "Harbour lock"));
}

/* An asset of one's own cannot be carried over, nor tied to what one cannot see. */
static void nothing_is_moved_or_linked_across(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    int64_t mine = served_make(served, &two.north, "asset", "{'title': 'Own', 'unit': 2}");
    struct answer moved = PATCH(served, &two.north, at(served, "asset", mine), "{'unit': 3}");
    expect_status(moved, 422);
    struct answer linked = PATCH(served, &two.north, at(served, "asset", mine), "{'depends_on': ['AST-2']}");
    expect_status(linked, 422);
    struct answer same = PATCH(served, &two.north, at(served, "asset", mine), "{'depends_on': ['AST-77']}");
    expect_status(same, 422);
}

/* ---- where one may read and nothing else ---- */

/* May do everything in North, and read South. */
static struct caller with_a_view(struct served *served, const char *name, const char *role, enum role there)
{
    struct caller caller = served_user(served, name, there, NORTH, "write");
    struct answer granted =
        PATCH(served, &served->admin, text_of(served, "/users/%lld", (long long)caller.user),
              text_of(served, "{'grants': [{'role': '%s', 'unit': 2}, {'role': 'reader', 'unit': 3}]}", role));
    expect_status(granted, 200);
    return caller;
}

static void nothing_is_put_where_one_may_only_read(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct caller vera = with_a_view(served, "vera", "security_manager", SECURITY_MANAGER);
    struct answer seen = GET(served, &vera, "/asset");
    assert_int_equal(items_count(&seen), 2);
    static const struct {
        const char *method, *path, *body;
        int status;
    } cases[] = {
        {"POST", "/asset", "{'title': 'Planted', 'unit': 3}", 403},
        {"PATCH", "/asset/1", "{'unit': 3}", 403},
        {"PATCH", "/asset/2", "{'unit': 2}", 403},
        {"PATCH", "/asset/2", "{'title': 'Mine now'}", 403},
        {"DELETE", "/asset/2", NULL, 403},
        {"POST", "/asset/2/transitions/retire", "{}", 403},
        {"PATCH", "/asset/1", "{'unit': 2, 'title': 'Still ours'}", 200},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct asking asking = {cases[i].method, cases[i].path, cases[i].body, "If-Match: *\r\n"};
        struct answer answer = served_ask(served, &vera, asking);
        if (answer.status != cases[i].status) print_error("%s %s\n", cases[i].path, cases[i].body);
        expect_status(answer, cases[i].status);
    }
    struct answer many = PATCH(served, &vera, "/asset", "{'ids': [1, 2], 'change': {'unit': 3}}");
    assert_int_equal(json_get(many.json, "changed")->count, 0);
    assert_int_equal(json_get(many.json, "failed")->count, 2);
    struct answer still = GET(served, &two.group, "/asset?unit=3");
    assert_int_equal(items_count(&still), 1);
}

/* Rights reach down: whoever could place a unit elsewhere would take its records along. */
static void no_unit_is_placed_where_one_may_only_read(void **state)
{
    struct served *served = served_of(state);
    struct caller abel = with_a_view(served, "abel", "administrator", ADMINISTRATOR);
    served_make(served, &abel, "unit", "{'title': 'Yard', 'kind': 'site', 'parent': 2}");
    served_make(served, &served->admin, "unit", "{'title': 'Dock', 'kind': 'site', 'parent': 3}");
    static const struct {
        const char *method, *path, *body;
        int status;
    } cases[] = {
        {"POST", "/unit", "{'title': 'Shed', 'kind': 'site', 'parent': 3}", 403},
        {"PATCH", "/unit/4", "{'parent': 3}", 403},
        {"PATCH", "/unit/5", "{'parent': 2}", 403},
        {"PATCH", "/unit/4", "{'parent': null}", 422},
        {"PATCH", "/unit/2", "{'parent': 4}", 403},
        {"PATCH", "/unit/2", "{'title': 'North again'}", 200},
        {"PATCH", "/unit/4", "{'title': 'Yard again'}", 200},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct asking asking = {cases[i].method, cases[i].path, cases[i].body, "If-Match: *\r\n"};
        struct answer answer = served_ask(served, &abel, asking);
        if (answer.status != cases[i].status) print_error("%s %s\n", cases[i].path, cases[i].body);
        expect_status(answer, cases[i].status);
    }
}

/* Owning something elsewhere gives no right there. */
static void ones_own_elsewhere_is_not_seen(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct caller emil = served_user(served, "emil", EMPLOYEE, NORTH, "write");
    const struct {
        const char *reg;
        const struct caller *owner;
    } cases[] = {{"task", &emil}, {"asset", &two.north}, {"task", &two.north}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *list = text_of(served, "/%s?owner=me", cases[i].reg);
        struct answer before = GET(served, cases[i].owner, list);
        int64_t there = served_make(served, &two.group, cases[i].reg,
                                    text_of(served, "{'title': 'Elsewhere', 'unit': 3, 'owner': %lld}",
                                            (long long)cases[i].owner->person)),
                here = served_make(
                    served, &two.group, cases[i].reg,
                    text_of(served, "{'title': 'Here', 'unit': 2, 'owner': %lld}", (long long)cases[i].owner->person));
        struct answer after = GET(served, cases[i].owner, list),
                      other = GET(served, cases[i].owner, at(served, cases[i].reg, there)),
                      own = GET(served, cases[i].owner, at(served, cases[i].reg, here)),
                      found = GET(served, cases[i].owner, "/search?q=elsewhere"),
                      change = PATCH(served, cases[i].owner, at(served, cases[i].reg, there), "{'title': 'Mine'}");
        assert_int_equal(items_count(&after), items_count(&before) + 1);
        expect_status(own, 200);
        expect_status(other, 404);
        expect_status(change, 404);
        assert_int_equal(items_count(&found), 0);
    }
}

static void search_finds_ones_own_only(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct answer found = GET(served, &two.north, "/search?q=harbour"),
                  all = GET(served, &two.group, "/search?q=harbour");
    assert_int_equal(items_count(&found), 1);
    assert_non_null(items_find(&found, "reference", "AST-1"));
    assert_int_equal(items_count(&all), 3);
    struct answer by_reference = GET(served, &two.north, "/search?q=AST-2");
    assert_int_equal(items_count(&by_reference), 0);
    struct answer in_list = GET(served, &two.north, "/asset?q=lock");
    assert_int_equal(items_count(&in_list), 0);
}

/* ---- what moves opens no way back ---- */

/* When the record was last written; what follows is written later. */
static struct str moment_of(struct served *served, const struct caller *caller, const char *path)
{
    struct answer answer = GET(served, caller, path);
    struct str moment = json_str(answer.json, "changed_at", S(""));
    int64_t ms;
    assert_true(time_parse(moment, &ms));
    while (timekeeper_now(served->program.time) <= ms) sched_yield();
    return moment;
}

static struct answer as_of(struct served *served, const struct caller *caller, const char *path, struct str moment)
{
    return GET(served, caller, text_of(served, "%s%sas_of=%.*s", path, strchr(path, '?') ? "&" : "?", PRINT(moment)));
}

static void what_has_left_is_not_read_as_of_before(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    const char *crane = at(served, "asset", two.in_north);
    served_make(served, &two.group, "asset", "{'title': 'Leans', 'unit': 2, 'depends_on': ['AST-1']}");
    struct str before = moment_of(served, &two.group, crane);
    struct answer here = as_of(served, &two.north, crane, before), list = as_of(served, &two.north, "/asset", before);
    expect_status(here, 200);
    assert_non_null(items_find(&list, "title", "Harbour crane"));
    struct answer moved = PATCH(served, &two.group, crane, "{'unit': 3}");
    expect_status(moved, 200);
    here = as_of(served, &two.north, crane, before);
    expect_status(here, 404);
    static const char *const lists[] = {"/asset", "/asset?q=crane", "/asset?expand=*", "/search?q=AST-1",
                                        "/asset/export?format=csv"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        list = as_of(served, &two.north, lists[i], before);
        expect_status(list, 200);
        assert_false(str_find(list.body, S("Harbour crane"), NULL));
    }
    list = as_of(served, &two.group, "/asset", before);
    assert_non_null(items_find(&list, "title", "Harbour crane"));
}

static void what_has_come_is_not_read_as_of_before(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct caller auditor = served_user(served, "nils", AUDITOR, NORTH, "read");
    const char *lock = at(served, "asset", two.in_south);
    struct str before = moment_of(served, &two.group, lock);
    struct answer moved = PATCH(served, &two.group, lock, "{'title': 'Old lock', 'unit': 2}");
    expect_status(moved, 200);
    struct answer now = GET(served, &auditor, lock), then = as_of(served, &auditor, lock, before),
                  history = GET(served, &auditor, text_of(served, "%s/history", lock));
    expect_status(now, 200);
    expect_status(then, 404);
    expect_status(history, 200);
    assert_int_equal(items_count(&history), 2);
    assert_true(str_find(history.body, S("Old lock"), NULL));
    assert_false(str_find(history.body, S("Harbour lock"), NULL));
    struct answer page = GET(served, &two.group, text_of(served, "%s/history", lock));
    assert_true(str_find(page.body, S("Harbour lock"), NULL));
    const struct json *oldest = json_get(page.json, "items")->first->next;
    struct answer proof = GET(
        served, &auditor, text_of(served, "/ledger/proof/%lld?content=1", (long long)json_number(oldest, "entry", 0)));
    expect_status(proof, 404);
}

/* A role at the group reaches below; one at a company does not reach up or sideways. */
static void units_are_seen_from_the_role_down(void **state)
{
    struct served *served = served_of(state);
    struct two two = two_companies(served);
    struct answer north = GET(served, &two.north, "/unit"), group = GET(served, &two.group, "/unit");
    assert_int_equal(items_count(&north), 1);
    assert_non_null(items_find(&north, "title", "North"));
    assert_int_equal(items_count(&group), 3);
    struct answer people = GET(served, &two.north, "/person");
    assert_null(items_find(&people, "name", "soren"));
    assert_non_null(items_find(&people, "name", "nora"));
}

/* An employee may read no task but those that are his own; with a token that only reads as well. */
static void an_employee_sees_the_tasks_that_are_his(void **state)
{
    struct served *served = served_of(state);
    struct caller emil = served_user(served, "emil", EMPLOYEE, NORTH, "write"),
                  reading = served_user(served, "erna", EMPLOYEE, NORTH, "read"),
                  manager = served_user(served, "mona", SECURITY_MANAGER, GROUP, "write");
    const char *path = text_of(served, "{'title': 'His', 'unit': 2, 'owner': %lld}", (long long)emil.person);
    int64_t his = served_make(served, &manager, "task", path);
    served_make(served, &manager, "task", "{'title': 'Of nobody', 'unit': 2}");
    path = text_of(served, "{'title': 'Hers', 'unit': 2, 'owner': %lld}", (long long)reading.person);
    served_make(served, &manager, "task", path);
    struct answer list = GET(served, &emil, "/task"), hers = GET(served, &reading, "/task");
    expect_status(list, 200);
    assert_int_equal(items_count(&list), 1);
    assert_non_null(items_find(&list, "title", "His"));
    assert_int_equal(items_count(&hers), 1);
    assert_non_null(items_find(&hers, "title", "Hers"));
    struct answer one = GET(served, &emil, at(served, "task", his)), other = GET(served, &emil, "/task/2");
    expect_status(one, 200);
    expect_status(other, 404);
    served_move(served, &emil, "task", his, "finish", "{}");
    struct answer schema = GET(served, &emil, "/schema");
    assert_true(str_find(schema.body, S("\"name\":\"task\""), NULL));
    assert_false(str_find(schema.body, S("\"name\":\"risk\""), NULL));
    struct answer risks = GET(served, &emil, "/risk");
    expect_status(risks, 403);
}

int main(void)
{
#define BOTH(test)                                                                                                     \
    {#test " (SQLite)", test, served_sqlite, served_end, NULL},                                                        \
    {                                                                                                                  \
#test " (PostgreSQL)", test, served_postgres, served_end, NULL                                                 \
    }
    const struct CMUnitTest tests[] = {
        BOTH(lists_hold_ones_own_company_only),       BOTH(a_record_of_the_other_is_as_if_it_were_not),
        BOTH(nothing_of_the_other_is_changed),        BOTH(nothing_is_moved_or_linked_across),
        BOTH(nothing_is_put_where_one_may_only_read), BOTH(no_unit_is_placed_where_one_may_only_read),
        BOTH(ones_own_elsewhere_is_not_seen),         BOTH(search_finds_ones_own_only),
        BOTH(what_has_left_is_not_read_as_of_before), BOTH(what_has_come_is_not_read_as_of_before),
        BOTH(units_are_seen_from_the_role_down),      BOTH(an_employee_sees_the_tasks_that_are_his),
    };
    return cmocka_run_group_tests_name("isolation between companies", tests, NULL, NULL);
}
