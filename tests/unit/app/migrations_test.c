/* A database as an earlier program left it, brought up by this one (app/migrations.h). */
#include "world.h"

#include "store/search.h"

static enum result run_script(struct ctx *ctx, void *arg)
{
    return db_script(ctx, arg);
}

static struct str told(struct world *world, const char *sql)
{
    struct rows *rows;
    bool found;
    assert_ok(world, db_query_one(world->ctx, str_of(sql), NULL, 0, &rows, &found));
    assert_true(found);
    struct str text = arena_copy(world->ctx->arena, rows_text(rows, 0));
    rows_close(rows);
    return text;
}

static const char links[] = "SELECT group_concat(row) FROM (SELECT to_record || to_register || register || record || "
                            "field AS row FROM link ORDER BY 1)";
static const char shape[] = "SELECT group_concat(name || type || pk) FROM pragma_table_info('link')";
static const char indexes[] = "SELECT group_concat(name) FROM pragma_index_list('link')";

static const char as_it_was[] =
    "ALTER TABLE link RENAME TO other;\n"
    "CREATE TABLE link (register TEXT NOT NULL, record INTEGER NOT NULL, field TEXT NOT NULL,\n"
    "    to_register TEXT NOT NULL, to_record INTEGER NOT NULL,\n"
    "    PRIMARY KEY (record, register, field, to_register, to_record)) STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX link_to ON link (to_record, to_register, register, field, record);\n"
    "INSERT INTO link (register, record, field, to_register, to_record)\n"
    "    SELECT register, record, field, to_register, to_record FROM other;\n"
    "DROP TABLE other;\n"
    "DROP TABLE search_level;\n"
    "INSERT INTO search_index (rowid, words) SELECT id, words FROM search_entry WHERE words NOT LIKE '%loss%';\n"
    "INSERT INTO search_pending (id, indexed) SELECT id, '' FROM search_entry WHERE words LIKE '%loss%';\n"
    "UPDATE meta SET value = '0' WHERE name = 'schema_version';\n";

static void open_again(struct world *world)
{
    struct program *program = &world->program;
    program_close(program);
    program->store = NULL;
    program->house = (struct house){0};
    assert_ok(world, program_open(program, OPEN_DATABASE));
    assert_ok(world, store_reader(world->ctx, program->store, &world->ctx->db));
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

static enum result settle(struct ctx *ctx, void *arg)
{
    int64_t done = SEARCH_BATCH;
    (void)arg;
    while (done == SEARCH_BATCH) TRY(search_index_pending(ctx, &done));
    return db_run(ctx, S("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"), NULL, 0, NULL);
}

static void an_older_database_is_brought_up(void **state)
{
    struct world *world = *state;
    struct str links_then = told(world, links), shape_then = told(world, shape), indexes_then = told(world, indexes);
    int64_t waiting = found(world, "loss"), indexed = found(world, "ransomware");
    assert_true(waiting > 0 && indexed > 0);
    assert_ok(world, store_write(world->ctx, world->program.store, run_script, (void *)(uintptr_t)as_it_was));
    open_again(world);
    assert_string_equal(told(world, links).at, links_then.at);
    assert_string_equal(told(world, shape).at, shape_then.at);
    assert_string_equal(told(world, indexes).at, indexes_then.at);
    assert_int_equal(found(world, "loss"), waiting);
    assert_int_equal(found(world, "ransomware"), indexed);
    assert_ok(world, store_write(world->ctx, world->program.store, settle, NULL));
    assert_int_equal(found(world, "loss"), waiting);
    assert_int_equal(found(world, "ransomware"), indexed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_database_is_brought_up, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
