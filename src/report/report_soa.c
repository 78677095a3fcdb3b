/* Statement of Applicability (ISO/IEC 27001 6.1.3 d): every control of the reference list, whether it applies and why,
 * and how far it is implemented. Printed as it is, as it was on a day, or as it was approved: then from the signed
 * snapshot alone. */
#include "records/house.h"
#include "report/job.h"
#include "report/report_list.h"

struct statement {
    const struct record *soa;
    const struct record *version; /* the approved version printed here, or the latest; NULL when there is none */
    bool frozen;                  /* printed from the version's snapshot */
    struct record_list lines;     /* by position */
};

/* ---- reading ---- */

static enum result record_of_json(struct report_job *job, const char *reg, const struct json *json,
                                  struct record **record)
{
    struct buf text = buf_in(job->ctx->arena);
    json_write_value(&text, json);
    return record_of_state(job->ctx, house_register(job->ctx->house, str_of(reg)), json_number(json, "id", 0),
                           buf_str(&text), record);
}

static enum result read_snapshot(struct report_job *job, struct statement *statement)
{
    struct record *soa;
    const struct json *snapshot = reading_data(job->reading, statement->version, "snapshot");
    const struct json *lines = json_get(snapshot, "lines");
    if (!json_get(snapshot, "soa") || !lines || lines->kind != JSON_ARRAY)
        return fail(job->ctx, BROKEN, "The snapshot of this version of the Statement of Applicability cannot be read.");
    TRY(record_of_json(job, "soa", json_get(snapshot, "soa"), &soa));
    statement->soa = soa;
    statement->frozen = true;
    statement->lines.at = arena_make_many(job->ctx->arena, struct record *, lines->count + 1);
    for (const struct json *line = lines->first; line; line = line->next)
        TRY(record_of_json(job, "soa_line", line, &statement->lines.at[statement->lines.count++]));
    return OK;
}

/* The one there is, when the request does not say which. */
static enum result only_one(struct report_job *job, const struct record **soa)
{
    struct record_list all;
    TRY(reading_list(job->reading, "soa", NULL, 0, &all));
    if (all.count == 1) *soa = all.at[0];
    if (all.count == 1) return OK;
    if (!all.count) return fail(job->ctx, NOT_FOUND, "There is no Statement of Applicability yet: create one first.");
    return fail(job->ctx, INVALID, "There are %zu Statements of Applicability: name one with the parameter soa.",
                all.count);
}

static enum result latest_version(struct report_job *job, struct statement *statement)
{
    struct record_list versions;
    struct str id = arena_print(job->ctx->arena, "%lld", (long long)record_id(statement->soa));
    TRY(reading_list(job->reading, "soa_version", (struct parameter[]){{S("soa"), id}}, 1, &versions));
    for (size_t i = 0; i < versions.count; i++)
        if (!statement->version ||
            record_number_of(versions.at[i], "edition") > record_number_of(statement->version, "edition"))
            statement->version = versions.at[i];
    return OK;
}

static enum result read_live(struct report_job *job, struct statement *statement)
{
    TRY(job_record(job, "soa", &statement->soa));
    if (!statement->soa) TRY(only_one(job, &statement->soa));
    struct str id = arena_print(job->ctx->arena, "%lld", (long long)record_id(statement->soa));
    TRY(reading_list(job->reading, "soa_line", (struct parameter[]){{S("soa"), id}}, 1, &statement->lines));
    reading_hold_parts(job->reading, statement->soa, &statement->lines);
    return latest_version(job, statement);
}

static enum result read_statement(struct report_job *job, struct statement *statement)
{
    TRY(job_record(job, "version", &statement->version));
    TRY(statement->version ? read_snapshot(job, statement) : read_live(job, statement));
    reading_sort(&statement->lines, "position");
    return OK;
}

/* ---- document control ---- */

