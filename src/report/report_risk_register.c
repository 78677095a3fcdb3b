/* Risk register (ISO/IEC 27001 6.1.2, 8.2): how risks are rated, where they stand, each risk with its treatment, and
 * who has accepted what until when. One section for each methodology that the risks printed were rated with. */
#include "report/report_list.h"
#include "report/scales.h"

#include <stdlib.h>

enum { METHODS_MAX = 8 };

struct method_part {
    struct scales scales;
    struct record_list risks; /* highest current level first */
};

struct register_parts {
    struct method_part at[METHODS_MAX];
    size_t count;
    struct record_list unrated;     /* without a methodology that can be read */
    struct record_list acceptances; /* of all risks, by risk */
    struct grid *accepted;          /* those of the risks printed */
};

/* ---- reading ---- */

static enum result methodology_of(struct report_job *job, const struct record *risk, const struct record **methodology)
{
    const struct record *assessment;
    *methodology = NULL;
    TRY(reading_record(job->reading, "risk_assessment", record_number_of(risk, "assessment"), &assessment));
    if (!assessment) return OK;
    return reading_record(job->reading, "methodology", record_number_of(assessment, "methodology"), methodology);
}

static void put(struct report_job *job, struct record_list *list, size_t all, struct record *risk)
{
    if (!list->at) list->at = arena_make_many(job->ctx->arena, struct record *, all);
    list->at[list->count++] = risk;
}

/* NULL when the methodology has no usable scales or there are too many of them. */
static struct method_part *part_of(struct report_job *job, struct register_parts *parts,
                                   const struct record *methodology)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->at[i].scales.methodology == methodology) return &parts->at[i];
    if (!methodology || parts->count == METHODS_MAX) return NULL;
    struct method_part *part = &parts->at[parts->count];
    if (!scales_read(job, methodology, &part->scales)) return NULL;
    parts->count++;
    return part;
}

static enum result sort_into_parts(struct report_job *job, const struct record_list *risks,
                                   struct register_parts *parts)
{
    for (size_t i = 0; i < risks->count; i++) {
        const struct record *methodology;
        TRY(methodology_of(job, risks->at[i], &methodology));
        struct method_part *part = part_of(job, parts, methodology);
        put(job, part ? &part->risks : &parts->unrated, risks->count, risks->at[i]);
    }
    return OK;
}

static int by_rank(const void *a, const void *b)
{
    const struct record *const *one = a, *const *other = b;
    int64_t left = record_number_of(*other, "current_rank"), right = record_number_of(*one, "current_rank");
    if (left == right)
        left = record_number_of(*other, "inherent_rank"), right = record_number_of(*one, "inherent_rank");
    if (left == right) left = record_id(*one), right = record_id(*other);
    return (left > right) - (left < right);
}

static enum result read_acceptances(struct report_job *job, struct register_parts *parts)
{
    TRY(reading_list(job->reading, "acceptance", NULL, 0, &parts->acceptances));
    reading_sort(&parts->acceptances, "risk");
    return OK;
}

static enum result read_risks(struct report_job *job, struct register_parts *parts)
{
    struct record_list risks;
    const struct record *assessment;
    struct parameter pair = {S("assessment"), {0}};
    TRY(job_record(job, "assessment", &assessment));
    if (assessment) pair.value = arena_print(job->ctx->arena, "%lld", (long long)record_id(assessment));
    TRY(reading_list(job->reading, "risk", &pair, assessment ? 1 : 0, &risks));
    if (risks.count) qsort(risks.at, risks.count, sizeof(struct record *), by_rank);
    return sort_into_parts(job, &risks, parts);
}

/* ---- document control and summary ---- */

static size_t count_all(const struct register_parts *parts)
{
    size_t count = parts->unrated.count;
    for (size_t i = 0; i < parts->count; i++) count += parts->at[i].risks.count;
    return count;
}

