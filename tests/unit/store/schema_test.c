/* A schema that was made to look like the program's, and is not: by whoever writes SQLite's own table of it, past the
 * program, and then waits for its next start. */
#include "store/check.h"
#include "store/fixture.h"
#include "store/schema_verify.h"
#include "store/search.h"

#include <sqlite3.h>

static const struct column columns[] = {{.name = "id", .type = COLUMN_KEY},
                                        {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
                                        {.name = "kind", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL}};
static const struct index indexes[] = {{.name = "entry_kind", .columns = "kind"}};
static const struct table entry = {.name = "entry",
                                   .columns = columns,
                                   .column_count = COUNT(columns),
                                   .indexes = indexes,
                                   .index_count = COUNT(indexes),
                                   .append_only = true};
static const struct table *const tables[] = {&entry};

static enum result fill(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(tables_apply(ctx, tables, COUNT(tables)));
    TRY(search_apply(ctx));
    return db_script(ctx, "INSERT INTO entry (at, kind) VALUES (1, 'one'), (2, 'two'), (3, 'three')");
}

static enum result verify(struct fixture *f)
{
    int64_t checked;
    ctx_clear_error(&f->ctx);
    return schema_verify(&f->ctx, tables, COUNT(tables), &checked);
}

static void begin(struct fixture *f)
{
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, fill, NULL));
    expect_ok(&f->ctx, verify(f));
    expect_ok(&f->ctx, store_check_file(&f->ctx));
}

/* False when memory ended in it. */
static bool verified(struct fixture *f, uint64_t fail_at)
{
    jmp_buf escape;
    bool whole = setjmp(escape) == 0;
    if (whole) {
        arena_guard(f->ctx.arena, &escape);
        arena_fail_at(fail_at);
        assert_int_equal(verify(f), OK);
    }
    arena_fail_at(0);
    arena_guard(f->ctx.arena, NULL);
    return whole;
}

/* The schema to compare with is made in a database of its own, which goes when memory ends at whatever place of it. */
static void a_comparison_without_memory_leaves_nothing_behind(void **state)
{
    FIXTURE(f);
    begin(f);
    struct arena *whole = f->ctx.arena;
    uint64_t at = 0;
    for (bool more = true; more;) {
        f->ctx.arena = arena_scratch(whole);
        more = !verified(f, ++at);
        arena_reset(f->ctx.arena);
    }
    f->ctx.arena = whole;
    assert_true(at > 10);
    expect_ok(&f->ctx, verify(f));
}

/* With the program away, and its guards off. */
static void tamper(struct fixture *f, const char *const *scripts, size_t count)
{
    char path[100], *why = NULL;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/merlon.db", f->directory);
    store_close(f->store);
    for (size_t i = 0; i < count; i++) { /* each reads the schema that the one before has left */
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL), SQLITE_OK);
        if (sqlite3_exec(db, scripts[i], NULL, NULL, &why) != SQLITE_OK) test_failed("%s: %s", scripts[i], why);
        sqlite3_close(db);
    }
    fixture_open(f);
}

#define TAMPER(f, ...) tamper(f, (const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})))
#define WRITABLE "PRAGMA writable_schema=ON; "

static void a_name_like_sqlites_own_hides_nothing(void **state)
{
    FIXTURE(f);
    begin(f);
    TAMPER(f, WRITABLE "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('trigger', "
                       "'sqlite_stat_guard', 'entry', 0, 'CREATE TRIGGER sqlite_stat_guard AFTER INSERT ON entry BEGIN "
                       "DELETE FROM search_entry; END')");
    assert_int_equal(verify(f), CONFLICT);
    expect_sentence(&f->ctx, "the trigger \"sqlite_stat_guard\" of \"entry\" was not made by the program");
}

static bool sorts(struct fixture *f)
{
    struct rows *rows;
    bool sorts = false;
    expect_ok(&f->ctx, db_query(&f->ctx, S("EXPLAIN QUERY PLAN SELECT kind FROM entry ORDER BY kind"), NULL, 0, &rows));
    for (bool more;;) {
        expect_ok(&f->ctx, rows_next(&f->ctx, rows, &more));
        if (!more) return sorts;
        sorts |= str_find(rows_text(rows, 3), S("TEMP B-TREE"), NULL);
    }
}

