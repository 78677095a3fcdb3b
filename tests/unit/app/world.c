/* An organisation in a data directory of its own. */
#include "world.h"

#include "access/users.h"
#include "format/json.h"
#include "records/decision.h"

#include <unistd.h>

enum { THEMES = 4 };

static const int theme_sizes[THEMES] = {37, 8, 14, 34};

void world_failed(struct world *world, const char *call, const char *file, int line)
{
    const struct error *error = &world->ctx->error;
    print_error("%s: %.*s\n", call, PRINT(error->sentence));
    for (const struct field_error *one = error->fields; one; one = one->next)
        print_error("  %.*s: %.*s\n", PRINT(one->pointer), PRINT(one->detail));
    _fail(file, line);
}

/* ---- writing ---- */

struct deed {
    const struct reg *reg;
    int64_t id;
    const char *transition;
    const struct json *body;
    struct record *record;
};

static enum result create(struct ctx *ctx, void *arg)
{
    struct deed *deed = arg;
    return record_create(ctx, deed->reg, deed->body, &deed->record);
}

static enum result change(struct ctx *ctx, void *arg)
{
    struct deed *deed = arg;
    return record_change(ctx, deed->reg, deed->id, 0, deed->body, &deed->record);
}

/* The content that is decided on, as whoever decides was shown it. */
static enum result add_shown(struct ctx *ctx, struct deed *deed)
{
    struct buf shown = buf_in(ctx->arena), body = buf_in(ctx->arena);
    struct record *record;
    struct json *read, *whole;
    TRY(record_get(ctx, deed->reg, deed->id, &record));
    TRY(decision_write(ctx, record, str_of(deed->transition), &shown));
    TRY(json_parse(ctx, buf_str(&shown), &read));
    json_write_value(&body, deed->body);
    struct str rest = str_slice(buf_str(&body), 1, buf_str(&body).len);
    TRY(json_parse(ctx,
                   arena_print(ctx->arena, "{\"content_sha256\":\"%.*s\"%s%.*s", PRINT(json_str(read, "sha256", S(""))),
                               str_is(rest, "}") ? "" : ",", PRINT(rest)),
                   &whole));
    deed->body = whole;
    return OK;
}

static enum result move(struct ctx *ctx, void *arg)
{
    struct deed *deed = arg;
    if (transition_is_decision(reg_transition(deed->reg, str_of(deed->transition)))) TRY(add_shown(ctx, deed));
    return record_move(ctx, deed->reg, deed->id, 0, str_of(deed->transition), deed->body, &deed->record);
}

static enum result delete (struct ctx *ctx, void *arg) {
    struct deed *deed = arg; return record_delete(ctx, deed->reg, deed->id, 0, true);
}

static struct deed deed_of(struct world *world, const char *reg, int64_t id, const char *json)
{
    struct deed deed = {.reg = house_register(world->ctx->house, str_of(reg)), .id = id};
    struct json *body;
    struct str text = arena_copy(world->ctx->arena, str_of(json));
    ctx_clear_error(world->ctx);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\'') ((char *)(uintptr_t)text.at)[i] = '"';
    assert_ok(world, json_parse(world->ctx, text, &body));
    deed.body = body;
    return deed;
}

int64_t world_make(struct world *world, const char *reg, const char *json)
{
    struct deed deed = deed_of(world, reg, 0, json);
    assert_ok(world, store_write(world->ctx, world->program.store, create, &deed));
    return record_id(deed.record);
}

enum result world_try(struct world *world, const char *reg, int64_t id, const char *step, const char *json)
{
    struct deed deed = deed_of(world, reg, id, json);
    deed.transition = step;
    return store_write(world->ctx, world->program.store, !id ? create : step ? move : change, &deed);
}

struct str world_text(struct world *world, const char *reg, int64_t id, const char *field)
{
    struct record *record;
    assert_ok(world, record_load(world->ctx, house_register(world->ctx->house, str_of(reg)), id, &record));
    if (strcmp(field, "status") == 0) return record_status(record);
    return record_text_of(record, field);
}