static enum result control_block(struct report_job *job)
{
    const struct record *assessment;
    struct document *document = job->document;
    TRY(job_record(job, "assessment", &assessment));
    TRY(job_organisation(job, assessment ? record_unit(assessment) : 0, &document->organisation));
    document->subtitle = assessment ? record_title(assessment) : job_word(job, "risk.all");
    document->version = reading_day(job->reading);
    if (assessment) document->reference = record_reference(job->ctx, assessment);
    if (assessment) document->status = job_state(job, assessment);
    job_control(job, "document", cell_text(document->title));
    job_control(job, "reference", cell_text(document->reference));
    job_control(job, "risk.assessment", cell_text(document->subtitle));
    job_control(job, "status", document->status);
    job_control(job, "classification_label", cell_text(document->classification));
    job_control(job, "organisation", cell_text(document->organisation));
    if (assessment) {
        struct str owner;
        TRY(reading_title(job->reading, "person", record_owner(assessment), &owner));
        job_control(job, "owner", cell_text(owner));
        job_control(job, "scope", cell_text(reading_prose(assessment, job->ctx->arena, "scope")));
    }
    job_control(job, "as_of", cell_date(reading_day(job->reading)));
    return OK;
}

static void count_risks(const struct record_list *risks, int64_t counts[4])
{
    for (size_t i = 0; i < risks->count; i++) {
        const struct record *risk = risks->at[i];
        struct str appetite = record_text_of(risk, "appetite");
        counts[0] += !str_is(record_status(risk), "closed");
        counts[1] += str_is(appetite, "tolerable") || str_is(appetite, "unacceptable");
        counts[2] += str_is(record_status(risk), "in_treatment");
        counts[3] += str_is(record_text_of(risk, "attention"), "untreated");
    }
}

static void add_summary(struct report_job *job, const struct register_parts *parts)
{
    static const char *const keys[] = {"risk.figure.open", "risk.figure.above", "risk.figure.in_treatment",
                                       "risk.figure.untreated"};
    int64_t counts[4] = {0};
    struct figure *figures = arena_make_many(job->ctx->arena, struct figure, 5);
    count_risks(&parts->unrated, counts);
    for (size_t i = 0; i < parts->count; i++) count_risks(&parts->at[i].risks, counts);
    figures[0] = (struct figure){job_word(job, "risk.figure.all"), (int64_t)count_all(parts), 0};
    for (size_t i = 0; i < COUNT(keys); i++) figures[i + 1] = (struct figure){job_word(job, keys[i]), counts[i], 0};
    figures[2].colour = job_tone_colour(WARNING);
    figures[3].colour = job_tone_colour(ACTIVE);
    figures[4].colour = job_tone_colour(counts[3] ? BAD : GOOD);
    document_heading(job->document, 1, job_word(job, "summary"));
    document_paragraph(job->document, job_word(job, "risk.intro"));
    document_figures(job->document, job_word(job, "summary"), figures, 5);
}

/* ---- charts ---- */

static const char *const stages[] = {"inherent", "current", "target"};

static void add_matrix(struct report_job *job, const struct method_part *part)
{
    const struct scales *scales = &part->scales;
    size_t cells = scales->likelihood_count * scales->consequence_count;
    struct matrix *matrix = arena_make(job->ctx->arena, struct matrix);
    int64_t *counts = arena_make_many(job->ctx->arena, int64_t, cells);
    for (size_t i = 0; i < part->risks.count; i++) {
        int64_t likelihood = record_number_of(part->risks.at[i], "current_likelihood");
        int64_t consequence = record_number_of(part->risks.at[i], "current_consequence");
        bool inside = likelihood > 0 && consequence > 0 && (size_t)likelihood <= scales->likelihood_count &&
                      (size_t)consequence <= scales->consequence_count;
        if (inside) counts[(size_t)(likelihood - 1) * scales->consequence_count + (size_t)(consequence - 1)]++;
    }
    *matrix = (struct matrix){.name = job_word(job, "risk.matrix"),
                              .row_axis = job_word(job, "risk.likelihood"),
                              .column_axis = job_word(job, "risk.consequence"),
                              .level_label = job_word(job, "risk.level"),
                              .count_label = label_registers(job->labels, "risk"),
                              .row_labels = scales->likelihood,
                              .column_labels = scales->consequence,
                              .rows = scales->likelihood_count,
                              .columns = scales->consequence_count,
                              .levels = scales_series(job, scales),
                              .level_count = scales->level_count,
                              .cells = scales->matrix,
                              .counts = counts};
    document_heading(job->document, 2, job_word(job, "risk.matrix_current"));
    document_matrix(job->document, matrix);
}

