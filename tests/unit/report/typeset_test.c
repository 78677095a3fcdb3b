/* PDF: read back with poppler's programs, as another program would read it. */
#include "report/sample.h"

#include "report/typeset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <unistd.h>

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

static struct str row_name(size_t i)
{
    return arena_print(arena, "Row-%zu-", i);
}

static struct grid *two_columns(size_t rows, struct str text)
{
    static const struct grid_column columns[] = {{S("Name of the row"), 1, .strong = true}, {S("What it says"), 3}};
    struct grid *grid = grid_new(arena, S("Rows"), columns, COUNT(columns));
    for (size_t i = 0; i < rows; i++) {
        struct cell *cells = grid_row(grid);
        cells[0] = cell_text(row_name(i));
        cells[1] = cell_text(text);
    }
    return grid;
}

static size_t pages_of(struct str pdf)
{
    struct str info = sample_run(&ctx, "pdfinfo $file", pdf);
    size_t at;
    int64_t pages = 0;
    assert_true(str_find(info, S("Pages:"), &at));
    struct str rest = str_slice(info, at + 6, info.len), line;
    assert_true(str_cut(&rest, '\n', &line) && parse_number(str_trim(line), &pages));
    return (size_t)pages;
}

static void assert_contains(struct str text, const char *needle)
{
    if (!sample_count(text, needle)) fail_msg("\"%s\" is not in the text", needle);
}

static void the_title_page_tells_who_answers_for_it(void **state)
{
    (void)state;
    static const char *const expected[] = {"Document control",
                                           "Statement of Applicability",
                                           "SOA-1",
                                           "Version 3",
                                           "Confidential",
                                           "Nordlicht Shipping Group",
                                           "Approved by",
                                           "Jens Petersen, Managing Director",
                                           "2026-11-21",
                                           "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"};
    struct str pdf = pdf_of(sample_document(&ctx, 93)), text = sample_pdf_text(&ctx, pdf), page;
    assert_true(str_cut(&text, '\f', &page));
    for (size_t i = 0; i < COUNT(expected); i++) assert_contains(page, expected[i]);
    assert_contains(page, arena_print(arena, "Page 1 of %zu", pages_of(pdf)).at);
    assert_int_equal(sample_count(page, "Nothing"), 0); /* a fact without a value */
}

static void every_row_is_there_under_a_repeated_head(void **state)
{
    (void)state;
    struct str pdf = pdf_of(sample_grid(&ctx, two_columns(300, S("short")))), page;
    struct str text = sample_pdf_text(&ctx, pdf);
    for (size_t i = 0; i < 300; i++) assert_int_equal(sample_count(text, row_name(i).at), 1);
    size_t pages = pages_of(pdf), number = 1;
    for (; number < 3 && str_cut(&text, '\f', &page); number++)
        assert_contains(page, arena_print(arena, "Page %zu of %zu", number, pages).at);
    for (; str_cut(&text, '\f', &page) && number <= pages; number++) {
        assert_int_equal(sample_count(page, "What it says"), 1);
        assert_contains(page, arena_print(arena, "Page %zu of %zu", number, pages).at);
        assert_contains(page, "Nordlicht Shipping Group");
        assert_contains(page, "Confidential");
    }
    assert_int_equal(number, pages + 1);
}

static void a_statement_has_its_93_lines_and_its_charts(void **state)
{
    (void)state;
    struct str text = sample_pdf_text(&ctx, pdf_of(sample_document(&ctx, 93)));
    assert_int_equal(sample_count(text, "Kowalczyk"), 93 + 1);
    static const char *const expected[] = {"Physical controls", "Almost certain", "Very high", "Partly implemented",
                                           "1.1"};
    for (size_t i = 0; i < COUNT(expected); i++) assert_contains(text, expected[i]);
}

static void contents_link_to_headings_that_are_in_the_outline(void **state)
{
    (void)state;
    struct str pdf = pdf_of(sample_document(&ctx, 93));
    struct str destinations = sample_run(&ctx, "pdfinfo -dests $file", pdf);
    for (int i = 0; i < 4; i++) assert_contains(destinations, arena_print(arena, "\"heading-%d\"", i).at);
    struct str html = sample_run(&ctx, "pdftohtml -xml -i -stdout $file", pdf);
    assert_contains(html, "<outline>");
    assert_contains(html, ">1  Summary</item>");
    assert_contains(html, ">1.1  Implementation by theme</item>");
    assert_true(sample_count(html, "<a href=") >= 4);
}

