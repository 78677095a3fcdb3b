/* Catalogues of sentences: one language a file, with the labels of its language beside its sentences. */
#include "fixture.h"

#undef fail /* the name is ours (base/ctx.h) */

#include "format/catalogue.h"

#define FILE_OF(file, text)                                                                                            \
    {                                                                                                                  \
        .name = "labels/" file, .bytes = { text, sizeof(text) - 1 }                                                    \
    }

static void a_file_is_a_language(void **state)
{
    static const struct asset assets[] = {
        FILE_OF("de.json", "{\"register.risk\": \"Risiko\"}"),
        FILE_OF("en.json", "{\"register.risk\": \"Risk\"}"),
        FILE_OF("sentences.de.json", "{\"No %s.\": \"Kein {1:register}.\"}"),
        FILE_OF("sentences.pt-BR.json", "{\"No %s.\": \"Nenhum {1:register}.\"}"),
        FILE_OF("ui.de.json", "{\"ui.ok\": \"Ja\"}"),
    };
    struct ctx *ctx = *state;
    struct languages languages;
    assert_int_equal(languages_of_assets(ctx, assets, COUNT(assets), &languages), OK);
    assert_int_equal(languages.count, 2);
    ctx->sentences = languages_find(&languages, S("de"));
    (void)fail(ctx, NOT_FOUND, "No %s.", "risk");
    assert_str(ctx->error.sentence, "Kein Risiko.");
    ctx->sentences = languages_find(&languages, S("pt-BR")); /* it has no labels */
    (void)fail(ctx, NOT_FOUND, "No %s.", "risk");
    assert_str(ctx->error.sentence, "Nenhum risk.");
    assert_str(sentences_say(ctx->sentences, S("ui.ok")), "ui.ok");
}

static void what_is_no_catalogue_is_named(void **state)
{
    static const struct asset list = FILE_OF("sentences.de.json", "[]");
    static const struct asset number = FILE_OF("sentences.de.json", "{\"No %s.\": 1}");
    static const struct asset broken = FILE_OF("sentences.de.json", "{");
    struct ctx *ctx = *state;
    struct languages languages;
    assert_int_equal(languages_of_assets(ctx, &list, 1, &languages), INVALID);
    assert_says(ctx, "sentences.de.json is no JSON object");
    assert_int_equal(languages_of_assets(ctx, &number, 1, &languages), INVALID);
    assert_says(ctx, "\"No %s.\" is no text");
    assert_int_equal(languages_of_assets(ctx, &broken, 1, &languages), INVALID);
}

static void no_file_is_no_language(void **state)
{
    struct ctx *ctx = *state;
    struct languages languages;
    assert_int_equal(languages_of_assets(ctx, NULL, 0, &languages), OK);
    assert_int_equal(languages.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(a_file_is_a_language),
        ctx_test(what_is_no_catalogue_is_named),
        ctx_test(no_file_is_no_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
