/* Starters over HTTP: what lies in content/starters/ fills an empty register under the rules of that register, twice
 * adds nothing, and each of them can be loaded. */
#include "served.h"

#include "base/asset.h"
#include "records/house.h"

#include <dirent.h>
#include <stdlib.h>

enum { STARTERS = 20, FILE_MOST = 1 << 18 };

static struct asset read_starter(struct served *served, const char *name)
{
    char *text = arena_alloc(served->ctx->arena, FILE_MOST);
    FILE *file = fopen(text_of(served, "content/starters/%s", name), "r"); /* tests run in the folder of the project */
    assert_non_null(file);
    size_t len = fread(text, 1, FILE_MOST, file);
    fclose(file);
    return (struct asset){.name = text_of(served, "starters/%s", name), .bytes = {text, len}};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct asset *)a)->name, ((const struct asset *)b)->name);
}

/* The program as it would be with these files embedded and no pages. */
static size_t embed(struct served *served)
{
    struct asset *assets = arena_make_many(served->ctx->arena, struct asset, STARTERS);
    size_t count = 0;
    DIR *folder = opendir("content/starters");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (str_ends(str_of(entry->d_name), S(".json"))) {
            assert_true(count < STARTERS);
            assets[count++] = read_starter(served, entry->d_name);
        }
    closedir(folder);
    qsort(assets, count, sizeof *assets, by_name);
    served->api.assets = assets;
    served->api.asset_count = count;
    return count;
}

static void each_starter_fills_its_register_once(void **state)
{
    struct served *served = *state;
    size_t count = embed(served);
    struct answer list = GET(served, &served->admin, "/starters");
    expect_status(list, 200);
    assert_int_equal(items_count(&list), count);
    for (const struct json *one = json_get(list.json, "items")->first; one; one = one->next) {
        struct str name = json_str(one, "name", S(""));
        int64_t records = json_number(one, "records", 0);
        const char *path = text_of(served, "/starters/%.*s", PRINT(name));
        assert_true(records > 0 && json_str(one, "title", S("")).len && json_str(one, "description", S("")).len);
        struct answer first = POST(served, &served->admin, path, NULL), again;
        expect_status(first, 201);
        assert_true(str_eq(json_str(first.json, "register", S("")), json_str(one, "register", S(" "))));
        assert_int_equal(json_number(first.json, "created", -1) + json_number(first.json, "skipped", -1), records);
        again = POST(served, &served->admin, path, NULL);
        expect_status(again, 201);
        assert_int_equal(json_number(again.json, "created", -1), 0);
        assert_int_equal(json_number(again.json, "skipped", -1), records);
    }
    struct answer levels = GET(served, &served->admin, "/classification?count=1&sort=rank");
    assert_int_equal(json_number(levels.json, "total", 0), 8); /* four in each of two languages */
    assert_non_null(items_find(&levels, "title", "Strictly confidential"));
}

/* One unit's obligations are not another's, and what one may not see does not stand in the way. */
static void a_company_has_its_own(void **state)
{
    struct served *served = *state;
    embed(served);
    struct caller north = served_user(served, "nora", SECURITY_MANAGER, NORTH, "write"),
                  south = served_user(served, "sven", SECURITY_MANAGER, SOUTH, "write");
    struct answer answer = POST(served, &north, "/starters/obligations-eu", NULL);
    expect_status(answer, 201);
    int64_t all = json_number(answer.json, "created", 0);
    assert_true(all > 10);
    answer = POST(served, &south, "/starters/obligations-eu", NULL);
    assert_int_equal(json_number(answer.json, "created", 0), all);
    answer = GET(served, &south, "/obligation?count=1");
    assert_int_equal(json_number(answer.json, "total", 0), all);
}

static void rights_are_those_of_the_register(void **state)
{
    struct served *served = *state;
    embed(served);
    struct caller auditor = served_user(served, "alma", AUDITOR, NORTH, "write"),
                  reads = served_user(served, "rita", SECURITY_MANAGER, GROUP, "read"), nobody = {0};
    struct answer answer = POST(served, &auditor, "/starters/obligations-eu", NULL);
    expect_status(answer, 403);
    answer = POST(served, &reads, "/starters/threats", NULL);
    expect_status(answer, 403);
    answer = POST(served, &nobody, "/starters/threats", NULL);
    expect_status(answer, 401);
    answer = POST(served, &served->admin, "/starters/nothing", NULL);
    expect_status(answer, 404);
    answer = GET(served, &served->admin, "/threat?count=1");
    assert_int_equal(json_number(answer.json, "total", -1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_starter_fills_its_register_once, served_sqlite, served_end),
        cmocka_unit_test_setup_teardown(a_company_has_its_own, served_sqlite, served_end),
        cmocka_unit_test_setup_teardown(rights_are_those_of_the_register, served_sqlite, served_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
