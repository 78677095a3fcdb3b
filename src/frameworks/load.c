/* The shape of the file is checked before the first record is written, its texts as they are written; a load is one
 * write, so a bad file changes nothing. Requirements are
 * matched by their identifier in the file; a newer edition of the file updates them in place. */
#include "frameworks/load.h"

#include "base/map.h"
#include "records/house.h"
#include "schema/parse.h"

enum { ITEMS_MAX = 20000 };

struct loading {
    struct ctx *ctx;
    const struct json *file, *items;
    const struct reg *framework_register, *requirement_register;
    struct record *framework;
    struct map *by_id;   /* item id -> struct record of its requirement */
    struct map *present; /* identifier -> struct record that is there already */
    bool some_have_attributes;
    struct framework_loaded *loaded;
};

/* ---- checking ---- */

static enum result check_item(struct loading *l, const struct json *item, struct map *seen)
{
    struct str id = json_str(item, "id", S("")), parent = json_str(item, "parent", S(""));
    if (item->kind != JSON_OBJECT || !id.len || id.len > 60)
        return fail(l->ctx, INVALID, "Every item of a framework needs an \"id\" of 1 to 60 characters.");
    if (!str_trim(json_str(item, "title", S(""))).len)
        return fail(l->ctx, INVALID, "The item \"%.*s\" of the framework has no title.", PRINT(id));
    if (map_get(seen, id)) return fail(l->ctx, INVALID, "The item \"%.*s\" stands twice in the framework.", PRINT(id));
    if (parent.len && !map_get(seen, parent))
        return fail(l->ctx, INVALID, "The item \"%.*s\" names the parent \"%.*s\", which does not stand before it.",
                    PRINT(id), PRINT(str_slice(parent, 0, 60)));
    map_set(seen, id, (void *)item);
    const struct json *attributes = json_get(item, "attributes");
    if (attributes && attributes->kind == JSON_OBJECT) l->some_have_attributes = true;
    return OK;
}

static enum result check_file(struct loading *l)
{
    struct map *seen = map_new(l->ctx->arena, 4096);
    l->items = json_get(l->file, "items");
    if (!str_trim(json_str(l->file, "id", S(""))).len || !str_trim(json_str(l->file, "title", S(""))).len)
        return fail(l->ctx, INVALID, "A framework file needs \"id\" and \"title\".");
    if (!l->items || l->items->kind != JSON_ARRAY || !l->items->count || l->items->count > ITEMS_MAX)
        return fail(l->ctx, INVALID, "A framework file needs \"items\", 1 to %d of them.", ITEMS_MAX);
    for (const struct json *item = l->items->first; item; item = item->next) TRY(check_item(l, item, seen));
    return OK;
}

/* ---- writing ---- */

static void set(struct record *record, const char *field, struct value value)
{
    size_t index;
    if (row_find(record->reg, str_of(field), &index)) record->row[index] = value;
}

static enum result find_framework(struct loading *l, struct record_list *found)
{
    return records_where(l->ctx, l->framework_register, "key", value_text(str_trim(json_str(l->file, "id", S("")))),
                         found);
}

/* Of what does not fit, one sentence says where in the file it stands. */
static enum result keep(struct loading *l, struct record *record, bool present, struct str item)
{
    enum result result = present ? record_update(l->ctx, record, "load") : record_insert(l->ctx, record, "load");
    const struct field_error *wrong = l->ctx->error.fields;
    if (result != INVALID || !wrong) return result;
    struct str where =
        item.len ? arena_print(l->ctx->arena, "The item \"%.*s\" of the framework", PRINT(str_slice(item, 0, 60)))
                 : S("The framework itself");
    struct str detail = wrong->detail;
    ctx_clear_error(l->ctx);
    return fail(l->ctx, INVALID, "%.*s cannot be loaded: %.*s", PRINT(where), PRINT(detail));
}

static enum result make_framework(struct loading *l)
{
    static const struct {
        const char *field, *member;
    } members[] = {
        {"title", "title"}, {"key", "id"}, {"edition", "version"}, {"publisher", "publisher"}, {"licence", "licence"}};
    struct record_list found;
    TRY(find_framework(l, &found));
    l->framework = found.count ? found.at[0] : record_new(l->ctx, l->framework_register);
    for (size_t i = 0; i < COUNT(members); i++)
        set(l->framework, members[i].field, value_optional(str_trim(json_str(l->file, members[i].member, S("")))));
    return keep(l, l->framework, found.count > 0, S(""));
}

