/* Lists as of a day, from the ledger. The states of that instant are read one by one, filtered here by the same
 * conditions that the query of today has, sorted, and cut into the page. Who sees which is record_may_see's rule; what
 * he may read today is asked for once, before the states begin to stream. */
#include "records/list.h"

#include "ledger/ledger.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/rights.h"
#include "schema/parse.h"
#include "store/db.h"

static int compare_values(struct value a, struct value b)
{
    if (a.type == IS_NULL || b.type == IS_NULL) return (a.type == IS_NULL) - (b.type == IS_NULL);
    if (a.type == IS_NUMBER && b.type == IS_NUMBER) return (a.number > b.number) - (a.number < b.number);
    if (a.type == IS_DECIMAL && b.type == IS_DECIMAL) return (a.decimal > b.decimal) - (a.decimal < b.decimal);
    if (a.type == IS_TEXT && b.type == IS_TEXT) return str_compare(a.text, b.text);
    return (int)a.type - (int)b.type;
}

static struct value custom_value(struct ctx *ctx, const struct field *field, const struct record *record)
{
    struct json *custom;
    struct value value;
    if (json_parse(ctx, record->row[C_CUSTOM].text, &custom) != OK) return value_null();
    const struct json *json = json_get(custom, field->name);
    struct field open = {.name = field->name, .kind = field->kind, .choices = field->choices};
    if (!json || !field_parse(ctx, &open, field->name, json, &value)) value = value_null();
    ctx_clear_error(ctx);
    return value;
}

static bool list_has(struct ctx *ctx, struct value list, struct value wanted)
{
    struct json *json;
    if (list.type != IS_TEXT || json_parse(ctx, list.text, &json) != OK) return false;
    for (const struct json *entry = json->first; entry; entry = entry->next) {
        if (wanted.type == IS_NUMBER && entry->kind == JSON_NUMBER && entry->number == wanted.number) return true;
        if (wanted.type == IS_TEXT && entry->kind == JSON_STRING && str_eq(entry->text, wanted.text)) return true;
    }
    return false;
}

static bool any_of(struct ctx *ctx, const struct condition *condition, struct value value)
{
    for (size_t i = 0; i < condition->count; i++) {
        bool hit = kind_is_list(condition->field->kind) ? list_has(ctx, value, condition->values[i])
                                                        : value_eq(value, condition->values[i]);
        if (hit) return true;
    }
    return false;
}

bool condition_holds(struct ctx *ctx, const struct condition *condition, const struct record *record)
{
    const struct field *field = condition->field;
    struct value value = field->custom ? custom_value(ctx, field, record) : record->row[condition->index];
    if (condition->op == OP_EMPTY) return field_is_empty(field, value) == (condition->values[0].number != 0);
    if (condition->op == OP_EQ || condition->op == OP_HAS) return any_of(ctx, condition, value);
    if (condition->op == OP_NE || condition->op == OP_HAS_NOT) return !any_of(ctx, condition, value);
    if (value.type == IS_NULL) return false;
    int order = compare_values(value, condition->values[0]);
    switch (condition->op) {
    case OP_GTE: return order >= 0;
    case OP_LTE: return order <= 0;
    case OP_GT: return order > 0;
    default: return order < 0;
    }
}

struct gathering {
    struct list_query *query;
    struct record_list found;
    size_t room;
    int64_t *today; /* ids that the actor may read today, rising */
    size_t today_count;
};