static struct str version_text(const struct report_job *job, const struct statement *statement)
{
    int64_t edition = record_number_of(statement->soa, "edition");
    struct str number = arena_print(job->ctx->arena, "%lld", (long long)edition);
    bool approved = statement->frozen || str_is(record_status(statement->soa), "approved");
    if (!edition) return job_word(job, "soa.first_draft");
    return label_with(job->labels, approved ? "report.version_n" : "report.soa.draft_after", "n", number);
}

/* Names of users and of what is linked to. */
static enum result control_people(struct report_job *job, const struct statement *statement)
{
    struct str owner, submitter, approver;
    TRY(reading_title(job->reading, "person", record_owner(statement->soa), &owner));
    TRY(reading_user(job->reading, record_number_of(statement->soa, "submitted_by"), &submitter));
    TRY(reading_user(job->reading, record_number_of(statement->soa, "approved_by"), &approver));
    bool approved = statement->frozen || str_is(record_status(statement->soa), "approved");
    job_control(job, "owner", cell_text(owner));
    job_control(job, "submitted_by", cell_text(submitter));
    if (!approved) return OK;
    job_control(job, "approved_by", cell_text(approver));
    job_control(job, "approved_on", cell_date(record_text_of(statement->soa, "approved_on")));
    return OK;
}

static enum result control_block(struct report_job *job, const struct statement *statement)
{
    struct document *document = job->document;
    struct str framework, unit;
    struct arena *arena = job->ctx->arena;
    TRY(reading_title(job->reading, "framework", record_number_of(statement->soa, "framework"), &framework));
    TRY(reading_title(job->reading, job->ctx->house->unit->name, record_unit(statement->soa), &unit));
    TRY(job_organisation(job, record_unit(statement->soa), &document->organisation));
    document->subtitle = framework;
    document->reference = record_reference(job->ctx, statement->frozen ? statement->version : statement->soa);
    document->version = version_text(job, statement);
    document->status = job_state(job, statement->soa);
    job_control(job, "document", cell_text(record_title(statement->soa)));
    job_control(job, "reference", cell_text(document->reference));
    job_control(job, "version", cell_text(document->version));
    job_control(job, "status", document->status);
    job_control(job, "classification_label", cell_text(document->classification));
    job_control(job, "organisation", cell_text(document->organisation));
    if (!str_eq(unit, document->organisation)) job_control(job, "unit", cell_text(unit));
    job_control(job, "framework", cell_text(framework));
    job_control(job, "scope", cell_text(reading_prose(statement->soa, arena, "scope")));
    TRY(control_people(job, statement));
    if (!statement->frozen) job_control(job, "as_of", cell_date(reading_day(job->reading)));
    if (!statement->version) return OK;
    job_control_code(job, "snapshot", record_text_of(statement->version, "sha256"));
    job_control_code(job, "signature_key", record_text_of(statement->version, "key"));
    return OK;
}

/* ---- themes: the parents of the requirements ---- */

struct theme {
    int64_t id;
    struct str label;
    int64_t counts[IMPLEMENTATIONS];
};

struct themes {
    struct theme *at;
    size_t count;
};

static enum result theme_of(struct report_job *job, const struct record *line, int64_t *id, struct str *text)
{
    const struct record *requirement, *parent = NULL;
    *id = 0;
    *text = job_word(job, "soa.other");
    TRY(reading_record(job->reading, "requirement", record_number_of(line, "requirement"), &requirement));
    if (!requirement) return OK;
    TRY(reading_record(job->reading, "requirement", record_number_of(requirement, "parent"), &parent));
    if (!parent) return OK;
    *id = record_id(parent);
    *text = arena_print(job->ctx->arena, "%.*s  %.*s", PRINT(record_text_of(parent, "identifier")),
                        PRINT(record_title(parent)));
    return OK;
}

