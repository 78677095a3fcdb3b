/* CSV as files in the wild have it, hostile ones, and the way there and back. */
#include "fixture.h"

#include "format/csv.h"

static struct csv_reader *open_csv(struct ctx *ctx, struct str file, const struct table_options *options)
{
    struct csv_reader *reader = NULL;
    if (csv_open(ctx, file, options, &reader) != OK) fail_msg("%.*s", PRINT(ctx->error.sentence));
    return reader;
}

/* All rows as "[a|b][c|d]". */
static struct str all_rows(struct ctx *ctx, struct str file)
{
    struct csv_reader *reader = open_csv(ctx, file, NULL);
    struct buf out = buf_in(ctx->arena);
    for (;;) {
        struct str *cells;
        size_t count;
        if (csv_row(ctx, reader, &cells, &count) != OK) return ctx->error.sentence;
        if (!cells) return buf_str(&out);
        for (size_t i = 0; i < count; i++) buf_print(&out, "%c%.*s", i ? '|' : '[', PRINT(cells[i]));
        buf_char(&out, ']');
    }
}

static void reads_what_is_out_there(void **state)
{
    static const struct {
        struct str file;
        const char *rows;
    } cases[] = {
        {S("a,b\r\nc,d\r\n"), "[a|b][c|d]"},
        {S("a,b\nc,d"), "[a|b][c|d]"},
        {S("a,b\rc,d\r"), "[a|b][c|d]"},
        {S("\xEF\xBB\xBF"
           "a,b\n"),
         "[a|b]"},
        {S("a;b,x;c\n1;2,5;3\n"), "[a|b,x|c][1|2,5|3]"},
        {S("a\tb\nc\td\n"), "[a|b][c|d]"},
        {S("sep=;\r\na,b;c\r\n"), "[a,b|c]"},
        {S("sep=|\na|b\n"), "[a|b]"},
        {S("\"a;b;c;d\",b\n1,2\n"), "[a;b;c;d|b][1|2]"},
        {S("\"say \"\"hi\"\"\",\"two\nlines\"\n"), "[say \"hi\"|two\nlines]"},
        {S("\"\"\"\"\n\"\",x\n"), "[\"][|x]"},
        {S(",\n,,\n"), "[|][||]"},
        {S("\n\na\n\r\n\nb\n\n"), "[a][b]"},
        {S("a,\"\"\nb\n"), "[a|][b]"},
        {S(" a , b \nit's,5\" pipe\n"), "[ a | b ][it's|5\" pipe]"},
        {S("\"\"\n"), "[]"},
        {S(""), ""},
        {S("\xEF\xBB\xBF"), ""},
        {S("a long cell without anything in it,another rather long cell\n"),
         "[a long cell without anything in it|another rather long cell]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(all_rows(*state, cases[i].file), cases[i].rows);
}

static void says_which_line_is_wrong(void **state)
{
    static const struct {
        struct str file;
        const char *sentence;
    } cases[] = {
        {S("a,b\nc,\"d\nmore,x\n"), "The quote that opens on line 2 is never closed."},
        {S("a\n\"b\n\nc\"x\n"), "Line 4 has text after a closing quote; a quote inside a cell is written twice."},
        {S("a\n\"b\" \n"), "Line 2 has text after a closing quote; a quote inside a cell is written twice."},
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_str(all_rows(*state, cases[i].file), cases[i].sentence);
}

static void text_must_be_utf8(void **state)
{
    struct ctx *ctx = *state;
    struct csv_reader *reader;
    assert_int_equal(csv_open(ctx, S("a\nb\nM\xFCller\n"), NULL, &reader), INVALID);
    assert_says(ctx, "Line 3 is not UTF-8 text; save the file as \"CSV UTF-8\"");
    assert_int_equal(csv_open(ctx,
                              S("\xFF\xFE"
                                "a\0,\0b\0"),
                              NULL, &reader),
                     INVALID);
    assert_says(ctx, "UTF-16");
    assert_int_equal(csv_open(ctx, S("a,b\0c"), NULL, &reader), INVALID);
    assert_says(ctx, "not text");
}

static void windows_1252_on_request(void **state)
{
    struct ctx *ctx = *state;
    struct table_options options = {.windows_1252 = true};
    struct csv_reader *reader = open_csv(ctx, S("M\xFCller \x80 \x93x\x94 \x81\n"), &options);
    struct str *cells;
    size_t count;
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_str(cells[0], "M\xC3\xBCller \xE2\x82\xAC \xE2\x80\x9Cx\xE2\x80\x9D \xC2\x81");
    reader = open_csv(ctx, S("M\xC3\xBCller\n"), &options); /* what is UTF-8 stays it */
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_str(cells[0], "M\xC3\xBCller");
}

static enum result read_all(struct ctx *ctx, struct str file, const struct table_options *options)
{
    struct csv_reader *reader = open_csv(ctx, file, options);
    struct str *cells;
    size_t count;
    do TRY(csv_row(ctx, reader, &cells, &count));
    while (cells);
    return OK;
}

static void limits_hold(void **state)
{
    struct ctx *ctx = *state;
    assert_int_equal(read_all(ctx, S("a\nb\n"), &(struct table_options){.row_limit = 2}), OK);
    assert_int_equal(read_all(ctx, S("a\nb\nc\n"), &(struct table_options){.row_limit = 2}), INVALID);
    assert_says(ctx, "more than 2 rows");
    assert_int_equal(read_all(ctx, S("a,b\n"), &(struct table_options){.column_limit = 2}), OK);
    assert_int_equal(read_all(ctx, S("a,b\nc,d,\n"), &(struct table_options){.column_limit = 2}), INVALID);
    assert_says(ctx, "Line 2 has more than 2 cells");
    assert_int_equal(read_all(ctx, S("a\n12345\n"), &(struct table_options){.cell_limit = 5}), OK);
    assert_int_equal(read_all(ctx, S("a\n\"12345\n6\"\n"), &(struct table_options){.cell_limit = 5}), INVALID);
    assert_says(ctx, "A cell on line 3 is longer than 5 bytes");
    assert_int_equal(read_all(ctx, S("a;b|c\n"), &(struct table_options){.separator = '|', .column_limit = 2}), OK);
}

static void knows_the_line_of_each_row(void **state)
{
    struct ctx *ctx = *state;
    struct csv_reader *reader = open_csv(ctx, S("sep=,\n\na,\"b\r\nb\"\nc\n"), NULL);
    struct str *cells;
    size_t count;
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_int_equal(csv_line(reader), 3);
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_int_equal(csv_line(reader), 5);
    assert_str(cells[0], "c");
}

static void formulas_are_made_harmless(void **state)
{
    static const struct {
        struct str text;
        const char *cell;
    } cases[] = {
        {S("=1+1"), "'=1+1"},
        {S("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\""},
        {S("@SUM(A1)"), "'@SUM(A1)"},
        {S("+49 30 123"), "'+49 30 123"},
        {S("-2+3"), "'-2+3"},
        {S("\t=1"), "\"'\t=1\""},
        {S("\r=1"), "\"'\r=1\""},
        {S("-5"), "-5"},
        {S("+3.25"), "+3.25"},
        {S("-"), "'-"},
        {S("-1.2.3"), "'-1.2.3"},
        {S("'=1"), "''=1"},
        {S("''=1"), "'''=1"},
        {S("'tis"), "'tis"},
        {S("'-5"), "'-5"},
        {S("a;=1"), "\"a;=1\""},
        {S("plain"), "plain"},
        {S(""), ""},
        {S(" x"), "\" x\""},
        {S("a\"b"), "\"a\"\"b\""},
        {S("sep=|"), "\"sep=|\""},
        {S("Sep=x"), "\"Sep=x\""},
        {S("\xEF\xBB\xBF"
           "a"),
         "\"\xEF\xBB\xBF"
         "a\""},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_in(ctx->arena);
        csv_cell(&out, cases[i].text);
        assert_str(buf_str(&out), cases[i].cell);
    }
}

/* Every text of up to five of these characters comes back as it went. */
static void everything_comes_back(void **state)
{
    static const char characters[] = "'=-5,\"\n\r x";
    enum { KINDS = sizeof characters - 1, TEXTS = 11111 };
    struct ctx *ctx = *state;
    struct buf file = buf_in(ctx->arena);
    struct csv_out out = csv_out_to(&file);
    csv_mark(&file);
    for (int n = 0; n < TEXTS; n++) {
        char text[8];
        size_t len = 0;
        for (int rest = n; rest; rest /= KINDS) text[len++] = characters[rest % KINDS];
        csv_put(&out, (struct str){text, len});
        if (n % 3) csv_put_number(&out, n - 5000);
        if (n % 5 == 0) csv_put_decimal(&out, -n / 8.0);
        csv_end_row(&out);
    }
    struct csv_reader *reader = open_csv(ctx, buf_str(&file), &(struct table_options){.separator = ','});
    for (int n = 0; n < TEXTS; n++) {
        char text[8];
        size_t len = 0, count;
        for (int rest = n; rest; rest /= KINDS) text[len++] = characters[rest % KINDS];
        struct str *cells;
        int64_t number;
        assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
        assert_int_equal(count, 1 + (n % 3 != 0) + (n % 5 == 0));
        if (!str_eq(cells[0], (struct str){text, len}))
            fail_msg("%.*s came back as %.*s", (int)len, text, PRINT(cells[0]));
        if (n % 3) assert_true(parse_number(cells[1], &number) && number == n - 5000);
    }
    struct str *cells;
    size_t count;
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_null(cells);
}

static void plain_cells_are_borrowed(void **state)
{
    struct ctx *ctx = *state;
    struct str file = S("alpha,\"beta\",gamma\nd,e,f\ng,h,i\n");
    struct csv_reader *reader = open_csv(ctx, file, NULL);
    struct str *cells;
    size_t count;
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_ptr_equal(cells[0].at, file.at);
    assert_ptr_equal(cells[1].at, file.at + 7);
    uint64_t before = arena_allocation_count();
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_int_equal(arena_allocation_count(), before);
}

static void read_and_write_something(struct ctx *ctx)
{
    struct buf file = buf_in(ctx->arena);
    struct csv_out out = csv_out_to(&file);
    for (int i = 0; i < 100; i++) csv_put(&out, i % 2 ? S("=\"x\"\"y") : S("M\xFC"));
    csv_end_row(&out);
    struct csv_reader *reader;
    assert_int_equal(csv_open(ctx, buf_str(&file), &(struct table_options){.windows_1252 = true}, &reader), OK);
    struct str *cells;
    size_t count;
    assert_int_equal(csv_row(ctx, reader, &cells, &count), OK);
    assert_int_equal(count, 100);
    assert_str(cells[99], "=\"x\"\"y");
    assert_int_equal(csv_open(ctx, buf_str(&file), NULL, &reader), INVALID);
}

static void running_out_of_memory_harms_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(read_and_write_something) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ctx_test(reads_what_is_out_there),
        ctx_test(says_which_line_is_wrong),
        ctx_test(text_must_be_utf8),
        ctx_test(windows_1252_on_request),
        ctx_test(limits_hold),
        ctx_test(knows_the_line_of_each_row),
        ctx_test(formulas_are_made_harmless),
        ctx_test(everything_comes_back),
        ctx_test(plain_cells_are_borrowed),
        ctx_test(running_out_of_memory_harms_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