/* Statistics that say that no index is in order change no answer, but how long each takes. */
static void statistics_are_named_and_not_gone_by(void **state)
{
    FIXTURE(f);
    bool found;
    begin(f);
    TAMPER(f, "ANALYZE", "UPDATE sqlite_stat1 SET stat = '1 1 unordered noskipscan'");
    assert_int_equal(verify(f), CONFLICT);
    expect_sentence(&f->ctx, "the table \"sqlite_stat1\" of \"sqlite_stat1\" was not made by the program");
    store_close(f->store);
    fixture_open(f);
    assert_false(sorts(f));
    expect_ok(&f->ctx, store_drop_statistics(&f->ctx, f->store, &found));
    assert_true(found);
    expect_ok(&f->ctx, store_drop_statistics(&f->ctx, f->store, &found));
    assert_false(found);
    expect_ok(&f->ctx, verify(f));
}

static enum result delete_one(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "DELETE FROM entry WHERE id = 1");
}

static void text_in_double_quotes_is_no_call(void **state)
{
    FIXTURE(f);
    begin(f);
    TAMPER(f, WRITABLE "UPDATE sqlite_schema SET sql = replace(replace(sql, 'SELECT RAISE', 'SELECT \"RAISE'), "
                       "'deleted.'')', 'deleted.'')\"') WHERE type = 'trigger' AND tbl_name = 'entry'");
    assert_int_equal(verify(f), CONFLICT);
    expect_sentence(&f->ctx, "is otherwise than the program makes it");
    ctx_clear_error(&f->ctx);
    assert_int_not_equal(store_write(&f->ctx, f->store, delete_one, NULL), OK); /* and guards nothing less */
    int64_t left;
    expect_ok(&f->ctx, db_query_number(&f->ctx, S("SELECT count(*) FROM entry"), NULL, 0, 0, &left));
    assert_int_equal(left, 3);
}

static void a_table_is_compared_with_its_quotes(void **state)
{
    FIXTURE(f);
    begin(f);
    TAMPER(f, WRITABLE "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'entry'");
    assert_int_equal(verify(f), CONFLICT);
    expect_sentence(&f->ctx, "the table \"entry\" of \"entry\" is otherwise");
}

/* The schema is put back, and only the index still lacks the row: every question that leans on it would. */
static void an_index_that_lacks_a_row_is_found(void **state)
{
    FIXTURE(f);
    begin(f);
    TAMPER(f, WRITABLE "UPDATE sqlite_schema SET sql = sql || ' WHERE id <> 2' WHERE name = 'entry_kind'",
           "REINDEX entry_kind",
           WRITABLE "UPDATE sqlite_schema SET sql = replace(sql, ' WHERE id <> 2', '') WHERE name = 'entry_kind'");
    expect_ok(&f->ctx, verify(f));
    assert_int_equal(store_check_file(&f->ctx), CONFLICT);
    expect_sentence(&f->ctx, "damage or tampering");
    expect_sentence(&f->ctx, "missing from index entry_kind");
}

static void a_value_of_another_type_is_found(void **state)
{
    FIXTURE(f);
    begin(f);
    TAMPER(f, WRITABLE "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'entry'",
           "INSERT INTO entry (at, kind) VALUES ('never', 'four')",
           WRITABLE "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'entry'");
    expect_ok(&f->ctx, verify(f));
    assert_int_equal(store_check_file(&f->ctx), CONFLICT);
    expect_sentence(&f->ctx, "damage or tampering");
}

/* Who reads beside the program is the operator's affair. */
static void a_right_to_read_is_no_difference(void **state)
{
    FIXTURE(f);
    begin(f);
    expect_ok(&f->ctx, db_script(&f->ctx, "GRANT SELECT ON entry TO PUBLIC"));
    expect_ok(&f->ctx, verify(f));
}

static enum result loose(struct ctx *ctx, void *arg)
{
    (void)arg;
    return db_script(ctx, "UPDATE entry SET kind = \"loose\"");
}

/* Neither statements nor definitions take a name that is not there for a text. */
static void double_quotes_mean_names(void **state)
{
    FIXTURE(f);
    int64_t count;
    begin(f);
    assert_int_not_equal(
        db_query_number(&f->ctx, S("SELECT count(*) FROM entry WHERE kind = \"one\""), NULL, 0, 0, &count), OK);
    expect_sentence(&f->ctx, "one");
    assert_int_not_equal(store_write(&f->ctx, f->store, loose, NULL), OK);
    expect_sentence(&f->ctx, "loose");
}