static enum result read_today(struct ctx *ctx, struct gathering *g)
{
    struct buf sql = buf_in(ctx->arena);
    struct value *args = arena_make_many(ctx->arena, struct value, RIGHTS_ARGS);
    struct rows *rows;
    size_t count = 0, room = 0;
    buf_print(&sql, "SELECT t.id FROM \"%s\" t WHERE t.id>0", g->query->reg->name);
    rights_condition(ctx, g->query->reg, &sql, args, &count);
    buf_text(&sql, " ORDER BY t.id");
    TRY(db_query(ctx, buf_str(&sql), args, count, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (g->today_count == room) {
            size_t wider = room ? room * 2 : 256;
            g->today = arena_grow(ctx->arena, g->today, room * sizeof *g->today, wider * sizeof *g->today);
            room = wider;
        }
        g->today[g->today_count++] = rows_number(rows, 0);
    }
    rows_close(rows);
    return OK;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool may_see(const struct ctx *ctx, const struct gathering *g, const struct record *record)
{
    int64_t id = record_id(record);
    if (!record_may(ctx, record, READ)) return false;
    return g->today_count && bsearch(&id, g->today, g->today_count, sizeof id, compare_ids);
}

static bool holds_text(const struct record *record, struct str text)
{
    for (size_t i = 0; i < record->reg->field_count; i++) {
        struct value value = record->own[i];
        if (!(record->reg->fields[i].flags & SEARCH) || value.type != IS_TEXT || value.text.len < text.len) continue;
        for (size_t at = 0; at + text.len <= value.text.len; at++)
            if (str_eq_nocase(str_slice(value.text, at, at + text.len), text)) return true;
    }
    return false;
}

static bool belongs(struct ctx *ctx, const struct gathering *g, const struct record *record)
{
    const struct list_query *query = g->query;
    if (record_is_deleted(record) != query->deleted || !may_see(ctx, g, record)) return false;
    for (size_t i = 0; i < query->condition_count; i++)
        if (!condition_holds(ctx, &query->conditions[i], record)) return false;
    return !query->text.len || holds_text(record, query->text);
}

static enum result gather(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    struct gathering *g = arg;
    struct record *record;
    if (!entry->state.len) return OK;
    TRY(record_of_state(ctx, g->query->reg, entry->record, arena_copy(ctx->arena, entry->state), &record));
    if (!belongs(ctx, g, record)) return OK;
    if (g->found.count == g->room) {
        size_t wider = g->room ? g->room * 2 : 64;
        g->found.at = arena_grow(ctx->arena, g->found.at, g->room * sizeof *g->found.at, wider * sizeof *g->found.at);
        g->room = wider;
    }
    g->found.at[g->found.count++] = record;
    return OK;
}

static int compare_records(const void *a, const void *b, void *arg)
{
    const struct record *x = *(struct record *const *)a, *y = *(struct record *const *)b;
    const struct list_query *query = arg;
    struct value p = x->row[query->sort], q = y->row[query->sort];
    int order = compare_values(p, q);
    bool has_null = p.type == IS_NULL || q.type == IS_NULL; /* empty values stand last either way */
    if (query->descending && !has_null) order = -order;
    if (order) return order;
    int by_id = (record_id(x) > record_id(y)) - (record_id(x) < record_id(y));
    return query->descending ? -by_id : by_id;
}

enum result list_page_then(struct ctx *ctx, struct list_query *query, struct record_list *page, struct str *next)
{
    struct gathering g = {.query = query};
    struct value value = value_null();
    int64_t id = 0;
    TRY(read_today(ctx, &g));
    TRY(record_told(ctx, query->reg, 0, ledger_each_at(ctx, str_of(query->reg->name), ctx->as_of, gather, &g)));
    if (g.found.count) qsort_r(g.found.at, g.found.count, sizeof *g.found.at, compare_records, query);
    if (query->cursor.len && !cursor_read(ctx, query->cursor, &value, &id))
        return fail(ctx, INVALID, "The cursor is not one of this list; begin again without it.");
    query->found = (int64_t)g.found.count;
    size_t from = 0;
    while (id && from < g.found.count && record_id(g.found.at[from]) != id) from++;
    if (id) from++;
    if (from > g.found.count) from = g.found.count;
    page->at = g.found.at ? g.found.at + from : NULL;
    page->count = g.found.count - from;
    if ((int64_t)page->count <= query->limit) return OK;
    page->count = (size_t)query->limit;
    if (!page->at) return OK;
    const struct record *last = page->at[page->count - 1];
    *next = cursor_write(ctx, last->row[query->sort], record_id(last));
    return OK;
}
