/* Rows in bulk skip the ledger and the search index: reading them is what is measured, and a million would take
 * minutes. */
#include "bench/world.h"

#include "access/token.h"
#include "access/users.h"
#include "bench/process.h"
#include "records/sql.h"

#include <libpq-fe.h>
#include <unistd.h>

void world_die(const struct world *world, const char *call)
{
    const struct error *error = &world->ctx->error;
    fprintf(stderr, "%s: %.*s\n", call, PRINT(error->sentence));
    for (const struct field_error *one = error->fields; one; one = one->next)
        fprintf(stderr, "  %.*s: %.*s\n", PRINT(one->pointer), PRINT(one->detail));
    bench_die("the database could not be made.");
}

static void admin_sql(const char *before, const char *schema, const char *after)
{
    char sql[128];
    snprintf(sql, sizeof sql, "%s %s %s", before, schema, after);
    PGconn *connection = PQconnectdb(getenv("MERLON_TEST_DATABASE"));
    PQclear(PQexec(connection, "SET client_min_messages = error"));
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) bench_die("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

static struct str database_url(struct arena *arena, const char *schema)
{
    const char *url = getenv("MERLON_TEST_DATABASE");
    return arena_print(arena, "%s%soptions=-csearch_path%%3D%s", url, strchr(url, '?') ? "&" : "?", schema);
}

/* ---- what every risk leans on ---- */

static void set_text(struct record *record, const char *field, struct str text)
{
    size_t index;
    if (reg_field(record->reg, str_of(field), &index)) record_set_text(record, index, text);
}

static enum result make(struct ctx *ctx, const char *reg, struct str title, int64_t unit, struct record **record)
{
    *record = record_new(ctx, house_register(ctx->house, str_of(reg)));
    record_set_text(*record, reg_title_field((*record)->reg), title);
    if (unit) (*record)->row[C_UNIT] = value_number(unit);
    return OK;
}

static enum result make_user(struct ctx *ctx, struct world *world)
{
    struct user user;
    struct token token;
    struct str scopes[] = {S("write")}, secret;
    const struct grant grants[] = {{ADMINISTRATOR, world->unit}, {SECURITY_MANAGER, world->unit}};
    struct user_edit edit = {.sets = USER_NAME | USER_EMAIL | USER_PERSON | USER_GRANTS,
                             .name = S("Ada Bench"),
                             .email = S("ada@example.org"),
                             .person = world->person,
                             .grants = grants,
                             .grant_count = COUNT(grants)};
    TRY(user_create(ctx, &edit, &user));
    struct new_token wanted = {.user = user.id, .name = S("bench"), .scopes = scopes, .scope_count = 1};
    TRY(token_create(ctx, &wanted, &token, &secret));
    snprintf(world->token, sizeof world->token, "%.*s", PRINT(secret));
    return OK;
}

static enum result make_organisation(struct ctx *ctx, void *arg)
{
    struct world *world = arg;
    struct record *unit, *person, *method, *assessment;
    size_t index;
    TRY(make(ctx, "unit", S("Bench"), 0, &unit));
    set_text(unit, "kind", S("company"));
    TRY(record_insert(ctx, unit, "create"));
    world->unit = record_id(unit);
    TRY(make(ctx, "person", S("Ada Bench"), world->unit, &person));
    set_text(person, "email", S("ada@example.org"));
    TRY(record_insert(ctx, person, "create"));
    world->person = record_id(person);
    TRY(make_user(ctx, world));
    TRY(make(ctx, "methodology", S("Method"), 0, &method));
    const struct field *scales = reg_field(method->reg, S("scales"), &index);
    record_set_text(method, index, str_of(scales->fallback));
    method->row[C_STATUS] = value_text(S("approved"));
    TRY(record_insert(ctx, method, "create"));
    TRY(make(ctx, "risk_assessment", S("Assessment"), world->unit, &assessment));
    if (reg_field(assessment->reg, S("methodology"), &index)) record_set_number(assessment, index, record_id(method));
    assessment->row[C_STATUS] = value_text(S("in_progress"));
    TRY(record_insert(ctx, assessment, "create"));
    world->assessment = record_id(assessment);
    return OK;
}

/* ---- risks ---- */

struct str world_risk(struct arena *arena, int64_t assessment, int64_t person, unsigned n, bool lean)
{
    static const char *const what[] = {"Ransomware encrypts", "A leaver takes", "Flooding destroys",
                                       "A supplier loses"};
    static const char *const which[] = {"the file shares", "customer records", "the build servers", "the backups"};
    struct str head = arena_print(arena,
                                  "\"title\":\"%s %s of site %u\",\"kind\":\"threat\",\"assessment\":%lld,\"unit\":1,"
                                  "\"owner\":%lld",
                                  what[n % 4], which[n / 4 % 4], n, (long long)assessment, (long long)person);
    if (lean) return arena_print(arena, "{%.*s}", PRINT(head));
    return arena_print(
        arena,
        "{%.*s,\"description\":\"Work stops in two departments until the data is restored; what was "
        "entered since the last backup is lost and has to be typed again.\",\"vulnerabilities\":\"Shares are writable "
        "for "
        "all members of staff; restoring has not been practised this year.\",\"inherent_likelihood\":4,"
        "\"inherent_consequences\":{\"financial\":4,\"operational\":3},\"current_likelihood\":%u,"
        "\"current_consequences\":{\"financial\":3,\"operational\":%u,\"legal\":2},\"treatment\":\"modify\","
        "\"treatment_reason\":\"Offline copies and fewer rights cost less than one such week.\"}",
        PRINT(head), 1 + n % 5, 1 + n / 5 % 5);
}

struct first_risk {
    struct json *body;
    struct record *record;
};

static enum result make_first(struct ctx *ctx, void *arg)
{
    struct first_risk *first = arg;
    return record_create(ctx, house_register(ctx->house, S("risk")), first->body, &first->record);
}

/* Every ninth is an opportunity, so that a filter has something to leave out. */
static struct str copy_sql(struct ctx *ctx, const struct record *first, int64_t count)
{
    const struct reg *reg = first->reg;
    struct buf sql = buf_in(ctx->arena);
    buf_print(&sql, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %lld) INSERT INTO risk (",
              (long long)count);
    for (size_t i = 1; i < row_width(reg); i++) buf_print(&sql, "%s\"%s\"", i > 1 ? "," : "", row_field(reg, i)->name);
    buf_text(&sql, ") SELECT ");
    for (size_t i = 1; i < row_width(reg); i++) {
        const char *name = row_field(reg, i)->name;
        buf_text(&sql, i > 1 ? "," : "");
        if (str_is(str_of(name), "title"))
            buf_text(&sql, "t.title || ', case ' || n.i");
        else if (str_is(str_of(name), "kind"))
            buf_text(&sql, "CASE WHEN n.i % 9 = 0 THEN 'opportunity' ELSE t.kind END");
        else
            buf_print(&sql, "t.\"%s\"", name);
    }
    buf_print(&sql, " FROM n, risk t WHERE t.id=%lld", (long long)record_id(first));
    return buf_str(&sql);
}

struct copies {
    struct str sql;
};

static enum result run_copies(struct ctx *ctx, void *arg)
{
    return db_run(ctx, ((struct copies *)arg)->sql, NULL, 0, NULL);
}

static void fill(struct world *world, int64_t risks, bool lean)
{
    struct ctx *ctx = world->ctx;
    struct first_risk first = {0};
    must(world, json_parse(ctx, world_risk(ctx->arena, world->assessment, world->person, 1, lean), &first.body));
    must(world, store_write(ctx, world->program.store, make_first, &first));
    if (risks < 2) return;
    struct copies copies = {copy_sql(ctx, first.record, risks)};
    must(world, store_write(ctx, world->program.store, run_copies, &copies));
}

/* ---- opening ---- */

static struct world *blank(const char *directory)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world) bench_die("no memory");
    world->program.arena = arena_new(0);
    if (!world->program.arena) bench_die("no memory");
    world->ctx = &world->program.ctx;
    world->ctx->arena = world->program.arena;
    snprintf(world->directory, sizeof world->directory, "%s", directory);
    return world;
}

