/* Custom fields. They are few and read by an indexed look-up within the request, so there is nothing to keep in step
 * between threads or nodes. */
#include "records/custom.h"

#include "access/actor.h"
#include "ledger/ledger.h"
#include "records/house.h"
#include "schema/parse.h"
#include "store/db.h"

enum { CUSTOM_MAX = 100 };

static const char *const *choices_of(struct ctx *ctx, struct str text)
{
    struct json *list;
    if (json_parse(ctx, text, &list) != OK || list->kind != JSON_ARRAY || !list->count) return NULL;
    const char **choices = arena_make_many(ctx->arena, const char *, list->count + 1);
    size_t count = 0;
    for (const struct json *entry = list->first; entry; entry = entry->next)
        if (entry->kind == JSON_STRING) choices[count++] = arena_cstr(ctx->arena, entry->text);
    return choices;
}

enum result custom_of(struct ctx *ctx, const struct reg *reg, struct custom_set *set)
{
    struct value args[] = {value_text(str_of(reg->name))};
    struct rows *rows;
    struct custom_field *at = NULL;
    *set = (struct custom_set){0};
    TRY(db_query(ctx,
                 S("SELECT id, name, kind, label, choices, required FROM custom_field "
                   "WHERE register=?1 AND deleted_at IS NULL ORDER BY id LIMIT 100"),
                 args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (!at) at = arena_make_many(ctx->arena, struct custom_field, CUSTOM_MAX);
        struct custom_field *custom = &at[set->count++];
        custom->id = rows_number(rows, 0);
        custom->label = arena_copy(ctx->arena, rows_text(rows, 3));
        custom->field = (struct field){.name = arena_cstr(ctx->arena, rows_text(rows, 1)), .custom = true};
        if (!kind_of_name(rows_text(rows, 2), &custom->field.kind)) custom->field.kind = TEXT;
        custom->field.choices = choices_of(ctx, arena_copy(ctx->arena, rows_text(rows, 4)));
        custom->field.flags = rows_number(rows, 5) ? REQUIRED : 0;
    }
    rows_close(rows);
    set->at = at;
    return OK;
}

const struct custom_field *custom_find(struct custom_set set, struct str name)
{
    for (size_t i = 0; i < set.count; i++)
        if (str_is(name, set.at[i].field.name)) return &set.at[i];
    return NULL;
}

static bool name_is_good(struct str name)
{
    if (!name.len || name.len > 40 || name.at[0] < 'a' || name.at[0] > 'z') return false;
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", name.at[i]) || !name.at[i]) return false;
    return true;
}

static bool kind_is_offered(struct str name)
{
    static const enum kind offered[] = {TEXT, PROSE, NUMBER, DECIMAL, BOOLEAN, DATE, CHOICE};
    for (size_t i = 0; i < COUNT(offered); i++)
        if (str_is(name, kind_name(offered[i]))) return true;
    return false;
}

static void check(struct ctx *ctx, const struct json *body)
{
    struct str kind = json_str(body, "kind", S(""));
    const struct json *choices = json_get(body, "choices");
    bool has_choices = choices && choices->kind == JSON_ARRAY && choices->count;
    if (!house_register(ctx->house, json_str(body, "register", S(""))))
        fail_field(ctx, "register", "unknown", "There is no such register.");
    if (!name_is_good(json_str(body, "name", S(""))))
        fail_field(ctx, "name", "name",
                   "A field's name has lower case letters, digits and underscores, begins with a letter, "
                   "and is at most 40 long.");
    if (!kind_is_offered(kind))
        fail_field(ctx, "kind", "choice", "A custom field is text, prose, number, decimal, boolean, date or choice.");
    if (str_is(kind, "choice") && !has_choices)
        fail_field(ctx, "choices", "required", "A choice needs something to choose from.");
    if (!str_trim(json_str(body, "label", S(""))).len) fail_field(ctx, "label", "required", "The field needs a label.");
}

static enum result log_change(struct ctx *ctx, const char *action, int64_t id, struct str state)
{
    struct ledger_event event = {.action = str_of(action),
                                 .subject = S("custom_field"),
                                 .record = id,
                                 .version = 1,
                                 .actor = ctx->actor->user,
                                 .state = state};
    int64_t entry;
    return ledger_append(ctx, &event, &entry);
}

enum result custom_create(struct ctx *ctx, const struct json *body, int64_t *id)
{
    check(ctx, body);
    if (ctx_has_field_errors(ctx)) return INVALID;
    const struct reg *reg = house_register(ctx->house, json_str(body, "register", S("")));
    struct custom_set set;
    TRY(custom_of(ctx, reg, &set));
    if (set.count == CUSTOM_MAX)
        return fail(ctx, CONFLICT, "A register can have at most %d custom fields.", CUSTOM_MAX);
    if (custom_find(set, json_str(body, "name", S("")))) {
        fail_field(ctx, "name", "taken", "This register has a custom field of that name already.");
        return INVALID;
    }
    struct buf choices = buf_in(ctx->arena), state = buf_in(ctx->arena);
    const struct json *list = json_get(body, "choices");
    if (list)
        json_write_value(&choices, list);
    else
        buf_text(&choices, "[]");
    json_write_value(&state, body);
    struct value args[] = {value_text(str_of(reg->name)),
                           value_text(json_str(body, "name", S(""))),
                           value_text(json_str(body, "kind", S(""))),
                           value_text(str_trim(json_str(body, "label", S("")))),
                           value_text(buf_str(&choices)),
                           value_number(json_bool(body, "required", false))};
    TRY(db_insert(ctx,
                  S("INSERT INTO custom_field (register, name, kind, label, choices, required) "
                    "VALUES (?1,?2,?3,?4,?5,?6) RETURNING id"),
                  args, COUNT(args), id));
    return log_change(ctx, "create", *id, buf_str(&state));
}

enum result custom_delete(struct ctx *ctx, int64_t id)
{
    struct value args[] = {value_number(id), value_number(ctx->now)};
    int64_t changed;
    TRY(db_run(ctx, S("UPDATE custom_field SET deleted_at=?2 WHERE id=?1 AND deleted_at IS NULL"), args, COUNT(args),
               &changed));
    if (!changed) return fail(ctx, NOT_FOUND, "There is no custom field %lld.", (long long)id);
    return log_change(ctx, "delete", id, S(""));
}

enum result custom_write_json(struct ctx *ctx, struct buf *buf)
{
    struct rows *rows;
    struct json_out out = json_out_to(buf);
    TRY(db_query(
        ctx,
        S("SELECT id, register, name, kind, label, choices, required FROM custom_field WHERE deleted_at IS NULL "
          "ORDER BY register, id"),
        NULL, 0, &rows));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        json_open_object(&out);
        json_key(&out, "id"), json_put_number(&out, rows_number(rows, 0));
        json_key(&out, "register"), json_put_str(&out, rows_text(rows, 1));
        json_key(&out, "name"), json_put_str(&out, rows_text(rows, 2));
        json_key(&out, "kind"), json_put_str(&out, rows_text(rows, 3));
        json_key(&out, "label"), json_put_str(&out, rows_text(rows, 4));
        json_key(&out, "choices"), json_put_raw(&out, rows_text(rows, 5));
        json_key(&out, "required"), json_put_bool(&out, rows_number(rows, 6) != 0);
        json_close_object(&out);
    }
    rows_close(rows);
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}
