/* Custom fields. They are few and read by an indexed look-up within the request, so there is nothing to keep in step
 * between threads or nodes. */
#include "records/custom.h"

#include "access/actor.h"
#include "events/events.h"
#include "format/json_reader.h"
#include "ledger/ledger.h"
#include "records/house.h"
#include "records/known.h"
#include "schema/parse.h"
#include "store/db.h"
#include "store/walk.h"

enum { CUSTOM_MAX = 100, CHOICES_MAX = 200 };

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

static enum result read_set(struct ctx *ctx, const struct reg *reg, int64_t id, const void **made)
{
    struct custom_set *set = arena_make(ctx->arena, struct custom_set);
    (void)id;
    struct value args[] = {value_text(str_of(reg->name))};
    struct rows *rows;
    struct custom_field *at = NULL;
    TRY(db_query(ctx,
                 S("SELECT id, name, kind, label, choices, required FROM custom_field "
                   "WHERE register=?1 AND deleted_at IS NULL ORDER BY id"),
                 args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more || set->count == CUSTOM_MAX) break;
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
    *made = set;
    return OK;
}

enum result custom_of(struct ctx *ctx, const struct reg *reg, struct custom_set *set)
{
    const void *made;
    TRY(known_made(ctx, reg, 0, read_set, &made));
    *set = *(const struct custom_set *)made;
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

/* A line of text that says something; what is wrong with it is told at the field. */
static void check_line(struct ctx *ctx, const char *name, const struct json *json, const char *missing)
{
    static const struct field line = {.kind = TEXT, .max = 200};
    struct value value = value_null();
    bool read = !json || field_parse(ctx, &line, name, json, &value);
    if (read && value.type == IS_NULL) fail_field(ctx, name, "required", "%s", missing);
}

static void check_choices(struct ctx *ctx, struct str kind, const struct json *choices)
{
    bool is_list = !choices || choices->kind == JSON_NULL || choices->kind == JSON_ARRAY;
    bool any = is_list && choices && choices->kind == JSON_ARRAY && choices->count;
    if (!is_list || (any && choices->count > CHOICES_MAX))
        fail_field(ctx, "choices", "type", "choices is a list of at most %d texts, none of them empty.", CHOICES_MAX);
    else if (str_is(kind, "choice") && !any)
        fail_field(ctx, "choices", "required", "A choice needs something to choose from.");
    for (const struct json *one = any ? choices->first : NULL; one && !ctx_has_field_errors(ctx); one = one->next)
        check_line(ctx, "choices", one, "None of the choices may be empty.");
}

static void check(struct ctx *ctx, const struct json *body)
{
    struct str kind = json_str(body, "kind", S(""));
    if (!house_register(ctx->house, json_str(body, "register", S(""))))
        fail_field(ctx, "register", "unknown", "There is no such register.");
    if (!name_is_good(json_str(body, "name", S(""))))
        fail_field(ctx, "name", "name",
                   "A field's name has lower case letters, digits and underscores, begins with a letter, "
                   "and is at most 40 long.");
    if (!kind_is_offered(kind))
        fail_field(ctx, "kind", "choice", "A custom field is text, prose, number, decimal, boolean, date or choice.");
    check_choices(ctx, kind, json_get(body, "choices"));
    check_line(ctx, "label", json_get(body, "label"), "The field needs a label.");
}

/* ---- one field as JSON ---- */

#define ALL_COLUMNS "SELECT id, register, name, kind, label, choices, required FROM custom_field WHERE "
#define FIELD_COLUMNS ALL_COLUMNS "deleted_at IS NULL "

/* A row of custom_field; choices is JSON. */
struct definition {
    int64_t id;
    struct str reg, name, kind, label, choices;
    bool required;
};

/* What somebody put in instead of JSON is shown as the text that it is. */
static void put_choices(struct json_out *out, struct str choices)
{
    struct json_reader reader = json_open(out->buf->arena, choices);
    bool is_list = json_next(&reader) == JSON_ARRAY;
    if (is_list) json_skip(&reader);
    if (is_list && json_next(&reader) == JSON_END)
        json_put_raw(out, choices);
    else
        json_put_str(out, choices);
}

static void put(struct json_out *out, const struct definition *field)
{
    json_open_object(out);
    json_key(out, "id"), json_put_number(out, field->id);
    json_key(out, "register"), json_put_str(out, field->reg);
    json_key(out, "name"), json_put_str(out, field->name);
    json_key(out, "kind"), json_put_str(out, field->kind);
    json_key(out, "label"), json_put_str(out, field->label);
    json_key(out, "choices"), put_choices(out, field->choices);
    json_key(out, "required"), json_put_bool(out, field->required);
    json_close_object(out);
}

static void put_row(struct json_out *out, const struct rows *rows)
{
    const struct definition field = {rows_number(rows, 0),     rows_text(rows, 1), rows_text(rows, 2),
                                     rows_text(rows, 3),       rows_text(rows, 4), rows_text(rows, 5),
                                     rows_number(rows, 6) != 0};
    put(out, &field);
}

enum result custom_write_one(struct ctx *ctx, int64_t id, struct buf *buf)
{
    struct value args[] = {value_number(id)};
    struct rows *rows;
    bool found;
    struct json_out out = json_out_to(buf);
    TRY(db_query_one(ctx, S(FIELD_COLUMNS "AND id=?1"), args, COUNT(args), &rows, &found));
    if (found) put_row(&out, rows);
    rows_close(rows);
    return found ? OK : fail(ctx, NOT_FOUND, "There is no custom field %lld.", (long long)id);
}

enum result custom_write_json(struct ctx *ctx, struct buf *buf)
{
    struct rows *rows;
    struct json_out out = json_out_to(buf);
    TRY(db_query(ctx, S(FIELD_COLUMNS "ORDER BY register, id"), NULL, 0, &rows));
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        put_row(&out, rows);
    }
    rows_close(rows);
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}

static enum result load_field(struct ctx *ctx, int64_t id, struct json **field)
{
    struct buf text = buf_in(ctx->arena);
    TRY(custom_write_one(ctx, id, &text));
    return json_parse(ctx, buf_str(&text), field);
}

enum result custom_register(struct ctx *ctx, int64_t id, const struct reg **reg)
{
    struct json *field;
    TRY(load_field(ctx, id, &field));
    *reg = house_register(ctx->house, json_str(field, "register", S("")));
    return *reg ? OK : fail(ctx, NOT_FOUND, "There is no custom field %lld.", (long long)id);
}

/* ---- writing ---- */

static enum result altered(struct ctx *ctx, int64_t id)
{
    event_alarm(ctx, "a custom field is not what the ledger says: it was changed outside of the program",
                &(struct event){.actor = actor_user(ctx), .subject = S("custom_field"), .record = id});
    return fail(
        ctx, CONFLICT,
        "The custom field %lld is not what the ledger says: it was changed outside of the program. Nothing more "
        "is saved to it until whoever runs Merlon has put that right.",
        (long long)id);
}

/* Where several write at once: row and entry are read as one change left them, and the next waits. */
static enum result hold(struct ctx *ctx, int64_t id)
{
    const struct value args[] = {value_number(id)};
    int64_t held;
    if (db_dialect(ctx->db) == DIALECT_SQLITE) return OK;
    return db_query_number(ctx, S("SELECT id FROM custom_field WHERE id=?1 FOR NO KEY UPDATE"), args, COUNT(args), 0,
                           &held);
}

/* Whoever changes a field changes what the ledger says of it; nothing else may come into the next entry with that. */
static enum result demand_entered(struct ctx *ctx, int64_t id)
{
    struct ledger_entry state, deed;
    struct buf is = buf_in(ctx->arena);
    TRY(hold(ctx, id));
    TRY(custom_write_one(ctx, id, &is));
    enum result entered = ledger_newest(ctx, S("custom_field"), id, &state);
    if (entered == OK) entered = ledger_newest_deed(ctx, S("custom_field"), id, &deed);
    if (entered != OK && entered != NOT_FOUND) return entered;
    if (entered == OK && deed.id == state.id && str_eq(buf_str(&is), state.state)) return OK;
    return altered(ctx, id);
}

/* The entry holds the field as this program meant it, and the row must be that; of one that is gone, nothing. */
static enum result log_change(struct ctx *ctx, const char *action, int64_t id, const struct definition *meant)
{
    struct value args[] = {value_number(id)};
    struct buf state = buf_in(ctx->arena), is = buf_in(ctx->arena);
    struct json_out out = json_out_to(&state);
    int64_t before, entry;
    TRY(db_query_number(ctx, S("SELECT max(version) FROM ledger_entry WHERE subject='custom_field' AND record=?1"),
                        args, COUNT(args), 0, &before));
    if (meant) put(&out, meant);
    if (meant) TRY(custom_write_one(ctx, id, &is));
    if (!str_eq(buf_str(&is), buf_str(&state))) return altered(ctx, id);
    struct ledger_event event = {.action = str_of(action),
                                 .subject = S("custom_field"),
                                 .record = id,
                                 .version = before + 1,
                                 .actor = ctx->actor->user,
                                 .state = buf_str(&state)};
    return ledger_append(ctx, &event, &entry);
}

static struct str choices_json(struct ctx *ctx, const struct json *choices)
{
    struct buf text = buf_in(ctx->arena);
    if (!choices || choices->kind != JSON_ARRAY) return S("[]");
    json_write_value(&text, choices);
    return buf_str(&text);
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
    struct definition field = {.reg = str_of(reg->name),
                               .name = json_str(body, "name", S("")),
                               .kind = json_str(body, "kind", S("")),
                               .label = str_trim(json_str(body, "label", S(""))),
                               .choices = choices_json(ctx, json_get(body, "choices")),
                               .required = json_bool(body, "required", false)};
    const struct value args[] = {value_text(field.reg),   value_text(field.name),    value_text(field.kind),
                                 value_text(field.label), value_text(field.choices), value_number(field.required)};
    known_forget_made(ctx);
    TRY(db_insert(ctx,
                  S("INSERT INTO custom_field (register, name, kind, label, choices, required) "
                    "VALUES (?1,?2,?3,?4,?5,?6) RETURNING id"),
                  args, COUNT(args), &field.id));
    *id = field.id;
    return log_change(ctx, "create", *id, &field);
}

enum result custom_delete(struct ctx *ctx, int64_t id)
{
    struct value args[] = {value_number(id), value_number(ctx->now)};
    int64_t changed;
    known_forget_made(ctx);
    TRY(demand_entered(ctx, id));
    TRY(db_run(ctx, S("UPDATE custom_field SET deleted_at=?2 WHERE id=?1 AND deleted_at IS NULL"), args, COUNT(args),
               &changed));
    if (!changed) return fail(ctx, NOT_FOUND, "There is no custom field %lld.", (long long)id);
    return log_change(ctx, "delete", id, NULL);
}

/* A merge patch: what the body does not name is taken from the field as it is. */
static void check_patch(struct ctx *ctx, const struct json *field, const struct json *body)
{
    static const char *const fixed[] = {"register", "name", "kind"};
    const struct json *choices = json_get(body, "choices"), *label = json_get(body, "label");
    for (size_t i = 0; i < COUNT(fixed); i++) {
        const struct json *wanted = json_get(body, fixed[i]);
        if (wanted && !str_eq(wanted->text, json_str(field, fixed[i], S(""))))
            fail_field(ctx, fixed[i], "fixed", "The %s of a field does not change: values would lose their meaning.",
                       fixed[i]);
    }
    if (label) check_line(ctx, "label", label, "The field needs a label.");
    check_choices(ctx, json_str(field, "kind", S("")), choices ? choices : json_get(field, "choices"));
}

enum result custom_change(struct ctx *ctx, int64_t id, const struct json *body)
{
    struct json *field;
    int64_t changed;
    TRY(load_field(ctx, id, &field));
    TRY(demand_entered(ctx, id));
    if (body->kind != JSON_OBJECT) return fail(ctx, INVALID, "The body must be a JSON object.");
    check_patch(ctx, field, body);
    if (ctx_has_field_errors(ctx)) return INVALID;
    const struct json *choices = json_get(body, "choices");
    const struct definition meant = {.id = id,
                                     .reg = json_str(field, "register", S("")),
                                     .name = json_str(field, "name", S("")),
                                     .kind = json_str(field, "kind", S("")),
                                     .label = str_trim(json_str(body, "label", json_str(field, "label", S("")))),
                                     .choices = choices_json(ctx, choices ? choices : json_get(field, "choices")),
                                     .required = json_bool(body, "required", json_bool(field, "required", false))};
    const struct value args[] = {value_number(id), value_text(meant.label), value_text(meant.choices),
                                 value_number(meant.required)};
    known_forget_made(ctx);
    TRY(db_run(ctx,
               S("UPDATE custom_field SET label=?2, choices=?3, required=?4 WHERE id=?1 AND deleted_at IS NULL AND "
                 "(label<>?2 OR choices<>?3 OR required<>?4)"),
               args, COUNT(args), &changed));
    return changed ? log_change(ctx, "change", id, &meant) : OK;
}

/* ---- checking ---- */

/* The newest entry says whether the field is there, the newest with a state what it is. */
static enum result check_one(struct ctx *ctx, void *arg, int64_t id)
{
    const struct value args[] = {value_number(id)};
    struct ledger_entry entry;
    struct buf state = buf_in(ctx->arena);
    struct json_out out = json_out_to(&state);
    struct rows *rows;
    bool found;
    int64_t live, gone;
    (void)arg;
    enum result entered = ledger_state_at(ctx, S("custom_field"), id, INT64_MAX, &entry);
    if (entered == NOT_FOUND)
        return fail(ctx, CONFLICT, "The custom field %lld stands in the database, but the ledger never heard of it.",
                    (long long)id);
    TRY(entered);
    TRY(db_query_one(ctx, S(ALL_COLUMNS "id=?1"), args, COUNT(args), &rows, &found));
    if (found) put_row(&out, rows);
    rows_close(rows);
    TRY(db_query_number(ctx, S("SELECT count(*) FROM custom_field WHERE id=?1 AND deleted_at IS NULL"), args,
                        COUNT(args), 0, &live));
    TRY(db_query_number(ctx,
                        S("SELECT count(*) FROM ledger_entry WHERE subject='custom_field' AND record=?1 AND "
                          "action='delete'"),
                        args, COUNT(args), 0, &gone));
    if (str_eq(buf_str(&state), entry.state) && live == !gone) return OK;
    return fail(
        ctx, CONFLICT,
        "The custom field %lld is not what the ledger's entry %lld says: it was changed outside of the program.",
        (long long)id, (long long)entry.id);
}

enum result custom_verify(struct ctx *ctx, int64_t *checked)
{
    int64_t gone;
    TRY(ledger_check_versions(ctx, "custom_field", "custom field "));
    TRY(walk_ids(ctx, "custom_field", check_one, NULL, checked));
    TRY(db_query_number(ctx,
                        S("SELECT min(e.record) FROM ledger_entry e LEFT JOIN custom_field f ON f.id = e.record "
                          "WHERE e.subject='custom_field' AND f.id IS NULL"),
                        NULL, 0, INT64_MIN, &gone));
    if (gone == INT64_MIN) return OK;
    return fail(ctx, CONFLICT, "The custom field %lld is in the ledger, but its row was removed from the database.",
                (long long)gone);
}
