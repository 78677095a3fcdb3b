/* The catalogues are complete: what registers, roles, rooms and history are called stands in every language, and
 * nothing stands there that nobody asks for. The keys come from schema/label_keys.h. Guidance is complete, too. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#undef fail /* the name is ours (base/ctx.h) */

#include "access/actor.h"
#include "base/map.h"
#include "format/json.h"
#include "schema/label_keys.h"

struct catalogue {
    const char *language;
    struct ctx *ctx;
    struct json *all;
    struct map *labels; /* the same by key */
    struct map *used;   /* keys that somebody asks for */
    struct map *demanded;
    int wrong;
};

enum { FILE_MOST = 1 << 20 };

static struct json *read_json(struct ctx *ctx, const char *path)
{
    char *text = arena_alloc(ctx->arena, FILE_MOST);
    struct json *json;
    FILE *file = fopen(path, "r"); /* tests run in the folder of the project */
    assert_non_null(file);
    size_t len = fread(text, 1, FILE_MOST, file);
    fclose(file);
    if (json_parse(ctx, (struct str){text, len}, &json) != OK)
        print_error("%s: %.*s\n", path, PRINT(ctx->error.sentence));
    assert_int_equal(ctx->error.sentence.len, 0);
    return json;
}

static void complain(struct catalogue *catalogue, const char *what, struct str key)
{
    print_error("content/labels/%s.json: %s: %.*s\n", catalogue->language, what, PRINT(key));
    catalogue->wrong++;
}

static bool says(const struct catalogue *catalogue, struct str key)
{
    const struct json *label = key.len ? map_get(catalogue->labels, key) : NULL;
    return label && label->kind == JSON_STRING && str_trim(label->text).len == label->text.len && label->text.len;
}

static void ask(void *arg, const struct label_key *key)
{
    static int yes;
    struct catalogue *catalogue = arg;
    map_set(catalogue->used, key->own, &yes);
    if (key->shared.len) map_set(catalogue->used, key->shared, &yes);
    if (!key->required || map_get(catalogue->demanded, key->own)) return;
    map_set(catalogue->demanded, key->own, &yes);
    if (!says(catalogue, key->own) && !says(catalogue, key->shared))
        complain(catalogue, key->shared.len ? "missing, also as a shared one" : "missing", key->own);
}

static void ask_for(struct catalogue *catalogue, struct str key)
{
    ask(catalogue, &(struct label_key){key, S(""), true});
}

static void ask_for_roles(struct catalogue *catalogue)
{
    static const char *const rooms[] = {
        "organisation", "asset",    "risk",       "compliance",      "control",       "document",   "people",
        "access",       "incident", "monitoring", "vulnerability",   "audit",         "continuity", "supplier",
        "privacy",      "work",     "assurance",  "security_events", "administration"};
    struct arena *arena = catalogue->ctx->arena;
    for (size_t i = 0; i < ROLES; i++) {
        ask_for(catalogue, arena_print(arena, "role.%s", role_name((enum role)i)));
        ask_for(catalogue, arena_print(arena, "role.%s.help", role_name((enum role)i)));
    }
    for (size_t i = 0; i < COUNT(rooms); i++) {
        assert_true(role_verbs(ADMINISTRATOR, str_of(rooms[i])));
        ask_for(catalogue, arena_print(arena, "room.%s", rooms[i]));
    }
}

/* Frameworks come with attributes under names of their own; those of the embedded ones are labelled. */
static void ask_for_attributes(struct catalogue *catalogue, const char *path)
{
    const struct json *items = json_get(read_json(catalogue->ctx, path), "items");
    for (const struct json *item = items ? items->first : NULL; item; item = item->next) {
        const struct json *attributes = json_get(item, "attributes");
        for (const struct json *one = attributes ? attributes->first : NULL; one; one = one->next)
            ask_for(catalogue, arena_print(catalogue->ctx->arena, "attribute.%.*s", PRINT(one->key)));
        if (json_get(item, "new_in_2022")) ask_for(catalogue, S("attribute.new_in_2022"));
    }
}

static void find_unused(struct catalogue *catalogue)
{
    for (const struct json *label = catalogue->all->first; label; label = label->next) {
        if (!map_get(catalogue->used, label->key)) complain(catalogue, "nobody asks for it", label->key);
        if (!says(catalogue, label->key)) complain(catalogue, "empty, or with white space around it", label->key);
    }
}

static struct catalogue *read_catalogue(struct ctx *ctx, const char *language)
{
    struct catalogue *catalogue = arena_make(ctx->arena, struct catalogue);
    *catalogue = (struct catalogue){.language = language,
                                    .ctx = ctx,
                                    .labels = map_new(ctx->arena, 2048),
                                    .used = map_new(ctx->arena, 4096),
                                    .demanded = map_new(ctx->arena, 4096)};
    catalogue->all = read_json(ctx, arena_print(ctx->arena, "content/labels/%s.json", language).at);
    assert_int_equal(catalogue->all->kind, JSON_OBJECT);
    for (struct json *label = catalogue->all->first; label; label = label->next)
        map_set(catalogue->labels, label->key, label);
    return catalogue;
}

