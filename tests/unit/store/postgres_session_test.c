/* What a database, or a trigger in it, makes of a session of PostgreSQL: names keep their meaning. */
#include "fixture.h"

#include "store/blob.h"
#include "store/schema_verify.h"
#include "store/search.h"

static void as_owner(const char *url, const char *sql)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) test_failed("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

static enum result make_own_tables(struct ctx *ctx, void *arg)
{
    (void)arg;
    TRY(tables_apply(ctx, store_tables, store_table_count));
    return search_apply(ctx);
}

static void expect_difference(struct fixture *f, const char *part)
{
    int64_t checked = 0;
    assert_int_equal(schema_verify(&f->ctx, store_tables, store_table_count, &checked), CONFLICT);
    expect_sentence(&f->ctx, part);
}

/* A database of its own: what is set for it concerns no other test. */
static const char *make_database(struct fixture *f, struct str *base)
{
    const char *url = getenv("MERLON_TEST_DATABASE");
    size_t slash = strlen(url);
    while (url[slash - 1] != '/') slash--;
    as_owner(url, arena_print(f->ctx.arena, "CREATE DATABASE %s", f->schema).at);
    *base = str_of(url);
    return arena_print(f->ctx.arena, "%.*s%s", (int)slash, url, f->schema).at;
}

static const char evil[] =
    "CREATE SCHEMA evil; CREATE FUNCTION evil.least_of(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS "
    "'SELECT CASE WHEN $1 < $2 THEN $1 ELSE $2 END'; "
    "CREATE AGGREGATE evil.max(bigint) (sfunc = evil.least_of, stype = bigint, initcond = '99'); "
    "CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT $2'; "
    "CREATE FUNCTION evil.same(bigint, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'; "
    "CREATE OPERATOR evil.= (function = evil.same, leftarg = bigint, rightarg = bigint);";

static int64_t ask_number(struct fixture *f, const char *sql)
{
    int64_t number;
    expect_ok(&f->ctx, db_query_number(&f->ctx, str_of(sql), NULL, 0, -1, &number));
    return number;
}

static void begin_anew(struct fixture *f)
{
    store_close(f->store);
    fixture_open(f);
}

static void names_mean_what_the_server_means(void **state)
{
    FIXTURE(f);
    struct str base;
    char before[sizeof f->url];
    const char *url = make_database(f, &base);
    memcpy(before, f->url, sizeof before);
    snprintf(f->url, sizeof f->url, "%s", url);
    as_owner(url, evil);
    as_owner(url,
             arena_print(f->ctx.arena, "ALTER DATABASE %s SET search_path = public, evil, pg_catalog", f->schema).at);
    as_owner(url, arena_print(f->ctx.arena, "ALTER DATABASE %s SET session_replication_role = replica", f->schema).at);
    begin_anew(f);
    assert_int_equal(ask_number(f, "SELECT max(n) FROM (VALUES (CAST(1 AS bigint)), (2)) v (n)"), 2);
    assert_int_equal(
        ask_number(f, "SELECT count(*) FROM (VALUES (CAST(1 AS bigint))) v (n) WHERE n = CAST(1 AS bigint)"), 1);
    assert_int_equal(ask_number(f, "SELECT count(*) WHERE current_setting('session_replication_role') = 'origin'"), 1);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_own_tables, NULL));
    expect_difference(f, "the setting of the database or role \"search_path\"");
    expect_difference(f, "(differences in all: 2)");
    as_owner(url, arena_print(f->ctx.arena, "ALTER DATABASE %s SET search_path = evil", f->schema).at);
    begin_anew(f);
    assert_int_equal(ask_number(f, "SELECT count(*) WHERE current_schema() = 'public'"), 1);
    as_owner(url, arena_print(f->ctx.arena, "ALTER DATABASE %s RESET ALL", f->schema).at);
    int64_t checked = 0;
    expect_ok(&f->ctx, schema_verify(&f->ctx, store_tables, store_table_count, &checked));
    as_owner(url, "CREATE OPERATOR public.=== (function = evil.same, leftarg = bigint, rightarg = bigint)");
    expect_difference(f, "the operator \"===(bigint, bigint)\"");
    as_owner(url,
             "DROP OPERATOR public.=== (bigint, bigint); CREATE FUNCTION evil.hear() RETURNS event_trigger LANGUAGE "
             "plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER hears ON ddl_command_end EXECUTE FUNCTION evil.hear()");
    expect_difference(f, "the event trigger \"hears\"");
    as_owner(url, "DROP EVENT TRIGGER hears; CREATE FUNCTION pg_catalog.length(bigint) RETURNS bigint LANGUAGE sql AS "
                  "'SELECT CAST(7 AS bigint)'");
    expect_difference(f, "the object among the server's own \"function length(bigint)\"");
    memcpy(f->url, before, sizeof before);
    begin_anew(f);
    as_owner(base.at, arena_print(f->ctx.arena, "DROP DATABASE %s WITH (FORCE)", f->schema).at);
}

