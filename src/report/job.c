/* What reports have in common when they say something about a record: its state as a mark with a word, its
 * organisation, its words in the reader's language. */
#include "report/job.h"

#include "records/house.h"

struct str job_parameter(const struct report_job *job, const char *name)
{
    for (size_t i = 0; i < job->parameter_count; i++)
        if (str_is(job->parameters[i].name, name)) return job->parameters[i].value;
    return S("");
}

static const char *register_of_parameter(const struct report_job *job, const char *name)
{
    for (const struct report_parameter *one = job->report->parameters; one->name; one++)
        if (!strcmp(one->name, name)) return one->reg;
    return NULL;
}

enum result job_record(struct report_job *job, const char *parameter, const struct record **record)
{
    int64_t id;
    const struct reg *named;
    struct str value = job_parameter(job, parameter);
    const char *reg = register_of_parameter(job, parameter);
    *record = NULL;
    if (!value.len) return OK;
    bool referred = reference_parse(job->ctx->house, value, &named, &id) && str_is(str_of(named->name), reg);
    if (!referred && !parse_number(value, &id))
        return fail(job->ctx, INVALID, "%s must be a number or a reference of the register %s.", parameter, reg);
    TRY(reading_record(job->reading, reg, id, record));
    if (*record && !record_is_deleted(*record)) return OK;
    return fail(job->ctx, NOT_FOUND, "There is no %s %.*s.", reg, PRINT(str_slice(value, 0, 40)));
}

struct str job_word(const struct report_job *job, const char *key)
{
    return label(job->labels, arena_print(job->ctx->arena, "report.%s", key).at);
}

/* ---- document control ---- */

void job_control(struct report_job *job, const char *label_key, struct cell value)
{
    size_t *count = &job->document->control_count;
    if (*count < CONTROL_FACTS) job->control[(*count)++] = (struct fact){job_word(job, label_key), value, false};
}

void job_control_code(struct report_job *job, const char *label_key, struct str code)
{
    size_t *count = &job->document->control_count;
    if (*count < CONTROL_FACTS)
        job->control[(*count)++] = (struct fact){job_word(job, label_key), cell_text(code), true};
}

/* ---- the organisation ---- */

enum { DEEPEST_UNIT = 100 };

/* Up the tree as far as the reader may see. */
static enum result top_of(struct report_job *job, int64_t unit, struct str *name)
{
    for (int depth = 0; unit && depth < DEEPEST_UNIT; depth++) {
        const struct record *record;
        TRY(reading_record(job->reading, job->ctx->house->unit->name, unit, &record));
        if (!record) return OK;
        *name = record_title(record);
        unit = record_number_of(record, "parent");
    }
    return OK;
}

enum result job_organisation(struct report_job *job, int64_t unit, struct str *name)
{
    struct record_list units;
    *name = S("");
    if (unit) return top_of(job, unit, name);
    TRY(reading_list(job->reading, job->ctx->house->unit->name, NULL, 0, &units));
    for (size_t i = 0; i < units.count; i++)
        if (!record_number_of(units.at[i], "parent")) return top_of(job, record_id(units.at[i]), name);
    return units.count ? top_of(job, record_id(units.at[0]), name) : OK;
}

enum result job_standing(struct report_job *job, struct str subtitle)
{
    struct document *document = job->document;
    TRY(job_organisation(job, 0, &document->organisation));
    document->subtitle = subtitle;
    document->version = reading_day(job->reading);
    job_control(job, "document", cell_text(document->title));
    job_control(job, "classification_label", cell_text(document->classification));
    job_control(job, "organisation", cell_text(document->organisation));
    job_control(job, "as_of", cell_date(reading_day(job->reading)));
    return OK;
}

struct grid *job_grid(struct report_job *job, struct str name, const struct job_head *heads, size_t count)
{
    struct grid_column *columns = arena_make_many(job->ctx->arena, struct grid_column, count);
    for (size_t i = 0; i < count; i++)
        columns[i] = (struct grid_column){job_word(job, heads[i].label), heads[i].weight, .strong = i == 0};
    return grid_new(job->ctx->arena, name, columns, count);
}

/* ---- marks ---- */

static const struct {
    enum mark mark;
    uint32_t colour;
} tones[] = {
    [NEUTRAL] = {RING, 0x5a6675},     [ACTIVE] = {HALF, 0x1d64b4}, [GOOD] = {TICK, 0x1b7f4b},
    [WARNING] = {TRIANGLE, 0xa35f00}, [BAD] = {CROSS, 0xb3261e},
};

uint32_t job_tone_colour(enum tone tone)
{
    return tones[tone].colour;
}

struct cell job_state(const struct report_job *job, const struct record *record)
{
    struct str status = record_status(record);
    const struct state *state = reg_state(record->reg, status);
    enum tone tone = state ? state->tone : NEUTRAL;
    return cell_mark(label_state(job->labels, record->reg->name, status), tones[tone].mark, tones[tone].colour);
}

struct cell job_flag(const struct report_job *job, bool yes)
{
    if (yes) return cell_mark(job_word(job, "yes"), TICK, tones[GOOD].colour);
    return cell_mark(job_word(job, "no"), DASH, tones[NEUTRAL].colour);
}

static const struct {
    const char *name;
    enum mark mark;
    uint32_t colour;
} implementations[IMPLEMENTATIONS] = {
    {"not_started", RING, 0x5a6675}, {"planned", QUARTER, 0x1d64b4}, {"partly_implemented", HALF, 0xa35f00},
    {"implemented", DISC, 0x2b7a78}, {"effective", TICK, 0x1b7f4b},
};

const char *job_implementation_name(size_t step)
{
    return implementations[step].name;
}

size_t job_implementation_step(struct str implementation)
{
    for (size_t i = 0; i < IMPLEMENTATIONS; i++)
        if (str_is(implementation, implementations[i].name)) return i;
    return 0;
}

struct cell job_implementation(const struct report_job *job, struct str implementation)
{
    size_t step = job_implementation_step(implementation);
    if (!implementation.len) return cell_text(S(""));
    struct str text = label_choice(job->labels, "soa_line", "implementation", implementation);
    return cell_mark(text, implementations[step].mark, implementations[step].colour);
}

const struct series *job_implementation_series(const struct report_job *job)
{
    struct series *series = arena_make_many(job->ctx->arena, struct series, IMPLEMENTATIONS);
    for (size_t i = 0; i < IMPLEMENTATIONS; i++) {
        struct cell cell = job_implementation(job, str_of(implementations[i].name));
        series[i] = (struct series){cell.text, cell.mark, cell.colour};
    }
    return series;
}