static enum result read_present(struct loading *l)
{
    struct record_list list;
    TRY(records_where(l->ctx, l->requirement_register, "framework", l->framework->row[C_ID], &list));
    for (size_t i = 0; i < list.count; i++) map_set(l->present, record_text_of(list.at[i], "identifier"), list.at[i]);
    return OK;
}

static bool is_plain_member(struct str key)
{
    static const char *const plain[] = {"id",   "parent",   "title",     "assessable", "label",
                                        "text", "guidance", "withdrawn", "attributes"};
    for (size_t i = 0; i < COUNT(plain); i++)
        if (str_is(key, plain[i])) return true;
    return false;
}

/* The item's attributes, and beside them whatever else it says (baselines, implementation groups, ...). */
static struct str attributes_of(struct loading *l, const struct json *item)
{
    struct buf text = buf_in(l->ctx->arena);
    struct json_out out = json_out_to(&text);
    const struct json *attributes = json_get(item, "attributes");
    json_open_object(&out);
    for (const struct json *one = attributes ? attributes->first : NULL; one; one = one->next) {
        json_key_str(&out, one->key);
        json_put_value(&out, one);
    }
    for (const struct json *one = item->first; one; one = one->next) {
        if (is_plain_member(one->key)) continue;
        json_key_str(&out, one->key);
        json_put_value(&out, one);
    }
    json_close_object(&out);
    return buf_str(&text);
}

static bool is_reference(const struct loading *l, const struct json *item)
{
    const struct json *attributes = json_get(item, "attributes");
    if (l->some_have_attributes) return attributes && attributes->kind == JSON_OBJECT;
    return json_bool(item, "assessable", false) && !json_bool(item, "withdrawn", false);
}

static enum result write_item(struct loading *l, const struct json *item, int64_t position)
{
    struct str id = json_str(item, "id", S("")), identifier = json_str(item, "label", id);
    struct record *present = map_get(l->present, identifier);
    struct record *requirement = present ? present : record_new(l->ctx, l->requirement_register);
    int64_t version = present ? present->row[C_VERSION].number : 0;
    struct record *parent = map_get(l->by_id, json_str(item, "parent", S("")));
    set(requirement, "identifier", value_text(identifier));
    set(requirement, "title", value_text(str_trim(json_str(item, "title", S("")))));
    set(requirement, "framework", l->framework->row[C_ID]);
    set(requirement, "parent", value_id(parent ? record_id(parent) : 0));
    set(requirement, "position", value_number(position));
    set(requirement, "assessable", value_number(json_bool(item, "assessable", false)));
    set(requirement, "reference_list", value_number(is_reference(l, item)));
    set(requirement, "withdrawn", value_number(json_bool(item, "withdrawn", false)));
    set(requirement, "text", value_optional(json_str(item, "text", S(""))));
    set(requirement, "guidance", value_optional(json_str(item, "guidance", S(""))));
    set(requirement, "attributes", value_text(attributes_of(l, item)));
    TRY(keep(l, requirement, present != NULL, id));
    map_set(l->by_id, id, requirement);
    bool changed = present && requirement->row[C_VERSION].number != version;
    l->loaded->created += !present;
    l->loaded->changed += changed;
    l->loaded->unchanged += present && !changed;
    return OK;
}

static enum result demand_right(struct loading *l)
{
    struct json empty = {.kind = JSON_OBJECT};
    struct record *unused;
    if (record_create(l->ctx, l->framework_register, &empty, &unused) != DENIED) {
        ctx_clear_error(l->ctx); /* an empty framework is refused for its fields, after the right was found */
        return OK;
    }
    return DENIED;
}

enum result framework_load(struct ctx *ctx, struct str file, struct framework_loaded *loaded)
{
    struct json *json;
    *loaded = (struct framework_loaded){0};
    TRY(json_parse(ctx, file, &json));
    struct loading l = {.ctx = ctx,
                        .file = json,
                        .framework_register = house_register(ctx->house, S("framework")),
                        .requirement_register = house_register(ctx->house, S("requirement")),
                        .by_id = map_new(ctx->arena, 4096),
                        .present = map_new(ctx->arena, 4096),
                        .loaded = loaded};
    TRY(demand_right(&l));
    TRY(check_file(&l));
    TRY(make_framework(&l));
    TRY(read_present(&l));
    int64_t position = 0;
    for (const struct json *item = l.items->first; item; item = item->next) TRY(write_item(&l, item, ++position));
    loaded->framework = record_id(l.framework);
    return OK;
}
