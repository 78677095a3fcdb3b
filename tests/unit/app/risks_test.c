/* The rules of risks, as tables: what a methodology must say, which level the ratings give, what a risk is waiting for,
 * and which step is open when. */
#include "world.h"

#include "registers/risk/method.h"

static void expect_result(struct world *world, enum result got, enum result wanted, const char *what)
{
    if (got != wanted) print_error("%s: %d, %.*s\n", what, got, PRINT(world->ctx->error.sentence));
    assert_int_equal(got, wanted);
}

static const char *print(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
static const char *print(struct world *world, const char *format, ...)
{
    va_list arguments;
    char *at = arena_alloc(world->ctx->arena, 4000);
    va_start(arguments, format);
    vsnprintf(at, 4000, format, arguments);
    va_end(arguments);
    return at;
}

static void expect_text(struct world *world, const char *field, const char *wanted, const char *why)
{
    struct str text = world_text(world, "risk", 4, field);
    if (!str_is(text, wanted)) print_error("%s: %s is %.*s, not %s\n", why, field, PRINT(text), wanted);
    assert_true(str_is(text, wanted));
}

/* ---- scales ---- */

#define STEPS2 "[{'title': 'a'}, {'title': 'b'}]"
#define CRITERION2 "[{'name': 'legal', 'title': 'Legal', 'steps': ['a', 'b']}]"
#define LEVELS2 "[{'name': 'low', 'appetite': 'acceptable', 'approver': ''}, {'name': 'high', 'appetite': 'tolerable'}]"
#define STEPS10                                                                                                        \
    "[{'title': '1'}, {'title': '2'}, {'title': '3'}, {'title': '4'}, {'title': '5'}, {'title': '6'}, {'title': '7'}," \
    "{'title': '8'}, {'title': '9'}, {'title': '10'}]"

static const struct scales {
    const char *likelihood, *consequence, *criteria, *levels, *matrix, *days;
    const char *says; /* NULL: sound */
} cases[] = {
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "365", NULL},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "1", NULL},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "3660", NULL},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "0", "acceptance_days"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "3661", "acceptance_days"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "'1'", "acceptance_days"},
    {"[{'title': 'a'}]", STEPS2, CRITERION2, LEVELS2, "[[0, 1]]", "365", "likelihood needs a list of 2 to"},
    {STEPS2, "[{'title': 'a'}]", CRITERION2, LEVELS2, "[[0], [1]]", "365", "consequence needs a list"},
    {STEPS2, "null", CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "365", "consequence needs a list"},
    {STEPS2, STEPS2, CRITERION2, "[{'name': 'low', 'appetite': 'acceptable'}]", "[[0, 0], [0, 0]]", "365",
     "levels needs a list"},
    {"'two'", STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1]]", "365", "likelihood needs a list"},
    {STEPS10, STEPS2, CRITERION2, LEVELS2, "[[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,1]]", "365",
     NULL},
    {STEPS2, STEPS2, "[]", LEVELS2, "[[0, 0], [0, 1]]", "365", "at least one consequence criterion"},
    {STEPS2, STEPS2, "null", LEVELS2, "[[0, 0], [0, 1]]", "365", "at least one consequence criterion"},
    {STEPS2, STEPS2, "[{'steps': ['a', 'b']}]", LEVELS2, "[[0, 0], [0, 1]]", "365", "criterion needs a name"},
    {STEPS2, STEPS2, "[{'name': 'legal', 'steps': ['a']}]", LEVELS2, "[[0, 0], [0, 1]]", "365", "as many steps"},
    {STEPS2, STEPS2, CRITERION2, "[{'name': 'low', 'appetite': 'acceptable'}, {'name': 'high', 'appetite': 'hungry'}]",
     "[[0, 0], [0, 1]]", "365", "needs a name and an appetite"},
    {STEPS2, STEPS2, CRITERION2, "[{'name': 'low', 'appetite': 'acceptable'}, {'appetite': 'tolerable'}]",
     "[[0, 0], [0, 1]]", "365", "needs a name and an appetite"},
    {STEPS2, STEPS2, CRITERION2,
     "[{'name': 'low', 'appetite': 'acceptable', 'approver': null},"
     "{'name': 'high', 'appetite': 'unacceptable', 'approver': 'owner'}]",
     "[[0, 0], [0, 1]]", "365", NULL},
    {STEPS2, STEPS2, CRITERION2,
     "[{'name': 'low', 'appetite': 'acceptable'}, {'name': 'high', 'appetite': 'tolerable', 'approver': 'chief'}]",
     "[[0, 0], [0, 1]]", "365", "is no role"},
    {STEPS2, STEPS2, CRITERION2,
     "[{'name': 'low', 'appetite': 'acceptable'}, {'name': 'high', 'appetite': 'tolerable', 'approver': 7}]",
     "[[0, 0], [0, 1]]", "365", "is no role"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0]]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 1], [0, 1]]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0]]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0], [0, 1]]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 2]]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, -1]]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], [0, 'high']]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "[[0, 0], {'a': 0, 'b': 1}]", "365", "the matrix needs"},
    {STEPS2, STEPS2, CRITERION2, LEVELS2, "null", "365", "the matrix needs"},
};