static int demand_all(struct catalogue *catalogue)
{
    struct ctx *ctx = catalogue->ctx;
    for (size_t i = 0; i < register_list_count; i++) reg_each_label(ctx->arena, register_list[i], ask, catalogue);
    common_each_label(ctx->arena, ask, catalogue);
    ask_for_roles(catalogue);
    ask_for_attributes(catalogue, "content/frameworks/iso27001-2022.json");
    find_unused(catalogue);
    return catalogue->wrong;
}

/* ---- every language there is a file for ---- */

enum { LANGUAGES_MOST = 40 };

static size_t find_languages(struct arena *arena, const char *languages[LANGUAGES_MOST])
{
    size_t count = 0;
    DIR *folder = opendir("content/labels");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct str name = str_of(entry->d_name);
        bool is_whole = name.len == 7 && str_ends(name, S(".json")); /* "de.json", not "ui.de.json" */
        if (is_whole && count < LANGUAGES_MOST) languages[count++] = arena_cstr(arena, str_slice(name, 0, 2));
    }
    closedir(folder);
    return count;
}

static void every_language_is_complete(void **state)
{
    struct ctx *ctx = *state;
    const char *languages[LANGUAGES_MOST];
    size_t count = find_languages(ctx->arena, languages);
    int wrong = 0;
    assert_true(count >= 2);
    for (size_t i = 0; i < count; i++) wrong += demand_all(read_catalogue(ctx, languages[i]));
    assert_int_equal(wrong, 0);
}

/* What is optional (help of fields, a label of one's own beside the shared one) is so in every language alike. */
static void languages_hold_the_same_keys(void **state)
{
    struct ctx *ctx = *state;
    const char *languages[LANGUAGES_MOST];
    size_t count = find_languages(ctx->arena, languages);
    const struct catalogue *english = read_catalogue(ctx, "en");
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct catalogue *other = read_catalogue(ctx, languages[i]);
        for (const struct json *label = english->all->first; label; label = label->next)
            if (!says(other, label->key)) complain(other, "English has it, this has not", label->key);
        for (const struct json *label = other->all->first; label; label = label->next)
            if (!says(english, label->key)) complain(other, "English has it not", label->key);
        wrong += other->wrong;
    }
    assert_int_equal(wrong, 0);
}

/* Official text is not ours to ship; what is done about each clause, in our own words, is. */
static void every_clause_and_control_has_guidance(void **state)
{
    const struct json *items = json_get(read_json(*state, "content/frameworks/iso27001-2022.json"), "items");
    int controls = 0, wrong = 0;
    for (const struct json *item = items->first; item; item = item->next) {
        struct str guidance = json_str(item, "guidance", S(""));
        bool is_heading = !json_bool(item, "assessable", false);
        controls += json_get(item, "attributes") != NULL;
        if (is_heading ? !guidance.len : guidance.len > 60) continue;
        print_error("%.*s\n", PRINT(json_str(item, "id", S(""))));
        wrong++;
    }
    assert_int_equal(controls, 93);
    assert_int_equal(wrong, 0);
}

/* ---- which keys there are ---- */

static const char *const grades[] = {"a", NULL};
static const struct field fields[] = {
    {.name = "title", .kind = TEXT, .flags = TITLE | REQUIRED},
    {.name = "grade", .kind = CHOICE, .choices = grades, .group = "proof"},
};
static const struct state states[] = {{.name = "open", .flags = INITIAL}, {0}};
static const struct transition transitions[] = {{.name = "end", .from = {"open"}, .to = "open"}, {0}};
static const struct reg sample = {
    .name = "sample",
    .prefix = "SMP",
    .room = "cellar",
    .fields = fields,
    .field_count = COUNT(fields),
    .states = states,
    .transitions = transitions,
};

static void collect(void *arg, const struct label_key *key)
{
    struct buf *out = arg;
    if (!key->required && !key->shared.len) return; /* own names of the fields that all records have */
    buf_print(out, "%.*s", PRINT(key->own));
    if (key->shared.len) buf_print(out, "|%.*s", PRINT(key->shared));
    buf_text(out, key->required ? " " : "? ");
}

static void keys_of_a_register(void **state)
{
    struct ctx *ctx = *state;
    struct buf out = buf_in(ctx->arena);
    reg_each_label(ctx->arena, &sample, collect, &out);
    buf_char(&out, 0);
    assert_string_equal(buf_str(&out).at, "register.sample register.sample.many register.sample.help room.cellar "
                                          "field.sample.title|field.title field.sample.title.help|field.title.help? "
                                          "field.sample.grade|field.grade field.sample.grade.help|field.grade.help? "
                                          "choice.sample.grade.a group.proof state.sample.open|state.open "
                                          "transition.sample.end|transition.end action.transition:end ");
}

static int with_ctx(void **state)
{
    struct arena *arena = arena_new(0);
    struct ctx *ctx = arena ? arena_make(arena, struct ctx) : NULL;
    if (ctx) ctx->arena = arena;
    *state = ctx;
    return ctx ? 0 : -1;
}

static int without_ctx(void **state)
{
    struct ctx *ctx = *state;
    arena_free(ctx->arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_language_is_complete, with_ctx, without_ctx),
        cmocka_unit_test_setup_teardown(languages_hold_the_same_keys, with_ctx, without_ctx),
        cmocka_unit_test_setup_teardown(every_clause_and_control_has_guidance, with_ctx, without_ctx),
        cmocka_unit_test_setup_teardown(keys_of_a_register, with_ctx, without_ctx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