void world_change(struct world *world, const char *reg, int64_t id, const char *json)
{
    struct deed deed = deed_of(world, reg, id, json);
    assert_ok(world, store_write(world->ctx, world->program.store, change, &deed));
}

void world_move(struct world *world, const char *reg, int64_t id, const char *transition, const char *json)
{
    struct deed deed = deed_of(world, reg, id, json);
    deed.transition = transition;
    assert_ok(world, store_write(world->ctx, world->program.store, move, &deed));
}

void world_delete(struct world *world, const char *reg, int64_t id)
{
    struct deed deed = deed_of(world, reg, id, "{}");
    assert_ok(world, store_write(world->ctx, world->program.store, delete, &deed));
}

int64_t world_find(struct world *world, const char *reg, const char *field, int64_t value)
{
    struct record_list list;
    assert_ok(world, records_where(world->ctx, house_register(world->ctx->house, str_of(reg)), field,
                                   value_number(value), &list));
    assert_int_equal(list.count, 1);
    return record_id(list.at[0]);
}

/* ---- opening ---- */

static enum result make_user(struct ctx *ctx, void *arg)
{
    struct actor *actor = arg;
    struct user user;
    TRY(user_create(ctx,
                    &(struct user_edit){.sets = USER_NAME | USER_EMAIL | USER_LANGUAGE,
                                        .name = actor->name,
                                        .email = actor->email,
                                        .language = S("en")},
                    &user));
    actor->user = user.id;
    return OK;
}

static void add_user(struct world *world, struct actor *actor, struct str name, struct str email)
{
    *actor = actor_system;
    actor->name = name;
    actor->email = email;
    assert_ok(world, store_write(world->ctx, world->program.store, make_user, actor));
}

static struct asset read_labels(struct world *world, const char *name)
{
    char *text = arena_alloc(world->ctx->arena, 65536);
    FILE *file = fopen(arena_print(world->ctx->arena, "content/%s", name).at, "r");
    assert_non_null(file); /* tests run in the folder of the project */
    size_t len = fread(text, 1, 65535, file);
    fclose(file);
    return (struct asset){.name = name, .content_type = "application/json", .bytes = {text, len}};
}

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    snprintf(world->directory, sizeof world->directory, "/tmp/merlon-world-XXXXXX");
    assert_non_null(mkdtemp(world->directory));
    world->program.arena = arena_new(0);
    world->program.ctx.arena = world->program.arena;
    world->ctx = &world->program.ctx;
    char data[] = "--data", *arguments[] = {data, world->directory};
    assert_ok(world, settings_read(world->ctx, 2, arguments, &world->program.settings, world->program.rest,
                                   &world->program.rest_count));
    world->program.clock = given_begin(&world->given);
    assert_ok(world, program_open(&world->program, OPEN_NEW));
    world->ctx->time = NULL;
    world->ctx->now = GIVEN_NOW;
    add_user(world, &world->marta, S("Marta Kowalczyk"), S("marta@example.org"));
    add_user(world, &world->jens, S("Jens Petersen"), S("jens@example.org"));
    world->ctx->actor = &world->marta;
    world->labels[0] = read_labels(world, "labels/report.de.json");
    world->labels[1] = read_labels(world, "labels/report.en.json");
    return world;
}

void world_free(struct world *world)
{
    program_close(&world->program);
    struct str command = arena_print(world->program.arena, "rm -r %s", world->directory);
    if (system(command.at) != 0) abort();
    arena_free(world->program.arena);
    free(world);
}

/* ---- filling ---- */

