/* What a risk needs follows from its treatment, its acceptances and its method. An acceptance that begins lets the
 * risk rest; one that ends puts it back into treatment, and its owner is told through the outbox (product.md,
 * "Risk"). */
#include "records/house.h"
#include "records/records.h"

static enum result after_action(struct ctx *ctx, const struct record *before, const struct record *after)
{
    (void)before;
    return record_derive(ctx, house_register(ctx->house, S("risk")), record_number_of(after, "risk"), "derive");
}

static bool holds(const struct record *acceptance)
{
    return acceptance && str_is(record_status(acceptance), "accepted") && !record_is_deleted(acceptance);
}

static enum result another_holds(struct ctx *ctx, const struct record *ended, bool *another)
{
    struct record_list list;
    *another = false;
    TRY(records_where(ctx, ended->reg, "risk", value_number(record_number_of(ended, "risk")), &list));
    for (size_t i = 0; i < list.count; i++) *another |= holds(list.at[i]) && record_id(list.at[i]) != record_id(ended);
    return OK;
}

static enum result after_acceptance(struct ctx *ctx, const struct record *before, const struct record *after)
{
    struct record *risk;
    const char *status = NULL, *action = "derive";
    bool another = false;
    enum result held =
        record_hold(ctx, house_register(ctx->house, S("risk")), record_number_of(after, "risk"), HOLD_TO_CHANGE, &risk);
    if (held != OK) return held == NOT_FOUND ? OK : held;
    bool begins = holds(after) && !holds(before), ends = holds(before) && !holds(after);
    if (ends) TRY(another_holds(ctx, after, &another));
    if (begins) status = "monitored", action = "accepted";
    if (ends && !another) status = "in_treatment", action = "acceptance_ended";
    if (status && !str_is(record_status(risk), "closed")) risk->row[C_STATUS] = value_text(str_of(status));
    return record_update(ctx, risk, action);
}

/* Every risk of an assessment made with this methodology. */
static enum result after_method(struct ctx *ctx, const struct record *before, const struct record *after)
{
    struct record_list assessments, risks;
    if (!before) return OK;
    TRY(records_where(ctx, house_register(ctx->house, S("risk_assessment")), "methodology",
                      value_number(record_id(after)), &assessments));
    for (size_t i = 0; i < assessments.count; i++) {
        struct value id = value_number(record_id(assessments.at[i]));
        TRY(records_where(ctx, house_register(ctx->house, S("risk")), "assessment", id, &risks));
        for (size_t k = 0; k < risks.count; k++)
            TRY(record_derive(ctx, risks.at[k]->reg, record_id(risks.at[k]), "derive"));
    }
    return OK;
}

const struct follow attention_follows[] = {
    {.on = "treatment_action",
     .fields = {"status", "risk"},
     .recompute = after_action,
     .what = "attention of its risk"},
    {.on = "acceptance",
     .fields = {"status"},
     .recompute = after_acceptance,
     .what = "status and attention of its risk"},
    {.on = "methodology",
     .fields = {"status"},
     .recompute = after_method,
     .what = "attention of the risks rated with it"},
    {0},
};
