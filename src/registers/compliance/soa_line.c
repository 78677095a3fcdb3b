/* Lines of a Statement of Applicability: is the control applicable, why or why not (as links, not as typed text), and
 * how far it is implemented, which is computed from the controls that meet it and never typed (product.md, "SoA"). */
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "registers/compliance/soa_snapshot.h"

enum {
    TITLE_,
    SOA,
    REQUIREMENT,
    POSITION,
    APPLICABLE,
    REASONS,
    GOOD_PRACTICE,
    JUSTIFICATION,
    CONTROLS,
    IMPLEMENTATION,
    OPEN,
    FIELDS
};

static const char *const reason_registers[] = {"risk", "obligation", NULL};
static const char *const implementations[] = {"not_started", "planned",   "partly_implemented",
                                              "implemented", "effective", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 500, .flags = DERIVED | SEARCH | LISTED | TITLE},
    [SOA] = {.name = "soa", .kind = LINK, .target = "soa", .flags = REQUIRED | FIXED},
    [REQUIREMENT] = {.name = "requirement", .kind = LINK, .target = "requirement", .flags = REQUIRED | FIXED},
    [POSITION] = {.name = "position", .kind = NUMBER, .flags = DERIVED | INDEXED},
    [APPLICABLE] = {.name = "applicable", .kind = BOOLEAN, .flags = LISTED, .fallback = "true"},
    [REASONS] = {.name = "reasons", .kind = RECORDS, .targets = reason_registers, .flags = LISTED},
    [GOOD_PRACTICE] = {.name = "good_practice", .kind = BOOLEAN, .flags = LISTED, .fallback = "false"},
    [JUSTIFICATION] = {.name = "justification", .kind = PROSE, .max = 4000, .flags = SEARCH | LISTED},
    [CONTROLS] = {.name = "controls", .kind = LINKS, .target = "control", .flags = DERIVED},
    [IMPLEMENTATION] = {.name = "implementation",
                        .kind = CHOICE,
                        .choices = implementations,
                        .flags = DERIVED | LISTED | INDEXED},
    [OPEN] = {.name = "open", .kind = BOOLEAN, .flags = DERIVED},
};

enum result soa_line_fill(struct record *line, const struct record *soa, const struct record *requirement)
{
    line->row[C_UNIT] = soa->row[C_UNIT];
    line->row[C_OWNER] = soa->row[C_OWNER];
    record_set_number(line, SOA, record_id(soa));
    record_set_number(line, REQUIREMENT, record_id(requirement));
    record_set_number(line, APPLICABLE, 1);
    record_set_number(line, GOOD_PRACTICE, 0);
    return OK;
}

/* ---- implementation, computed ---- */

static int step_of(struct str implementation)
{
    for (int i = 0; implementations[i]; i++)
        if (str_is(implementation, implementations[i])) return i;
    return 0;
}

/* All alike gives that step; mixed gives partly, as soon as anything at all has been done. */
static int combine(const struct record_list *controls)
{
    int lowest = 4, highest = 0;
    if (!controls->count) return 0;
    for (size_t i = 0; i < controls->count; i++) {
        int step = step_of(record_text_of(controls->at[i], "implementation"));
        if (step < lowest) lowest = step;
        if (step > highest) highest = step;
    }
    if (lowest >= 2 || highest <= 1) return highest <= 1 ? highest : lowest;
    return 2;
}

/* The controls that meet the requirement and hold for the SoA's unit. */
static enum result controls_of(struct ctx *ctx, const struct record *line, struct record_list *controls)
{
    struct record_list all;
    *controls = (struct record_list){0};
    TRY(records_where(ctx, house_register(ctx->house, S("control")), "requirements", line->own[REQUIREMENT], &all));
    controls->at = arena_make_many(ctx->arena, struct record *, all.count + 1);
    for (size_t i = 0; i < all.count; i++) {
        bool related;
        TRY(units_related(ctx, record_unit(line), record_unit(all.at[i]), &related));
        if (related && !str_is(record_status(all.at[i]), "retired")) controls->at[controls->count++] = all.at[i];
    }
    return OK;
}

static enum result derive_title(struct ctx *ctx, struct record *line)
{
    struct record *requirement;
    TRY(record_load(ctx, house_register(ctx->house, S("requirement")), record_number(line, REQUIREMENT), &requirement));
    struct str identifier = record_text_of(requirement, "identifier");
    struct str title = arena_print(ctx->arena, "%.*s %.*s", PRINT(identifier), PRINT(record_title(requirement)));
    record_set_text(line, TITLE_, title);
    line->own[POSITION] = record_value(requirement, "position");
    return OK;
}

/* A line lies where its statement lies, wherever that moves. */
static enum result derive_unit(struct ctx *ctx, struct record *line)
{
    struct record *soa;
    TRY(record_load(ctx, house_register(ctx->house, S("soa")), record_number(line, SOA), &soa));
    line->row[C_UNIT] = soa->row[C_UNIT];
    return OK;
}

static enum result derive(struct ctx *ctx, struct record *line)
{
    struct record_list controls;
    bool applicable = record_number(line, APPLICABLE) != 0;
    bool has_reason = record_texts(ctx, line, REASONS).count > 0 || record_number(line, GOOD_PRACTICE);
    record_set_number(line, OPEN, applicable ? !has_reason : record_is_null(line, JUSTIFICATION));
    TRY(derive_unit(ctx, line));
    TRY(derive_title(ctx, line));
    TRY(controls_of(ctx, line, &controls));
    int64_t *ids = arena_make_many(ctx->arena, int64_t, controls.count + 1);
    for (size_t i = 0; i < controls.count; i++) ids[i] = record_id(controls.at[i]);
    record_set_text(line, CONTROLS, ids_json(ctx, ids, controls.count));
    if (applicable)
        record_set_text(line, IMPLEMENTATION, str_of(implementations[combine(&controls)]));
    else
        record_set_null(line, IMPLEMENTATION);
    return OK;
}

static enum result check(struct ctx *ctx, const struct record *before, const struct record *line)
{
    (void)before;
    if (!record_number(line, APPLICABLE) && record_is_null(line, JUSTIFICATION))
        fail_field(ctx, "justification", "required",
                   "Leaving a control out needs a justification (ISO/IEC 27001 6.1.3 d).");
    return OK;
}

/* What a person says about a line; implementation moves on its own and does not reopen an approved statement. */
static bool said_otherwise(const struct record *before, const struct record *after)
{
    static const size_t said[] = {APPLICABLE, REASONS, GOOD_PRACTICE, JUSTIFICATION};
    for (size_t i = 0; i < COUNT(said); i++)
        if (!value_eq(before->own[said[i]], after->own[said[i]])) return true;
    return false;
}

static enum result tell_soa(struct ctx *ctx, const struct record *before, const struct record *line)
{
    struct record *soa;
    if (!before) return OK;
    bool said = said_otherwise(before, line);
    if (!said && value_eq(before->own[OPEN], line->own[OPEN])) return OK;
    TRY(record_hold(ctx, house_register(ctx->house, S("soa")), record_number(line, SOA), HOLD_TO_CHANGE, &soa));
    bool reopens = said && !str_is(record_status(soa), "draft");
    if (reopens) soa->row[C_STATUS] = value_text(S("draft"));
    return record_update(ctx, soa, reopens ? "reopen" : "derive");
}

const struct reg soa_line_register = {
    .name = "soa_line",
    .prefix = "SOL",
    .room = "compliance",
    .flags = NO_CREATE | KEPT,
    .fields = fields,
    .field_count = FIELDS,
    .derive = derive,
    .check = check,
    .after = tell_soa,
};
