/* Risk treatment plan (ISO/IEC 27001 6.1.3 e): what is done about which risk, by whom, until when. Risks by level, the
 * highest first; below each its actions by the day they are due. */
#include "report/job.h"
#include "report/report_list.h"

#include <stdlib.h>

/* An action and the risk that it treats; NULL where that may not be read. */
struct planned {
    const struct record *action, *risk;
};

struct plan {
    struct planned *at;
    size_t count;
};

static int64_t rank_of(const struct planned *planned)
{
    return planned->risk ? record_number_of(planned->risk, "current_rank") : 0;
}

static int by_rank(const void *a, const void *b)
{
    const struct planned *one = a, *other = b;
    int64_t left = rank_of(other), right = rank_of(one);
    if (left == right) left = record_number_of(one->action, "risk"), right = record_number_of(other->action, "risk");
    if (left != right) return (left > right) - (left < right);
    int days = str_compare(record_text_of(one->action, "due_on"), record_text_of(other->action, "due_on"));
    if (days) return days;
    return record_id(one->action) > record_id(other->action) ? 1 : -1;
}

static enum result read_plan(struct report_job *job, struct plan *plan)
{
    struct record_list actions;
    TRY(reading_list(job->reading, "treatment_action", NULL, 0, &actions));
    plan->at = arena_make_many(job->ctx->arena, struct planned, actions.count + 1);
    for (size_t i = 0; i < actions.count; i++) {
        const struct record *risk;
        TRY(reading_record(job->reading, "risk", record_number_of(actions.at[i], "risk"), &risk));
        plan->at[plan->count++] = (struct planned){actions.at[i], risk};
    }
    if (plan->count) qsort(plan->at, plan->count, sizeof(struct planned), by_rank);
    return OK;
}

static bool is_open(const struct record *action)
{
    return str_is(record_status(action), "planned") || str_is(record_status(action), "in_progress");
}

static bool is_late(const struct report_job *job, const struct record *action)
{
    struct str due = record_text_of(action, "due_on");
    return is_open(action) && due.len && str_compare(due, reading_day(job->reading)) < 0;
}

static void add_summary(struct report_job *job, const struct plan *plan)
{
    int64_t open = 0, late = 0, done = 0;
    struct figure *figures = arena_make_many(job->ctx->arena, struct figure, 4);
    for (size_t i = 0; i < plan->count; i++) {
        struct str status = record_status(plan->at[i].action);
        open += is_open(plan->at[i].action);
        late += is_late(job, plan->at[i].action);
        done += str_is(status, "done") || str_is(status, "verified");
    }
    figures[0] = (struct figure){job_word(job, "plan.figure.all"), (int64_t)plan->count, 0};
    figures[1] = (struct figure){job_word(job, "plan.figure.open"), open, job_tone_colour(ACTIVE)};
    figures[2] = (struct figure){job_word(job, "plan.figure.done"), done, job_tone_colour(GOOD)};
    figures[3] = (struct figure){job_word(job, "plan.figure.late"), late, job_tone_colour(late ? BAD : GOOD)};
    document_heading(job->document, 1, job_word(job, "summary"));
    document_paragraph(job->document, job_word(job, "plan.intro"));
    document_figures(job->document, job_word(job, "summary"), figures, 4);
}

/* "RSK-12 Loss of data  ·  Modify" */
static enum result risk_heading(struct report_job *job, const struct planned *planned, struct str *text)
{
    TRY(reading_named(job->reading, "risk", record_number_of(planned->action, "risk"), text));
    struct str treatment = planned->risk ? record_text_of(planned->risk, "treatment") : S("");
    if (!treatment.len) return OK;
    *text = arena_print(job->ctx->arena, "%.*s  ·  %.*s", PRINT(*text),
                        PRINT(label_choice(job->labels, "risk", "treatment", treatment)));
    return OK;
}

static enum result add_action(struct report_job *job, struct grid *grid, const struct record *action)
{
    struct cell *cells = grid_row(grid);
    TRY(reading_links(job->reading, action, "controls", &cells[2].text));
    TRY(reading_title(job->reading, "person", record_owner(action), &cells[3].text));
    cells[0] = cell_text(record_reference(job->ctx, action));
    cells[1] = cell_text(record_title(action));
    cells[4] = cell_date(record_text_of(action, "due_on"));
    cells[5] = cell_date(record_text_of(action, "done_on"));
    cells[6] = job_state(job, action);
    if (is_late(job, action)) cells[6] = cell_mark(job_word(job, "plan.late"), TRIANGLE, job_tone_colour(BAD));
    return OK;
}

static enum result add_actions(struct report_job *job, const struct plan *plan)
{
    static const struct job_head heads[] = {{"reference", 8}, {"plan.action", 32}, {"soa.measures", 24}, {"owner", 14},
                                            {"plan.due", 9},  {"plan.done_on", 9}, {"status", 12}};
    struct grid *grid = job_grid(job, label_registers(job->labels, "treatment_action"), heads, COUNT(heads));
    int64_t last = -1;
    grid->group_label = job_word(job, "risk.risk");
    for (size_t i = 0; i < plan->count; i++) {
        int64_t risk = record_number_of(plan->at[i].action, "risk");
        struct str text;
        if (risk != last) {
            TRY(risk_heading(job, &plan->at[i], &text));
            grid_group(grid, text);
        }
        last = risk;
        TRY(add_action(job, grid, plan->at[i].action));
    }
    document_heading(job->document, 1, label_registers(job->labels, "treatment_action"));
    document_grid(job->document, grid);
    return OK;
}

static enum result write(struct report_job *job)
{
    struct plan plan = {0};
    TRY(job_standing(job, job_word(job, "plan.subtitle")));
    TRY(read_plan(job, &plan));
    add_summary(job, &plan);
    return add_actions(job, &plan);
}

const struct report report_treatment_plan = {
    .name = "treatment-plan",
    .title = "report.treatment_plan",
    .room = "risk",
    .write = write,
};
