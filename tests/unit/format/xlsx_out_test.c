/* What is written is read back with our own reader; formats and layout are looked up in the parts. */
#include "fixture.h"

#include "format/table.h"
#include "format/xlsx_out.h"
#include "format/xlsx_whole.h"

#include <zip.h>

enum { CREATED = 1732212060 }; /* seconds */

static const struct str header[] = {S("Reference"), S("Title"), S("Level"), S("Due"),
                                    S("Changed"),   S("Share"), S("Open")};

static struct str write_book(struct ctx *ctx, const struct xlsx_cell *cells, size_t count)
{
    struct xlsx_book *book;
    struct str bytes;
    assert_int_equal(xlsx_book_open(ctx, S("Risks & <more>"), CREATED * (int64_t)1000, &book), OK);
    assert_int_equal(xlsx_sheet_add(ctx, book, S("Risks"), header, COUNT(header)), OK);
    assert_int_equal(xlsx_row_add(ctx, book, cells, count), OK);
    assert_int_equal(xlsx_book_close(ctx, book, &bytes), OK);
    return bytes;
}

static struct table_reader *open_sheet(struct ctx *ctx, struct str bytes, const char *sheet)
{
    struct table_reader *table = NULL;
    if (table_open(ctx, bytes, &(struct table_options){.sheet = sheet}, &table) != OK)
        fail_msg("%.*s", PRINT(ctx->error.sentence));
    return table;
}

static struct str *next_row(struct ctx *ctx, struct table_reader *table, size_t *count)
{
    struct str *cells = NULL;
    if (table_row(ctx, table, &cells, count) != OK) fail_msg("%.*s", PRINT(ctx->error.sentence));
    return cells;
}

/* One part of the file, as text. */
static struct str part_of(struct ctx *ctx, struct str bytes, const char *name)
{
    zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.len, 0, NULL);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
    assert_non_null(zip);
    zip_stat_t stat;
    assert_int_equal(zip_stat(zip, name, 0, &stat), 0);
    char *text = arena_alloc(ctx->arena, stat.size);
    zip_file_t *file = zip_fopen(zip, name, 0);
    assert_int_equal(zip_fread(file, text, stat.size), stat.size);
    zip_fclose(file);
    zip_discard(zip);
    return (struct str){text, stat.size};
}

static void assert_holds(struct str text, const char *words)
{
    if (!str_find(text, str_of(words), NULL)) fail_msg("\"%s\" is not in %.*s", words, PRINT(text));
}

static void every_kind_comes_back(void **state)
{
    struct ctx *ctx = *state;
    struct xlsx_cell cells[] = {xlsx_text(S("RSK-1")),
                                xlsx_text(S("M\xC3\xBCller & <S\xC3\xB6hne>")),
                                xlsx_number(-42),
                                xlsx_date(S("2026-11-21")),
                                xlsx_time(1732212060123),
                                xlsx_decimal(0.1),
                                xlsx_bool(true),
                                xlsx_empty(),
                                xlsx_number(999999999999999),
                                xlsx_number(9007199254740993),
                                xlsx_date(S("1899-12-31")),
                                xlsx_text(S("")),
                                xlsx_number(0)};
    struct table_reader *table = open_sheet(ctx, write_book(ctx, cells, COUNT(cells)), "Risks");
    size_t count;
    struct str *row = next_row(ctx, table, &count);
    assert_int_equal(count, COUNT(header));
    for (size_t i = 0; i < count; i++) assert_true(str_eq(row[i], header[i]));
    row = next_row(ctx, table, &count);
    static const char *const expected[] = {"RSK-1",
                                           "M\xC3\xBCller & <S\xC3\xB6hne>",
                                           "-42",
                                           "2026-11-21",
                                           "2024-11-21T18:01:00.123Z",
                                           "0.1",
                                           "true",
                                           "",
                                           "999999999999999",
                                           "9007199254740993",
                                           "1899-12-31",
                                           "",
                                           "0"};
    assert_int_equal(count, COUNT(expected));
    for (size_t i = 0; i < count; i++) assert_str(row[i], expected[i]);
    assert_null(next_row(ctx, table, &count));
}

