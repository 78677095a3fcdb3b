/* Workbooks by hand: what producers write, and what attackers do. */
#include "fixture.h"

#include "format/table.h"
#include "format/xlsx.h"
#include "format/xlsx_styles.h"

/* All rows as "1[a|b]3[c]", or the sentence of the error. */
static struct str rows_with(struct ctx *ctx, struct str file, const struct table_options *options)
{
    struct table_reader *table;
    struct buf out = buf_in(ctx->arena);
    if (table_open(ctx, file, options, &table) != OK) return ctx->error.sentence;
    for (;;) {
        struct str *cells;
        size_t count;
        if (table_row(ctx, table, &cells, &count) != OK) return ctx->error.sentence;
        if (!cells) return buf_str(&out);
        buf_print(&out, "%zu", table_line(table));
        for (size_t i = 0; i < count; i++) buf_print(&out, "%c%.*s", i ? '|' : '[', PRINT(cells[i]));
        buf_char(&out, ']');
    }
}

static struct str rows_of(struct ctx *ctx, const char *rows)
{
    return rows_with(ctx, workbook_of(ctx, rows), NULL);
}

static void reads_every_kind_of_cell(void **state)
{
    static const struct {
        const char *rows, *told;
    } cases[] = {
        {"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>", "1[Name|rich text]"},
        {"<row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"D2\" t=\"s\"><v>3</v></c></row>",
         "2[\xE6\x9D\xB1|||a\rb & _x0041_]"},
        {"<row><c><v>1</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>", "1[1||2]2[3]"},
        {"<row r=\"5\"><c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c></row>", "5[inline]"},
        {"<row><c t=\"str\"><f>A1&amp;\"x\"</f><v>y</v></c><c t=\"e\"><v>#N/A</v></c></row>", "1[y|#N/A]"},
        {"<row><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c></row>", "1[true|false]"},
        {"<row><c><v>1.1000000000000001</v></c><c t=\"n\"><v>-5</v></c><c><v>1E3</v></c><c><v>1.5e-7</v></c></row>",
         "1[1.1|-5|1000|1.5e-07]"},
        {"<row><c><v>12345678901234567890</v></c><c><v>0.30000000000000004</v></c></row>",
         "1[1.23456789012346e+19|0.3]"},
        {"<row><c s=\"1\"><v>45617</v></c><c s=\"2\"><v>45617.75</v></c><c s=\"3\"><v>0.5</v></c>"
         "<c s=\"4\"><v>1</v></c></row>",
         "1[2024-11-21|2024-11-21T18:00:00.000Z|12:00:00|1900-01-01]"},
        {"<row><c s=\"1\"><v>59</v></c><c s=\"1\"><v>60</v></c><c s=\"1\"><v>61</v></c><c s=\"1\"><v>-1</v></c>"
         "<c s=\"1\"><v>2958466</v></c></row>",
         "1[1900-02-28|60|1900-03-01|-1|2958466]"},
        {"<row><c t=\"d\"><v>2024-02-29</v></c><c t=\"d\" s=\"1\"><v>2024-02-29T00:00:00</v></c>"
         "<c t=\"d\"><v>2024-02-29T10:00:00</v></c></row>",
         "1[2024-02-29|2024-02-29|2024-02-29T10:00:00Z]"},
        {"<row r=\"1\"/><row r=\"7\"><c r=\"XFD7\" s=\"1\"/></row><row r=\"9\"><c r=\"A9\"><v>1</v></c></row>", "9[1]"},
        {"<row><c r=\"B1\"><v>2</v></c><c r=\"A1\"><v>1</v></c></row>", "1[1|2]"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(rows_of(*state, cases[i].rows), cases[i].told);
}

static void says_what_is_damaged(void **state)
{
    static const struct {
        const char *rows, *sentence;
    } cases[] = {
        {"<row><c t=\"s\"><v>5</v></c></row>", "refers to a text that is not there"},
        {"<row><c t=\"s\"><v>-1</v></c></row>", "refers to a text that is not there"},
        {"<row><c t=\"s\"/></row>", "refers to a text that is not there"},
        {"<row><c><v>abc</v></c></row>", "row 1 has a cell that is no number"},
        {"<row><c t=\"weird\"><v>1</v></c></row>", "unknown type"},
        {"<row r=\"2\"><c r=\"XFE2\"><v>1</v></c></row>", "row 2 has a cell at a place that does not exist"},
        {"<row r=\"2\"><c r=\"22\"><v>1</v></c></row>", "at a place that does not exist"},
        {"<row r=\"2\"/><row r=\"2\"/>", "after row 2 comes one with number 2"},
        {"<row r=\"1048577\"/>", "with number 1048577"},
        {"<row r=\"x\"/>", "with number x"},
        {"<row>", "xl/worksheets/sheet1.xml, its elements are not closed in order"},
        {"<row><c><v>&xxe;</v></c></row>", "an entity that is not allowed"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str told = rows_of(*state, cases[i].rows);
        if (!str_find(told, str_of(cases[i].sentence), NULL)) fail_msg("%s: \"%.*s\"", cases[i].rows, PRINT(told));
    }
}

static void finds_the_sheet_that_is_wanted(void **state)
{
    struct ctx *ctx = *state;
    struct str file = workbook_of(ctx, "<row><c><v>1</v></c></row>");
    assert_str(rows_with(ctx, file, NULL), "1[1]"); /* the first that is not hidden */
    assert_str(rows_with(ctx, file, &(struct table_options){.sheet = "secret"}), "1[hidden]");
    assert_str(rows_with(ctx, file, &(struct table_options){.sheet = "Other"}),
               "The workbook has no sheet \"Other\"; it has \"Secret\", \"Data\".");
}

static void limits_hold(void **state)
{
    struct ctx *ctx = *state;
    struct str file = workbook_of(ctx, "<row><c><v>12345</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>");
    assert_str(rows_with(ctx, file, &(struct table_options){.column_limit = 3, .row_limit = 2}), "1[12345||2]2[3]");
    assert_str(rows_with(ctx, file, &(struct table_options){.column_limit = 2}), "Row 1 has more than 2 cells.");
    assert_str(rows_with(ctx, file, &(struct table_options){.row_limit = 1}),
               "The sheet has more than 1 rows; split it.");
    assert_str(rows_with(ctx, file, &(struct table_options){.cell_limit = 4}),
               "A cell in row 1 is longer than 4 bytes.");
    assert_str(rows_with(ctx, file, &(struct table_options){.unpacked_limit = 1000}),
               "The workbook cannot be read: in its part xl/workbook.xml, the workbook is too large.");
}

static void a_zip_bomb_goes_off_outside(void **state)
{
    struct ctx *ctx = *state;
    struct buf rows = buf_in(ctx->arena);
    for (int i = 0; i < 40000; i++) buf_text(&rows, "<row><!--                                           --></row>");
    buf_char(&rows, 0);
    assert_str(rows_of(ctx, rows.at),
               "The workbook cannot be read: in its part xl/worksheets/sheet1.xml, it is packed suspiciously tight.");
}

static void what_is_no_workbook_is_said_so(void **state)
{
    struct ctx *ctx = *state;
    assert_str(rows_with(ctx, S(""), NULL), "The file is empty.");
    assert_str(rows_with(ctx, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more"), NULL),
               "The file is an old .xls workbook, or it has a password; save it as .xlsx without one.");
    assert_str(rows_with(ctx, S("PK\x03\x04 cut"), NULL), "The file is damaged: it is no complete .xlsx workbook.");
    struct part other[] = {{"readme.txt", S("hello")}};
    assert_str(rows_with(ctx, zip_of(ctx, other, 1), NULL), "The file is a zip archive, but no .xlsx workbook.");
    struct part dtd[] = {{"_rels/.rels", S("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>")}};
    assert_str(rows_with(ctx, zip_of(ctx, dtd, 1), NULL),
               "The workbook cannot be read: in its part _rels/.rels, it has a document type declaration, which is not "
               "allowed.");
}

static void too_many_parts_are_refused(void **state)
{
    struct ctx *ctx = *state;
    struct part *parts = arena_make_many(ctx->arena, struct part, XLSX_PARTS + 1);
    for (size_t i = 0; i <= XLSX_PARTS; i++)
        parts[i] = (struct part){arena_print(ctx->arena, "p%zu%c", i, 0).at, S("x")};
    assert_str(rows_with(ctx, zip_of(ctx, parts, XLSX_PARTS + 1), NULL), "The workbook has more than 2000 parts.");
}

/* Every byte of a small workbook set wrong in turn: an answer each time, never more. */
static void flipped_bytes_are_survived(void **state)
{
    struct ctx *ctx = *state;
    struct str file = workbook_of(ctx, "<row><c t=\"s\"><v>1</v></c><c s=\"2\"><v>45000.5</v></c></row>");
    size_t refused = 0;
    for (size_t i = 0; i < file.len; i++) {
        struct arena *arena = arena_new(0);
        struct ctx own = {.arena = arena};
        struct str copy = arena_copy(arena, file);
        ((char *)(uintptr_t)copy.at)[i] ^= 0x21;
        rows_with(&own, copy, NULL);
        refused += own.error.result == INVALID;
        arena_free(arena);
    }
    assert_true(refused > file.len / 4);
}

static void csv_goes_the_same_way(void **state)
{
    assert_str(rows_with(*state, S("a;b\n\nc;\"d\"\n"), NULL), "1[a|b]3[c|d]");
}

static void meanings_of_format_codes(void **state)
{
    (void)state;
    static const struct {
        struct str code;
        enum xlsx_meaning meaning;
    } cases[] = {
        {S("General"), MEANS_NUMBER},
        {S("0.00"), MEANS_NUMBER},
        {S("#,##0 \"days\""), MEANS_NUMBER},
        {S("[Red]-0;[Blue]0"), MEANS_NUMBER},
        {S("yyyy-mm-dd"), MEANS_DATE},
        {S("mmm yy"), MEANS_DATE},
        {S("[$-F800]dddd, mmmm dd"), MEANS_DATE},
        {S("d\\.m\\.yyyy;@"), MEANS_DATE},
        {S("hh:mm"), MEANS_TIME},
        {S("h:mm AM/PM"), MEANS_TIME},
        {S("mm:ss.0"), MEANS_TIME},
        {S("dd.mm.yyyy hh:mm"), MEANS_INSTANT},
        {S("[h]:mm:ss"), MEANS_NUMBER},
        {S("0_);\\(0\\)"), MEANS_NUMBER},
        {S("m/d"), MEANS_DATE},
        {S("\"unclosed"), MEANS_NUMBER},
        {S("\\"), MEANS_NUMBER},
        {S("0;yyyy"), MEANS_NUMBER},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (xlsx_format_meaning(cases[i].code) != cases[i].meaning) fail_msg("%.*s", PRINT(cases[i].code));
}

static void days_from_1904(void **state)
{
    struct buf out = buf_in(((struct ctx *)*state)->arena);
    assert_true(xlsx_number_text(&out, S("0"), MEANS_DATE, true));
    assert_true(xlsx_number_text(&out, S("44155.5"), MEANS_INSTANT, true));
    assert_str(buf_str(&out), "1904-01-012024-11-21T12:00:00.000Z");
    out.len = 0;
    assert_true(xlsx_number_text(&out, S("45617.999999999"), MEANS_INSTANT, false)); /* rounds over midnight */
    assert_str(buf_str(&out), "2024-11-22T00:00:00.000Z");
}

static struct str sample; /* libzip, which builds it, is not to be jumped out of */

static void read_something(struct ctx *ctx)
{
    struct str told = rows_with(ctx, sample, NULL);
    assert_true(str_ends(told, S("|1.5]")));
}

static void running_out_of_memory_harms_nothing(void **state)
{
    sample = workbook_of(*state, "<row><c t=\"s\"><v>3</v></c><c r=\"BZ1\"><v>1.5</v></c></row>");
    assert_true(fail_each_allocation(read_something) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(reads_every_kind_of_cell),
        ctx_test(says_what_is_damaged),
        ctx_test(finds_the_sheet_that_is_wanted),
        ctx_test(limits_hold),
        ctx_test(a_zip_bomb_goes_off_outside),
        ctx_test(what_is_no_workbook_is_said_so),
        ctx_test(too_many_parts_are_refused),
        ctx_test(flipped_bytes_are_survived),
        ctx_test(csv_goes_the_same_way),
        ctx_test(meanings_of_format_codes),
        ctx_test(days_from_1904),
        ctx_test(running_out_of_memory_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
