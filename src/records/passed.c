/* A cell is compared with the text that an export would write, which is the common case and cheap; only where the two
 * differ is it asked whether they mean the same: spreadsheets write times, numbers and names in their own way. */
#include "records/passed.h"

#include "base/clock.h"
#include "records/export.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "schema/parse.h"

enum { SHOWN = 60, COARSE = 1000 /* ms, of times in a workbook */ };

struct holding {
    struct ctx *ctx;
    const struct field *field;
    const struct reg *target; /* of a link; NULL */
    struct str cell;
    struct value after;
};

bool passed_maybe(const struct reg *reg, const struct field *field)
{
    return !field_is_writable(field) || field == &common_fields[C_CUSTOM] || !row_has(reg, field) ||
           field->flags & (FIXED | BY_TRANSITION);
}

bool passed_over(const struct reg *reg, const struct field *field, bool creating)
{
    return passed_maybe(reg, field) && !(creating && field_is_writable(field) && row_has(reg, field) &&
                                         field->flags & FIXED && !(field->flags & BY_TRANSITION));
}

static struct str exported(const struct holding *held, struct value value)
{
    struct buf text = buf_in(held->ctx->arena);
    return export_cell(held->ctx, &text, held->field, held->target, value);
}

/* By its title or another name, as for fields that are imported; of a record that one may not see nothing is told. */
static enum result is_called(const struct holding *held, int64_t id, bool *same)
{
    struct record *record;
    *same = false;
    if (!held->target || id <= 0) return OK;
    enum result loaded = record_load(held->ctx, held->target, id, &record);
    if (loaded == NOT_FOUND) ctx_clear_error(held->ctx);
    if (loaded != OK) return loaded == NOT_FOUND ? OK : loaded;
    if (!record_may(held->ctx, record, READ)) return OK;
    for (size_t i = 0; i < held->target->field_count && !*same; i++)
        if (held->target->fields[i].flags & (TITLE | NAMES)) *same = str_eq(held->cell, record->own[i].text);
    return OK;
}

static bool is_instant(struct str cell, int64_t instant)
{
    int64_t ms;
    return time_parse(cell, &ms) && ms > instant - COARSE && ms < instant + COARSE;
}

static bool is_decimal(struct str cell, double decimal)
{
    double given;
    return parse_decimal(cell, &given) && given - decimal < 1e-9 && decimal - given < 1e-9;
}

static enum result means(const struct holding *held, struct value value, bool *same)
{
    struct str text = exported(held, value);
    *same = str_eq_nocase(held->cell, str_trim(text));
    if (*same || value.type == IS_NULL) return OK;
    int64_t number;
    const struct json *read;
    switch (held->field->kind) {
    case TIME: *same = is_instant(held->cell, value.number); return OK;
    case DECIMAL: *same = is_decimal(held->cell, value.decimal); return OK;
    case BOOLEAN:
        read = field_json_of_cell(held->ctx, held->field, held->cell);
        *same = read->kind == JSON_BOOL && read->boolean == (value.number != 0);
        return OK;
    case LINK:
        *same = parse_number(held->cell, &number) && number == value.number;
        return *same ? OK : is_called(held, value.number, same);
    default: *same = value.type == IS_NUMBER && parse_number(held->cell, &number) && number == value.number; return OK;
    }
}

/* The step that leads there from where the record is; NULL: none does at once. */
static const char *step_to(const struct record *record, struct str state)
{
    const struct transition *step = record->reg->transitions;
    for (; step && step->name; step++)
        if (str_eq_nocase(state, str_of(step->to)) && transition_leaves(step, record_status(record))) return step->name;
    return NULL;
}

static const char *who_sets(const struct reg *reg, const struct field *field)
{
    if (field == &common_fields[C_CUSTOM]) return SENTENCE("fields of one's own have columns such as custom.NAME");
    if (!row_has(reg, field)) return SENTENCE("records of this register have none");
    if (field == &common_fields[C_STATUS] || field->flags & BY_TRANSITION)
        return SENTENCE("only a step of the workflow changes it");
    return field_is_writable(field) ? SENTENCE("it is set at creation and does not change")
                                    : SENTENCE("the program sets it");
}

static void tell(const struct holding *held, const struct record *after)
{
    struct ctx *ctx = held->ctx;
    const char *name = held->field->name;
    bool is_status = held->field == &common_fields[C_STATUS];
    const char *step = is_status ? step_to(after, held->cell) : NULL;
    struct str given = str_shorten(held->cell, SHOWN), has = str_shorten(exported(held, held->after), SHOWN);
    if (step)
        fail_field(ctx, name, "not_imported",
                   "%s is not imported: the file says \"%.*s\", and this %s is %.*s. Take the step \"%s\".", name,
                   PRINT(given), after->reg->name, PRINT(has), step);
    else if (has.len)
        fail_field(ctx, name, "not_imported",
                   "%s is not imported: the file says \"%.*s\", the record has \"%.*s\"; %s.", name, PRINT(given),
                   PRINT(has), who_sets(after->reg, held->field));
    else
        fail_field(ctx, name, "not_imported", "%s is not imported: the file says \"%.*s\", the record has nothing; %s.",
                   name, PRINT(given), who_sets(after->reg, held->field));
}

enum result passed_tell(struct ctx *ctx, const struct passed *passed, size_t count, const struct record *before,
                        const struct record *after)
{
    const struct reg *reg = after->reg;
    for (size_t i = 0; i < count; i++) {
        const struct field *field = row_field(reg, passed[i].index);
        struct holding held = {
            .ctx = ctx, .field = field, .cell = passed[i].cell, .after = after->row[passed[i].index]};
        /* The version that whoever filled in the row can have seen. */
        const struct record *seen = before && field == &common_fields[C_VERSION] ? before : after;
        bool same = false;
        if (!passed_over(reg, field, !before)) continue;
        if (field->target) held.target = house_register(ctx->house, str_of(field->target));
        if (before) TRY(means(&held, before->row[passed[i].index], &same));
        if (!same) TRY(means(&held, held.after, &same));
        held.after = seen->row[passed[i].index];
        if (!same) tell(&held, after);
    }
    return OK;
}