static void text_is_never_a_formula_and_never_lost(void **state)
{
    static const struct str texts[] = {
        S("=1+1"),
        S("=cmd|' /C calc'!A0"),
        S("+1"),
        S("-1"),
        S("@SUM(1)"),
        S("\t=1"),
        S("'x"),
        S("12"),
        S("2024-01-01"),
        S("http://example.org/"),
        S("_x0041_"),
        S("_x005F_"),
        S("a\x01\x02\x1F"
          "b"),
        S("cr\r\nlf\n"),
        S("nul\0in"),
        S(" spaces  "),
        S("{=1}"),
        S("\xF0\x9F\x98\x80"),
        S("<![CDATA[x]]>"),
        S("&amp;"),
        S("_x"),
        S("__x000D__"),
    };
    struct ctx *ctx = *state;
    struct xlsx_cell cells[COUNT(texts)];
    for (size_t i = 0; i < COUNT(texts); i++) cells[i] = xlsx_text(texts[i]);
    struct str bytes = write_book(ctx, cells, COUNT(texts));
    assert_false(str_find(part_of(ctx, bytes, "xl/worksheets/sheet1.xml"), S("<f>"), NULL));
    assert_false(str_find(part_of(ctx, bytes, "xl/worksheets/sheet1.xml"), S("<hyperlink"), NULL));
    struct table_reader *table = open_sheet(ctx, bytes, NULL);
    size_t count;
    next_row(ctx, table, &count);
    struct str *row = next_row(ctx, table, &count);
    assert_int_equal(count, COUNT(texts));
    for (size_t i = 0; i < count; i++)
        if (!str_eq(row[i], texts[i])) fail_msg("%.*s came back as %.*s", PRINT(texts[i]), PRINT(row[i]));
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    struct ctx *ctx = *state;
    struct xlsx_cell cells[] = {xlsx_text(S("RSK-1")), xlsx_text(S("Fire")), xlsx_number(3)};
    struct str first = write_book(ctx, cells, COUNT(cells)), second = write_book(ctx, cells, COUNT(cells));
    assert_true(str_eq(first, second));
    struct str core = part_of(ctx, first, "docProps/core.xml");
    assert_holds(core, "<dc:title>Risks &amp; &lt;more&gt;</dc:title>");
    assert_holds(core, ">2024-11-21T18:01:00Z</dcterms:created>");
}

static void the_layout_is_of_a_list(void **state)
{
    struct ctx *ctx = *state;
    struct xlsx_cell cells[] = {
        xlsx_text(S("RSK-1")),
        {.kind = XLSX_TEXT, .wrap = true, .text = S("a title of exactly forty characters here")},
        xlsx_date(S("2026-11-21"))};
    struct str bytes = write_book(ctx, cells, COUNT(cells));
    struct str sheet = part_of(ctx, bytes, "xl/worksheets/sheet1.xml");
    assert_holds(sheet, "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>");
    assert_holds(sheet, "<autoFilter ref=\"A1:G2\"/>");
    assert_holds(sheet, "<col min=\"1\" max=\"1\" width=\"14.");
    assert_holds(sheet, "<col min=\"2\" max=\"2\" width=\"42.");
    assert_holds(part_of(ctx, bytes, "xl/styles.xml"), "<b/>");
    assert_holds(part_of(ctx, bytes, "xl/styles.xml"), "formatCode=\"yyyy-mm-dd\"");
}

static void sheets_get_names_that_excel_takes(void **state)
{
    struct ctx *ctx = *state;
    struct xlsx_book *book;
    struct str bytes;
    assert_int_equal(xlsx_book_open(ctx, S(""), 0, &book), OK);
    static const struct str names[] = {S("Risks"),
                                       S("RISKS"),
                                       S("a/b:c*?[x]\\"),
                                       S(""),
                                       S("History"),
                                       S("A name that is far too long for any sheet"),
                                       S("A name that is far too long for any other sheet")};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(xlsx_sheet_add(ctx, book, names[i], &S("n"), 1), OK);
        assert_int_equal(xlsx_row_add(ctx, book, (struct xlsx_cell[]){xlsx_number((int64_t)i)}, 1), OK);
    }
    assert_int_equal(xlsx_book_close(ctx, book, &bytes), OK);
    static const char *const fitted[] = {"Risks",
                                         "RISKS (2)",
                                         "a-b-c---x--",
                                         "Sheet",
                                         "History (2)",
                                         "A name that is far too long for",
                                         "A name that is far too l (2)"};
    for (size_t i = 0; i < COUNT(fitted); i++) {
        struct table_reader *table = open_sheet(ctx, bytes, fitted[i]);
        size_t count;
        next_row(ctx, table, &count);
        int64_t n;
        assert_true(parse_number(next_row(ctx, table, &count)[0], &n) && n == (int64_t)i);
    }
}

static void text_beyond_excels_limit_is_cut(void **state)
{
    struct ctx *ctx = *state;
    struct buf fits = buf_in(ctx->arena), long_text = buf_in(ctx->arena), controls = buf_in(ctx->arena);
    for (int i = 0; i < 32767; i++) buf_char(&fits, 'x');
    for (int i = 0; i < 20000; i++) buf_text(&long_text, "\xF0\x9F\x98\x80"); /* two UTF-16 units each */
    for (int i = 0; i < 9000; i++) buf_char(&controls, 1);
    struct xlsx_cell cells[] = {xlsx_text(buf_str(&fits)), xlsx_text(buf_str(&long_text)),
                                xlsx_text(buf_str(&controls))};
    struct table_reader *table = open_sheet(ctx, write_book(ctx, cells, COUNT(cells)), NULL);
    size_t count;
    next_row(ctx, table, &count);
    struct str *row = next_row(ctx, table, &count);
    assert_true(str_eq(row[0], buf_str(&fits)));
    assert_int_equal(row[1].len, 16383 * 4 + 3);
    assert_true(str_ends(row[1], S("\xF0\x9F\x98\x80\xE2\x80\xA6")));
    assert_true(str_ends(row[2], S("\x01\xE2\x80\xA6")) && row[2].len > 4000);
}

