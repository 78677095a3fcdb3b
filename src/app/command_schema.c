/* merlon schema, roles, openapi: the tables that the program is made of, as text. They need no data. */
#include "app/command.h"

#include "access/access.h"
#include "api/openapi.h"
#include "base/asset.h"
#include "base/map.h"
#include "format/json_out.h"
#include "schema/describe.h"
#include "schema/label_keys.h"

#include "access/actor.h"

/* ---- one register ---- */

struct flag_name {
    unsigned flag;
    const char *name;
};

static void print_flags(const struct flag_name *names, size_t count, unsigned flags)
{
    const char *between = "  ";
    for (size_t i = 0; i < count; i++) {
        if (!(flags & names[i].flag)) continue;
        say(stdout, "%s%s", between, names[i].name);
        between = ", ";
    }
}

static void print_list(const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++) say(stdout, "%s%s", i ? "|" : " ", names[i]);
}

static void print_field(const struct field *field)
{
    static const struct flag_name names[] = {{REQUIRED, "required"}, {UNIQUE, "unique"},
                                             {DERIVED, "derived"},   {FIXED, "fixed"},
                                             {SEARCH, "search"},     {BY_TRANSITION, "by transition"},
                                             {TITLE, "title"},       {NAMES, "names"},
                                             {TELLS, "tells"},       {PERSONAL, "personal"}};
    say(stdout, "  %-24s %s", field->name, kind_name(field->kind));
    print_list(field->choices);
    if (field->target) say(stdout, " %s", field->target);
    print_list(field->targets);
    if (field->scale) say(stdout, " %s", field->scale);
    if (field->min || field->max) say(stdout, " %lld..%lld", (long long)field->min, (long long)field->max);
    print_flags(names, COUNT(names), field->flags);
    if (field->fallback) say(stdout, "  %s unless said", field->fallback);
    say(stdout, "\n");
}

static void print_transition(const struct transition *transition)
{
    say(stdout, "  %-24s", transition->name);
    print_list(transition->from);
    say(stdout, " -> %s", transition->to);
    if (transition->asks[0]) say(stdout, ", asks for"), print_list(transition->asks);
    if (transition->demands[0]) say(stdout, ", demands"), print_list(transition->demands);
    if (transition->independent_of[0]) say(stdout, ", independent of"), print_list(transition->independent_of);
    if (transition->guard) say(stdout, ", guarded");
    if (transition->effect) say(stdout, ", with an effect");
    say(stdout, ", for whoever may %s", transition->needs == DECIDE ? "decide" : "change");
    say(stdout, "\n");
}

static void print_follows(const struct house *house, const struct reg *reg)
{
    for (const struct follow *const *follow = house_follows(house, reg); *follow; follow++) {
        say(stdout, "  a change of");
        print_list((*follow)->fields);
        say(stdout, "%s: %s\n", (*follow)->fields[0] ? "" : " anything", (*follow)->what);
    }
}

static void print_register(const struct house *house, const struct reg *reg)
{
    static const struct flag_name names[] = {
        {GLOBAL, "of no unit"},      {NO_CREATE, "made by the program"}, {NO_CHANGE, "never changed"},
        {NO_OWNER, "without owner"}, {MINE, "its owner's alone"},        {FOLLOWS_SUBJECT, "where its subject lies"},
        {IS_UNIT, "the units"},      {DAILY, "derived daily"},           {KEPT, "not deleted by hand"}};
    say(stdout, "\n%s (%s, %s)", reg->name, reg->prefix, reg->room);
    print_flags(names, COUNT(names), reg->flags);
    say(stdout, "%s%s\n", reg->check ? "  checked" : "", reg->after ? "  with what follows" : "");
    for (size_t i = 0; i < reg->field_count; i++) print_field(&reg->fields[i]);
    say(stdout, "  states:");
    for (const struct state *state = reg_states(reg); state->name; state++)
        say(stdout, " %s%s%s", state->name,
            state->flags & INITIAL ? " (initial)"
            : state->flags & FINAL ? " (final)"
                                   : "",
            state->flags & LOCKED ? " (locked)" : "");
    say(stdout, "\n");
    for (const struct transition *one = reg->transitions; one && one->name; one++) print_transition(one);
    print_follows(house, reg);
}

/* ---- labels ---- */