static void screen_readers_are_told_what_is_a_table(void **state)
{
    (void)state;
    struct str pdf = pdf_of(sample_grid(&ctx, two_columns(100, S("short"))));
    struct str tree = sample_run(&ctx, "pdfinfo -struct-text $file", pdf);
    assert_contains(tree, "Table");
    assert_contains(tree, "\"Row-57-\"");
    assert_true(sample_count(tree, "TH") >= 4);
    assert_int_equal(sample_count(tree, "TD"), 200);
}

static void metadata_are_those_of_the_document(void **state)
{
    (void)state;
    struct str info = sample_run(&ctx, "TZ=UTC pdfinfo $file", pdf_of(sample_document(&ctx, 5)));
    static const char *const expected[] = {"Title:           Statement of Applicability",
                                           "Author:          Nordlicht Shipping Group", "SOA-1 Version 3",
                                           "Sat Nov 21 18:21:00 2026", "Tagged:          yes"};
    for (size_t i = 0; i < COUNT(expected); i++) assert_contains(info, expected[i]);
}

static void the_same_document_gives_the_same_bytes(void **state)
{
    (void)state;
    struct str first = pdf_of(sample_document(&ctx, 93)), second = pdf_of(sample_document(&ctx, 93));
    assert_true(str_eq(first, second));
}

static void letter_and_portrait_are_as_wide_as_they_should(void **state)
{
    (void)state;
    struct document *document = sample_document(&ctx, 5);
    document->paper = LETTER;
    assert_contains(sample_run(&ctx, "pdfinfo $file", pdf_of(document)), "792 x 612");
    document->paper = A4;
    document->landscape = false;
    assert_contains(sample_run(&ctx, "pdfinfo $file", pdf_of(document)), "595.28 x 841.89");
}

/* Five thousand, and one thousand under the sanitizers, which see no more in the other four. */
static void thousands_of_rows_are_printed(void **state)
{
#ifdef MERLON_SANITIZE
    enum { ROWS = 1000 };
#else
    enum { ROWS = 5000 };
#endif
    (void)state;
    clock_t before = clock();
    struct str pdf = pdf_of(sample_document(&ctx, ROWS));
    print_message("%d rows of 8 columns: %ld ms, %zu kB, arena %zu kB\n", ROWS,
                  (long)((clock() - before) * 1000 / CLOCKS_PER_SEC), pdf.len / 1024, arena_used(arena) / 1024);
    struct str text = sample_pdf_text(&ctx, pdf);
    assert_int_equal(sample_count(text, "Kowalczyk"), ROWS + 1);
    assert_true(pages_of(pdf) > ROWS * 3 / 50);
    assert_true(arena_used(arena) < 100 * 1024 * (size_t)1024);
}

static void an_empty_grid_says_so(void **state)
{
    (void)state;
    struct str text = sample_pdf_text(&ctx, pdf_of(sample_grid(&ctx, two_columns(0, S("")))));
    assert_contains(text, "What it says");
    assert_contains(text, "None.");
}

static void a_document_of_nothing_is_two_pages(void **state)
{
    (void)state;
    assert_int_equal(pages_of(pdf_of(document_new(&ctx, S("")))), 2);
}

static void a_word_longer_than_its_column_is_broken(void **state)
{
    (void)state;
    char *word = arena_alloc(arena, 3001);
    memset(word, 'Q', 3000);
    struct str pdf = pdf_of(sample_grid(&ctx, two_columns(2, (struct str){word, 3000})));
    assert_true(sample_count(sample_pdf_text(&ctx, pdf), "Q") == 6000);
    assert_int_equal(pages_of(pdf), 3);
}

