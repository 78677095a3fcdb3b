/* Sentences in another language: the template is found by its English format, and its places are filled by number. */
#include "cmocka_first.h"

#include "base/buf.h"
#include "base/ctx.h"

static const struct {
    const char *key, *text;
} entries[] = {
    {"There is no risk %s.", "Kein Risiko {1}."},
    {"%s of %s", "{2}: {1}, {2}"},
    {"%d %u %zu %lld %llu %s %.*s 5%%", "{7} {6} {5} {4} {3} {2} {1}"},
    {"Use {this} or {9}.", "{1} {} {x} {10} {1"},
    {"%s is needed.", "\"{1:field}\" fehlt."},
    {"This %s has no %s.", "{1:register} ohne {2:field/1} in {1:register.many}"},
    {"It %s.", "Es {1:say}."},
    {"%5d", "{1}"},
    {"sleeps", "ruht"},
    {"Risk %lld %s (%d).", "Das Risiko {1} {2:say} ({3})."},
    {"Of risk %lld: %s.", "Zum Risiko {1}: {2:say}."},
    {"Risk %s", "Risiko {1}"},
    {"Sleep.", "Ruhe."},
    {"field.title", "Titel"},
    {"field.risk.owner", "Risikoeigner"},
    {"field.owner", "Eigner"},
    {"register.risk", "Risiko"},
    {"register.risk.many", "Risiken"},
};

static struct sentences german(struct arena *arena)
{
    struct map *texts = map_new(arena, COUNT(entries));
    for (size_t i = 0; i < COUNT(entries); i++) {
        struct str *text = arena_make(arena, struct str);
        *text = str_of(entries[i].text);
        map_set(texts, str_of(entries[i].key), text);
    }
    static const struct str formats[] = {S("There is no risk %s."), S("%s of %s"), S("It %s."),
                                         S("Risk %lld %s (%d)."),   S("Risk %s"),  S("Of risk %lld: %s.")};
    return (struct sentences){S("de"), texts, formats, COUNT(formats)};
}

static void the_template_of_the_format_is_filled(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    assert_int_equal(fail(&ctx, NOT_FOUND, "There is no risk %s.", "RSK-1"), NOT_FOUND);
    assert_str(ctx.error.sentence, "Kein Risiko RSK-1.");
    (void)fail(&ctx, BROKEN, "%s of %s", "one", "two");
    assert_str(ctx.error.sentence, "two: one, two");
    assert_str(ctx.error.english, "one of two");
    fail_field(&ctx, "title", "required", "There is no risk %s.", "");
    assert_str(ctx.error.fields->detail, "Kein Risiko .");
}

static void arguments_are_taken_by_their_type(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    struct str part = str_slice(S("partial"), 0, 4);
    (void)fail(&ctx, INVALID, "%d %u %zu %lld %llu %s %.*s 5%%", -1, 2U, (size_t)3, -4LL, 5ULL, "six", PRINT(part));
    assert_str(ctx.error.sentence, "part six 5 -4 3 2 -1");
}

static void what_is_no_place_stays(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    (void)fail(&ctx, INVALID, "Use {this} or {9}.");
    assert_str(ctx.error.sentence, "{1} {} {x} {10} {1");
}

static void labels_stand_for_technical_names(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    (void)fail(&ctx, INVALID, "%s is needed.", "title");
    assert_str(ctx.error.sentence, "\"Titel\" fehlt.");
    (void)fail(&ctx, INVALID, "%s is needed.", "owner");
    assert_str(ctx.error.sentence, "\"Eigner\" fehlt.");
    ctx.about = "risk";
    (void)fail(&ctx, INVALID, "%s is needed.", "owner");
    assert_str(ctx.error.sentence, "\"Risikoeigner\" fehlt.");
    (void)fail(&ctx, INVALID, "%s is needed.", "custom/colour");
    assert_str(ctx.error.sentence, "\"custom/colour\" fehlt.");
    ctx.about = "asset";
    (void)fail(&ctx, INVALID, "This %s has no %s.", "risk", "owner");
    assert_str(ctx.error.sentence, "Risiko ohne Risikoeigner in Risiken");
}

