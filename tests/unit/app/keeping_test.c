/* Records against the ledger, and everything derived made anew: records/verify.h, records/rebuild.h, over the real
 * registers. */
#include "world.h"

#include "records/rebuild.h"
#include "records/verify.h"

#include <unistd.h>

static enum result run_sql(struct ctx *ctx, void *arg)
{
    return db_run(ctx, str_of(arg), NULL, 0, NULL);
}

/* As somebody with the database and without the program would. */
static void tamper(struct world *world, const char *sql)
{
    assert_ok(world, store_write(world->ctx, world->program.store, run_sql, (void *)(uintptr_t)sql));
}

static void verifies(struct world *world)
{
    struct records_report report;
    assert_ok(world, records_verify(world->ctx, &report));
    assert_true(report.records > 200);
    assert_int_equal(report.purged, 0);
}

static void finds(struct world *world, const char *part)
{
    struct records_report report;
    ctx_clear_error(world->ctx);
    assert_int_equal(records_verify(world->ctx, &report), CONFLICT);
    const char *sentence = arena_cstr(world->ctx->arena, world->ctx->error.sentence);
    if (!strstr(sentence, part)) assert_string_equal(sentence, part);
    ctx_clear_error(world->ctx);
}

static void what_the_program_wrote_holds(void **state)
{
    struct world *world = *state;
    verifies(world);
    world_change(world, "risk", 1, "{'title': 'Loss of positions', 'custom': {}, 'tags': ['a', 'b']}");
    world_delete(world, "obligation", 1);
    world_move(world, "risk", 3, "close", "{'treatment_reason': 'Went away.'}");
    verifies(world);
}

static void what_else_was_written_is_found(void **state)
{
    static const char *const cases[][3] = {
        {"UPDATE risk SET title = 'x' WHERE id = 2", "RSK-2 is not what the ledger says: its field \"title\"",
         "UPDATE risk SET title = 'Ransomware in the yard' WHERE id = 2"},
        {"UPDATE risk SET current_likelihood = 1 WHERE id = 2", "its field \"current_likelihood\"",
         "UPDATE risk SET current_likelihood = 5 WHERE id = 2"},
        {"UPDATE control SET requirements = '[]' WHERE id = 2", "CTL-2 is not what the ledger says",
         "UPDATE control SET requirements = '[4]' WHERE id = 2"},
        {"UPDATE person SET deleted_at = 5 WHERE id = 2", "its field \"deleted_at\"",
         "UPDATE person SET deleted_at = NULL WHERE id = 2"},
        {"INSERT INTO person (unit, status, version, created_at, changed_at, tags, custom, name) SELECT unit, status, "
         "version, created_at, changed_at, tags, custom, 'Nobody' FROM person WHERE id = 2",
         "PER-3 stands in the database, but the ledger never heard of it", "DELETE FROM person WHERE id = 3"},
    };
    struct world *world = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        tamper(world, cases[i][0]);
        finds(world, cases[i][1]);
        tamper(world, cases[i][2]);
        verifies(world);
    }
    tamper(world, "DELETE FROM treatment_action WHERE id = 2");
    finds(world, "TRT-2 is in the ledger (create), but its record was removed");
}

/* What is missing in older states is a field that came with a newer program. */
static void what_means_the_same_is_written_the_same(void **state)
{
    struct world *world = *state;
    tamper(world, "UPDATE ledger_state SET state = replace(state, ',\"review_on\":null', '')");
    verifies(world);
    tamper(world, "UPDATE control SET requirements = '[ 4 ]' WHERE id = 2");
    finds(world, "its field \"requirements\"");
    tamper(world, "UPDATE control SET requirements = '[4]' WHERE id = 2");
    verifies(world);
    tamper(world, "UPDATE risk SET current_consequences = '{ \"financial\" : 4, \"legal\": 2 }' WHERE id = 1");
    finds(world, "its field \"current_consequences\"");
}

static void rebuild(struct world *world, int64_t changes)
{
    struct rebuild rebuild = {.store = world->program.store};
    struct rebuild_report report;
    assert_ok(world, records_rebuild(world->ctx, &rebuild, &report));
    assert_true(report.records > 200);
    assert_int_equal(report.changed, changes);
}

static int64_t count(struct world *world, const char *sql)
{
    int64_t number;
    assert_ok(world, db_query_number(world->ctx, str_of(sql), NULL, 0, -1, &number));
    return number;
}

