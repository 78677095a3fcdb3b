/* The table of reports and what is the same for all of them: parameters, the paper, the name of the file. */
#include "report/report.h"

#include "base/clock.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/signature.h"
#include "report/job.h"
#include "report/report_list.h"
#include "report/typeset.h"
#include "report/workbook.h"

const struct report *const reports[] = {&report_soa, &report_risk_register, &report_treatment_plan,
                                        &report_traceability, NULL};

static const struct {
    const char *name, *content_type;
    enum result (*print)(struct ctx *ctx, const struct document *document, struct str *bytes);
} formats[REPORT_FORMATS] = {
    [REPORT_PDF] = {"pdf", "application/pdf", typeset_pdf},
    [REPORT_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook_xlsx},
};

static const char *const papers[] = {[A4] = "a4", [LETTER] = "letter"};
static const char *const passed_over[] = {"format", "as_of", "paper"};

const struct report *report_find(struct str name)
{
    for (size_t i = 0; reports[i]; i++)
        if (str_is(name, reports[i]->name)) return reports[i];
    return NULL;
}

enum result report_format_of(struct ctx *ctx, struct str name, enum report_format *format)
{
    for (size_t i = 0; i < REPORT_FORMATS; i++) {
        *format = (enum report_format)i;
        if (str_is(name, formats[i].name)) return OK;
    }
    return fail(ctx, INVALID, "A report is printed as pdf or xlsx, not as \"%.*s\".", PRINT(str_slice(name, 0, 40)));
}

static bool takes(const struct report *report, struct str name)
{
    for (size_t i = 0; i < COUNT(passed_over); i++)
        if (str_is(name, passed_over[i])) return true;
    for (const struct report_parameter *one = report->parameters; one->name; one++)
        if (str_is(name, one->name)) return true;
    return false;
}

static enum result check_parameters(const struct report_job *job)
{
    for (size_t i = 0; i < job->parameter_count; i++)
        if (!takes(job->report, job->parameters[i].name))
            return fail(job->ctx, INVALID, "The report %s has no parameter \"%.*s\".", job->report->name,
                        PRINT(str_slice(job->parameters[i].name, 0, 60)));
    for (const struct report_parameter *one = job->report->parameters; one->name; one++)
        if (one->required && !job_parameter(job, one->name).len)
            return fail(job->ctx, INVALID, "The report %s needs the parameter %s.", job->report->name, one->name);
    return OK;
}

static enum result set_paper(struct report_job *job)
{
    struct str name = job_parameter(job, "paper");
    for (size_t i = 0; i < COUNT(papers); i++) {
        job->document->paper = (enum paper)i;
        if (!name.len || str_is(name, papers[i])) return OK;
    }
    return fail(job->ctx, INVALID, "paper is a4 or letter, not \"%.*s\".", PRINT(str_slice(name, 0, 40)));
}

/* "SOA-1-2026-11-21.pdf", or the report's name where the document has no reference. */
static struct str file_name(const struct report_job *job, enum report_format format)
{
    struct str reference = job->document->reference;
    if (!reference.len) reference = str_of(job->report->name);
    char day[DATE_TEXT];
    date_of_time(job->document->created, day);
    return arena_print(job->ctx->arena, "%.*s-%s.%s", PRINT(reference), day, formats[format].name);
}

static void begin_document(struct report_job *job)
{
    struct document *document = document_new(job->ctx, label(job->labels, job->report->title));
    document->created = job->ctx->as_of ? job->ctx->as_of : job->ctx->now;
    document->words = (struct document_words){.contents = job_word(job, "contents"),
                                              .control = job_word(job, "control"),
                                              .page_of = job_word(job, "page_of"),
                                              .empty = job_word(job, "empty")};
    document->classification = job_word(job, "classification");
    document->control = job->control;
    document->landscape = true;
    job->document = document;
}

static struct fact altered(const struct report_job *job)
{
    struct cell names = cell_mark(buf_str(&job->reading->altered), TRIANGLE, job_tone_colour(BAD));
    return (struct fact){job_word(job, "ledger.altered"), names, false};
}

/* The last page of every report: the head of the ledger under which it was made. */
static enum result add_ledger_head(struct report_job *job)
{
    enum { FACTS = 7 };
    struct report_head head;
    struct fact *facts = arena_make_many(job->ctx->arena, struct fact, FACTS);
    size_t count = 5;
    TRY(record_head_at(job->ctx, job->document->created, &head));
    if (!head.size) return OK;
    facts[0] = (struct fact){job_word(job, "ledger.origin"), cell_text(head.origin), true};
    facts[1] = (struct fact){job_word(job, "ledger.size"), cell_number(head.size), false};
    facts[2] = (struct fact){job_word(job, "ledger.root"), cell_text(head.root), true};
    facts[3] = (struct fact){job_word(job, "ledger.at"), cell_text(head.at), false};
    facts[4] = (struct fact){job_word(job, "ledger.key"), cell_text(head.key), true};
    document_heading(job->document, 1, job_word(job, "ledger.head"));
    document_paragraph(job->document, job_word(job, "ledger.use"));
    const struct reading *reading = job->reading;
    bool unknown = !record_can_be_compared(job->ctx);
    struct cell compared =
        unknown ? cell_text(job_word(job, "ledger.unknown")) : cell_number((int64_t)reading->compared);
    if (!job->ctx->as_of) facts[count++] = (struct fact){job_word(job, "ledger.compared"), compared, false};
    if (reading->altered_count) facts[count++] = altered(job);
    document_facts(job->document, job_word(job, "ledger.head"), facts, count);
    return OK;
}

enum result report_run(struct ctx *ctx, const struct report *report, enum report_format format,
                       const struct parameter *parameters, size_t count, const struct labels *labels,
                       struct report_file *file)
{
    struct report_job *job = arena_make(ctx->arena, struct report_job);
    *job = (struct report_job){
        .ctx = ctx, .report = report, .parameters = parameters, .parameter_count = count, .labels = labels};
    TRY(check_parameters(job));
    job->reading = reading_new(ctx, labels);
    begin_document(job);
    TRY(set_paper(job));
    TRY(report->write(job));
    TRY(add_ledger_head(job));
    if (job->reading->altered_count && job->document->control_count < CONTROL_FACTS)
        job->control[job->document->control_count++] = altered(job);
    file->name = file_name(job, format);
    file->content_type = formats[format].content_type;
    return formats[format].print(ctx, job->document, &file->bytes);
}
