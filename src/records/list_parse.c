/* Parameters of a list. Operators are a table; whatever is not known is refused with the names that are, for a filter
 * that is silently ignored shows a person the wrong list. */
#include "records/list.h"

#include "access/actor.h"
#include "records/house.h"
#include "schema/parse.h"

struct parsing {
    struct ctx *ctx;
    struct list_query *query;
};

static enum result read_limit(struct parsing *p, struct str value)
{
    if (!parse_number(value, &p->query->limit) || p->query->limit < 1 || p->query->limit > LIST_LIMIT_MAX)
        return fail(p->ctx, INVALID, "limit must be a number from 1 to %d.", LIST_LIMIT_MAX);
    return OK;
}

static enum result read_sort(struct parsing *p, struct str value)
{
    p->query->descending = str_starts(value, S("-"));
    if (p->query->descending) value = str_slice(value, 1, value.len);
    if (str_is(value, "reference")) value = S("id");
    const struct field *field = row_find(p->query->reg, value, &p->query->sort);
    if (field && !kind_is_json(field->kind)) return OK;
    return fail(p->ctx, INVALID, "A list of %s cannot be sorted by \"%.*s\".", p->query->reg->name,
                PRINT(str_slice(value, 0, 60)));
}

static enum result mark(struct parsing *p, const char *parameter, struct str names, bool *marks)
{
    struct str name;
    while (str_cut(&names, ',', &name)) {
        size_t index;
        name = str_trim(name);
        if (str_is(name, "id") || str_is(name, "reference") || !name.len) continue;
        if (!row_find(p->query->reg, name, &index))
            return fail(p->ctx, INVALID, "%s: the register %s has no field \"%.*s\".", parameter, p->query->reg->name,
                        PRINT(str_slice(name, 0, 60)));
        marks[index] = true;
    }
    return OK;
}

static enum result read_fields(struct parsing *p, struct str value)
{
    memset(p->query->shown, 0, row_width(p->query->reg));
    return mark(p, "fields", value, p->query->shown);
}

static enum result read_expand(struct parsing *p, struct str value)
{
    if (!str_is(value, "*")) return mark(p, "expand", value, p->query->expanded);
    memset(p->query->expanded, 1, row_width(p->query->reg));
    return OK;
}

static enum result read_text(struct parsing *p, struct str value)
{
    p->query->text = str_trim(value);
    return OK;
}

static enum result read_cursor(struct parsing *p, struct str value)
{
    p->query->cursor = value;
    return OK;
}

static enum result read_deleted(struct parsing *p, struct str value)
{
    p->query->deleted = str_is(value, "1");
    return OK;
}

static enum result read_count(struct parsing *p, struct str value)
{
    p->query->counted = str_is(value, "1");
    return OK;
}

static const struct {
    const char *name;
    enum result (*read)(struct parsing *p, struct str value);
} parameters[] = {{"limit", read_limit}, {"sort", read_sort},     {"fields", read_fields},   {"expand", read_expand},
                  {"q", read_text},      {"cursor", read_cursor}, {"deleted", read_deleted}, {"count", read_count}};

static const struct {
    const char *name;
    enum operator op;
} operators[] = {{"eq", OP_EQ}, {"ne", OP_NE}, {"gte", OP_GTE}, {"lte", OP_LTE},
                 {"gt", OP_GT}, {"lt", OP_LT}, {"has", OP_HAS}, {"empty", OP_EMPTY}};

static enum result read_link_value(struct parsing *p, const struct field *field, struct str text, struct value *out)
{
    const struct reg *reg;
    int64_t id;
    bool by_reference = field->kind == RECORD || field->kind == RECORDS;
    if (str_is(text, "me") && str_is(str_of(field->target), "person")) {
        *out = value_number(p->ctx->actor->person);
        return OK;
    }
    if (by_reference) {
        *out = value_text(text);
        return OK;
    }
    bool known = parse_number(text, &id) || reference_parse(p->ctx->house, text, &reg, &id);
    if (!known) return fail(p->ctx, INVALID, "%s must be compared with an id or a reference.", field->name);
    *out = value_number(id);
    return OK;
}

static enum result read_value(struct parsing *p, const struct field *field, struct str text, struct value *out)
{
    bool links = field->kind == LINK || field->kind == LINKS || field->kind == RECORD || field->kind == RECORDS;
    if (links) return read_link_value(p, field, text, out);
    if (kind_is_list(field->kind) || field->kind == TEXT || field->kind == PROSE || field->kind == CHOICE) {
        *out = value_text(text);
        return OK;
    }
    if (field->kind == TIME && text.len == 10) text = arena_print(p->ctx->arena, "%.*sT00:00:00Z", PRINT(text));
    struct field open = {.name = field->name, .kind = field->kind};
    if (field_parse(p->ctx, &open, field->name, field_json_of_cell(p->ctx, field, text), out)) return OK;
    struct str why = p->ctx->error.fields ? p->ctx->error.fields->detail : S("");
    ctx_clear_error(p->ctx); /* it is the address that is wrong, no field of a record */
    return fail(p->ctx, INVALID, "The filter on %s cannot be read: %.*s", field->name, PRINT(why));
}