/* A database of its own, with the tables of the store in the schema that every database has. */
struct own_database {
    struct fixture *f;
    struct str base;
    const char *url;
    char before[sizeof((struct fixture *)0)->url];
};

static struct own_database enter(struct fixture *f)
{
    struct own_database own = {.f = f};
    own.url = make_database(f, &own.base);
    memcpy(own.before, f->url, sizeof own.before);
    snprintf(f->url, sizeof f->url, "%s", own.url);
    begin_anew(f);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_own_tables, NULL));
    return own;
}

static void leave(const struct own_database *own)
{
    struct fixture *f = own->f;
    memcpy(f->url, own->before, sizeof own->before);
    begin_anew(f);
    as_owner(own->base.at, arena_print(f->ctx.arena, "DROP DATABASE %s WITH (FORCE)", f->schema).at);
}

static void expect_same(struct fixture *f)
{
    int64_t checked = 0;
    expect_ok(&f->ctx, schema_verify(&f->ctx, store_tables, store_table_count, &checked));
}

/* By it a session has other rights than the one who signed in, and other settings. */
static void a_role_set_for_every_session_is_named(void **state)
{
    FIXTURE(f);
    struct own_database own = enter(f);
    expect_same(f);
    as_owner(own.base.at, arena_print(f->ctx.arena, "ALTER DATABASE %s SET role = pg_monitor", f->schema).at);
    expect_difference(f, "the setting of the database or role \"role\"");
    as_owner(own.base.at, arena_print(f->ctx.arena, "ALTER DATABASE %s RESET role", f->schema).at);
    expect_same(f);
    leave(&own);
}

/* Where it goes unless told otherwise: it is the operator's, as the guide advises. */
static void an_extension_may_be_there(void **state)
{
    FIXTURE(f);
    struct own_database own = enter(f);
    as_owner(own.url, "CREATE EXTENSION amcheck");
    expect_same(f);
    leave(&own);
}

static enum result write_meta(struct ctx *ctx, void *name)
{
    return meta_set(ctx, name, S("red"));
}

/* It would lead every later write of that connection into another schema, when it is long gone itself. */
static void a_trigger_leads_no_connection_away(void **state)
{
    FIXTURE(f);
    const char *ours = arena_print(f->ctx.arena, "SELECT count(*) WHERE current_schema() = '%s'", f->schema).at;
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, make_own_tables, NULL));
    expect_ok(&f->ctx, db_script(&f->ctx, "CREATE FUNCTION leads() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
                                          "set_config(''search_path'', ''public'', false); RETURN NEW; END'; "
                                          "CREATE TRIGGER away BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION "
                                          "leads()"));
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, write_meta, (char[]){"colour"}));
    assert_int_equal(ask_number(f, ours), 1);
    expect_ok(&f->ctx, db_script(&f->ctx, "SELECT set_config('search_path', 'public', false)"));
    expect_ok(&f->ctx, db_begin(&f->ctx));
    assert_int_equal(ask_number(f, ours), 1);
    db_rollback(&f->ctx);
}

static enum result tell_whether_it_reads(struct ctx *ctx, void *only)
{
    *(bool *)only = db_only_reads(ctx->db);
    return OK;
}

/* Else later writes would lock nothing, and take their time as readers may. */
static void a_snapshot_that_has_ended_leaves_a_connection_that_writes(void **state)
{
    FIXTURE(f);
    bool only = true;
    expect_ok(&f->ctx, store_begin_snapshot(&f->ctx));
    assert_true(db_only_reads(f->ctx.db));
    store_end_snapshot(&f->ctx);
    expect_ok(&f->ctx, store_write(&f->ctx, f->store, tell_whether_it_reads, &only));
    assert_false(only);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(names_mean_what_the_server_means),
        ON_POSTGRES(a_role_set_for_every_session_is_named),
        ON_POSTGRES(an_extension_may_be_there),
        ON_POSTGRES(a_trigger_leads_no_connection_away),
        ON_POSTGRES(a_snapshot_that_has_ended_leaves_a_connection_that_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