/* How many risks are at each level: before controls, now, and when the treatment is done. */
static void add_bars(struct report_job *job, const struct method_part *part)
{
    struct arena *arena = job->ctx->arena;
    struct bars *bars = arena_make(arena, struct bars);
    struct bar *rows = arena_make_many(arena, struct bar, COUNT(stages));
    for (size_t stage = 0; stage < COUNT(stages); stage++) {
        int64_t *counts = arena_make_many(arena, int64_t, MATRIX_MAX);
        struct str rank = arena_print(arena, "%s_rank", stages[stage]);
        for (size_t i = 0; i < part->risks.count; i++) {
            int64_t level = record_number_of(part->risks.at[i], rank.at);
            if (level >= 1 && (size_t)level <= part->scales.level_count) counts[level - 1]++;
        }
        rows[stage] = (struct bar){job_word(job, arena_print(arena, "risk.%s", stages[stage]).at), counts};
    }
    *bars = (struct bars){.name = job_word(job, "risk.levels_sheet"),
                          .rows_label = job_word(job, "risk.rating"),
                          .total_label = job_word(job, "total"),
                          .series = scales_series(job, &part->scales),
                          .series_count = part->scales.level_count,
                          .bars = rows,
                          .bar_count = COUNT(stages)};
    document_heading(job->document, 2, job_word(job, "risk.by_level"));
    document_bars(job->document, bars);
}

/* ---- the risks ---- */

/* "High (4×5)" with the mark of the level. */
static struct cell rating_cell(struct report_job *job, const struct scales *scales, const struct record *risk,
                               const char *stage)
{
    struct arena *arena = job->ctx->arena;
    struct str name = record_text_of(risk, arena_print(arena, "%s_level", stage).at);
    const struct scale_level *level = scales ? scales_level(scales, name) : NULL;
    long long likelihood = record_number_of(risk, arena_print(arena, "%s_likelihood", stage).at);
    long long consequence = record_number_of(risk, arena_print(arena, "%s_consequence", stage).at);
    if (!level) return cell_text(name);
    struct str text = arena_print(arena, "%.*s (%lld×%lld)", PRINT(level->title), likelihood, consequence);
    return cell_mark(text, level->mark, level->colour);
}

/* ---- acceptances ---- */

static enum result add_acceptance(struct report_job *job, struct grid *grid, const struct record *acceptance)
{
    struct cell *cells = grid_row(grid);
    TRY(reading_named(job->reading, "risk", record_number_of(acceptance, "risk"), &cells[1].text));
    TRY(reading_user(job->reading, record_number_of(acceptance, "approved_by"), &cells[3].text));
    cells[0] = cell_text(record_reference(job->ctx, acceptance));
    cells[2] = cell_text(reading_prose(acceptance, job->ctx->arena, "reason"));
    cells[4] = cell_date(record_text_of(acceptance, "approved_on"));
    cells[5] = cell_date(record_text_of(acceptance, "expires_on"));
    cells[6] = job_state(job, acceptance);
    return OK;
}

/* Keeps the acceptances of a risk for their own chapter. *day is the one until which it is accepted; empty when it is
 * not. */
static enum result take_acceptances(struct report_job *job, struct register_parts *parts, const struct record *risk,
                                    struct str *day)
{
    struct record_list list = reading_part(&parts->acceptances, "risk", record_id(risk));
    *day = S("");
    for (size_t i = 0; i < list.count; i++) {
        struct str expires = record_text_of(list.at[i], "expires_on");
        TRY(add_acceptance(job, parts->accepted, list.at[i]));
        if (str_is(record_status(list.at[i]), "accepted") && str_compare(expires, *day) > 0) *day = expires;
    }
    return OK;
}

