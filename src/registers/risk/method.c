/* Scales are data, so everything is checked here once, when a methodology is written; readers may rely on it. */
#include "registers/risk/method.h"

#include "records/house.h"
#include "records/known.h"
#include "records/rights.h"

enum { FEWEST = 2, MOST = METHOD_MOST };

static const struct json *member(const struct json *scales, const char *name)
{
    const struct json *list = json_get(scales, name);
    return list && list->kind == JSON_ARRAY ? list : NULL;
}

static size_t steps(const struct json *scales, const char *name)
{
    const struct json *list = member(scales, name);
    return list ? list->count : 0;
}

/* ---- checking ---- */

static bool check_steps(struct ctx *ctx, const struct json *scales, const char *name)
{
    size_t count = steps(scales, name);
    if (count >= FEWEST && count <= MOST) return true;
    fail_field(ctx, "scales", "scale", "scales: %s needs a list of %d to %d steps.", name, FEWEST, MOST);
    return false;
}

static void check_criteria(struct ctx *ctx, const struct json *scales)
{
    const struct json *criteria = member(scales, "criteria");
    if (!criteria || !criteria->count) {
        fail_field(ctx, "scales", "criteria", "scales: at least one consequence criterion is needed.");
        return;
    }
    for (const struct json *one = criteria->first; one; one = one->next) {
        struct str name = json_str(one, "name", S(""));
        if (!name.len) fail_field(ctx, "scales", "criteria", "scales: every criterion needs a name.");
        if (steps(one, "steps") != steps(scales, "consequence"))
            fail_field(ctx, "scales", "criteria",
                       "scales: the criterion \"%.*s\" needs as many steps as the consequence scale has.", PRINT(name));
    }
}

/* Empty: whoever may decide. A role that nobody can have would let nobody accept. */
static void check_approver(struct ctx *ctx, const struct json *level)
{
    const struct json *approver = json_get(level, "approver");
    struct str name = json_str(level, "approver", S(""));
    if (!approver || approver->kind == JSON_NULL) return;
    if (approver->kind == JSON_STRING && (!name.len || role_is_known(name))) return;
    fail_field(ctx, "scales", "approver",
               "scales: the approver \"%.*s\" of the level \"%.*s\" is no role; choose one of %.*s, or leave it empty.",
               PRINT(str_slice(name, 0, 60)), PRINT(str_slice(json_str(level, "name", S("")), 0, 60)),
               PRINT(role_list(ctx)));
}

static void check_levels(struct ctx *ctx, const struct json *scales)
{
    static const char *const appetites[] = {"acceptable", "tolerable", "unacceptable"};
    const struct json *levels = member(scales, "levels");
    for (const struct json *one = levels ? levels->first : NULL; one; one = one->next) {
        bool known = false;
        for (size_t i = 0; i < COUNT(appetites); i++) known |= str_is(json_str(one, "appetite", S("")), appetites[i]);
        check_approver(ctx, one);
        if (!known || !json_str(one, "name", S("")).len)
            fail_field(ctx, "scales", "levels",
                       "scales: every level needs a name and an appetite (acceptable, tolerable or unacceptable).");
    }
}

static bool row_fits(const struct json *row, size_t width, size_t levels)
{
    if (row->kind != JSON_ARRAY || row->count != width) return false;
    for (const struct json *cell = row->first; cell; cell = cell->next)
        if (cell->kind != JSON_NUMBER || cell->number < 0 || (size_t)cell->number >= levels) return false;
    return true;
}

static void check_matrix(struct ctx *ctx, const struct json *scales)
{
    const struct json *matrix = member(scales, "matrix");
    bool fits = matrix && matrix->count == steps(scales, "likelihood");
    for (const struct json *row = fits ? matrix->first : NULL; row; row = row->next)
        fits = fits && row_fits(row, steps(scales, "consequence"), steps(scales, "levels"));
    if (!fits)
        fail_field(ctx, "scales", "matrix",
                   "scales: the matrix needs one row for each step of likelihood, and in it one level for each step of "
                   "consequence.");
}

