/* XLSX: read back with our own reader of workbooks, sheet by sheet. */
#include "report/sample.h"

#include "format/xlsx.h"
#include "report/workbook.h"

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

static struct str book_of(const struct document *document)
{
    struct str bytes = {0};
    assert_int_equal(workbook_xlsx(&ctx, document, &bytes), OK);
    return bytes;
}

struct sheet {
    struct xlsx_reader *reader;
    struct str *cells;
    size_t count;
};

static struct sheet open_sheet(struct str book, const char *name)
{
    struct sheet sheet = {0};
    assert_int_equal(xlsx_open(&ctx, book, &(struct table_options){.sheet = name}, &sheet.reader), OK);
    return sheet;
}

static bool next_row(struct sheet *sheet)
{
    assert_int_equal(xlsx_row(&ctx, sheet->reader, &sheet->cells, &sheet->count), OK);
    return sheet->cells;
}

static void assert_cell(const struct sheet *sheet, size_t column, const char *text)
{
    assert_true(column < sheet->count);
    if (!str_is(sheet->cells[column], text))
        fail_msg("column %zu is \"%.*s\", not \"%s\"", column, PRINT(sheet->cells[column]), text);
}

static void the_first_sheet_is_document_control(void **state)
{
    (void)state;
    struct sheet sheet = open_sheet(book_of(sample_document(&ctx, 93)), NULL);
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 0, "Document control");
    assert_true(next_row(&sheet) && next_row(&sheet));
    assert_cell(&sheet, 0, "Reference");
    assert_cell(&sheet, 1, "SOA-1");
    size_t approved = 0, applicable = 0;
    while (next_row(&sheet)) {
        approved += str_is(sheet.cells[0], "Approved by") && str_is(sheet.cells[1], "Jens Petersen, Managing Director");
        applicable += str_is(sheet.cells[0], "applicable") && str_is(sheet.cells[1], "87");
    }
    assert_int_equal(approved, 1);
    assert_int_equal(applicable, 1);
}

static void groups_become_a_column(void **state)
{
    (void)state;
    struct sheet sheet = open_sheet(book_of(sample_document(&ctx, 93)), "Statement of Applicability");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 0, "Theme");
    assert_cell(&sheet, 1, "Control");
    assert_cell(&sheet, 8, "Tested");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 0, "5  Organisational controls");
    assert_cell(&sheet, 1, "5.1");
    assert_cell(&sheet, 6, "Not started");
    assert_cell(&sheet, 8, "2026-11-21");
    size_t rows = 1;
    for (; next_row(&sheet); rows++)
        if (rows == 92) assert_cell(&sheet, 0, "8  Technological controls");
    assert_int_equal(rows, 93);
}

static void charts_have_their_numbers(void **state)
{
    (void)state;
    struct str book = book_of(sample_document(&ctx, 5));
    struct sheet sheet = open_sheet(book, "Summary");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 0, "Theme");
    assert_cell(&sheet, 6, "Total");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 5, "8");
    assert_cell(&sheet, 6, "37");
    sheet = open_sheet(book, "Risk matrix");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 2, "Level");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 0, "Almost certain");
    assert_cell(&sheet, 1, "Severe");
    assert_cell(&sheet, 2, "Very high");
    assert_cell(&sheet, 3, "1");
    size_t rows = 1;
    while (next_row(&sheet)) rows++;
    assert_int_equal(rows, 25);
}

static void a_formula_stays_text(void **state)
{
    (void)state;
    static const struct grid_column columns[] = {{S("Name"), 1}};
    struct grid *grid = grid_new(arena, S("Rows"), columns, 1);
    grid_row(grid)[0] = cell_text(S("=HYPERLINK(\"http://example.org\")"));
    grid_row(grid)[0] = cell_number(INT64_C(12345));
    struct sheet sheet = open_sheet(book_of(sample_grid(&ctx, grid)), "Rows");
    assert_true(next_row(&sheet) && next_row(&sheet));
    assert_cell(&sheet, 0, "=HYPERLINK(\"http://example.org\")");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 0, "12345");
}

static void an_empty_grid_is_a_head(void **state)
{
    (void)state;
    static const struct grid_column columns[] = {{S("Name"), 1}, {S("Status"), 1}};
    struct grid *grid = grid_new(arena, S("Rows"), columns, 2);
    struct sheet sheet = open_sheet(book_of(sample_grid(&ctx, grid)), "Rows");
    assert_true(next_row(&sheet));
    assert_cell(&sheet, 1, "Status");
    assert_false(next_row(&sheet));
}

static void the_same_document_gives_the_same_bytes(void **state)
{
    (void)state;
    struct str first = book_of(sample_document(&ctx, 93)), second = book_of(sample_document(&ctx, 93));
    assert_true(str_eq(first, second));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_sheet_is_document_control),
        TEST(groups_become_a_column),
        TEST(charts_have_their_numbers),
        TEST(a_formula_stays_text),
        TEST(an_empty_grid_is_a_head),
        TEST(the_same_document_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