static bool says(const struct ctx *ctx, const char *words)
{
    for (const struct field_error *error = ctx->error.fields; error; error = error->next)
        if (str_find(error->detail, str_of(words), NULL)) return true;
    return false;
}

static void scales_are_whole(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scales *s = &cases[i];
        const char *json = print(world,
                                 "{'title': 'Own', 'scales': {'likelihood': %s, 'consequence': %s, 'criteria': %s, "
                                 "'levels': %s, 'matrix': %s, 'acceptance_days': %s}}",
                                 s->likelihood, s->consequence, s->criteria, s->levels, s->matrix, s->days);
        expect_result(world, world_try(world, "methodology", 0, NULL, json), s->says ? INVALID : OK, json);
        if (s->says && !says(world->ctx, s->says)) print_error("%s\n", json);
        assert_true(!s->says || says(world->ctx, s->says));
    }
    expect_result(world, world_try(world, "methodology", 0, NULL, "{'title': 'Own', 'scales': [1]}"), INVALID,
                  "a list");
    assert_true(says(world->ctx, "must be an object"));
}

/* ---- levels ---- */

/* A fourth risk, of which nothing is known yet. */
static void one_risk(struct world *world)
{
    world->ctx->actor = &world->marta;
    world_make(world, "risk", "{'title': 'Fire', 'unit': 1, 'owner': 1, 'assessment': 1}");
}

static void the_matrix_gives_the_level(void **state)
{
    static const int matrix[5][5] = {
        {0, 0, 0, 1, 1}, {0, 0, 1, 1, 2}, {0, 1, 1, 2, 2}, {1, 1, 2, 2, 3}, {1, 2, 2, 3, 3}};
    static const struct {
        const char *name, *appetite, *attention;
    } levels[] = {{"low", "acceptable", "none"},
                  {"medium", "tolerable", "untreated"},
                  {"high", "tolerable", "untreated"},
                  {"very_high", "unacceptable", "untreated"}};
    static const char *const kinds[] = {"inherent", "current", "target"};
    struct world *world = *state;
    one_risk(world);
    for (int cell = 0; cell < 3 * 25; cell++) {
        int l = cell % 5 + 1, c = cell / 5 % 5 + 1, level = matrix[l - 1][c - 1];
        const char *kind = kinds[cell / 25];
        const char *json =
            print(world, "{'%s_likelihood': %d, '%s_consequences': {'legal': 1, 'financial': %d}}", kind, l, kind, c);
        world_change(world, "risk", 4, json);
        expect_text(world, print(world, "%s_level", kind), levels[level].name, json);
        if (cell / 25 != 1) continue;
        expect_text(world, "appetite", levels[level].appetite, json);
        expect_text(world, "attention", levels[level].attention, json);
    }
    world_change(world, "risk", 4, "{'current_likelihood': null}");
    expect_text(world, "current_level", "", "without likelihood");
    expect_text(world, "appetite", "", "without likelihood");
    expect_text(world, "attention", "none", "without likelihood");
    world_change(world, "risk", 4, "{'current_likelihood': 5, 'current_consequences': {}}");
    expect_text(world, "current_level", "", "without consequences");
}

