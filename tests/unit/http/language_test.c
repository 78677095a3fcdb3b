/* Accept-Language: which language a request is answered in. */
#include "http/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct sentences known[] = {{.language = {"de", 2}}, {.language = {"pt-BR", 5}}};
static const struct languages have = {known, COUNT(known)};

static void weighs_what_is_accepted(void **state)
{
    static const struct {
        const char *accept, *language;
    } cases[] = {
        {"", "en"},
        {"de", "de"},
        {"DE", "de"},
        {"de-AT", "de"},
        {"den", "en"},
        {"d", "en"},
        {"fr", "en"},
        {"fr, de;q=0.5", "de"},
        {"fr,de;q=0.5", "de"},
        {"en, de", "en"},
        {"de, en", "de"},
        {"de;q=0.4, en-GB;q=0.6", "en"},
        {"de;q=0.4, en-GB;q=0.6, pt-br;q=0.61", "pt-BR"},
        {"pt", "en"},
        {"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"},
        {"de ; q=0.001", "de"},
        {"de;Q=1.000", "de"},
        {"de;q=0", "en"},
        {"de;q=0.000, *", "en"},
        {"*", "en"},
        {"*;q=0.1, de;q=0.2", "de"},
        {"de;q=1.001", "en"},
        {"de;q=2", "en"},
        {"de;q=.5", "en"},
        {"de;q=0.1234", "en"},
        {"de;q=-1", "en"},
        {"de;q=", "en"},
        {"de;level=1", "en"},
        {",,;q=1,de", "de"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct sentences *wanted = language_wanted(&have, str_of(cases[i].accept));
        struct str language = wanted ? wanted->language : S("en");
        if (!str_is(language, cases[i].language)) print_error("\"%s\"\n", cases[i].accept);
        assert_true(str_is(language, cases[i].language));
    }
}

static void english_is_always_there(void **state)
{
    static const struct languages none = {0};
    (void)state;
    assert_null(language_wanted(NULL, S("de")));
    assert_null(language_wanted(&none, S("de")));
    assert_null(language_wanted(&have, (struct str){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weighs_what_is_accepted),
        cmocka_unit_test(english_is_always_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
