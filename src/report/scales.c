/* A methodology's scales were checked when they were written; what cannot be read here is left out rather than
 * believed. */
#include "report/scales.h"

static const struct {
    const char *tone;
    uint32_t colour;
    enum mark mark;
} tones[] = {
    {"neutral", 0xb9c3cf, RING},     {"good", 0x8fc79a, DISC}, {"active", 0xf2d16b, SQUARE},
    {"warning", 0xe8965a, TRIANGLE}, {"bad", 0xc23b3b, CROSS},
};

static void set_tone(struct scale_level *level, struct str tone)
{
    for (size_t i = 0; i < COUNT(tones); i++) {
        if (i && !str_is(tone, tones[i].tone)) continue;
        level->colour = tones[i].colour;
        level->mark = tones[i].mark;
    }
}

/* "#c23b3b" */
static void set_colour(struct scale_level *level, struct str colour)
{
    uint32_t value = 0;
    if (colour.len != 7 || colour.at[0] != '#') return;
    for (size_t i = 1; i < 7; i++) {
        static const char digits[] = "0123456789abcdef";
        char low = colour.at[i] >= 'A' && colour.at[i] <= 'F' ? (char)(colour.at[i] + 32) : colour.at[i];
        const char *digit = memchr(digits, low, 16);
        if (!digit) return;
        value = value << 4 | (uint32_t)(digit - digits);
    }
    level->colour = value;
}

static size_t read_titles(const struct json *list, struct str titles[MATRIX_MAX])
{
    size_t count = 0;
    for (const struct json *one = list ? list->first : NULL; one && count < MATRIX_MAX; one = one->next)
        titles[count++] = json_str(one, "title", S(""));
    return count;
}

static void read_levels(const struct json *list, struct scales *scales)
{
    for (const struct json *one = list ? list->first : NULL; one && scales->level_count < MATRIX_MAX; one = one->next) {
        struct scale_level *level = &scales->levels[scales->level_count++];
        struct str name = json_str(one, "name", S(""));
        *level = (struct scale_level){.name = name,
                                      .title = json_str(one, "title", name),
                                      .appetite = json_str(one, "appetite", S("")),
                                      .approver = json_str(one, "approver", S(""))};
        set_tone(level, json_str(one, "tone", S("")));
        set_colour(level, json_str(one, "colour", S("")));
    }
}

static bool read_matrix(const struct json *matrix, struct scales *scales)
{
    size_t rows = 0;
    for (const struct json *row = matrix ? matrix->first : NULL; row; row = row->next, rows++) {
        size_t columns = 0;
        if (rows >= scales->likelihood_count) return false;
        for (const struct json *cell = row->first; cell; cell = cell->next, columns++) {
            bool inside = cell->kind == JSON_NUMBER && cell->number >= 0 && columns < scales->consequence_count &&
                          (size_t)cell->number < scales->level_count;
            if (!inside) return false;
            scales->matrix[rows * scales->consequence_count + columns] = (size_t)cell->number;
        }
        if (columns != scales->consequence_count) return false;
    }
    return rows && rows == scales->likelihood_count;
}

static struct str read_criteria(struct report_job *job, const struct json *list)
{
    struct buf out = buf_in(job->ctx->arena);
    for (const struct json *one = list ? list->first : NULL; one; one = one->next) {
        if (out.len) buf_text(&out, ", ");
        buf_add(&out, json_str(one, "title", json_str(one, "name", S(""))));
    }
    return buf_str(&out);
}

bool scales_read(struct report_job *job, const struct record *methodology, struct scales *scales)
{
    const struct json *data = reading_data(job->reading, methodology, "scales");
    *scales = (struct scales){.methodology = methodology, .acceptance_days = json_number(data, "acceptance_days", 0)};
    scales->likelihood_count = read_titles(json_get(data, "likelihood"), scales->likelihood);
    scales->consequence_count = read_titles(json_get(data, "consequence"), scales->consequence);
    scales->criteria = read_criteria(job, json_get(data, "criteria"));
    read_levels(json_get(data, "levels"), scales);
    return read_matrix(json_get(data, "matrix"), scales);
}

const struct scale_level *scales_level(const struct scales *scales, struct str name)
{
    for (size_t i = 0; i < scales->level_count; i++)
        if (str_eq(name, scales->levels[i].name)) return &scales->levels[i];
    return NULL;
}

const struct series *scales_series(const struct report_job *job, const struct scales *scales)
{
    struct series *series = arena_make_many(job->ctx->arena, struct series, scales->level_count + 1);
    for (size_t i = 0; i < scales->level_count; i++)
        series[i] = (struct series){scales->levels[i].title, scales->levels[i].mark, scales->levels[i].colour};
    return series;
}

/* ---- describing the method ---- */

static struct str steps_text(struct report_job *job, const struct str *titles, size_t count)
{
    struct buf out = buf_in(job->ctx->arena);
    for (size_t i = 0; i < count; i++) buf_print(&out, "%s%zu %.*s", i ? ", " : "", i + 1, PRINT(titles[i]));
    return buf_str(&out);
}

static void add_levels(struct report_job *job, const struct scales *scales)
{
    static const struct job_head heads[] = {{"risk.level", 20}, {"risk.appetite", 40}, {"risk.approver", 30}};
    struct grid *grid = job_grid(job, job_word(job, "risk.levels"), heads, COUNT(heads));
    for (size_t i = scales->level_count; i-- > 0;) {
        const struct scale_level *level = &scales->levels[i];
        struct cell *cells = grid_row(grid);
        cells[0] = cell_mark(level->title, level->mark, level->colour);
        cells[1] = cell_text(label_choice(job->labels, "risk", "appetite", level->appetite));
        if (level->approver.len)
            cells[2].text = label(job->labels, arena_print(job->ctx->arena, "role.%.*s", PRINT(level->approver)).at);
    }
    document_grid(job->document, grid);
}

enum result scales_describe(struct report_job *job, const struct scales *scales)
{
    const struct record *method = scales->methodology;
    struct fact *facts = arena_make_many(job->ctx->arena, struct fact, 7);
    struct str approver;
    TRY(reading_user(job->reading, record_number_of(method, "approved_by"), &approver));
    struct str name = arena_print(job->ctx->arena, "%.*s %.*s", PRINT(record_reference(job->ctx, method)),
                                  PRINT(record_title(method)));
    facts[0] = (struct fact){job_word(job, "risk.methodology"), cell_text(name), false};
    facts[1] = (struct fact){job_word(job, "status"), job_state(job, method), false};
    facts[2] = (struct fact){job_word(job, "approved_by"), cell_text(approver), false};
    facts[3] = (struct fact){job_word(job, "approved_on"), cell_date(record_text_of(method, "approved_on")), false};
    facts[4] = (struct fact){job_word(job, "risk.criteria"), cell_text(scales->criteria), false};
    facts[5] = (struct fact){job_word(job, "risk.likelihood"),
                             cell_text(steps_text(job, scales->likelihood, scales->likelihood_count)), false};
    facts[6] = (struct fact){job_word(job, "risk.consequence"),
                             cell_text(steps_text(job, scales->consequence, scales->consequence_count)), false};
    document_facts(job->document, job_word(job, "risk.methodology"), facts, 7);
    add_levels(job, scales);
    return OK;
}
