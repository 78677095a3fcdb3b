/* What commands print: as printf does it, but nothing of the data reaches a terminal that it would obey. */
#include "world.h"

#include "app/say.h"

struct page {
    FILE *out;
    char *text;
    size_t len;
};

static int begin(void **state)
{
    struct page *page = calloc(1, sizeof *page);
    page->out = open_memstream(&page->text, &page->len);
    *state = page;
    return page->out ? 0 : -1;
}

static int end(void **state)
{
    struct page *page = *state;
    fclose(page->out);
    free(page->text);
    free(page);
    return 0;
}

static void printed(struct page *page, const char *expected)
{
    fflush(page->out);
    assert_int_equal(ftell(page->out), (long)strlen(expected)); /* behind it stands what was printed before */
    assert_memory_equal(page->text, expected, strlen(expected));
    rewind(page->out);
}

static void it_prints_as_printf_does(void **state)
{
    struct page *page = *state;
    say(page->out, "%s of %.*s, %d, %u, %zu %%\n", "one", 3, "twofold", -1, 2u, (size_t)3);
    printed(page, "one of two, -1, 2, 3 %\n");
    say(page->out, "%lld/%llu|%-4lld|%4lld|%-6.*s|%5s|", INT64_MIN + 0LL, UINT64_MAX + 0ULL, 7LL, 7LL, 2, "ab", "cd");
    printed(page, "-9223372036854775808/18446744073709551615|7   |   7|ab    |   cd|");
    say(page->out, "%-4s|%2s|", "K\xC3\xBC", "long"); /* characters are counted, not bytes */
    printed(page, "K\xC3\xBC  |long|");
}

static void what_a_terminal_would_obey_is_shown(void **state)
{
    struct page *page = *state;
    struct str hostile = S("create\x1b[2J\nEverything is right\xC2\x9b"
                           "8m\xE2\x80\xAE\0x");
    say(page->out, "Entry: %.*s.\n", PRINT(hostile));
    printed(page, "Entry: create\\x1b[2J\\x0aEverything is right\\u009b8m\\u202e\\x00x.\n");
    say(page->out, "%-8s|\n", "a\rb");
    printed(page, "a\\x0db  |\n");
}

static void what_programs_read_is_whole(void **state)
{
    struct page *page = *state;
    say_json(page->out, S("[\"\xC2\x85\"]"));
    say_data(page->out, S("CREATE\nTABLE\n"));
    printed(page, "[\"\xC2\x85\"]\nCREATE\nTABLE\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_prints_as_printf_does, begin, end),
        cmocka_unit_test_setup_teardown(what_a_terminal_would_obey_is_shown, begin, end),
        cmocka_unit_test_setup_teardown(what_programs_read_is_whole, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