/* Names that become the program's own once the schema's name is taken off, and what changes no definition. */
static void what_looks_like_the_schemas_own_is_told(void **state)
{
    FIXTURE(f);
    begin(f);
    const char *schema = f->schema, *back = arena_print(f->ctx.arena, "DROP SCHEMA te%s CASCADE", schema).at;
    const struct {
        const char *planted, *undo, *said;
    } cases[] = {
        {arena_print(f->ctx.arena,
                     "CREATE SCHEMA te%s; CREATE DOMAIN te%s.xt AS text COLLATE \"C\"; ALTER TABLE entry ALTER kind "
                     "TYPE te%s.xt",
                     schema, schema, schema)
             .at,
         arena_print(f->ctx.arena, "ALTER TABLE entry ALTER kind TYPE text COLLATE \"C\"; %s", back).at,
         "the column \"kind\" of \"entry\" is otherwise"},
        {"CREATE COLLATION \"C\" (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
         arena_print(f->ctx.arena, "DROP COLLATION %s.\"C\"", schema).at, "the object \"collation"},
        {"CREATE DOMAIN quay AS text", "DROP DOMAIN quay", "the object \"type quay\""},
        {"ALTER TABLE search_entry SET UNLOGGED", "ALTER TABLE search_entry SET LOGGED", "the table \"search_entry\""},
        {"CREATE FUNCTION concat_ws(text, text, \"char\") RETURNS text LANGUAGE sql AS 'SELECT $2'",
         "DROP FUNCTION concat_ws(text, text, \"char\")", "the function \"concat_ws("},
        {arena_print(f->ctx.arena, "GRANT ALL ON ALL TABLES IN SCHEMA %s TO PUBLIC", schema).at,
         arena_print(f->ctx.arena, "REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM PUBLIC", schema).at,
         " of PUBLIC\" of \"entry\" was not made by the program"},
        {"GRANT INSERT ON entry TO PUBLIC", "REVOKE INSERT ON entry FROM PUBLIC",
         "the right \"INSERT of PUBLIC\" of \"entry\""},
        {"GRANT DELETE ON entry TO PUBLIC", "REVOKE DELETE ON entry FROM PUBLIC",
         "the right \"DELETE of PUBLIC\" of \"entry\""},
        {"GRANT TRUNCATE ON entry TO PUBLIC", "REVOKE TRUNCATE ON entry FROM PUBLIC",
         "the right \"TRUNCATE of PUBLIC\" of \"entry\""},
        {"GRANT REFERENCES ON entry TO PUBLIC", "REVOKE REFERENCES ON entry FROM PUBLIC",
         "the right \"REFERENCES of PUBLIC\" of \"entry\""},
        {"GRANT TRIGGER ON entry TO PUBLIC", "REVOKE TRIGGER ON entry FROM PUBLIC",
         "the right \"TRIGGER of PUBLIC\" of \"entry\""},
        {"GRANT UPDATE (kind) ON entry TO PUBLIC", "REVOKE UPDATE (kind) ON entry FROM PUBLIC",
         "the right to columns \"UPDATE of PUBLIC\" of \"entry\""},
        {"GRANT USAGE ON SEQUENCE entry_id_seq TO PUBLIC", "REVOKE USAGE ON SEQUENCE entry_id_seq FROM PUBLIC",
         "the right \"USAGE of PUBLIC\" of \"entry_id_seq\""},
        {arena_print(
             f->ctx.arena,
             "CREATE SCHEMA te%s; CREATE VIEW te%s.door AS SELECT * FROM entry; CREATE VIEW te%s.outer AS "
             "SELECT * FROM te%s.door; GRANT SELECT ON te%s.door TO PUBLIC; GRANT UPDATE ON te%s.outer TO PUBLIC",
             schema, schema, schema, schema, schema, schema)
             .at,
         back, "the right through a view \"UPDATE of PUBLIC\" of \"te"},
        {"ALTER TABLE entry OWNER TO pg_monitor", "ALTER TABLE entry OWNER TO CURRENT_USER",
         "the owner \"pg_monitor\" of \"entry\""},
        {"ALTER SEQUENCE entry_id_seq INCREMENT -1 MINVALUE -100 CYCLE",
         "ALTER SEQUENCE entry_id_seq INCREMENT 1 MINVALUE 1 NO CYCLE", "the sequence \"entry_id_seq\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_ok(&f->ctx, db_script(&f->ctx, cases[i].planted));
        assert_int_equal(verify(f), CONFLICT);
        expect_sentence(&f->ctx, cases[i].said);
        expect_ok(&f->ctx, db_script(&f->ctx, cases[i].undo));
        expect_ok(&f->ctx, verify(f));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(a_name_like_sqlites_own_hides_nothing),
        ON_SQLITE(statistics_are_named_and_not_gone_by),
        ON_POSTGRES(a_right_to_read_is_no_difference),
        ON_SQLITE(text_in_double_quotes_is_no_call),
        ON_SQLITE(a_table_is_compared_with_its_quotes),
        ON_SQLITE(an_index_that_lacks_a_row_is_found),
        ON_SQLITE(a_value_of_another_type_is_found),
        ON_BOTH(double_quotes_mean_names),
        ON_POSTGRES(what_looks_like_the_schemas_own_is_told),
        ON_BOTH(a_comparison_without_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
