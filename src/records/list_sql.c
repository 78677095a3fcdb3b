/* A list as one SELECT. Identifiers come from the register's tables, values are bound; what the caller may see is
 * part of the query, never a filter after the page. Pages go by key (sort value and id), so page 1,000 costs what
 * page 1 does. */
#include "records/list.h"

#include "records/house.h"
#include "records/rights.h"
#include "records/sql.h"
#include "schema/parse.h"
#include "store/dialect.h"
#include "store/search.h"

struct building {
    struct ctx *ctx;
    const struct list_query *query;
    struct buf *sql;
    struct value *args;
    size_t *count;
};

static enum result bind(struct building *b, struct value value)
{
    if (*b->count >= LIST_ARGS - RIGHTS_ARGS - SEARCH_ARGUMENTS)
        return fail(b->ctx, INVALID, "The filters have too many values.");
    b->args[(*b->count)++] = value;
    buf_print(b->sql, "?%zu", *b->count);
    return OK;
}

static enum result column(struct building *b, const struct condition *condition)
{
    if (!condition->field->custom) {
        buf_print(b->sql, "t.\"%s\"", condition->field->name);
        return OK;
    }
    if (*b->count >= LIST_ARGS - RIGHTS_ARGS - SEARCH_ARGUMENTS)
        return fail(b->ctx, INVALID, "The filters have too many values.");
    b->args[(*b->count)++] = value_text(str_of(condition->field->name));
    sql_json_text(b->sql, db_dialect(b->ctx->db), "t.\"custom\"", (unsigned)*b->count);
    return OK;
}

/* Custom values come out of JSON as text; the value is compared in that form. */
static struct value comparable(struct building *b, const struct condition *condition, struct value value)
{
    if (!condition->field->custom || value.type == IS_TEXT) return value;
    struct buf text = buf_in(b->ctx->arena);
    struct json_out out = json_out_to(&text);
    value_write_json(&out, condition->field, value);
    return value_text(buf_str(&text));
}

static enum result compare(struct building *b, const struct condition *condition, const char *sign)
{
    TRY(column(b, condition));
    buf_text(b->sql, sign);
    return bind(b, comparable(b, condition, condition->values[0]));
}

static enum result one_of(struct building *b, const struct condition *condition)
{
    bool negated = condition->op == OP_NE;
    buf_text(b->sql, negated ? "(" : "");
    if (negated) {
        TRY(column(b, condition));
        buf_text(b->sql, " IS NULL OR ");
    }
    TRY(column(b, condition));
    buf_text(b->sql, negated ? " NOT IN (" : " IN (");
    for (size_t i = 0; i < condition->count; i++) {
        if (i) buf_char(b->sql, ',');
        TRY(bind(b, comparable(b, condition, condition->values[i])));
    }
    buf_text(b->sql, negated ? "))" : ")");
    return OK;
}

/* A pattern for LIKE ... ESCAPE '~' that finds "text" with its quotes in a JSON list. */
static struct str list_pattern(struct ctx *ctx, struct str text)
{
    struct buf quoted = buf_in(ctx->arena), pattern = buf_in(ctx->arena);
    json_string(&quoted, text);
    buf_char(&pattern, '%');
    for (size_t i = 0; i < quoted.len; i++) {
        if (strchr("%_~", quoted.at[i])) buf_char(&pattern, '~');
        buf_char(&pattern, quoted.at[i]);
    }
    buf_char(&pattern, '%');
    return buf_str(&pattern);
}

static enum result contains_link(struct building *b, const struct condition *condition)
{
    buf_print(
        b->sql,
        "t.id IN (SELECT record FROM link WHERE register='%s' AND field='%s' AND to_register='%s' AND to_record IN (",
        b->query->reg->name, condition->field->name, condition->field->target);
    for (size_t i = 0; i < condition->count; i++) {
        if (i) buf_char(b->sql, ',');
        TRY(bind(b, condition->values[i]));
    }
    buf_text(b->sql, "))");
    return OK;
}

static enum result contains(struct building *b, const struct condition *condition)
{
    if (condition->field->kind == LINKS) return contains_link(b, condition);
    buf_char(b->sql, '(');
    for (size_t i = 0; i < condition->count; i++) {
        if (i) buf_text(b->sql, " OR ");
        TRY(column(b, condition));
        buf_text(b->sql, " LIKE ");
        struct value value = condition->values[i];
        TRY(bind(b, value_text(list_pattern(b->ctx, value.type == IS_TEXT ? value.text : S("")))));
        buf_text(b->sql, " ESCAPE '~'");
    }
    buf_char(b->sql, ')');
    return OK;
}

