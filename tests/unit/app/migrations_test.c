/* A database as an earlier program left it, brought up by this one with a migration of the test's own: what follows
 * from records is right afterwards, and nobody has called for it to be made anew. */
#include "world.h"

#include "app/migrations.h"
#include "records/rebuild.h"
#include "records/verify.h"
#include "store/blob.h"
#include "store/search.h"

enum { TITLE_FIRST = 1 };

static enum result run_script(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

static void script(struct world *world, const char *sql)
{
    assert_ok(world, store_write(world->ctx, world->program.store, run_script, (void *)(uintptr_t)sql));
}

static int64_t found(struct world *world, const char *word)
{
    struct value args[SEARCH_ARGUMENTS];
    struct buf sql = buf_in(world->ctx->arena);
    size_t count = 0;
    int64_t number;
    buf_text(&sql, "SELECT count(*) FROM risk WHERE ");
    assert_ok(world, search_condition(world->ctx, &sql, S("risk"), "id", str_of(word), args, &count));
    assert_ok(world, db_query_number(world->ctx, buf_str(&sql), args, count, -1, &number));
    return number;
}

static struct str text_in(struct world *world, const char *sql)
{
    struct rows *rows;
    bool there;
    assert_ok(world, db_query_one(world->ctx, str_of(sql), NULL, 0, &rows, &there));
    assert_true(there);
    struct str text = arena_copy(world->ctx->arena, rows_text(rows, 0));
    rows_close(rows);
    return text;
}

static void says(struct world *world, const char *sql, const char *wanted)
{
    assert_string_equal(text_in(world, sql).at, wanted);
}

static void close_program(struct world *world)
{
    struct program *program = &world->program;
    program_close(program);
    program->store = NULL;
    program->house = (struct house){0};
}

static void open_again(struct world *world, enum opening opening)
{
    struct program *program = &world->program;
    assert_ok(world, program_open(program, opening));
    assert_ok(world, store_reader(world->ctx, program->store, &world->ctx->db));
}

/* The earlier program called the first risk otherwise. */
static enum result change_title(struct ctx *ctx)
{
    const struct reg *risk = house_register(ctx->house, S("risk"));
    struct record *record;
    size_t title;
    if (!reg_field(risk, S("title"), &title)) return fail(ctx, BROKEN, "Risks have no title.");
    TRY(record_load(ctx, risk, TITLE_FIRST, &record));
    record_set_text(record, title, S("Zeppelin above the yard"));
    return record_update(ctx, record, "derive");
}

/* And derived another level, kept links and the words of a search elsewhere. */
static const struct migration step = {
    .number = 4,
    .what = "Levels are called otherwise; links and search begin anew.",
    .sql = {"UPDATE risk SET current_level = 'of old';\nDELETE FROM link;\nDELETE FROM search_entry;\n"
            "DELETE FROM search_index;\nDELETE FROM search_pending;\nDELETE FROM search_level;\n",
            NULL},
    .contents = change_title,
};
static const struct migrations later = {.at = &step, .count = 1, .base = 3};

static const char links[] = "SELECT group_concat(row) FROM (SELECT to_record || to_register || register || record || "
                            "field AS row FROM link ORDER BY 1)";
static const char levels[] = "SELECT group_concat(coalesce(current_level, '-')) FROM (SELECT current_level FROM risk "
                             "ORDER BY id)";
static const char version[] = "SELECT value FROM meta WHERE name = 'schema_version'";

static void what_follows_is_right_after_a_migration(void **state)
{
    struct world *world = *state;
    struct records_report report;
    struct str links_then = text_in(world, links), levels_then = text_in(world, levels);
    int64_t others = found(world, "ransomware");
    assert_true(others > 0);
    assert_int_equal(found(world, "zeppelin"), 0);
    close_program(world);
    world->program.migrations = &later;
    open_again(world, OPEN_DATABASE);
    says(world, version, "4");
    assert_int_equal(found(world, "ransomware"), others);
    assert_int_equal(found(world, "zeppelin"), 1);
    says(world, links, links_then.at);
    says(world, levels, levels_then.at);
    assert_ok(world, records_verify(world->ctx, &report));
}

static enum result make_due(struct ctx *ctx, void *arg)
{
    (void)arg;
    return migrate_make_rebuild_due(ctx, "0.9");
}

/* Cut off between the migration and what follows from it: the next start does the rest. */
static void what_was_cut_off_is_done_at_the_next_start(void **state)
{
    struct world *world = *state;
    struct str levels_then = text_in(world, levels);
    script(world, "UPDATE risk SET current_level = 'of old';\nDELETE FROM search_entry;\nDELETE FROM search_index;\n"
                  "DELETE FROM search_pending;\nDELETE FROM search_level;\n");
    assert_ok(world, store_write(world->ctx, world->program.store, make_due, NULL));
    close_program(world);
    open_again(world, OPEN_DATABASE);
    says(world, levels, levels_then.at);
    assert_true(found(world, "ransomware") > 0);
    says(world, "SELECT value FROM meta WHERE name = 'rebuild_due'", "");
    script(world, "UPDATE risk SET current_level = 'of old'");
    close_program(world);
    open_again(world, OPEN_DATABASE); /* nothing is due: nothing is made anew */
    says(world, "SELECT current_level FROM risk WHERE id = 2", "of old");
}

/* verify, backup, check, export: they say what is so, and change nothing. */
static void who_only_reads_does_not_migrate(void **state)
{
    struct world *world = *state;
    close_program(world);
    world->program.migrations = &later;
    assert_int_equal(program_open(&world->program, OPEN_READ_ONLY), INVALID);
    assert_non_null(strstr(arena_cstr(world->ctx->arena, world->ctx->error.sentence),
                           "left it (schema 3), and nothing was changed: back it up with that version"));
    close_program(world);
    world->program.migrations = NULL;
    open_again(world, OPEN_READ_ONLY);
    says(world, version, "3");
    assert_int_equal(found(world, "zeppelin"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_follows_is_right_after_a_migration, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_was_cut_off_is_done_at_the_next_start, world_begin, world_end),
        cmocka_unit_test_setup_teardown(who_only_reads_does_not_migrate, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
