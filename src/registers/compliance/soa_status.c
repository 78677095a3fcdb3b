/* The implementation column of every Statement of Applicability follows from the controls; no page recomputes it. */
#include "records/house.h"
#include "records/records.h"

static enum result lines_of(struct ctx *ctx, int64_t requirement)
{
    struct record_list lines;
    TRY(records_where(ctx, house_register(ctx->house, S("soa_line")), "requirement", value_number(requirement),
                      &lines));
    for (size_t i = 0; i < lines.count; i++) TRY(record_update(ctx, lines.at[i], "derive"));
    return OK;
}

static enum result lines_of_control(struct ctx *ctx, const struct record *control)
{
    size_t index;
    if (!reg_field(control->reg, S("requirements"), &index)) return OK;
    struct ids ids = record_ids(ctx, control, index);
    for (size_t i = 0; i < ids.count; i++) TRY(lines_of(ctx, ids.at[i]));
    return OK;
}

static enum result after_control(struct ctx *ctx, const struct record *before, const struct record *after)
{
    bool moved = before && !value_eq(record_value(before, "requirements"), record_value(after, "requirements"));
    if (moved) TRY(lines_of_control(ctx, before));
    return lines_of_control(ctx, after);
}

static enum result after_requirement(struct ctx *ctx, const struct record *before, const struct record *after)
{
    return before ? lines_of(ctx, record_id(after)) : OK;
}

const struct follow soa_status_follows[] = {
    {.on = "control",
     .fields = {"implementation", "requirements", "unit", "status"},
     .recompute = after_control,
     .what = "implementation of SoA lines"},
    {.on = "requirement",
     .fields = {"title", "identifier", "position"},
     .recompute = after_requirement,
     .what = "titles of SoA lines"},
    {0},
};