enum { LANGUAGES_MOST = 40 };

struct label_list {
    struct arena *arena;
    struct map *told; /* keys that are printed already */
    struct {
        struct str name; /* "de" */
        const struct json *labels;
    } languages[LANGUAGES_MOST];
    size_t count;
};

/* A catalogue is a file "labels/de.json"; those of the browser and of reports have a name before the language. */
static enum result read_catalogues(struct ctx *ctx, struct label_list *list)
{
    size_t all;
    const struct asset *assets = asset_below(embedded_assets, embedded_asset_count, S("labels/"), &all);
    for (size_t i = 0; i < all && list->count < LANGUAGES_MOST; i++) {
        struct str file = str_of(assets[i].name), name = str_slice(file, strlen("labels/"), file.len - strlen(".json"));
        struct json *labels;
        if (str_find(name, S("."), NULL)) continue;
        TRY(json_parse(ctx, assets[i].bytes, &labels));
        list->languages[list->count].name = name;
        list->languages[list->count++].labels = labels;
    }
    return OK;
}

static void print_key(void *arg, const struct label_key *key)
{
    struct label_list *list = arg;
    const char *between = "  missing in ";
    if (!key->required || map_get(list->told, key->own)) return;
    map_set(list->told, key->own, list);
    say(stdout, "%.*s", PRINT(key->own));
    if (key->shared.len) say(stdout, " or %.*s", PRINT(key->shared));
    for (size_t i = 0; i < list->count; i++) {
        const struct json *labels = list->languages[i].labels;
        if (json_find(labels, key->own) || (key->shared.len && json_find(labels, key->shared))) continue;
        say(stdout, "%s%.*s", between, PRINT(list->languages[i].name));
        between = ", ";
    }
    say(stdout, "\n");
}

static enum result print_labels(struct program *program, const struct reg *only)
{
    struct label_list list = {.arena = program->arena, .told = map_new(program->arena, 1024)};
    TRY(read_catalogues(&program->ctx, &list));
    if (only) {
        reg_each_label(list.arena, only, print_key, &list);
        return OK;
    }
    for (size_t i = 0; i < program->house.register_count; i++)
        reg_each_label(list.arena, program->house.registers[i], print_key, &list);
    common_each_label(list.arena, print_key, &list);
    for (int role = 0; role < ROLES; role++) say(stdout, "role.%s\n", role_name((enum role)role));
    return OK;
}

static void print_json(struct program *program, const struct reg *only)
{
    struct buf text = buf_in(program->arena);
    struct json_out out = json_out_to(&text);
    json_open_array(&out);
    for (size_t i = 0; i < program->house.register_count; i++) {
        if (only && only != program->house.registers[i]) continue;
        json_open_object(&out);
        reg_describe(&program->ctx, &out, program->house.registers[i], NULL, 0);
        json_close_object(&out);
    }
    json_close_array(&out);
    say_json(stdout, buf_str(&text));
}

enum result command_schema(struct program *program)
{
    const struct house *house = &program->house;
    bool labels = program_flag(program, "labels"), json = program_flag(program, "json");
    TRY(program_no_more(program, 1));
    struct str only = program->rest_count ? program->rest[0] : S("");
    const struct reg *reg = only.len ? house_register(house, only) : NULL;
    if (only.len && !reg)
        return fail(&program->ctx, INVALID, "There is no register \"%.*s\"; merlon schema lists them.", PRINT(only));
    if (labels) TRY(print_labels(program, reg));
    if (json) print_json(program, reg);
    if (labels || json) return OK;
    if (!only.len) say(stdout, "All registers have:\n");
    for (size_t i = 0; !only.len && i < COMMON; i++) print_field(&common_fields[i]);
    for (size_t i = 0; i < house->register_count; i++)
        if (!only.len || str_is(only, house->registers[i]->name)) print_register(house, house->registers[i]);
    return OK;
}

enum result command_roles(struct program *program)
{
    TRY(program_no_more(program, 0));
    say_data(stdout, roles_markdown(&program->ctx));
    return OK;
}

enum result command_openapi(struct program *program)
{
    struct buf text = buf_in(program->arena);
    TRY(program_no_more(program, 0));
    openapi_write(&program->ctx, &program->house, &text);
    say_json(stdout, buf_str(&text));
    return OK;
}