static const char *text(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
static const char *text(struct world *world, const char *format, ...)
{
    va_list arguments;
    char *at = arena_alloc(world->ctx->arena, 2000);
    va_start(arguments, format);
    vsnprintf(at, 2000, format, arguments);
    va_end(arguments);
    return at;
}

static void fill_framework(struct world *world)
{
    static const char *const themes[THEMES] = {"Organisational controls", "People controls", "Physical controls",
                                               "Technological controls"};
    int64_t position = 0;
    world_make(world, "framework", "{'title': 'ISO/IEC 27001:2022', 'key': 'iso27001-2022'}");
    for (int theme = 0; theme < THEMES; theme++) {
        int64_t parent = world_make(world, "requirement",
                                    text(world,
                                         "{'title': '%s', 'identifier': 'A.%d', 'framework': 1, 'position': %lld, "
                                         "'assessable': false}",
                                         themes[theme], theme + 5, (long long)++position));
        for (int i = 0; i < theme_sizes[theme]; i++)
            world_make(world, "requirement",
                       text(world,
                            "{'title': 'Control number %d of its theme', 'identifier': 'A.%d.%d', 'framework': 1, "
                            "'parent': %lld, 'position': %lld, 'reference_list': true}",
                            i + 1, theme + 5, i + 1, (long long)parent, (long long)++position));
    }
}

static void fill_risks(struct world *world)
{
    world_make(world, "methodology", "{'title': 'Risk method'}");
    world->ctx->actor = &world->jens;
    world_move(world, "methodology", 1, "approve", "{}");
    world->ctx->actor = &world->marta;
    world_make(world, "risk_assessment", "{'title': 'Assessment 2026', 'unit': 1, 'owner': 1, 'methodology': 1}");
    world_make(world, "control",
               "{'title': 'Supplier reviews', 'unit': 1, 'owner': 1, 'requirements': ['REQ-2', 'REQ-3']}");
    world_make(world, "control", "{'title': 'Off-site backups', 'unit': 1, 'owner': 2, 'requirements': ['REQ-4']}");
    world_make(world, "risk",
               "{'title': 'Loss of position data', 'unit': 1, 'owner': 1, 'assessment': 1, 'controls': [1],"
               "'inherent_likelihood': 4, 'inherent_consequences': {'financial': 5}, 'current_likelihood': 4,"
               "'current_consequences': {'financial': 4, 'legal': 2}, 'target_likelihood': 2,"
               "'target_consequences': {'financial': 2}, 'treatment': 'modify'}");
    world_make(world, "risk",
               "{'title': 'Ransomware in the yard', 'unit': 1, 'owner': 2, 'assessment': 1, 'inherent_likelihood': 5,"
               "'inherent_consequences': {'operational': 5}, 'current_likelihood': 5,"
               "'current_consequences': {'operational': 5}, 'treatment': 'modify'}");
    world_make(world, "risk", "{'title': 'Phishing of the crew', 'unit': 1, 'owner': 2, 'assessment': 1}");
}

void world_fill(struct world *world)
{
    world_make(world, "unit", "{'title': 'Nordlicht Shipping Group', 'kind': 'group'}");
    world_make(world, "person", "{'name': 'Marta Kowalczyk', 'unit': 1}");
    world_make(world, "person", "{'name': 'Ines Albrecht', 'unit': 1}");
    world_make(world, "obligation", "{'title': 'NIS2, Article 21', 'unit': 1}");
    fill_framework(world);
    fill_risks(world);
    world_make(world, "soa",
               "{'title': 'Statement of the group', 'unit': 1, 'owner': 1, 'framework': 1,"
               "'scope': 'Everything **on shore**.'}");
    world_make(world, "evidence", "{'title': 'Minutes of the review', 'unit': 1, 'supports': ['CTL-1']}");
    world_make(
        world, "treatment_action",
        "{'title': 'Encrypt the link', 'unit': 1, 'owner': 1, 'risk': 1, 'controls': [1], 'due_on': '2026-11-01'}");
    world_make(world, "treatment_action",
               "{'title': 'Test the restore', 'unit': 1, 'owner': 2, 'risk': 1, 'due_on': '2026-12-24'}");
    world_make(world, "acceptance",
               "{'title': 'Until the refit', 'unit': 1, 'risk': 1, 'reason': 'Refit in March.',"
               "'expires_on': '2027-03-31'}");
    world->ctx->actor = &world->jens;
    world_move(world, "acceptance", 1, "accept", "{}");
    world->ctx->actor = &world->marta;
}

int world_begin(void **state)
{
    struct world *world = world_new();
    world_fill(world);
    *state = world;
    return 0;
}

int world_end(void **state)
{
    world_free(*state);
    return 0;
}
