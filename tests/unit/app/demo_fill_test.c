/* Values of the demonstration's files: dates that count from today, keys that stand for records. */
#include "world.h"

#include "app/demo_fill.h"

struct filling {
    struct ctx ctx;
    struct map *references;
};

static int begin(void **state)
{
    static struct str reference = {"RSK-7", 5};
    struct filling *f = calloc(1, sizeof *f);
    f->ctx.arena = arena_new(0);
    f->ctx.now = GIVEN_NOW; /* 2026-11-21T18:21:00Z */
    f->references = map_new(f->ctx.arena, 4);
    map_set(f->references, S("r.flood"), &reference);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct filling *f = *state;
    arena_free(f->ctx.arena);
    free(f);
    return 0;
}

static void fills(struct filling *f, const char *given, const char *wanted)
{
    struct json *json;
    struct buf out = buf_in(f->ctx.arena);
    assert_int_equal(json_parse(&f->ctx, str_of(given), &json), OK);
    assert_int_equal(demo_fill(&f->ctx, f->references, json, &out), OK);
    assert_string_equal(arena_cstr(f->ctx.arena, buf_str(&out)), wanted);
}

static void dates_count_from_today(void **state)
{
    fills(*state, "[\"today\", \"today+30\", \"today-21\", \"today+1\"]",
          "[\"2026-11-21\",\"2026-12-21\",\"2026-10-31\",\"2026-11-22\"]");
    fills(*state, "[\"today 30\", \"today+x\", \"todayish\", \"Not today\", \"today+\"]",
          "[\"today 30\",\"today+x\",\"todayish\",\"Not today\",\"today+\"]");
}

static void keys_stand_for_records(void **state)
{
    fills(*state,
          "{\"a\": [\"@r.flood\", \"r.flood\"], \"b\": {\"c\": \"@r.flood\"}, \"n\": 5, \"t\": true, \"x\": null}",
          "{\"a\":[\"RSK-7\",\"r.flood\"],\"b\":{\"c\":\"RSK-7\"},\"n\":5,\"t\":true,\"x\":null}");
}

static void instructions_are_not_sent(void **state)
{
    fills(*state, "{\"@\": \"key\", \"title\": \"A \\\"b\\\"\", \"@then\": [{\"move\": \"x\"}]}",
          "{\"title\":\"A \\\"b\\\"\"}");
    fills(*state, "{\"@\": \"key\"}", "{}");
}

static void an_unknown_key_is_named(void **state)
{
    struct filling *f = *state;
    struct json *json;
    struct buf out = buf_in(f->ctx.arena);
    assert_int_equal(json_parse(&f->ctx, S("{\"risk\": \"@r.fire\"}"), &json), OK);
    assert_int_equal(demo_fill(&f->ctx, f->references, json, &out), NOT_FOUND);
    assert_true(str_find(f->ctx.error.sentence, S("@r.fire"), &(size_t){0}));
}

static void paths_are_filled(void **state)
{
    static const char *const paths[][2] = {
        {"/risk/@r.flood/transitions/close", "/risk/RSK-7/transitions/close"},
        {"subject=@r.flood&limit=5", "subject=RSK-7&limit=5"},
        {"@r.flood", "RSK-7"},
        {"/users/1", "/users/1"},
        {"", ""},
    };
    struct filling *f = *state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct str out;
        assert_int_equal(demo_fill_path(&f->ctx, f->references, str_of(paths[i][0]), &out), OK);
        assert_string_equal(arena_cstr(f->ctx.arena, out), paths[i][1]);
    }
    struct str out;
    assert_int_equal(demo_fill_path(&f->ctx, f->references, S("/risk/@nothing"), &out), NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dates_count_from_today, begin, end),
        cmocka_unit_test_setup_teardown(keys_stand_for_records, begin, end),
        cmocka_unit_test_setup_teardown(instructions_are_not_sent, begin, end),
        cmocka_unit_test_setup_teardown(an_unknown_key_is_named, begin, end),
        cmocka_unit_test_setup_teardown(paths_are_filled, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