static struct grid *risks_grid(struct report_job *job)
{
    static const struct job_head heads[] = {{"reference", 7},       {"risk.risk", 25},    {"owner", 12},
                                            {"risk.inherent", 12},  {"risk.current", 12}, {"risk.target", 12},
                                            {"risk.treatment", 10}, {"status", 11},       {"risk.accepted_until", 9}};
    struct grid *grid = job_grid(job, label_registers(job->labels, "risk"), heads, COUNT(heads));
    grid->group_label = job_word(job, "risk.level");
    return grid;
}

static struct grid *acceptances_grid(struct report_job *job)
{
    static const struct job_head heads[] = {{"reference", 8},    {"risk.risk", 28},  {"risk.reason", 32},
                                            {"approved_by", 13}, {"approved_on", 9}, {"risk.until", 9},
                                            {"status", 10}};
    return job_grid(job, label_registers(job->labels, "acceptance"), heads, COUNT(heads));
}

static enum result add_risk(struct report_job *job, struct register_parts *parts, struct grid *grid,
                            const struct scales *scales, const struct record *risk)
{
    struct cell *cells = grid_row(grid);
    struct str until;
    TRY(reading_title(job->reading, "person", record_owner(risk), &cells[2].text));
    TRY(take_acceptances(job, parts, risk, &until));
    cells[0] = cell_text(record_reference(job->ctx, risk));
    cells[1] = cell_text(record_title(risk));
    for (size_t i = 0; i < COUNT(stages); i++) cells[3 + i] = rating_cell(job, scales, risk, stages[i]);
    cells[6] = cell_text(label_choice(job->labels, "risk", "treatment", record_text_of(risk, "treatment")));
    cells[7] = job_state(job, risk);
    cells[8] = cell_date(until);
    return OK;
}

static enum result add_risks(struct report_job *job, struct register_parts *parts, const struct scales *scales,
                             const struct record_list *risks)
{
    struct grid *grid = risks_grid(job);
    int64_t last = -1;
    for (size_t i = 0; i < risks->count; i++) {
        int64_t rank = scales ? record_number_of(risks->at[i], "current_rank") : 0;
        bool rated = rank >= 1 && scales && (size_t)rank <= scales->level_count;
        if (rank != last) grid_group(grid, rated ? scales->levels[rank - 1].title : job_word(job, "risk.unrated"));
        last = rank;
        TRY(add_risk(job, parts, grid, scales, risks->at[i]));
    }
    document_grid(job->document, grid);
    return OK;
}

static enum result add_part(struct report_job *job, struct register_parts *parts, const struct method_part *part)
{
    document_heading(job->document, 1, record_title(part->scales.methodology));
    document_heading(job->document, 2, job_word(job, "risk.method"));
    TRY(scales_describe(job, &part->scales));
    add_matrix(job, part);
    add_bars(job, part);
    document_heading(job->document, 2, job_word(job, "risk.list"));
    return add_risks(job, parts, &part->scales, &part->risks);
}

static enum result write(struct report_job *job)
{
    struct register_parts *parts = arena_make(job->ctx->arena, struct register_parts);
    parts->accepted = acceptances_grid(job);
    TRY(read_risks(job, parts));
    TRY(read_acceptances(job, parts));
    TRY(control_block(job));
    add_summary(job, parts);
    for (size_t i = 0; i < parts->count; i++) TRY(add_part(job, parts, &parts->at[i]));
    if (parts->unrated.count || !parts->count) {
        struct str risks = label_registers(job->labels, "risk");
        document_heading(job->document, 1, parts->unrated.count ? job_word(job, "risk.without_method") : risks);
        TRY(add_risks(job, parts, NULL, &parts->unrated));
    }
    document_heading(job->document, 1, label_registers(job->labels, "acceptance"));
    document_grid(job->document, parts->accepted);
    return OK;
}

const struct report report_risk_register = {
    .name = "risk-register",
    .title = "report.risk_register",
    .room = "risk",
    .parameters = {{.name = "assessment", .reg = "risk_assessment"}},
    .write = write,
};
