/* Traceability: the places where need, control and proof do not hang together, in both directions. A kind without a
 * break is printed too: that it was looked for is the finding. */
#include "report/job.h"
#include "report/report_list.h"
#include "report/trace.h"

static int64_t count_kind(const struct trace *trace, enum trace_kind kind)
{
    int64_t count = 0;
    for (size_t i = 0; i < trace->count; i++) count += trace->at[i].kind == kind;
    return count;
}

static struct str kind_label(const struct report_job *job, enum trace_kind kind)
{
    return label(job->labels, arena_print(job->ctx->arena, "trace.%s", trace_kind_name(kind)).at);
}

/* What was looked for, and how often it was found. */
static void add_overview(struct report_job *job, const struct trace *trace)
{
    static const struct job_head heads[] = {{"trace.check", 60}, {"trace.breaks", 12}, {"trace.result", 16}};
    struct grid *grid = job_grid(job, job_word(job, "trace.overview"), heads, COUNT(heads));
    grid->group_label = job_word(job, "trace.direction");
    for (size_t i = 0; i < TRACE_KINDS; i++) {
        enum trace_kind kind = (enum trace_kind)i;
        int64_t count = count_kind(trace, kind);
        if (i == 0) grid_group(grid, job_word(job, "trace.forwards"));
        if (i == FIRST_BACKWARDS) grid_group(grid, job_word(job, "trace.backwards"));
        struct cell *cells = grid_row(grid);
        cells[0] = cell_text(kind_label(job, kind));
        cells[1] = cell_number(count);
        cells[2] = count ? cell_mark(job_word(job, "trace.broken"), TRIANGLE, job_tone_colour(WARNING))
                         : cell_mark(job_word(job, "trace.whole"), TICK, job_tone_colour(GOOD));
    }
    document_heading(job->document, 1, job_word(job, "summary"));
    document_paragraph(job->document, job_word(job, "trace.intro"));
    document_grid(job->document, grid);
}

static enum result add_break(struct report_job *job, struct grid *grid, const struct record *record)
{
    struct cell *cells = grid_row(grid);
    TRY(reading_title(job->reading, "person", record_owner(record), &cells[3].text));
    cells[0] = cell_text(record_reference(job->ctx, record));
    cells[1] = cell_text(label_register(job->labels, record->reg->name));
    cells[2] = cell_text(record_title(record));
    cells[4] = job_state(job, record);
    return OK;
}

static enum result add_direction(struct report_job *job, const struct trace *trace, const char *key, int from, int to)
{
    static const struct job_head heads[] = {
        {"reference", 10}, {"trace.register", 16}, {"trace.title", 46}, {"owner", 16}, {"status", 14}};
    struct grid *grid = job_grid(job, job_word(job, key), heads, COUNT(heads));
    int last = -1;
    grid->group_label = job_word(job, "trace.check");
    for (size_t i = 0; i < trace->count; i++) {
        int kind = (int)trace->at[i].kind;
        if (kind < from || kind >= to) continue;
        if (kind != last) grid_group(grid, kind_label(job, trace->at[i].kind));
        last = kind;
        TRY(add_break(job, grid, trace->at[i].record));
    }
    document_heading(job->document, 1, job_word(job, key));
    document_grid(job->document, grid);
    return OK;
}

static enum result write(struct report_job *job)
{
    struct trace trace;
    TRY(job_standing(job, job_word(job, "trace.subtitle")));
    TRY(trace_find(job->ctx, job->reading, &trace));
    add_overview(job, &trace);
    TRY(add_direction(job, &trace, "trace.forwards", 0, FIRST_BACKWARDS));
    return add_direction(job, &trace, "trace.backwards", FIRST_BACKWARDS, TRACE_KINDS);
}

const struct report report_traceability = {
    .name = "traceability",
    .title = "report.traceability",
    .room = "compliance",
    .write = write,
};