static void a_book_that_is_dropped_leaves_nothing(void **state)
{
    struct ctx *ctx = *state;
    struct xlsx_book *book;
    assert_int_equal(xlsx_book_open(ctx, S("t"), 1000, &book), OK);
    assert_int_equal(xlsx_sheet_add(ctx, book, S("s"), header, COUNT(header)), OK);
    /* the arena's end releases it; the sanitizers would tell */
}

static void ten_thousand_rows_come_back(void **state)
{
    struct ctx *ctx = *state;
    enum { ROWS = 10000, COLUMNS = 20 };
    struct xlsx_book *book;
    struct str bytes, names[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) names[i] = arena_print(ctx->arena, "Column %d", i);
    assert_int_equal(xlsx_book_open(ctx, S("Assets"), 1000, &book), OK);
    assert_int_equal(xlsx_sheet_add(ctx, book, S("Assets"), names, COLUMNS), OK);
    for (int i = 0; i < ROWS; i++) {
        struct xlsx_cell cells[COLUMNS];
        for (int k = 0; k < COLUMNS; k++) cells[k] = k % 2 ? xlsx_number(i * k) : xlsx_text(names[k]);
        assert_int_equal(xlsx_row_add(ctx, book, cells, COLUMNS), OK);
    }
    assert_int_equal(xlsx_book_close(ctx, book, &bytes), OK);
    struct table_reader *table = open_sheet(ctx, bytes, "Assets");
    size_t count;
    next_row(ctx, table, &count);
    for (int i = 0; i < ROWS; i++) {
        struct str *row = next_row(ctx, table, &count);
        int64_t n;
        assert_int_equal(count, COLUMNS);
        assert_true(parse_number(row[19], &n) && n == i * 19);
    }
    assert_null(next_row(ctx, table, &count));
}

static bool whole(struct ctx *ctx, const char *sheet, const char *other, int64_t row_bytes)
{
    struct part parts[] = {{"docProps/app.xml", str_of(other)}, {"xl/worksheets/sheet1.xml", str_of(sheet)}};
    return xlsx_is_whole(zip_of(ctx, parts, COUNT(parts)), &row_bytes, 1);
}

static void a_loss_on_the_way_is_noticed(void **state)
{
    struct ctx *ctx = *state;
    static const char sheet[] = "<worksheet><cols/><sheetData><row>text</row></sheetData><x/></worksheet>";
    static const char other[] = "<?xml version=\"1.0\"?>\n<a/>\n";
    assert_true(whole(ctx, sheet, other, 15));
    assert_false(whole(ctx, sheet, other, 14));
    assert_false(whole(ctx, sheet, other, 16));
    assert_false(whole(ctx, sheet, other, INT64_MAX));
    assert_false(whole(ctx, sheet, "", 15));
    assert_false(whole(ctx, sheet, "<?xml version=\"1.0\"?>\n<a", 15));
    assert_false(whole(ctx, "<worksheet><sheetData><row>text</row></sheetData>", other, 15));
    assert_false(whole(ctx, "", other, 0));
    assert_true(whole(ctx, "<worksheet><sheetData/></worksheet>", other, 0));
    struct part no_sheet[] = {{"docProps/app.xml", str_of(other)}};
    assert_false(xlsx_is_whole(zip_of(ctx, no_sheet, 1), (int64_t[]){0}, 1));
    assert_false(xlsx_is_whole(S("no archive"), (int64_t[]){0}, 0));
}

static void write_something(struct ctx *ctx)
{
    struct xlsx_cell cells[] = {xlsx_text(S("a\x01")), xlsx_number(INT64_MAX)};
    write_book(ctx, cells, COUNT(cells));
}

static void running_out_of_memory_harms_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(write_something) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(every_kind_comes_back),
        ctx_test(text_is_never_a_formula_and_never_lost),
        ctx_test(the_same_input_gives_the_same_bytes),
        ctx_test(the_layout_is_of_a_list),
        ctx_test(sheets_get_names_that_excel_takes),
        ctx_test(text_beyond_excels_limit_is_cut),
        ctx_test(a_book_that_is_dropped_leaves_nothing),
        ctx_test(ten_thousand_rows_come_back),
        ctx_test(a_loss_on_the_way_is_noticed),
        ctx_test(running_out_of_memory_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