/* Of any length, as somebody else may have put it there: it is cut, said so, and does not keep a thread for ever. */
static void a_text_without_end_is_cut(void **state)
{
    static const char *const units[] = {"a", "\n"};
    (void)state;
    alarm(240); /* where it does not end */
    for (size_t i = 0; i < COUNT(units); i++) {
        struct buf text = buf_in(arena);
        while (text.len < 3 * 1000 * 1000) buf_text(&text, units[i]);
        struct document *document = sample_grid(&ctx, two_columns(1, buf_str(&text)));
        document_heading(document, 1, buf_str(&text));
        document_paragraph(document, buf_str(&text));
        struct str pdf = pdf_of(document);
        assert_true(pages_of(pdf) < 400);
        assert_contains(sample_pdf_text(&ctx, pdf), "\xe2\x80\xa6");
    }
    alarm(0);
}

/* As much as a field may hold: 20,000 characters, as lines of one, or without a blank and of four bytes each. */
static void what_a_field_may_hold_is_not_cut(void **state)
{
    static const char *const units[] = {"Q\n", "\xf0\xa0\x80\x80"};
    static const int times[] = {10000, 20000};
    (void)state;
    for (size_t i = 0; i < COUNT(units); i++) {
        struct buf text = buf_in(arena);
        for (int k = 0; k < times[i]; k++) buf_text(&text, units[i]);
        struct document *document = sample_grid(&ctx, two_columns(1, buf_str(&text)));
        document_paragraph(document, buf_str(&text));
        struct str printed = sample_pdf_text(&ctx, pdf_of(document));
        assert_int_equal(sample_count(printed, "\xe2\x80\xa6"), 0);
        if (!i) assert_int_equal(sample_count(printed, "Q"), 20000);
    }
}

static void a_row_longer_than_a_page_is_continued(void **state)
{
    (void)state;
    struct buf text = buf_in(arena);
    for (int i = 0; i < 400; i++) buf_print(&text, "line-%d-\n", i);
    struct str pdf = pdf_of(sample_grid(&ctx, two_columns(2, buf_str(&text))));
    struct str printed = sample_pdf_text(&ctx, pdf);
    for (int i = 0; i < 400; i++) assert_int_equal(sample_count(printed, arena_print(arena, "line-%d-", i).at), 2);
    assert_true(pages_of(pdf) > 10);
    assert_true(sample_count(printed, "What it says") >= pages_of(pdf) - 1);
}

static void long_paragraphs_and_headings_go_on_over_pages(void **state)
{
    (void)state;
    struct buf text = buf_in(arena);
    for (int i = 0; i < 2000; i++) buf_print(&text, "word-%d- ", i);
    struct document *document = document_new(&ctx, S("Paragraphs"));
    for (int i = 0; i < 120; i++) document_heading(document, 1 + i % 2, S("A heading"));
    document_paragraph(document, buf_str(&text));
    struct str pdf = pdf_of(document), printed = sample_pdf_text(&ctx, pdf);
    for (int i = 0; i < 2000; i++) assert_int_equal(sample_count(printed, arena_print(arena, "word-%d-", i).at), 1);
    assert_contains(printed, "60.1");
}

/* A scope of many lines stands among the facts of document control, in two columns on low paper, in one on high. */
static void long_facts_go_on_over_pages(void **state)
{
    (void)state;
    struct buf sites = buf_in(arena), words = buf_in(arena);
    for (int i = 0; i < 160; i++) buf_print(&sites, "%sSite-%d-", i ? "\n" : "", i);
    for (int i = 0; i < 1500; i++) buf_print(&words, "word-%d- ", i);
    const struct fact facts[] = {{S("Before"), cell_text(S("first")), false},
                                 {S("Scope"), cell_mark(buf_str(&sites), TICK, 0x1b7f4b), false},
                                 {S("Hash"), cell_text(buf_str(&words)), true},
                                 {S("After"), cell_text(S("last")), false}};
    for (int landscape = 0; landscape < 2; landscape++) {
        struct document *document = document_new(&ctx, S("Facts"));
        document->landscape = landscape;
        document->control = facts;
        document->control_count = COUNT(facts);
        document_heading(document, 1, S("Again"));
        document_facts(document, S("Again"), facts, COUNT(facts));
        struct str pdf = pdf_of(document), printed = sample_pdf_text(&ctx, pdf);
        for (int i = 0; i < 160; i++) assert_int_equal(sample_count(printed, arena_print(arena, "Site-%d-", i).at), 2);
        assert_int_equal(sample_count(printed, "Scope"), 2);
        assert_int_equal(sample_count(printed, "first"), 2);
        assert_int_equal(sample_count(printed, "last"), 2);
        assert_true(sample_count(printed, "\f") >= 8);
        struct str lowest = sample_run(&ctx,
                                       "pdftotext -bbox $file - | sed -n 's/.*yMax=\"\\([0-9]*\\).*/\\1/p' | "
                                       "sort -n | tail -n 1",
                                       pdf);
        int64_t edge;
        assert_true(parse_number(str_trim(lowest), &edge) && edge < (landscape ? 595 : 841));
    }
}