void method_check(struct ctx *ctx, const struct json *scales)
{
    if (!scales || scales->kind != JSON_OBJECT) {
        fail_field(ctx, "scales", "type",
                   "scales must be an object with likelihood, consequence, criteria, levels and matrix.");
        return;
    }
    bool sound = check_steps(ctx, scales, "likelihood");
    sound &= check_steps(ctx, scales, "consequence");
    sound &= check_steps(ctx, scales, "levels");
    if (!sound) return;
    check_criteria(ctx, scales);
    check_levels(ctx, scales);
    check_matrix(ctx, scales);
    int64_t days = json_number(scales, "acceptance_days", 0);
    if (days < 1 || days > 3660)
        fail_field(ctx, "scales", "acceptance_days",
                   "scales: acceptance_days, the longest an acceptance may run, is 1 to 3660.");
}

/* ---- reading ---- */

static enum result make_method(struct ctx *ctx, const struct record *methodology, const void **made)
{
    struct method *method = arena_make(ctx->arena, struct method);
    if (!method_read(ctx, record_text_of(methodology, "scales"), method)) return NOT_FOUND;
    method->superseded = str_is(record_status(methodology), "superseded");
    *made = method;
    return OK;
}

static enum result read_methodology(struct ctx *ctx, const struct reg *reg, int64_t id, const void **made)
{
    struct record *methodology;
    TRY(record_load(ctx, reg, id, &methodology));
    return make_method(ctx, methodology, made);
}

static enum result hold_methodology(struct ctx *ctx, const struct reg *reg, int64_t id, const void **made)
{
    struct record *methodology;
    TRY(record_hold(ctx, reg, id, HOLD_AS_IS, &methodology));
    return make_method(ctx, methodology, made);
}

static enum result find_method(struct ctx *ctx, const struct record *risk,
                               enum result (*make)(struct ctx *, const struct reg *, int64_t, const void **),
                               struct method *method)
{
    struct record *assessment;
    const void *made;
    int64_t id = record_number_of(risk, "assessment");
    if (!id) return NOT_FOUND;
    TRY(record_load(ctx, house_register(ctx->house, S("risk_assessment")), id, &assessment));
    id = record_number_of(assessment, "methodology");
    if (!id) return NOT_FOUND;
    TRY(known_made(ctx, house_register(ctx->house, S("methodology")), id, make, &made));
    *method = *(const struct method *)made;
    return OK;
}

enum result method_of_risk(struct ctx *ctx, const struct record *risk, struct method *method)
{
    return find_method(ctx, risk, read_methodology, method);
}

enum result method_hold(struct ctx *ctx, const struct record *risk, struct method *method)
{
    return find_method(ctx, risk, hold_methodology, method);
}

bool method_level(const struct method *method, int64_t likelihood, int64_t consequence, struct level *level)
{
    bool inside = likelihood >= 1 && consequence >= 1 && likelihood <= method->likelihood_steps &&
                  consequence <= method->consequence_steps;
    int rank = inside && likelihood <= METHOD_MOST && consequence <= METHOD_MOST
                   ? method->matrix[likelihood - 1][consequence - 1]
                   : 0;
    if (rank < 1 || (size_t)rank > method->level_count) return false;
    *level = method->levels[rank - 1];
    return true;
}

int64_t method_rank(const struct method *method, struct str level)
{
    for (size_t i = 0; i < method->level_count; i++)
        if (level.len && str_eq(method->levels[i].name, level)) return method->levels[i].rank;
    return 0;
}

static bool has_criterion(const struct method *method, struct str name)
{
    for (size_t i = 0; i < method->criterion_count; i++)
        if (str_eq(method->criteria[i], name)) return true;
    return false;
}

int64_t method_consequence(const struct method *method, const struct json *ratings, struct str *unknown)
{
    int64_t highest = 0;
    *unknown = S("");
    for (const struct json *one = ratings ? ratings->first : NULL; one; one = one->next) {
        if (!has_criterion(method, one->key)) *unknown = one->key;
        if (one->kind == JSON_NUMBER && one->number > highest) highest = one->number;
    }
    return highest;
}