static void sentences_inside_sentences(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    (void)fail(&ctx, INVALID, "It %s.", "sleeps");
    assert_str(ctx.error.sentence, "Es ruht.");
    (void)fail(&ctx, INVALID, "%s", "Sleep.");
    assert_str(ctx.error.sentence, "Ruhe.");
    (void)fail(&ctx, INVALID, "%.*s", PRINT(ctx.error.sentence)); /* handed on: it is in the language already */
    assert_str(ctx.error.sentence, "Ruhe.");
    assert_str(ctx_say(&ctx, "Sleep."), "Ruhe.");
}

static void what_has_no_template_is_english(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    (void)fail(&ctx, INVALID, "Not there: %s.", "this");
    assert_str(ctx.error.sentence, "Not there: this.");
    (void)fail(&ctx, INVALID, "%5d", 7); /* a conversion whose argument is not known */
    assert_str(ctx.error.sentence, "    7");
    assert_str(ctx_say(&ctx, "Not there."), "Not there.");
    ctx.sentences = NULL;
    assert_str(ctx_say(&ctx, "Sleep."), "Sleep.");
}

/* An alarm that was kept in English, for somebody who reads it later. */
static void what_was_kept_in_english_is_told_again(void **state)
{
    struct sentences sentences = german(*state);
    struct ctx ctx = {.arena = *state, .sentences = &sentences};
    assert_str(ctx_retell(&ctx, S("There is no risk RSK-1.")), "Kein Risiko RSK-1.");
    assert_str(ctx_retell(&ctx, S("Sleep.")), "Ruhe.");
    assert_str(ctx_retell(&ctx, S("Risk 17 sleeps (2).")), "Das Risiko 17 ruht (2).");
    assert_str(ctx_retell(&ctx, S("Of risk -1: There is no risk 5..")), "Zum Risiko -1: Kein Risiko 5..");
    assert_str(ctx_retell(&ctx, S("Risk x sleeps (2).")), "Risk x sleeps (2)."); /* no number, and too little is said */
    assert_str(ctx_retell(&ctx, S("one of two")), "one of two");                 /* nearly anything would fit */
    assert_str(ctx_retell(&ctx, S("There is no risk RSK-1")), "There is no risk RSK-1");
    assert_str(ctx_retell(&ctx, S("")), "");
    struct buf deep = buf_in(*state);
    for (int i = 0; i < 300; i++) buf_text(&deep, "Of risk 1: ");
    for (int i = 0; i < 300; i++) buf_char(&deep, '.');
    struct str told = ctx_retell(&ctx, buf_str(&deep)); /* no sentence of the program is nested so deep */
    assert_true(str_starts(told, S("Zum Risiko 1: Zum Risiko 1: ")));
    assert_true(str_find(told, S("Of risk 1: Of risk 1: "), NULL));
    for (int i = 0; i < 20000; i++) buf_text(&deep, "Of risk 1: ");
    assert_true(str_eq(ctx_retell(&ctx, buf_str(&deep)), buf_str(&deep))); /* nor so long */
    ctx.sentences = NULL;
    assert_str(ctx_retell(&ctx, S("Sleep.")), "Sleep.");
}

static void a_language_is_found_by_its_name(void **state)
{
    struct sentences sentences = german(*state);
    struct languages languages = {&sentences, 1};
    assert_ptr_equal(languages_find(&languages, S("de")), &sentences);
    assert_null(languages_find(&languages, S("en")));
    assert_null(languages_find(NULL, S("de")));
}

static struct sentences kept; /* made before memory runs out, for what escapes() calls */

static void fail_in_german(struct arena *arena)
{
    struct ctx ctx = {.arena = arena, .sentences = &kept};
    (void)fail(&ctx, INVALID, "This %s has no %s.", "risk", "owner");
}

static void failing_in_german_may_run_out_of_memory(void **state)
{
    uint64_t n = 1;
    kept = german(*state);
    arena_fail_at(n);
    while (escapes(*state, fail_in_german)) arena_fail_at(++n);
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(the_template_of_the_format_is_filled),
        arena_test(arguments_are_taken_by_their_type),
        arena_test(what_is_no_place_stays),
        arena_test(labels_stand_for_technical_names),
        arena_test(sentences_inside_sentences),
        arena_test(what_has_no_template_is_english),
        arena_test(what_was_kept_in_english_is_told_again),
        arena_test(a_language_is_found_by_its_name),
        arena_test(failing_in_german_may_run_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