static void ratings_lie_within_the_method(void **state)
{
    static const struct {
        const char *json;
        enum result result;
    } tries[] = {
        {"{'current_likelihood': 5}", OK},
        {"{'current_likelihood': 6}", INVALID},
        {"{'current_likelihood': 0}", INVALID},
        {"{'target_likelihood': 6}", INVALID},
        {"{'current_consequences': {'legal': 5}}", OK},
        {"{'current_consequences': {'legal': 6}}", INVALID},
        {"{'current_consequences': {'legal': 1, 'weather': 1}}", INVALID},
        {"{'kind': 'threat', 'treatment': 'modify'}", OK},
        {"{'treatment': 'avoid'}", OK},
        {"{'treatment': 'enhance'}", INVALID},
        {"{'treatment': 'exploit'}", INVALID},
        {"{'treatment': 'share'}", OK},
        {"{'treatment': 'retain'}", OK},
        {"{'kind': 'opportunity', 'treatment': 'modify'}", INVALID},
        {"{'kind': 'opportunity', 'treatment': 'avoid'}", INVALID},
        {"{'kind': 'opportunity', 'treatment': 'enhance'}", OK},
        {"{'treatment': 'exploit'}", OK},
        {"{'treatment': 'retain'}", OK},
    };
    struct world *world = *state;
    one_risk(world);
    for (size_t i = 0; i < COUNT(tries); i++)
        expect_result(world, world_try(world, "risk", 4, NULL, tries[i].json), tries[i].result, tries[i].json);
}

/* ---- what a risk waits for ---- */

static void steps_open_when_they_may(void **state)
{
    static const struct {
        const char *step, *json;
        enum result result;
        const char *status;
    } tries[] = {
        {"evaluate", "{'treatment': 'modify'}", CONFLICT, "identified"},
        {"analyse", "{}", INVALID, "identified"},
        {"analyse", "{'current_likelihood': 4}", INVALID, "identified"},
        {"analyse", "{'current_likelihood': 4, 'current_consequences': {'legal': 4}}", OK, "analysed"},
        {"evaluate", "{}", INVALID, "analysed"},
        {"evaluate", "{'treatment': 'modify'}", OK, "evaluated"},
        {"monitor", "{}", CONFLICT, "evaluated"},
        {"treat", "{}", OK, "in_treatment"},
        {"monitor", "{}", CONFLICT, "in_treatment"},
        {NULL, "{'current_likelihood': 1}", OK, "in_treatment"},
        {"monitor", "{}", CONFLICT, "in_treatment"},
        {NULL, "{'current_consequences': {'legal': 1}}", OK, "in_treatment"},
        {"monitor", "{}", OK, "monitored"},
        {"treat", "{}", OK, "in_treatment"},
        {NULL, "{'current_likelihood': 5, 'current_consequences': {'legal': 5}}", OK, "in_treatment"},
        {"monitor", "{}", CONFLICT, "in_treatment"},
        {NULL, "{'kind': 'opportunity', 'treatment': 'enhance'}", OK, "in_treatment"},
        {"monitor", "{}", OK, "monitored"},
        {"close", "{}", INVALID, "monitored"},
        {"close", "{'treatment_reason': 'Sold'}", OK, "closed"},
        {NULL, "{'title': 'Other words'}", CONFLICT, "closed"},
        {"reopen", "{}", OK, "identified"},
    };
    struct world *world = *state;
    one_risk(world);
    for (size_t i = 0; i < COUNT(tries); i++) {
        const char *what = print(world, "%s %s", tries[i].step ? tries[i].step : "change", tries[i].json);
        expect_result(world, world_try(world, "risk", 4, tries[i].step, tries[i].json), tries[i].result, what);
        expect_text(world, "status", tries[i].status, what);
    }
}

/* An analysed risk whose ratings went away has no level to be evaluated by. */
static void no_level_no_evaluation(void **state)
{
    struct world *world = *state;
    one_risk(world);
    world_move(world, "risk", 4, "analyse", "{'current_likelihood': 4, 'current_consequences': {'legal': 4}}");
    world_change(world, "risk", 4, "{'current_likelihood': null}");
    expect_result(world, world_try(world, "risk", 4, "evaluate", "{'treatment': 'modify'}"), CONFLICT, "evaluate");
    assert_true(str_find(world->ctx->error.sentence, S("no level yet"), NULL));
}

