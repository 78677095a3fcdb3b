/* The risk matrix. One matrix belongs to one methodology: that of the assessment asked for, else that of the
 * newest assessment with risks, so that a new version of the method does not empty the picture. Risks rated by
 * another method are not on it. */
#include "api/overview.h"

#include "records/house.h"
#include "records/records.h"

enum { RISKS_MOST = 5000, STEPS_MOST = 10 };

struct rating {
    const char *name, *likelihood, *consequence;
};
static const struct rating ratings[] = {{"current", "current_likelihood", "current_consequence"},
                                        {"inherent", "inherent_likelihood", "inherent_consequence"},
                                        {"target", "target_likelihood", "target_consequence"}};

struct matrix {
    const struct rating *rating;
    struct record *methodology;     /* NULL: none */
    struct record_list risks;       /* those of the method */
    size_t likelihood, consequence; /* steps */
};

static enum result read_rating(struct ctx *ctx, struct exchange *x, const struct rating **rating)
{
    struct str name = S("");
    *rating = &ratings[0];
    if (!exchange_query(x, "rating", &name) || !name.len) return OK;
    for (size_t i = 0; i < COUNT(ratings); i++) {
        if (!str_is(name, ratings[i].name)) continue;
        *rating = &ratings[i];
        return OK;
    }
    return fail(ctx, INVALID, "rating is inherent, current or target.");
}

/* 0: not asked for. */
static enum result read_assessment(struct ctx *ctx, struct exchange *x, int64_t *id)
{
    const struct reg *reg = house_register(ctx->house, S("risk_assessment")), *named = reg;
    struct record *assessment;
    struct str text = S("");
    *id = 0;
    if (!exchange_query(x, "assessment", &text) || !text.len) return OK;
    bool known = parse_number(text, id) || (reference_parse(ctx->house, text, &named, id) && named == reg);
    if (!known || *id < 1) return fail(ctx, INVALID, "assessment is the number or the reference of a risk assessment.");
    return record_get(ctx, reg, *id, &assessment);
}

/* ---- which method ---- */

struct methods {
    int64_t *assessment, *methodology;
    size_t count, room;
};

/* The methodology of an assessment, asked for once. A risk that may be read tells its assessment anyway. */
static enum result method_of(struct ctx *ctx, struct methods *known, int64_t assessment, int64_t *methodology)
{
    struct record *record;
    *methodology = 0;
    for (size_t i = 0; i < known->count; i++) {
        if (known->assessment[i] != assessment) continue;
        *methodology = known->methodology[i];
        return OK;
    }
    enum result loaded = record_load(ctx, house_register(ctx->house, S("risk_assessment")), assessment, &record);
    if (loaded != OK && loaded != NOT_FOUND) return loaded;
    if (loaded == OK) *methodology = record_number_of(record, "methodology");
    if (known->count == known->room) return OK;
    known->assessment[known->count] = assessment;
    known->methodology[known->count++] = *methodology;
    return OK;
}

static int64_t newest_assessment(const struct record_list *risks)
{
    int64_t newest = 0;
    for (size_t i = 0; i < risks->count; i++) {
        int64_t assessment = record_number_of(risks->at[i], "assessment");
        if (assessment > newest) newest = assessment;
    }
    return newest;
}

static enum result choose_method(struct ctx *ctx, struct matrix *matrix, struct methods *known, int64_t assessment)
{
    int64_t id = 0;
    matrix->methodology = NULL;
    if (!assessment) assessment = newest_assessment(&matrix->risks);
    if (assessment) TRY(method_of(ctx, known, assessment, &id));
    if (!id) return overview_methodology(ctx, &matrix->methodology);
    enum result loaded = record_get(ctx, house_register(ctx->house, S("methodology")), id, &matrix->methodology);
    if (loaded != NOT_FOUND) return loaded;
    ctx_clear_error(ctx);
    matrix->methodology = NULL;
    return OK;
}

static enum result keep_those_of_method(struct ctx *ctx, struct matrix *matrix, struct methods *known)
{
    size_t kept = 0;
    for (size_t i = 0; i < matrix->risks.count; i++) {
        int64_t methodology;
        struct record *risk = matrix->risks.at[i];
        TRY(method_of(ctx, known, record_number_of(risk, "assessment"), &methodology));
        bool on_it = matrix->methodology && methodology == record_id(matrix->methodology);
        if (on_it) matrix->risks.at[kept++] = risk;
    }
    matrix->risks.count = kept;
    return OK;
}