static enum result is_empty(struct building *b, const struct condition *condition)
{
    bool wanted = condition->values[0].number != 0;
    struct value empty = field_empty(condition->field);
    if (empty.type == IS_NULL || condition->field->custom) {
        TRY(column(b, condition));
        buf_text(b->sql, wanted ? " IS NULL" : " IS NOT NULL");
        return OK;
    }
    TRY(column(b, condition));
    buf_text(b->sql, wanted ? "=" : "<>");
    return bind(b, empty);
}

static enum result add_condition(struct building *b, const struct condition *condition)
{
    static const char *const signs[] = {[OP_GTE] = ">=", [OP_LTE] = "<=", [OP_GT] = ">", [OP_LT] = "<"};
    buf_text(b->sql, " AND ");
    switch (condition->op) {
    case OP_EQ:
    case OP_NE: return one_of(b, condition);
    case OP_HAS_NOT: buf_text(b->sql, "NOT "); return contains(b, condition);
    case OP_HAS: return contains(b, condition);
    case OP_EMPTY: return is_empty(b, condition);
    case OP_GTE:
    case OP_LTE:
    case OP_GT:
    case OP_LT: break;
    }
    return compare(b, condition, signs[condition->op]);
}

static bool never_null(const struct list_query *query)
{
    const struct field *field = row_field(query->reg, query->sort);
    bool common = query->sort == C_ID || query->sort == C_STATUS || query->sort == C_VERSION ||
                  query->sort == C_CREATED_AT || query->sort == C_CHANGED_AT;
    return common || field->flags & REQUIRED;
}

/* Rows after the cursor in the order "value, id", empty values last. */
static enum result after_cursor(struct building *b)
{
    const struct list_query *query = b->query;
    const char *sign = query->descending ? "<" : ">";
    const char *name = row_field(query->reg, query->sort)->name;
    struct value value;
    int64_t id;
    if (!query->cursor.len) return OK;
    if (!cursor_read(b->ctx, query->cursor, &value, &id))
        return fail(b->ctx, INVALID, "The cursor is not one of this list; begin again without it.");
    if (query->sort == C_ID) {
        buf_print(b->sql, " AND t.id%s", sign);
        return bind(b, value_number(id));
    }
    if (value.type == IS_NULL) {
        buf_print(b->sql, " AND t.\"%s\" IS NULL AND t.id%s", name, sign);
        return bind(b, value_number(id));
    }
    buf_print(b->sql, never_null(query) ? " AND (t.\"%s\",t.id)%s(" : " AND (t.\"%s\" IS NULL OR (t.\"%s\",t.id)%s(",
              name, never_null(query) ? sign : name, sign);
    TRY(bind(b, value));
    buf_char(b->sql, ',');
    TRY(bind(b, value_number(id)));
    buf_text(b->sql, never_null(query) ? ")" : "))");
    return OK;
}

static void order(struct building *b)
{
    const struct list_query *query = b->query;
    const char *way = query->descending ? "DESC" : "ASC";
    if (query->sort == C_ID)
        buf_print(b->sql, " ORDER BY t.id %s", way);
    else
        buf_print(b->sql, " ORDER BY t.\"%s\" %s%s, t.id %s", row_field(query->reg, query->sort)->name, way,
                  never_null(query) ? "" : " NULLS LAST", way);
    buf_print(b->sql, " LIMIT %lld", (long long)query->limit + 1);
}

enum result list_sql(struct ctx *ctx, const struct list_query *query, bool count_only, struct buf *sql,
                     struct value *args, size_t *count)
{
    struct building b = {ctx, query, sql, args, count};
    buf_text(sql, "SELECT ");
    if (count_only)
        buf_text(sql, "count(*)");
    else
        buf_add(sql, reg_sql(ctx, query->reg)->columns);
    buf_print(sql, " FROM \"%s\" t WHERE t.deleted_at IS %s", query->reg->name, query->deleted ? "NOT NULL" : "NULL");
    for (size_t i = 0; i < query->condition_count; i++) TRY(add_condition(&b, &query->conditions[i]));
    if (query->text.len) {
        buf_text(sql, " AND ");
        TRY(search_condition(ctx, sql, str_of(query->reg->name), "t.id", query->text, args, count));
    }
    rights_condition(ctx, query->reg, sql, args, count);
    if (count_only) return OK;
    TRY(after_cursor(&b));
    order(&b);
    return OK;
}