static enum result count_themes(struct report_job *job, const struct statement *statement, struct themes *themes)
{
    themes->at = arena_make_many(job->ctx->arena, struct theme, statement->lines.count + 1);
    for (size_t i = 0; i < statement->lines.count; i++) {
        int64_t id;
        struct str text;
        size_t at = 0;
        TRY(theme_of(job, statement->lines.at[i], &id, &text));
        while (at < themes->count && themes->at[at].id != id) at++;
        if (at == themes->count) themes->at[themes->count++] = (struct theme){.id = id, .label = text};
        if (!record_number_of(statement->lines.at[i], "applicable")) continue;
        themes->at[at].counts[job_implementation_step(record_text_of(statement->lines.at[i], "implementation"))]++;
    }
    return OK;
}

static void add_bars(struct report_job *job, const struct themes *themes)
{
    struct arena *arena = job->ctx->arena;
    struct bars *bars = arena_make(arena, struct bars);
    struct bar *rows = arena_make_many(arena, struct bar, themes->count + 1);
    for (size_t i = 0; i < themes->count; i++) rows[i] = (struct bar){themes->at[i].label, themes->at[i].counts};
    *bars = (struct bars){.name = job_word(job, "summary"),
                          .rows_label = job_word(job, "soa.theme"),
                          .total_label = job_word(job, "total"),
                          .series = job_implementation_series(job),
                          .series_count = IMPLEMENTATIONS,
                          .bars = rows,
                          .bar_count = themes->count};
    document_bars(job->document, bars);
}

/* ---- summary ---- */

static void add_figures(struct report_job *job, const struct statement *statement)
{
    int64_t applicable = 0, effective = 0, open = 0, all = (int64_t)statement->lines.count;
    struct figure *figures = arena_make_many(job->ctx->arena, struct figure, 5);
    for (size_t i = 0; i < statement->lines.count; i++) {
        const struct record *line = statement->lines.at[i];
        applicable += record_number_of(line, "applicable") != 0;
        effective += str_is(record_text_of(line, "implementation"), "effective");
        open += record_number_of(line, "open") != 0;
    }
    figures[0] = (struct figure){job_word(job, "soa.figure.controls"), all, 0};
    figures[1] = (struct figure){job_word(job, "soa.figure.applicable"), applicable, job_tone_colour(ACTIVE)};
    figures[2] = (struct figure){job_word(job, "soa.figure.excluded"), all - applicable, job_tone_colour(NEUTRAL)};
    figures[3] = (struct figure){job_word(job, "soa.figure.effective"), effective, job_tone_colour(GOOD)};
    figures[4] = (struct figure){job_word(job, "soa.figure.open"), open, job_tone_colour(open ? BAD : GOOD)};
    document_figures(job->document, job_word(job, "summary"), figures, 5);
}

static enum result add_summary(struct report_job *job, const struct statement *statement)
{
    struct themes themes = {0};
    TRY(count_themes(job, statement, &themes));
    document_heading(job->document, 1, job_word(job, "summary"));
    document_paragraph(job->document, job_word(job, statement->frozen ? "soa.intro_frozen" : "soa.intro"));
    add_figures(job, statement);
    document_heading(job->document, 2, job_word(job, "soa.by_theme"));
    add_bars(job, &themes);
    return OK;
}

/* ---- the lines ---- */

static enum result reasons_of(struct report_job *job, const struct record *line, struct str *text)
{
    TRY(reading_links(job->reading, line, "reasons", text));
    if (!record_number_of(line, "good_practice")) return OK;
    struct str practice = job_word(job, "soa.good_practice");
    *text = text->len ? arena_print(job->ctx->arena, "%.*s\n%.*s", PRINT(*text), PRINT(practice)) : practice;
    return OK;
}

/* Identifier and title of the control, and who answers for the line. */
static enum result name_line(struct report_job *job, const struct record *line, struct cell *identifier,
                             struct cell *title, struct cell *owner)
{
    const struct record *requirement;
    TRY(reading_record(job->reading, "requirement", record_number_of(line, "requirement"), &requirement));
    TRY(reading_title(job->reading, "person", record_owner(line), &owner->text));
    title->text = requirement ? record_title(requirement) : record_title(line);
    identifier->text = requirement ? record_text_of(requirement, "identifier") : S("");
    return OK;
}