static void attention_follows_what_is_done(void **state)
{
    static const struct {
        const char *reg;
        int64_t id;
        const char *step, *json, *attention;
    } deeds[] = {
        {"risk", 4, NULL, "{'current_likelihood': 3, 'current_consequences': {'legal': 3}}", "untreated"},
        {"treatment_action", 0, NULL, "{'title': 'Do', 'unit': 1, 'risk': 4, 'due_on': '2026-12-01'}", "untreated"},
        {"treatment_action", 3, "start", "{}", "none"},
        {"treatment_action", 3, "finish", "{'result': 'Done'}", "untreated"},
        {"acceptance", 0, NULL, "{'title': 'A', 'unit': 1, 'risk': 4, 'reason': 'R.', 'expires_on': '2027-01-01'}",
         "untreated"},
        {"acceptance", 2, "accept", "{}", "none"},
        {"risk", 4, NULL, "{'current_likelihood': 2}", "none"},
        {"risk", 4, NULL, "{'current_likelihood': 5}", "untreated"},
        {"risk", 4, NULL, "{'current_likelihood': 3}", "none"},
        {"acceptance", 2, "withdraw", "{}", "untreated"},
        {"risk", 4, NULL, "{'kind': 'opportunity', 'treatment': 'enhance'}", "none"},
        {"risk", 4, NULL, "{'kind': 'threat', 'treatment': 'modify'}", "untreated"},
        {"risk", 4, "close", "{'treatment_reason': 'Sold'}", "none"},
        {"risk", 4, "reopen", "{}", "untreated"},
        {"methodology", 1, "withdraw", "{}", "method_changed"},
    };
    struct world *world = *state;
    one_risk(world);
    for (size_t i = 0; i < COUNT(deeds); i++) {
        const char *what = print(world, "%s %s %s", deeds[i].reg, deeds[i].step ? deeds[i].step : "", deeds[i].json);
        world->ctx->actor = deeds[i].step && strcmp(deeds[i].step, "accept") == 0 ? &world->jens : &world->marta;
        expect_result(world, world_try(world, deeds[i].reg, deeds[i].id, deeds[i].step, deeds[i].json), OK, what);
        expect_text(world, "attention", deeds[i].attention, what);
    }
}

static void what_ends_puts_a_risk_back_unless_it_is_closed(void **state)
{
    struct world *world = *state;
    expect_result(world, world_try(world, "risk", 1, "close", "{'treatment_reason': 'Sold'}"), OK, "close");
    world_move(world, "acceptance", 1, "withdraw", "{}");
    assert_true(str_is(world_text(world, "risk", 1, "status"), "closed"));
}

/* ---- method first ---- */

static void an_assessment_needs_an_approved_method(void **state)
{
    static const char assessment[] = "{'title': 'Round', 'unit': 1, 'methodology': 2}";
    struct world *world = *state;
    world->ctx->actor = &world->marta;
    world_make(world, "methodology", "{'title': 'Next', 'replaces': 1}");
    expect_result(world, world_try(world, "risk_assessment", 0, NULL, assessment), INVALID, "a draft");
    world->ctx->actor = &world->jens;
    world_move(world, "methodology", 2, "approve", "{}");
    assert_true(str_is(world_text(world, "methodology", 1, "status"), "superseded"));
    world->ctx->actor = &world->marta;
    world_make(world, "risk_assessment", assessment);
    world_move(world, "methodology", 2, "withdraw", "{}");
    expect_result(world, world_try(world, "risk_assessment", 0, NULL, assessment), INVALID, "a withdrawn one");
    world_change(world, "risk_assessment", 2, "{'title': 'Last round'}");
    struct record *method;
    assert_ok(world, record_load(world->ctx, house_register(world->ctx->house, S("methodology")), 2, &method));
    assert_int_equal(record_number_of(method, "edition"), 2);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(scales_are_whole),
        IN_WORLD(the_matrix_gives_the_level),
        IN_WORLD(ratings_lie_within_the_method),
        IN_WORLD(steps_open_when_they_may),
        IN_WORLD(no_level_no_evaluation),
        IN_WORLD(attention_follows_what_is_done),
        IN_WORLD(what_ends_puts_a_risk_back_unless_it_is_closed),
        IN_WORLD(an_assessment_needs_an_approved_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