/* Read in pages of 500: the last of one and the first of the next are looked at, too. */
static void every_record_of_every_page_is_compared(void **state)
{
    struct world *world = *state;
    int64_t first = count(world, "SELECT max(id) + 1 FROM threat");
    for (int64_t id = first; id <= 501; id++) world_make(world, "threat", "{'title': 'Another'}");
    verifies(world);
    for (int64_t id = 499; id <= 501; id++) {
        tamper(world,
               arena_print(world->ctx->arena, "UPDATE threat SET title = 'Other' WHERE id = %lld", (long long)id).at);
        finds(world, "its field \"title\"");
        tamper(world,
               arena_print(world->ctx->arena, "UPDATE threat SET title = 'Another' WHERE id = %lld", (long long)id).at);
    }
    verifies(world);
}

static void rebuilding_changes_nothing_that_is_right(void **state)
{
    struct world *world = *state;
    int64_t links = count(world, "SELECT count(*) FROM link");
    int64_t entries = count(world, "SELECT count(*) FROM ledger_entry");
    rebuild(world, 0);
    assert_int_equal(count(world, "SELECT count(*) FROM link"), links);
    assert_int_equal(count(world, "SELECT count(*) FROM ledger_entry"), entries);
    verifies(world);
}

static void a_link_too_many_refuses_no_change(void **state)
{
    struct world *world = *state;
    world_make(world, "asset", "{'title': 'Bridge radio', 'unit': 1}");
    tamper(world, "INSERT INTO link (to_record, to_register, register, record, field) VALUES "
                  "(1, 'asset', 'risk', 2, 'assets')");
    world_change(world, "risk", 2, "{'assets': [1]}");
    world_change(world, "risk", 2, "{'assets': []}");
    assert_int_equal(count(world, "SELECT count(*) FROM link WHERE to_register = 'asset' AND to_record = 1"), 0);
    verifies(world);
}

/* Names that no register has, longer than any: rebuilding comes to its end, and takes them out. */
static void rebuilding_ends_whatever_links_are_called(void **state)
{
    struct world *world = *state;
    int64_t links = count(world, "SELECT count(*) FROM link");
    tamper(world, "INSERT INTO link (to_record, to_register, register, record, field) "
                  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) SELECT 1, 'asset', "
                  "'a_register_with_a_name_that_is_much_longer_than_any_that_there_is_' || CAST(i AS text), 2, "
                  "'assets' FROM n");
    alarm(120); /* where it does not end */
    rebuild(world, 0);
    alarm(0);
    assert_int_equal(count(world, "SELECT count(*) FROM link"), links);
    verifies(world);
}

static void rebuilding_mends_what_is_derived(void **state)
{
    struct world *world = *state;
    int64_t links = count(world, "SELECT count(*) FROM link");
    tamper(world, "DELETE FROM link WHERE register = 'risk'");
    tamper(world, "INSERT INTO link (to_record, to_register, register, record, field) VALUES "
                  "(1, 'person', 'risk', 2, 'owner'), (9, 'asset', 'risk', 2, 'assets'), "
                  "(1, 'asset', 'nothing', 2, 'assets'), (1, 'asset', 'risk', 4000, 'assets')");
    tamper(world, "DELETE FROM unit_reach");
    rebuild(world, 0);
    assert_int_equal(count(world, "SELECT count(*) FROM link"), links);
    assert_true(count(world, "SELECT count(*) FROM unit_reach") > 0);
    tamper(world, "UPDATE risk SET current_level = 'low', current_rank = 1 WHERE id = 2");
    rebuild(world, 1); /* one entry in the ledger, in the program's own name */
    assert_int_equal(count(world, "SELECT current_rank FROM risk WHERE id = 2"), 4);
    rebuild(world, 0);
    verifies(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_program_wrote_holds, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_else_was_written_is_found, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_means_the_same_is_written_the_same, world_begin, world_end),
        cmocka_unit_test_setup_teardown(every_record_of_every_page_is_compared, world_begin, world_end),
        cmocka_unit_test_setup_teardown(rebuilding_changes_nothing_that_is_right, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_link_too_many_refuses_no_change, world_begin, world_end),
        cmocka_unit_test_setup_teardown(rebuilding_ends_whatever_links_are_called, world_begin, world_end),
        cmocka_unit_test_setup_teardown(rebuilding_mends_what_is_derived, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
