/* The scales are read for every risk that is written, and of their text little is needed: so they are pulled through
 * once, and no tree is made of them. They were checked when they were written; what makes no sense is left out. */
#include "registers/risk/method.h"

#include "format/json_reader.h"

struct reading {
    struct json_reader json;
    struct arena *arena;
    struct method *method;
};

/* The next element of the array that is open; false at its end. */
static bool next_element(struct json_reader *json)
{
    enum json_kind kind = json_next(json);
    return kind != JSON_CLOSE && kind != JSON_BAD && kind != JSON_END;
}

static int64_t count_steps(struct json_reader *json)
{
    int64_t count = 0;
    if (json->kind != JSON_ARRAY) return json_skip(json), 0;
    for (; next_element(json); count++) json_skip(json);
    return count;
}

static void read_likelihood(struct reading *reading)
{
    reading->method->likelihood_steps = count_steps(&reading->json);
}

static void read_consequence(struct reading *reading)
{
    reading->method->consequence_steps = count_steps(&reading->json);
}

/* The strings of an object that are asked for; names is closed by NULL. */
static void read_strings(struct json_reader *json, const char *const *names, struct str *out)
{
    if (json->kind != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    while (json_next(json) == JSON_KEY) {
        size_t which = 0;
        while (names[which] && !str_is(json->text, names[which])) which++;
        if (json_next(json) == JSON_STRING && names[which])
            out[which] = json->text;
        else
            json_skip(json);
    }
}

static void read_criteria(struct reading *reading)
{
    enum { HANDFUL = 8 };
    static const char *const names[] = {"name", NULL};
    struct method *method = reading->method;
    if (reading->json.kind != JSON_ARRAY) {
        json_skip(&reading->json);
        return;
    }
    while (next_element(&reading->json)) {
        size_t count = method->criterion_count++, size = sizeof *method->criteria;
        if (count % HANDFUL == 0)
            method->criteria = arena_grow(reading->arena, method->criteria, count * size, (count + HANDFUL) * size);
        method->criteria[count] = S("");
        read_strings(&reading->json, names, &method->criteria[count]);
    }
}

static void read_levels(struct reading *reading)
{
    static const char *const names[] = {"name", "appetite", "approver", "title", NULL};
    struct method *method = reading->method;
    if (reading->json.kind != JSON_ARRAY) {
        json_skip(&reading->json);
        return;
    }
    while (next_element(&reading->json)) {
        struct str texts[] = {S(""), S("unacceptable"), S(""), S("")};
        read_strings(&reading->json, names, texts);
        if (method->level_count == METHOD_MOST) continue;
        size_t at = method->level_count++;
        method->levels[at] = (struct level){(int64_t)at + 1, texts[0], texts[1], texts[2], texts[3]};
    }
}

static void read_row(struct json_reader *json, int *row)
{
    if (json->kind != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    for (size_t column = 0; next_element(json); column++) {
        bool fits = json->kind == JSON_NUMBER && json->number >= 0 && json->number < METHOD_MOST;
        if (fits && column < METHOD_MOST) row[column] = (int)json->number + 1;
        json_skip(json);
    }
}

static void read_matrix(struct reading *reading)
{
    int beyond[METHOD_MOST] = {0}; /* rows past the last that a method may have */
    if (reading->json.kind != JSON_ARRAY) {
        json_skip(&reading->json);
        return;
    }
    for (size_t row = 0; next_element(&reading->json); row++)
        read_row(&reading->json, row < METHOD_MOST ? reading->method->matrix[row] : beyond);
}

static void read_days(struct reading *reading)
{
    if (reading->json.kind == JSON_NUMBER) reading->method->acceptance_days = reading->json.number;
    json_skip(&reading->json);
}

bool method_read(struct ctx *ctx, struct str scales, struct method *method)
{
    static const struct {
        const char *name;
        void (*read)(struct reading *reading);
    } parts[] = {{"likelihood", read_likelihood}, {"consequence", read_consequence}, {"criteria", read_criteria},
                 {"levels", read_levels},         {"matrix", read_matrix},           {"acceptance_days", read_days}};
    struct reading reading = {.json = json_open(ctx->arena, scales), .arena = ctx->arena, .method = method};
    *method = (struct method){.acceptance_days = 365};
    reading.json.depth_limit = JSON_DEEPEST;
    if (json_next(&reading.json) != JSON_OBJECT) return false;
    while (json_next(&reading.json) == JSON_KEY) {
        size_t which = 0;
        while (which < COUNT(parts) && !str_is(reading.json.text, parts[which].name)) which++;
        json_next(&reading.json);
        if (which < COUNT(parts))
            parts[which].read(&reading);
        else
            json_skip(&reading.json);
    }
    return reading.json.kind == JSON_CLOSE;
}
