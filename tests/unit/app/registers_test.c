/* The registers of this program are declared as they should be; and each typical mistake of somebody who adds one is
 * found, at its place and with a sentence that says what to write instead. */
#include "base/cmocka_first.h"

#include "app/registers_check.h"

static void print_complaints(const struct ctx *ctx)
{
    for (const struct field_error *error = ctx->error.fields; error; error = error->next)
        print_error("%.*s: %.*s\n", PRINT(error->pointer), PRINT(error->detail));
}

static void registers_of_the_program(void **state)
{
    struct ctx ctx = {.arena = *state};
    assert_true(register_list_count > 0);
    enum result result = registers_check(&ctx, register_list, register_list_count, follow_list);
    print_complaints(&ctx);
    assert_int_equal(result, OK);
}

/* ---- a register without fault, as somebody would add it ---- */

enum { TITLE_, KIND, LEADERS, LEAD, ENDED_ON, ENDED_BY, ENDED, SIZE, FIELDS };

struct draft {
    struct field fields[FIELDS];
    struct state states[4];
    struct transition transitions[3];
    struct follow follows[2];
    struct reg reg, person;
};

static const char *const kinds[] = {"small", "large", NULL};
static const char *const doubled[] = {"small", "small", NULL};
static const char *const badly_named[] = {"Not small", NULL};
static const char *const strangers[] = {"stranger", NULL};
static const struct field person_fields[] = {{.name = "title", .kind = TEXT, .flags = TITLE | REQUIRED}};

static enum result nothing(struct ctx *ctx, const struct record *before, const struct record *after)
{
    (void)ctx, (void)before, (void)after;
    return OK;
}