static void other_scripts_are_printed(void **state)
{
    (void)state;
    static const struct str texts[] = {
        S("المخاطر الناتجة عن فقدان البيانات 2026"),
        S("סיכון אובדן נתונים"),
        S("情報セキュリティ方針と漢字"),
        S("Δείκτης κινδύνου, Оценка рисков"),
        S("ภาษาไทยไม่มีช่องว่าง"),
        S("👩‍🚀 e\u0301 \u202e reversed \u202c"),
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_true(pages_of(pdf_of(sample_grid(&ctx, two_columns(20, texts[i])))) >= 2);
    struct str text = sample_pdf_text(&ctx, pdf_of(sample_grid(&ctx, two_columns(1, texts[3]))));
    assert_contains(text, "Оценка рисков");
}

static void damaged_text_does_no_harm(void **state)
{
    (void)state;
    static const struct str texts[] = {S("\xff\xfe broken \xc3"), S("nul \0 inside"), S("\x01\x02\x1b[31m\t\r\n\f"),
                                       S("<b>not markup</b> & \"quoted\" %s %n")};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct document *document = sample_grid(&ctx, two_columns(2, texts[i]));
        document->title = document->reference = document->classification = texts[i];
        document_heading(document, 1, texts[i]);
        document_paragraph(document, texts[i]);
        assert_true(pages_of(pdf_of(document)) >= 2);
    }
    struct str text = sample_pdf_text(&ctx, pdf_of(sample_grid(&ctx, two_columns(1, texts[3]))));
    assert_contains(text, "<b>not markup</b> & \"quoted\" %s %n");
}

/* Prints while the n-th allocation fails; whatever was made until then must be released (the sanitizer looks for
 * leaks). */
static void print_with_failure_at(uint64_t n)
{
    struct arena *small = arena_new(0);
    jmp_buf escape;
    if (!setjmp(escape)) {
        arena_guard(small, &escape);
        struct ctx inner = sample_ctx(small);
        const struct document *document = sample_document(&inner, 20);
        struct str bytes;
        arena_fail_at(n);
        assert_int_equal(typeset_pdf(&inner, document, &bytes), OK);
    }
    arena_fail_at(0);
    arena_free(small);
}

static void out_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 400; n += 7) print_with_failure_at(n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_text_without_end_is_cut),
        TEST(the_title_page_tells_who_answers_for_it),
        TEST(every_row_is_there_under_a_repeated_head),
        TEST(a_statement_has_its_93_lines_and_its_charts),
        TEST(contents_link_to_headings_that_are_in_the_outline),
        TEST(screen_readers_are_told_what_is_a_table),
        TEST(metadata_are_those_of_the_document),
        TEST(the_same_document_gives_the_same_bytes),
        TEST(letter_and_portrait_are_as_wide_as_they_should),
        TEST(thousands_of_rows_are_printed),
        TEST(an_empty_grid_says_so),
        TEST(a_document_of_nothing_is_two_pages),
        TEST(a_word_longer_than_its_column_is_broken),
        TEST(what_a_field_may_hold_is_not_cut),
        TEST(a_row_longer_than_a_page_is_continued),
        TEST(long_paragraphs_and_headings_go_on_over_pages),
        TEST(long_facts_go_on_over_pages),
        TEST(other_scripts_are_printed),
        TEST(damaged_text_does_no_harm),
        TEST(out_of_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
