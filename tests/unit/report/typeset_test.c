/* PDF: read back with poppler's programs, as another program would read it. */
#include "report/sample.h"

#include "report/typeset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;
static struct ctx ctx;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    ctx = sample_ctx(arena);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct str pdf_of(const struct document *document)
{
    struct str bytes = {0};
    assert_int_equal(typeset_pdf(&ctx, document, &bytes), OK);
    assert_true(str_starts(bytes, S("%PDF-1.")));
    const char *keep = getenv("MERLON_KEEP_PDF"); /* to look at what was printed */
    if (keep) {
        FILE *file = fopen(keep, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
        fclose(file);
    }
    return bytes;
}

static void a_document_has_all_its_parts(void **state)
{
    (void)state;
    struct str text = sample_pdf_text(&ctx, pdf_of(sample_document(&ctx, 93)));
    assert_true(sample_count(text, "Document control") >= 1);
    assert_true(sample_count(text, "Nordlicht Shipping Group") >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_document_has_all_its_parts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