static enum result add_line(struct report_job *job, struct grid *grid, const struct record *line)
{
    struct str reasons, measures;
    struct cell *cells = grid_row(grid);
    TRY(reasons_of(job, line, &reasons));
    TRY(reading_links(job->reading, line, "controls", &measures));
    TRY(name_line(job, line, &cells[0], &cells[1], &cells[7]));
    cells[2] = job_flag(job, record_number_of(line, "applicable") != 0);
    cells[3] = cell_text(reasons);
    cells[4] = cell_text(reading_prose(line, job->ctx->arena, "justification"));
    cells[5] = job_implementation(job, record_text_of(line, "implementation"));
    cells[6] = cell_text(measures);
    return OK;
}

static enum result add_excluded(struct report_job *job, struct grid *grid, const struct record *line)
{
    struct cell *cells = grid_row(grid);
    TRY(name_line(job, line, &cells[0], &cells[1], &cells[3]));
    cells[2] = cell_text(reading_prose(line, job->ctx->arena, "justification"));
    return OK;
}

static struct grid *lines_grid(struct report_job *job)
{
    static const struct job_head heads[] = {
        {"soa.control", 6},        {"soa.title", 17},          {"soa.applicable", 8}, {"soa.reasons", 21},
        {"soa.justification", 22}, {"soa.implementation", 13}, {"soa.measures", 20},  {"owner", 11}};
    struct grid *grid = job_grid(job, job_word(job, "soa.sheet"), heads, COUNT(heads));
    grid->group_label = job_word(job, "soa.theme");
    return grid;
}

static enum result add_lines(struct report_job *job, const struct statement *statement)
{
    struct grid *grid = lines_grid(job);
    int64_t last = -1;
    for (size_t i = 0; i < statement->lines.count; i++) {
        int64_t id;
        struct str text;
        TRY(theme_of(job, statement->lines.at[i], &id, &text));
        if (id != last) grid_group(grid, text);
        last = id;
        TRY(add_line(job, grid, statement->lines.at[i]));
    }
    document_heading(job->document, 1, job_word(job, "soa.controls"));
    document_grid(job->document, grid);
    return OK;
}

static enum result add_exclusions(struct report_job *job, const struct statement *statement)
{
    static const struct job_head heads[] = {
        {"soa.control", 6}, {"soa.title", 24}, {"soa.justification", 48}, {"owner", 14}};
    struct grid *grid = job_grid(job, job_word(job, "soa.excluded"), heads, COUNT(heads));
    for (size_t i = 0; i < statement->lines.count; i++)
        if (!record_number_of(statement->lines.at[i], "applicable"))
            TRY(add_excluded(job, grid, statement->lines.at[i]));
    document_heading(job->document, 1, job_word(job, "soa.excluded"));
    document_paragraph(job->document, job_word(job, "soa.excluded_intro"));
    document_grid(job->document, grid);
    return OK;
}

static enum result write_statement(struct report_job *job, const struct statement *statement)
{
    TRY(control_block(job, statement));
    TRY(add_summary(job, statement));
    TRY(add_lines(job, statement));
    return add_exclusions(job, statement);
}

/* What a version links to is named as it was called when it was approved, so that it is printed the same for ever. */
static enum result write(struct report_job *job)
{
    struct statement statement = {0};
    int64_t as_of = job->ctx->as_of;
    TRY(read_statement(job, &statement));
    if (statement.frozen) {
        job->ctx->as_of = record_value(statement.version, "created_at").number;
        job->document->created = job->ctx->as_of;
    }
    enum result result = write_statement(job, &statement);
    job->ctx->as_of = as_of;
    return result;
}

const struct report report_soa = {
    .name = "soa",
    .title = "report.soa",
    .room = "compliance",
    .parameters = {{.name = "soa", .reg = "soa"}, {.name = "version", .reg = "soa_version"}},
    .write = write,
};