static void draft_good(struct draft *d)
{
    *d = (struct draft){
        .fields = {[TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
                   [KIND] = {.name = "kind", .kind = CHOICE, .choices = kinds, .fallback = "\"small\""},
                   [LEADERS] = {.name = "leaders", .kind = LINKS, .target = "person", .flags = TELLS},
                   [LEAD] = {.name = "lead", .kind = LINK, .target = "person"},
                   [ENDED_ON] = {.name = "ended_on", .kind = DATE, .flags = DERIVED | INDEXED},
                   [ENDED_BY] = {.name = "ended_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
                   [ENDED] = {.name = "ended", .kind = TEXT, .flags = BY_TRANSITION},
                   [SIZE] = {.name = "size", .kind = NUMBER, .min = 1, .max = 9}},
        .states = {{.name = "open", .flags = INITIAL}, {.name = "over", .flags = FINAL | LOCKED}},
        .transitions = {{.name = "end",
                         .from = {"open"},
                         .to = "over",
                         .needs = DECIDE,
                         .asks = {"ended"},
                         .demands = {"ended"},
                         .independent_of = {"hand", "owner"},
                         .stamps_user = "ended_by",
                         .stamps_date = "ended_on"}},
        .follows = {{.on = "exercise", .fields = {"lead", "status"}, .recompute = nothing, .what = "nothing"}},
        .reg = {.name = "exercise", .prefix = "EXE", .room = "continuity", .field_count = FIELDS},
        .person =
            {.name = "person", .prefix = "PER", .room = "organisation", .fields = person_fields, .field_count = 1},
    };
}

static enum result check(struct ctx *ctx, struct draft *d)
{
    const struct reg *const list[] = {&d->person, &d->reg};
    const struct follow *const follows[] = {d->follows, NULL};
    d->reg.fields = d->fields;
    d->reg.states = d->states;
    d->reg.transitions = d->transitions;
    return registers_check(ctx, list, COUNT(list), follows);
}

static void a_good_one_passes(void **state)
{
    struct ctx ctx = {.arena = *state};
    struct draft d;
    draft_good(&d);
    enum result result = check(&ctx, &d);
    print_complaints(&ctx);
    assert_int_equal(result, OK);
}

/* ---- mistakes ---- */

static void no_name(struct draft *d)
{
    d->reg.name = NULL;
}
static void same_search_number(struct draft *d)
{
    d->person.name = "person_net_order";
    d->reg.name = "clause_low_state";
}
static void two_titles(struct draft *d)
{
    d->fields[ENDED].flags |= TITLE;
}
static void no_title(struct draft *d)
{
    d->fields[TITLE_].flags &= ~(unsigned)TITLE;
}
static void title_of_number(struct draft *d)
{
    d->fields[SIZE].flags |= TITLE;
}
static void hole(struct draft *d)
{
    d->fields[LEAD] = (struct field){0};
}
static void capitals(struct draft *d)
{
    d->fields[SIZE].name = "Size";
}
static void field_twice(struct draft *d)
{
    d->fields[SIZE].name = "lead";
}
static void field_of_all(struct draft *d)
{
    d->fields[SIZE].name = "status";
}
static void long_name(struct draft *d)
{
    d->fields[SIZE].name = "the_size_that_it_had_when_it_was_measured";
}
static void long_index(struct draft *d)
{
    d->reg.name = "an_exercise_that_is_called_for_all_of_it";
    d->fields[ENDED_ON].name = "ended_on_the_day_that_it_was_over_on";
}
static void no_choices(struct draft *d)
{
    d->fields[KIND].choices = NULL;
}
static void choice_twice(struct draft *d)
{
    d->fields[KIND].choices = doubled;
}
static void bad_choice(struct draft *d)
{
    d->fields[KIND].choices = badly_named;
}
static void choices_of_text(struct draft *d)
{
    d->fields[TITLE_].choices = kinds;
}
static void no_target(struct draft *d)
{
    d->fields[LEAD].target = NULL;
}
static void unknown_target(struct draft *d)
{
    d->fields[LEAD].target = "persons";
}
static void unknown_targets(struct draft *d)
{
    d->fields[SIZE] = (struct field){.name = "subject", .kind = RECORD, .targets = strangers};
}
static void no_scale(struct draft *d)
{
    d->fields[SIZE] = (struct field){.name = "size", .kind = SCALE};
}
static void bounds_turned(struct draft *d)
{
    d->fields[SIZE].min = 10;
}
static void fallback_no_json(struct draft *d)
{
    d->fields[KIND].fallback = "small";
}
static void fallback_no_choice(struct draft *d)
{
    d->fields[KIND].fallback = "\"middle\"";
}
static void fallback_of_link(struct draft *d)
{
    d->fields[LEAD].fallback = "1";
}
static void required_derived(struct draft *d)
{
    d->fields[ENDED_ON].flags |= REQUIRED;
}
static void required_by_step(struct draft *d)
{
    d->fields[ENDED].flags |= REQUIRED;
}
static void searched_number(struct draft *d)
{
    d->fields[SIZE].flags |= SEARCH;
}
static void nobody_sets(struct draft *d)
{
    d->fields[SIZE].flags |= BY_TRANSITION;
}
static void no_initial(struct draft *d)
{
    d->states[0].flags = 0;
}
static void two_initial(struct draft *d)
{
    d->states[1].flags |= INITIAL;
}
static void state_twice(struct draft *d)
{
    d->states[2] = (struct state){.name = "open"};
}
static void state_unreached(struct draft *d)
{
    d->states[2] = (struct state){.name = "paused"};
}
static void to_unknown(struct draft *d)
{
    d->transitions[0].to = "done";
}
static void from_unknown(struct draft *d)
{
    d->transitions[0].from[0] = "opened";
}
static void from_nowhere(struct draft *d)
{
    d->transitions[0].from[0] = NULL;
}
static void step_twice(struct draft *d)
{
    d->transitions[1] = d->transitions[0];
}
static void needs_nothing(struct draft *d)
{
    d->transitions[0].needs = 0;
}
static void asks_unknown(struct draft *d)
{
    d->transitions[0].asks[0] = "end";
}
static void asks_derived(struct draft *d)
{
    d->transitions[0].asks[1] = "ended_on";
}
static void asks_too_much(struct draft *d)
{
    for (size_t i = 0; i <= ASKS_MAX; i++) d->transitions[0].asks[i] = "ended";
}
static void demands_unknown(struct draft *d)
{
    d->transitions[0].demands[0] = "end";
}
static void independent_unknown(struct draft *d)
{
    d->transitions[0].independent_of[0] = "leader";
}
static void independent_of_no_part(struct draft *d)
{
    d->transitions[0].independent_of[0] = "person.hand";
}
static void stamps_open(struct draft *d)
{
    d->transitions[0].stamps_user = "size";
}
static void stamps_text(struct draft *d)
{
    d->transitions[0].stamps_date = "ended";
}
static void bad_prefix(struct draft *d)
{
    d->reg.prefix = "EXER";
}
static void prefix_taken(struct draft *d)
{
    d->reg.prefix = "PER";
}
static void name_taken(struct draft *d)
{
    d->reg.name = "person";
}
static void name_of_table(struct draft *d)
{
    d->reg.name = "outbox";
}
static void name_of_address(struct draft *d)
{
    d->reg.name = "home";
}
static void unknown_room(struct draft *d)
{
    d->reg.room = "continuty";
}
static void daily_without(struct draft *d)
{
    d->reg.flags |= DAILY;
}
static void follows_unknown(struct draft *d)
{
    d->follows[0].on = "exercises";
}
static void follows_no_field(struct draft *d)
{
    d->follows[0].fields[0] = "leads";
}

static const struct mistake {
    void (*make)(struct draft *d);
    const char *pointer, *says;
} mistakes[] = {
    {no_name, "/register without a name", "The name of a register is lower case"},
    {same_search_number, "/clause_low_state", "takes \"clause_low_state\" and \"person_net_order\" for the same"},
    {two_titles, "/exercise/fields", "2 fields have the flag TITLE"},
    {no_title, "/exercise/fields", "0 fields have the flag TITLE"},
    {title_of_number, "/exercise/fields/size", "TITLE is for a TEXT"},
    {hole, "/exercise/fields/3", "after \"leaders\""},
    {capitals, "/exercise/fields/Size", "is no name"},
    {field_twice, "/exercise/fields/lead", "Two fields are called \"lead\""},
    {field_of_all, "/exercise/fields/status", "Every record has \"status\" already"},
    {long_name, "/exercise/fields/the_size_that_it_had_when_it_was_measured", "at most 40"},
    {long_index, "/an_exercise_that_is_called_for_all_of_it/fields/ended_on_the_day_that_it_was_over_on",
     "shorter name"},
    {no_choices, "/exercise/fields/kind", "needs .choices"},
    {choice_twice, "/exercise/fields/kind", "\"small\" stands there twice"},
    {bad_choice, "/exercise/fields/kind", "\"Not small\" is no name"},
    {choices_of_text, "/exercise/fields/title", "no use for .choices"},
    {no_target, "/exercise/fields/lead", "needs .target"},
    {unknown_target, "/exercise/fields/lead", "no register \"persons\""},
    {unknown_targets, "/exercise/fields/subject", "no register \"stranger\""},
    {no_scale, "/exercise/fields/size", "needs .scale"},
    {bounds_turned, "/exercise/fields/size", ".min 10 is above .max 9"},
    {fallback_no_json, "/exercise/fields/kind", "is no JSON"},
    {fallback_no_choice, "/exercise/fields/kind", "must be one of small, large"},
    {fallback_of_link, "/exercise/fields/lead", "no use for .fallback"},
    {required_derived, "/exercise/fields/ended_on", "requests cannot bring what is computed"},
    {required_by_step, "/exercise/fields/ended", "name it in .demands"},
    {searched_number, "/exercise/fields/size", "SEARCH is for TEXT and PROSE"},
    {nobody_sets, "/exercise/fields/size", "no transition asks for it"},
    {no_initial, "/exercise/states", "0 states have the flag INITIAL"},
    {two_initial, "/exercise/states", "2 states have the flag INITIAL"},
    {state_twice, "/exercise/states/open", "Two states are called \"open\""},
    {state_unreached, "/exercise/states/paused", "No transition leads to"},
    {to_unknown, "/exercise/transitions/end", ".to names \"done\", which is no state"},
    {from_unknown, "/exercise/transitions/end", ".from names \"opened\", which is no state"},
    {from_nowhere, "/exercise/transitions/end", "It needs .from"},
    {step_twice, "/exercise/transitions/end", "Two transitions are called \"end\""},
    {needs_nothing, "/exercise/transitions/end", "It needs .needs"},
    {asks_unknown, "/exercise/transitions/end", ".asks names \"end\", which is no field"},
    {asks_derived, "/exercise/transitions/end", "which is DERIVED"},
    {asks_too_much, "/exercise/transitions/end", ".asks has room for 6 names"},
    {demands_unknown, "/exercise/transitions/end", ".demands names \"end\", which is no field"},
    {independent_unknown, "/exercise/transitions/end", ".independent_of names \"leader\", which is neither"},
    {independent_of_no_part, "/exercise/transitions/end", ".independent_of names \"person.hand\", which is neither"},
    {stamps_open, "/exercise/transitions/end", ".stamps_user names \"size\""},
    {stamps_text, "/exercise/transitions/end", ".stamps_date names \"ended\""},
    {bad_prefix, "/exercise", "\"EXER\" is not three capital letters"},
    {prefix_taken, "/exercise", "PER is that of person already"},
    {name_taken, "/person", "Two registers are called \"person\""},
    {name_of_table, "/outbox", "a table of the name \"outbox\""},
    {name_of_address, "/home", "/api/v1/home is an address"},
    {unknown_room, "/exercise", "No role has a right in the room \"continuty\""},
    {daily_without, "/exercise", "it needs .derive"},
    {follows_unknown, "/follows/exercises", "no register \"exercises\""},
    {follows_no_field, "/follows/exercise", "exercise has no field \"leads\""},
};

static bool complains(const struct ctx *ctx, const struct mistake *mistake)
{
    for (const struct field_error *error = ctx->error.fields; error; error = error->next)
        if (str_is(error->pointer, mistake->pointer) && str_find(error->detail, str_of(mistake->says), NULL))
            return true;
    return false;
}

static void each_mistake_is_found(void **state)
{
    int missed = 0;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct ctx ctx = {.arena = *state};
        struct draft d;
        draft_good(&d);
        mistakes[i].make(&d);
        if (check(&ctx, &d) == INVALID && complains(&ctx, &mistakes[i])) continue;
        print_error("not found: %s: %s; instead:\n", mistakes[i].pointer, mistakes[i].says);
        print_complaints(&ctx);
        missed++;
    }
    assert_int_equal(missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(registers_of_the_program),
        arena_test(a_good_one_passes),
        arena_test(each_mistake_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