static size_t steps_of(const struct json *scales, const char *name)
{
    const struct json *steps = json_get(scales, name);
    size_t count = steps && steps->kind == JSON_ARRAY ? steps->count : 0;
    return count > STEPS_MOST ? STEPS_MOST : count;
}

static enum result fill(struct ctx *ctx, struct matrix *matrix, int64_t assessment)
{
    enum { KNOWN = 256 };
    struct methods known = {.assessment = arena_make_many(ctx->arena, int64_t, KNOWN),
                            .methodology = arena_make_many(ctx->arena, int64_t, KNOWN),
                            .room = KNOWN};
    struct str filter = S("status.ne=closed");
    if (assessment) filter = arena_print(ctx->arena, "status.ne=closed&assessment=%lld", (long long)assessment);
    TRY(overview_list(ctx, "risk", filter, RISKS_MOST, &matrix->risks));
    TRY(choose_method(ctx, matrix, &known, assessment));
    TRY(keep_those_of_method(ctx, matrix, &known));
    const struct json *scales = overview_data(ctx, matrix->methodology, "scales");
    matrix->likelihood = steps_of(scales, "likelihood");
    matrix->consequence = steps_of(scales, "consequence");
    return OK;
}

/* ---- writing ---- */

static void put_cell(struct json_out *out, const struct matrix *matrix, int64_t likelihood, int64_t consequence)
{
    json_open_array(out);
    for (size_t i = 0; i < matrix->risks.count; i++) {
        const struct record *risk = matrix->risks.at[i];
        bool here = record_number_of(risk, matrix->rating->likelihood) == likelihood &&
                    record_number_of(risk, matrix->rating->consequence) == consequence;
        if (here) json_put_number(out, record_id(risk));
    }
    json_close_array(out);
}

static void put_cells(struct json_out *out, const struct matrix *matrix)
{
    json_key(out, "cells");
    json_open_array(out);
    for (size_t row = 1; row <= matrix->likelihood; row++) {
        json_open_array(out);
        for (size_t column = 1; column <= matrix->consequence; column++)
            put_cell(out, matrix, (int64_t)row, (int64_t)column);
        json_close_array(out);
    }
    json_close_array(out);
}

/* What the page shows and what rating a risk again needs; not its prose. */
static enum result put_risks(struct ctx *ctx, struct json_out *out, const struct matrix *matrix)
{
    struct str fields = arena_print(ctx->arena,
                                    "unit,owner,status,version,title,kind,assessment,treatment,appetite,attention,"
                                    "%s_likelihood,%s_consequences,%s_reason,%s_consequence,%s_level,%s_rank",
                                    matrix->rating->name, matrix->rating->name, matrix->rating->name,
                                    matrix->rating->name, matrix->rating->name, matrix->rating->name);
    const struct parameter shown[] = {{S("fields"), fields}, {S("expand"), S("owner")}};
    struct list_query *query;
    TRY(list_parse(ctx, house_register(ctx->house, S("risk")), shown, COUNT(shown), NULL, &query));
    json_key(out, "risks");
    json_open_array(out);
    for (size_t i = 0; i < matrix->risks.count; i++) TRY(list_write_record(ctx, out, query, matrix->risks.at[i]));
    json_close_array(out);
    return OK;
}

enum result matrix_write(struct ctx *ctx, struct exchange *x)
{
    struct matrix matrix = {0};
    struct buf methodology = buf_in(ctx->arena);
    struct json_out out = json_out_to(&x->out);
    int64_t assessment;
    if (!overview_may_read(ctx, "risk")) return fail(ctx, DENIED, "Your roles do not let you read risks.");
    TRY(read_rating(ctx, x, &matrix.rating));
    TRY(read_assessment(ctx, x, &assessment));
    TRY(fill(ctx, &matrix, assessment));
    buf_text(&methodology, matrix.methodology ? "" : "null");
    if (matrix.methodology) record_write_json(ctx, &methodology, matrix.methodology);
    json_open_object(&out);
    json_key(&out, "methodology"), json_put_raw(&out, buf_str(&methodology));
    put_cells(&out, &matrix);
    TRY(put_risks(ctx, &out, &matrix));
    json_close_object(&out);
    return OK;
}
