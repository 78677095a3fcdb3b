/* Statement of Applicability (ISO/IEC 27001 6.1.3 d): one line for every control of the reference list. Submitting
 * asks that every line has its reason; approving, by somebody who did not submit it, makes a signed version
 * (soa_version.c). */
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "registers/compliance/soa_snapshot.h"
#include "schema/composition.h"

enum {
    TITLE_,
    FRAMEWORK,
    SCOPE,
    SUBMITTED_BY,
    SUBMITTED_ON,
    APPROVED_BY,
    APPROVED_ON,
    EDITION,
    LINES,
    LINES_OPEN,
    FIELDS
};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [FRAMEWORK] = {.name = "framework", .kind = LINK, .target = "framework", .flags = REQUIRED | LISTED | FIXED},
    [SCOPE] = {.name = "scope", .kind = PROSE, .flags = SEARCH},
    [SUBMITTED_BY] = {.name = "submitted_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [SUBMITTED_ON] = {.name = "submitted_on", .kind = DATE, .flags = DERIVED},
    [APPROVED_BY] = {.name = "approved_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [APPROVED_ON] = {.name = "approved_on", .kind = DATE, .flags = DERIVED | LISTED},
    [EDITION] = {.name = "edition", .kind = NUMBER, .flags = DERIVED | LISTED},
    [LINES] = {.name = "lines", .kind = NUMBER, .flags = DERIVED},
    [LINES_OPEN] = {.name = "lines_open", .kind = NUMBER, .flags = DERIVED | LISTED},
};

static const struct state states[] = {
    {.name = "draft", .tone = NEUTRAL, .flags = INITIAL},
    {.name = "in_review", .tone = ACTIVE},
    {.name = "approved", .tone = GOOD},
    {0},
};

static const struct composition parts = {.of = "soa_line", .link = "soa", .count = "lines"};

void soa_count_lines(struct record *soa, int64_t more)
{
    record_set_number(soa, LINES, record_number(soa, LINES) + more);
}

/* Lines that do not say yet why they are in or out. */
static enum result open_lines(struct ctx *ctx, const struct record *soa, int64_t *count)
{
    struct record_list lines;
    *count = 0;
    if (!record_id(soa)) return OK;
    TRY(records_where(ctx, house_register(ctx->house, S("soa_line")), "soa", value_number(record_id(soa)), &lines));
    for (size_t i = 0; i < lines.count; i++) *count += record_number_of(lines.at[i], "open") != 0;
    return OK;
}

static enum result derive(struct ctx *ctx, struct record *soa)
{
    int64_t open;
    TRY(open_lines(ctx, soa, &open));
    record_set_number(soa, LINES_OPEN, open);
    return OK;
}

static enum result all_lines_said(struct ctx *ctx, const struct record *soa)
{
    int64_t open;
    TRY(open_lines(ctx, soa, &open));
    if (!open) return OK;
    return fail(ctx, CONFLICT,
                open == 1
                    ? "%lld line has no reason yet: link a risk, an obligation or mark good practice; an exclusion "
                      "needs its justification."
                    : "%lld lines have no reason yet: link a risk, an obligation or mark good practice; an "
                      "exclusion needs its justification.",
                (long long)open);
}

static enum result make_version(struct ctx *ctx, struct record *soa)
{
    record_set_number(soa, EDITION, record_number(soa, EDITION) + 1);
    return soa_version_make(ctx, soa, record_number(soa, EDITION));
}

static const struct transition transitions[] = {
    {.name = "submit",
     .from = {"draft"},
     .to = "in_review",
     .needs = CHANGE,
     .stamps_user = "submitted_by",
     .stamps_date = "submitted_on",
     .guard = all_lines_said},
    {.name = "return", .from = {"in_review"}, .to = "draft", .needs = CHANGE},
    {.name = "approve",
     .from = {"in_review"},
     .to = "approved",
     .needs = DECIDE,
     .independent_of = {"hand", "soa_line.hand"},
     .stamps_user = "approved_by",
     .stamps_date = "approved_on",
     .guard = all_lines_said,
     .effect = make_version},
    {.name = "revise", .from = {"approved"}, .to = "draft", .needs = CHANGE},
    {0},
};

bool soa_wants_line(const struct record *requirement)
{
    return record_number_of(requirement, "reference_list") && !record_number_of(requirement, "withdrawn") &&
           !record_is_deleted(requirement);
}

/* A new SoA has a line for every control of the reference list, each applicable until somebody says otherwise. */
static enum result make_lines(struct ctx *ctx, const struct record *soa)
{
    struct record_list requirements;
    struct record *whole;
    int64_t count = 0;
    const struct reg *line_register = house_register(ctx->house, S("soa_line"));
    TRY(units_keep(ctx));
    TRY(records_where(ctx, house_register(ctx->house, S("requirement")), "framework", soa->own[FRAMEWORK],
                      &requirements));
    for (size_t i = 0; i < requirements.count; i++) {
        if (!soa_wants_line(requirements.at[i])) continue;
        struct record *held; /* a control that changes now waits for the line that it is to change */
        TRY(record_hold(ctx, requirements.at[i]->reg, record_id(requirements.at[i]), HOLD_TO_CHANGE, &held));
        struct record *line = record_new(ctx, line_register);
        TRY(soa_line_fill(line, soa, requirements.at[i]));
        TRY(record_insert(ctx, line, "create"));
        count++;
    }
    TRY(record_hold(ctx, soa->reg, record_id(soa), HOLD_TO_CHANGE, &whole));
    soa_count_lines(whole, count);
    return record_update(ctx, whole, "derive");
}

static enum result move_lines(struct ctx *ctx, const struct record *soa)
{
    struct record_list lines;
    TRY(records_where(ctx, house_register(ctx->house, S("soa_line")), "soa", value_number(record_id(soa)), &lines));
    for (size_t i = 0; i < lines.count; i++)
        TRY(record_derive(ctx, lines.at[i]->reg, record_id(lines.at[i]), "derive"));
    return OK;
}

/* What was signed is what is approved: other words than those make a draft of it again. */
static enum result reopen(struct ctx *ctx, const struct record *before, const struct record *soa)
{
    struct record *again;
    bool same_words = value_eq(before->own[TITLE_], soa->own[TITLE_]) && value_eq(before->own[SCOPE], soa->own[SCOPE]);
    bool moved = !str_eq(record_status(before), record_status(soa));
    if (same_words || moved || str_is(record_status(soa), "draft")) return OK;
    TRY(record_hold(ctx, soa->reg, record_id(soa), HOLD_TO_CHANGE, &again));
    again->row[C_STATUS] = value_text(S("draft"));
    return record_update(ctx, again, "reopen");
}

static enum result after(struct ctx *ctx, const struct record *before, const struct record *soa)
{
    if (!before) return make_lines(ctx, soa);
    if (record_unit(before) != record_unit(soa)) TRY(move_lines(ctx, soa));
    return reopen(ctx, before, soa);
}

const struct reg soa_register = {
    .name = "soa",
    .prefix = "SOA",
    .room = "compliance",
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
    .after = after,
    .parts = &parts,
};
