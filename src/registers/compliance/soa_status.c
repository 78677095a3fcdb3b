/* The implementation column of every Statement of Applicability follows from the controls; no page recomputes it. */
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "registers/compliance/soa_snapshot.h"

static enum result lines_of(struct ctx *ctx, int64_t requirement)
{
    struct record_list lines;
    struct record *held; /* so that no line of it is being added unseen */
    TRY(record_hold(ctx, house_register(ctx->house, S("requirement")), requirement, HOLD_AS_IS, &held));
    TRY(records_where(ctx, house_register(ctx->house, S("soa_line")), "requirement", value_number(requirement),
                      &lines));
    for (size_t i = 0; i < lines.count; i++)
        TRY(record_derive(ctx, lines.at[i]->reg, record_id(lines.at[i]), "derive"));
    return OK;
}

static struct ids requirements_of(struct ctx *ctx, const struct record *control)
{
    size_t index;
    bool has = control && reg_field(control->reg, S("requirements"), &index);
    return has ? record_ids(ctx, control, index) : (struct ids){0};
}

/* The requirements that it had and has, once each and in rising order, as LINKS are kept: whoever else changes a
 * control holds their lines in the same order. */
static enum result after_control(struct ctx *ctx, const struct record *before, const struct record *after)
{
    struct ids had = requirements_of(ctx, before), has = requirements_of(ctx, after);
    for (size_t i = 0, k = 0; i < had.count || k < has.count;) {
        int64_t left = i < had.count ? had.at[i] : INT64_MAX, right = k < has.count ? has.at[k] : INT64_MAX;
        TRY(lines_of(ctx, left < right ? left : right));
        i += left <= right;
        k += right <= left;
    }
    return OK;
}

/* ---- exactly one line for every control of the reference list ---- */

static struct record *line_among(const struct record_list *lines, const struct record *soa)
{
    for (size_t i = lines->count; i-- > 0;)
        if (record_number_of(lines->at[i], "soa") == record_id(soa)) return lines->at[i];
    return NULL;
}

static enum result find_line(struct ctx *ctx, const struct record *soa, const struct record *requirement,
                             struct record **line)
{
    struct record_list lines;
    TRY(records_where(ctx, house_register(ctx->house, S("soa_line")), "requirement",
                      value_number(record_id(requirement)), &lines));
    *line = line_among(&lines, soa);
    return OK;
}

/* A control that comes back takes up its line as it was left: what was said about it is still the answer. */
static enum result add_line(struct ctx *ctx, const struct record *soa, const struct record *requirement)
{
    const struct reg *reg = house_register(ctx->house, S("soa_line"));
    struct record_list former;
    TRY(records_deleted(ctx, reg, "requirement", value_number(record_id(requirement)), &former));
    struct record *line = line_among(&former, soa);
    if (line) {
        line->row[C_DELETED_AT] = value_null();
        return record_update(ctx, line, "restore");
    }
    TRY(units_keep(ctx));
    line = record_new(ctx, reg);
    TRY(soa_line_fill(line, soa, requirement));
    return record_insert(ctx, line, "create");
}

static enum result remove_line(struct ctx *ctx, struct record *line)
{
    line->row[C_DELETED_AT] = value_number(ctx->now);
    return record_update(ctx, line, "delete");
}

/* A statement with a line more or less is not the one that was approved. */
static enum result settle_line(struct ctx *ctx, struct record *soa, const struct record *requirement)
{
    struct record *line;
    TRY(record_hold(ctx, soa->reg, record_id(soa), HOLD_TO_CHANGE, &soa));
    TRY(find_line(ctx, soa, requirement, &line));
    bool wanted = soa_wants_line(requirement);
    if (wanted == (line != NULL)) return OK;
    TRY(wanted ? add_line(ctx, soa, requirement) : remove_line(ctx, line));
    TRY(record_hold(ctx, soa->reg, record_id(soa), HOLD_TO_CHANGE, &soa));
    soa_count_lines(soa, wanted ? 1 : -1);
    bool reopens = !str_is(record_status(soa), "draft");
    if (reopens) soa->row[C_STATUS] = value_text(S("draft"));
    return record_update(ctx, soa, reopens ? "reopen" : "derive");
}

static enum result after_requirement(struct ctx *ctx, const struct record *before, const struct record *after)
{
    struct record_list soas;
    TRY(records_where(ctx, house_register(ctx->house, S("soa")), "framework",
                      value_number(record_number_of(after, "framework")), &soas));
    for (size_t i = 0; i < soas.count; i++) TRY(settle_line(ctx, soas.at[i], after));
    return before ? lines_of(ctx, record_id(after)) : OK;
}

/* Which controls hold for a statement depends on where their units lie in the tree. */
static enum result after_unit(struct ctx *ctx, const struct record *before, const struct record *after)
{
    struct record_list lines;
    if (!before || value_eq(record_value(before, "parent"), record_value(after, "parent"))) return OK;
    TRY(records_all(ctx, house_register(ctx->house, S("soa_line")), &lines));
    for (size_t i = 0; i < lines.count; i++)
        TRY(record_derive(ctx, lines.at[i]->reg, record_id(lines.at[i]), "derive"));
    return OK;
}

const struct follow soa_status_follows[] = {
    {.on = "control",
     .fields = {"implementation", "requirements", "unit", "status"},
     .recompute = after_control,
     .what = "implementation of SoA lines"},
    {.on = "requirement",
     .fields = {"title", "identifier", "position", "reference_list", "withdrawn"},
     .recompute = after_requirement,
     .what = "SoA lines: one for each of the reference list, and their titles"},
    {.on = "unit", .fields = {"parent"}, .recompute = after_unit, .what = "implementation of SoA lines"},
    {0},
};