static enum result read_values(struct parsing *p, struct condition *condition, struct str text)
{
    bool several =
        condition->op == OP_EQ || condition->op == OP_NE || condition->op == OP_HAS || condition->op == OP_HAS_NOT;
    condition->values = arena_make_many(p->ctx->arena, struct value, LIST_VALUES);
    if (condition->op == OP_EMPTY) {
        condition->values[condition->count++] = value_number(!str_is(text, "0"));
        return OK;
    }
    for (struct str piece; several ? str_cut(&text, ',', &piece) : condition->count == 0;) {
        if (!several) piece = text;
        if (condition->count == LIST_VALUES)
            return fail(p->ctx, INVALID, "%s: at most %d values.", condition->field->name, LIST_VALUES);
        TRY(read_value(p, condition->field, piece, &condition->values[condition->count++]));
    }
    return OK;
}

static enum result find_field(struct parsing *p, struct str name, struct condition *condition)
{
    struct custom_set set;
    if (!str_starts(name, S("custom."))) {
        condition->field = row_find(p->query->reg, str_is(name, "reference") ? S("id") : name, &condition->index);
        return OK;
    }
    TRY(custom_of(p->ctx, p->query->reg, &set));
    const struct custom_field *custom = custom_find(set, str_slice(name, 7, name.len));
    condition->field = custom ? &custom->field : NULL;
    condition->index = C_CUSTOM;
    return OK;
}

/* A list is equal to nothing: it contains. What has a structure of its own is only there or not. */
static enum result fit_operator(struct parsing *p, struct condition *condition)
{
    enum kind kind = condition->field->kind;
    bool orders = condition->op != OP_EQ && condition->op != OP_NE && condition->op != OP_HAS;
    if (condition->op == OP_EMPTY) return OK;
    if (!kind_is_json(kind) && condition->op != OP_HAS) return OK;
    if (!kind_is_json(kind))
        return fail(p->ctx, INVALID, "%s is no list: compare it with %s=, not with .has.", condition->field->name,
                    condition->field->name);
    if (!kind_is_list(kind))
        return fail(p->ctx, INVALID, "%s is not compared; only .empty tells whether there is any.",
                    condition->field->name);
    if (orders) return fail(p->ctx, INVALID, "%s is a list, which has no order.", condition->field->name);
    condition->op = condition->op == OP_NE ? OP_HAS_NOT : OP_HAS;
    return OK;
}

static enum result read_condition(struct parsing *p, const struct parameter *given)
{
    struct list_query *query = p->query;
    struct str name = given->name;
    if (query->condition_count == LIST_CONDITIONS)
        return fail(p->ctx, INVALID, "At most %d filters at once.", LIST_CONDITIONS);
    struct condition *condition = &query->conditions[query->condition_count++];
    for (size_t i = 0; i < COUNT(operators); i++) {
        struct str suffix = arena_print(p->ctx->arena, ".%s", operators[i].name);
        if (!str_ends(name, suffix)) continue;
        condition->op = operators[i].op;
        name = str_slice(name, 0, name.len - suffix.len);
        break;
    }
    TRY(find_field(p, name, condition));
    if (!condition->field)
        return fail(p->ctx, INVALID, "The register %s has no field \"%.*s\" to filter by.", query->reg->name,
                    PRINT(str_slice(name, 0, 60)));
    TRY(fit_operator(p, condition));
    return read_values(p, condition, given->value);
}

static bool is_reserved(const char *const *reserved, struct str name)
{
    for (; reserved && *reserved; reserved++)
        if (str_is(name, *reserved)) return true;
    return str_is(name, "as_of");
}

static enum result read_parameter(struct parsing *p, const struct parameter *given)
{
    if (!str_is_utf8(given->value)) return fail(p->ctx, INVALID, "A parameter is not valid UTF-8.");
    for (size_t i = 0; i < COUNT(parameters); i++)
        if (str_is(given->name, parameters[i].name)) return parameters[i].read(p, given->value);
    return read_condition(p, given);
}

/* A cursor made for another sort would be compared with values of another type. */
static enum result check_cursor(struct parsing *p)
{
    struct value value;
    int64_t id;
    const struct list_query *query = p->query;
    enum kind kind = row_field(query->reg, query->sort)->kind;
    enum value_type type = kind_is_number(kind) ? IS_NUMBER : kind == DECIMAL ? IS_DECIMAL : IS_TEXT;
    if (!query->cursor.len) return OK;
    bool fits =
        cursor_read(p->ctx, query->cursor, &value, &id) && id > 0 && (value.type == IS_NULL || value.type == type);
    if (fits) return OK;
    return fail(p->ctx, INVALID, "The cursor is not one of this list; begin again without it.");
}

enum result list_parse(struct ctx *ctx, const struct reg *reg, const struct parameter *pairs, size_t count,
                       const char *const *reserved, struct list_query **query)
{
    struct parsing p = {ctx, arena_make(ctx->arena, struct list_query)};
    p.query->reg = reg;
    p.query->limit = LIST_LIMIT;
    p.query->sort = C_ID;
    p.query->shown = arena_make_many(ctx->arena, bool, row_width(reg));
    p.query->expanded = arena_make_many(ctx->arena, bool, row_width(reg));
    memset(p.query->shown, 1, row_width(reg));
    for (size_t i = 0; i < count; i++)
        if (!is_reserved(reserved, pairs[i].name)) TRY(read_parameter(&p, &pairs[i]));
    TRY(check_cursor(&p));
    *query = p.query;
    return OK;
}
