/* merlon schema, roles, openapi: the tables that the program is made of, as text. They need no data. */
#include "app/command.h"

#include "access/access.h"
#include "api/openapi.h"
#include "format/json_out.h"
#include "schema/describe.h"
#include "schema/label_keys.h"

#include "access/actor.h"

/* ---- one register ---- */

static void print_flags(unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{REQUIRED, "required"},           {UNIQUE, "unique"}, {DERIVED, "derived"},  {FIXED, "fixed"},
                 {BY_TRANSITION, "by transition"}, {SEARCH, "search"}, {PERSONAL, "personal"}};
    const char *between = "  ";
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!(flags & names[i].flag)) continue;
        printf("%s%s", between, names[i].name);
        between = ", ";
    }
}

static void print_list(const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++) printf("%s%s", i ? "|" : " ", names[i]);
}

static void print_field(const struct field *field)
{
    printf("  %-24s %s", field->name, kind_name(field->kind));
    print_list(field->choices);
    if (field->target) printf(" %s", field->target);
    print_list(field->targets);
    if (field->scale) printf(" %s", field->scale);
    if (field->min || field->max) printf(" %lld..%lld", (long long)field->min, (long long)field->max);
    print_flags(field->flags);
    printf("\n");
}

static void print_transition(const struct transition *transition)
{
    printf("  %-24s", transition->name);
    print_list(transition->from);
    printf(" -> %s", transition->to);
    if (transition->asks[0]) printf(", asks for"), print_list(transition->asks);
    if (transition->independent_of[0]) printf(", independent of"), print_list(transition->independent_of);
    printf("\n");
}

static void print_follows(const struct house *house, const char *reg)
{
    for (const struct follow *const *list = house->follows; list && *list; list++) {
        for (const struct follow *follow = *list; follow->on; follow++) {
            if (strcmp(follow->on, reg) != 0) continue;
            printf("  a change of");
            print_list(follow->fields);
            printf("%s: %s\n", follow->fields[0] ? "" : " anything", follow->what);
        }
    }
}

static void print_register(const struct house *house, const struct reg *reg)
{
    printf("\n%s (%s, %s)\n", reg->name, reg->prefix, reg->room);
    for (size_t i = 0; i < reg->field_count; i++) print_field(&reg->fields[i]);
    printf("  states:");
    for (const struct state *state = reg_states(reg); state->name; state++)
        printf(" %s%s", state->name, state->flags & INITIAL ? " (initial)" : state->flags & FINAL ? " (final)" : "");
    printf("\n");
    for (const struct transition *one = reg->transitions; one && one->name; one++) print_transition(one);
    print_follows(house, reg->name);
}

/* ---- labels ---- */

static void print_key(void *arg, const struct label_key *key)
{
    (void)arg;
    if (!key->required) return;
    printf("%.*s", PRINT(key->own));
    if (key->shared.len) printf(" or %.*s", PRINT(key->shared));
    printf("\n");
}

static void print_labels(struct program *program)
{
    for (size_t i = 0; i < program->house.register_count; i++)
        reg_each_label(program->arena, program->house.registers[i], print_key, NULL);
    common_each_label(program->arena, print_key, NULL);
    for (int role = 0; role < ROLES; role++) printf("role.%s\n", role_name((enum role)role));
}

static void print_json(struct program *program)
{
    struct buf text = buf_in(program->arena);
    struct json_out out = json_out_to(&text);
    json_open_array(&out);
    for (size_t i = 0; i < program->house.register_count; i++) {
        json_open_object(&out);
        reg_describe(&out, program->house.registers[i], NULL, 0);
        json_close_object(&out);
    }
    json_close_array(&out);
    printf("%.*s\n", PRINT(buf_str(&text)));
}

enum result command_schema(struct program *program)
{
    const struct house *house = &program->house;
    bool labels = program_flag(program, "labels"), json = program_flag(program, "json");
    TRY(program_no_more(program, 1));
    struct str only = program->rest_count ? program->rest[0] : S("");
    if (only.len && !house_register(house, only))
        return fail(&program->ctx, INVALID, "There is no register \"%.*s\"; merlon schema lists them.", PRINT(only));
    if (labels) print_labels(program);
    if (json) print_json(program);
    if (labels || json) return OK;
    if (!only.len) printf("All registers have:\n");
    for (size_t i = 0; !only.len && i < COMMON; i++) print_field(&common_fields[i]);
    for (size_t i = 0; i < house->register_count; i++)
        if (!only.len || str_is(only, house->registers[i]->name)) print_register(house, house->registers[i]);
    return OK;
}

enum result command_roles(struct program *program)
{
    TRY(program_no_more(program, 0));
    printf("%.*s", PRINT(roles_markdown(&program->ctx)));
    return OK;
}

enum result command_openapi(struct program *program)
{
    struct buf text = buf_in(program->arena);
    TRY(program_no_more(program, 0));
    openapi_write(&program->ctx, &program->house, &text);
    printf("%.*s\n", PRINT(buf_str(&text)));
    return OK;
}