static void open_program(struct world *world, enum opening opening)
{
    struct program *program = &world->program;
    char data[] = "--data", database[] = "--database", *arguments[4] = {data, world->directory, database};
    if (world->schema[0]) arguments[3] = (char *)(uintptr_t)database_url(world->ctx->arena, world->schema).at;
    must(world, settings_read(world->ctx, world->schema[0] ? 4 : 2, arguments, &program->settings, program->rest,
                              &program->rest_count));
    must(world, program_open(program, opening));
}

struct world *world_new(bool postgres, int64_t risks, bool lean)
{
    static unsigned serial;
    char directory[] = "/tmp/merlon-bench-XXXXXX";
    if (!mkdtemp(directory)) bench_die("no folder in /tmp");
    struct world *world = blank(directory);
    if (postgres) {
        snprintf(world->schema, sizeof world->schema, "merlon_bench_%d_%u", (int)getpid(), serial++);
        admin_sql("CREATE SCHEMA", world->schema, "");
    }
    if (!risks) return world;
    open_program(world, OPEN_NEW);
    must(world, store_write(world->ctx, world->program.store, make_organisation, world));
    fill(world, risks, lean);
    return world;
}

void world_close(struct world *world)
{
    if (!world->program.store) return;
    arena_release(world->program.arena);
    program_close(&world->program);
    world->program.store = NULL;
}

void world_free(struct world *world)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", world->directory);
    world_close(world);
    if (system(command) != 0) bench_die("%s failed.", command);
    if (world->schema[0]) admin_sql("DROP SCHEMA", world->schema, "CASCADE");
    arena_free(world->program.arena);
    free(world);
}

const char *const *world_serve(struct arena *arena, const struct world *world, const char *program)
{
    const char *list[] = {program,    "serve",       "--data",      world->directory,
                          "--listen", "127.0.0.1:0", "--log-level", "warning",
                          "--new",    NULL,          NULL,          NULL};
    if (world->schema[0]) {
        list[9] = "--database";
        list[10] = database_url(arena, world->schema).at;
    }
    const char **arguments = arena_make_many(arena, const char *, COUNT(list));
    memcpy(arguments, list, sizeof list);
    return arguments;
}

/* ---- for the bare handler ---- */

struct world *world_open(const char *directory)
{
    struct world *world = blank(directory);
    open_program(world, OPEN_READ_ONLY);
    return world;
}

void world_list(struct world *world, struct world_list *list)
{
    static const struct parameter filter[] = {{{"kind", 4}, {"threat", 6}}, {{"limit", 5}, {"50", 2}}};
    struct ctx *ctx = world->ctx;
    struct buf sql = buf_in(ctx->arena), answer = buf_in(ctx->arena);
    const struct reg *risk = house_register(ctx->house, S("risk"));
    *list = (struct world_list){.args = arena_make_many(ctx->arena, struct value, LIST_ARGS)};
    must(world, user_actor(ctx, 1, &ctx->actor));
    must(world, list_parse(ctx, risk, filter, COUNT(filter), NULL, &list->query));
    must(world, list_sql(ctx, list->query, false, &sql, list->args, &list->arg_count));
    must(world, list_write(ctx, list->query, &answer));
    list->sql = arena_copy(ctx->arena, buf_str(&sql));
    list->answer = buf_str(&answer);
}
