/* A table of keys by hash, made once for a report: a register of thousands of rows looks up the same few words again
 * and again. */
#include "report/labels.h"

#include "base/buf.h"
#include "format/json.h"

struct entry {
    struct str key, text;
};

struct labels {
    struct arena *arena;
    struct entry *entries;
    size_t room, count; /* room is a power of two, at least twice the count */
};

static struct entry *find(const struct labels *labels, struct str key)
{
    size_t at = (size_t)str_hash(key) & (labels->room - 1);
    while (labels->entries[at].key.at && !str_eq(labels->entries[at].key, key)) at = (at + 1) & (labels->room - 1);
    return &labels->entries[at];
}

static void put(struct labels *labels, struct str key, struct str text);

static void make_room(struct labels *labels)
{
    struct entry *old = labels->entries;
    size_t old_room = labels->room;
    if (labels->count * 2 < old_room) return;
    labels->room = old_room ? old_room * 2 : 512;
    labels->entries = arena_make_many(labels->arena, struct entry, labels->room);
    labels->count = 0;
    for (size_t i = 0; i < old_room; i++)
        if (old[i].key.at) put(labels, old[i].key, old[i].text);
}

static void put(struct labels *labels, struct str key, struct str text)
{
    make_room(labels);
    struct entry *entry = find(labels, key);
    if (!entry->key.at) labels->count++;
    *entry = (struct entry){key, text};
}

static enum result read_catalogue(struct ctx *ctx, struct labels *labels, const struct asset *asset)
{
    struct json *catalogue;
    TRY(json_parse(ctx, asset->bytes, &catalogue));
    if (catalogue->kind != JSON_OBJECT) return fail(ctx, INVALID, "The catalogue %s is no JSON object.", asset->name);
    for (const struct json *one = catalogue->first; one; one = one->next)
        if (one->kind == JSON_STRING && one->key.len) put(labels, one->key, one->text);
    return OK;
}

static enum result read_language(struct ctx *ctx, struct labels *labels, const struct asset *assets, size_t count,
                                 struct str language)
{
    struct str whole = arena_print(ctx->arena, "labels/%.*s.json", PRINT(language));
    struct str part = arena_print(ctx->arena, ".%.*s.json", PRINT(language));
    size_t below;
    const struct asset *catalogues = asset_below(assets, count, S("labels/"), &below);
    for (size_t i = 0; i < below; i++) {
        struct str name = str_of(catalogues[i].name);
        bool others = str_starts(name, S("labels/ui.")) || str_starts(name, S("labels/sentences."));
        bool wanted = str_eq(name, whole) || (str_ends(name, part) && !others);
        if (wanted) TRY(read_catalogue(ctx, labels, &catalogues[i]));
    }
    return OK;
}

enum result labels_of_assets(struct ctx *ctx, const struct asset *assets, size_t count, struct str language,
                             struct labels **labels)
{
    *labels = arena_make(ctx->arena, struct labels);
    (*labels)->arena = ctx->arena;
    make_room(*labels);
    TRY(read_language(ctx, *labels, assets, count, S("en")));
    if (!language.len || str_is(language, "en")) return OK;
    return read_language(ctx, *labels, assets, count, language);
}

/* "state.in_treatment" is "In treatment". */
static struct str readable(const struct labels *labels, struct str key)
{
    struct str last = key, piece;
    while (str_cut(&key, '.', &piece)) last = piece;
    char *text = arena_alloc(labels->arena, last.len + 1);
    for (size_t i = 0; i < last.len; i++) text[i] = last.at[i] == '_' ? ' ' : last.at[i];
    if (last.len && text[0] >= 'a' && text[0] <= 'z') text[0] = (char)(text[0] - 'a' + 'A');
    return (struct str){text, last.len};
}

static bool known(const struct labels *labels, struct str key, struct str *text)
{
    const struct entry *entry = find(labels, key);
    if (!entry->key.at) return false;
    *text = entry->text;
    return true;
}

struct str label(const struct labels *labels, const char *key)
{
    struct str text;
    return known(labels, str_of(key), &text) ? text : readable(labels, str_of(key));
}

/* The particular key, else the general one, else the particular made readable. */
static struct str either(const struct labels *labels, struct str particular, struct str general)
{
    struct str text;
    if (known(labels, particular, &text) || known(labels, general, &text)) return text;
    return readable(labels, particular);
}

struct str label_register(const struct labels *labels, const char *reg)
{
    return label(labels, arena_print(labels->arena, "register.%s", reg).at);
}

struct str label_registers(const struct labels *labels, const char *reg)
{
    struct str text;
    if (known(labels, arena_print(labels->arena, "register.%s.many", reg), &text)) return text;
    return label_register(labels, reg);
}

struct str label_field(const struct labels *labels, const char *reg, const char *field)
{
    return either(labels, arena_print(labels->arena, "field.%s.%s", reg, field),
                  arena_print(labels->arena, "field.%s", field));
}

struct str label_choice(const struct labels *labels, const char *reg, const char *field, struct str choice)
{
    struct str key = arena_print(labels->arena, "choice.%s.%s.%.*s", reg, field, PRINT(choice));
    return choice.len ? label(labels, key.at) : S("");
}

struct str label_state(const struct labels *labels, const char *reg, struct str state)
{
    if (!state.len) return S("");
    return either(labels, arena_print(labels->arena, "state.%s.%.*s", reg, PRINT(state)),
                  arena_print(labels->arena, "state.%.*s", PRINT(state)));
}

struct str label_with(const struct labels *labels, const char *key, const char *name, struct str value)
{
    struct str text = label(labels, key), place = arena_print(labels->arena, "{%s}", name);
    struct buf out = buf_in(labels->arena);
    size_t at;
    while (str_find(text, place, &at)) {
        buf_add(&out, str_slice(text, 0, at));
        buf_add(&out, value);
        text = str_slice(text, at + place.len, text.len);
    }
    buf_add(&out, text);
    return buf_str(&out);
}
