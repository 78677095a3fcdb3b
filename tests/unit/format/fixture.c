/* Archives are built with libzip in memory, so that the hostile ones need no files that nobody can read in a review. */
#include "fixture.h"

#include <zip.h>

int ctx_setup(void **state)
{
    struct ctx *ctx = calloc(1, sizeof *ctx);
    assert_non_null(ctx);
    ctx->arena = arena_new(0);
    assert_non_null(ctx->arena);
    *state = ctx;
    return 0;
}

int ctx_teardown(void **state)
{
    struct ctx *ctx = *state;
    arena_free(ctx->arena);
    free(ctx);
    return 0;
}

void assert_str(struct str actual, const char *expected)
{
    if (str_is(actual, expected)) return;
    fail_msg("\"%.*s\" is not \"%s\"", PRINT(actual), expected);
}

void assert_says(const struct ctx *ctx, const char *words)
{
    if (str_find(ctx->error.sentence, str_of(words), NULL)) return;
    fail_msg("\"%.*s\" does not say \"%s\"", PRINT(ctx->error.sentence), words);
}

size_t fail_each_allocation(void (*work)(struct ctx *ctx))
{
    for (volatile size_t n = 1;; n++) {
        struct arena *arena = arena_new(0);
        struct ctx ctx = {.arena = arena};
        jmp_buf escape;
        volatile bool through = false;
        if (setjmp(escape) == 0) {
            arena_guard(arena, &escape);
            arena_fail_at(n);
            work(&ctx);
            through = true;
        }
        arena_fail_at(0);
        arena_free(arena);
        if (through) return n - 1;
        assert_true(n < 10000);
    }
}

struct str zip_of(struct ctx *ctx, const struct part *parts, size_t count)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &error);
    assert_non_null(memory);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *content = zip_source_buffer(zip, parts[i].text.at, parts[i].text.len, 0);
        assert_true(zip_file_add(zip, parts[i].name, content, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_open(memory), 0);
    zip_source_seek(memory, 0, SEEK_END);
    size_t size = (size_t)zip_source_tell(memory);
    zip_source_seek(memory, 0, SEEK_SET);
    char *bytes = arena_alloc(ctx->arena, size);
    assert_int_equal(zip_source_read(memory, bytes, size), size);
    zip_source_close(memory);
    zip_source_free(memory);
    return (struct str){bytes, size};
}

#define XMLNS " xmlns=\"http://schemas.openxmlformats.org/"
#define TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
static const char outer_relations[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<Relationships" XMLNS "package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"" TYPE "officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>";
static const char inner_relations[] =
    "<Relationships" XMLNS "package/2006/relationships\">"
    "<Relationship Id=\"a\" Type=\"" TYPE "worksheet\" Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"b\" Type=\"" TYPE "worksheet\" Target=\"../xl/./worksheets/sheet2.xml\"/>"
    "<Relationship Id=\"c\" Type=\"" TYPE "sharedStrings\" Target=\"sharedStrings.xml\"/>"
    "<Relationship Id=\"d\" Type=\"" TYPE "styles\" Target=\"styles.xml\"/></Relationships>";
static const char workbook[] =
    "<x:workbook xmlns:x=\"urn:x\" xmlns:r=\"urn:r\"><x:sheets>"
    "<x:sheet name=\"Secret\" state=\"hidden\" r:id=\"b\"/><x:sheet name=\"Data\" r:id=\"a\"/></x:sheets></x:workbook>";
static const char shared_strings[] =
    "<sst" XMLNS
    "spreadsheetml/2006/main\"><si><t>Name</t></si><si><r><t>rich </t></r><r><t xml:space=\"preserve\">text"
    "</t></r></si><si><t>\xE6\x9D\xB1</t><rPh sb=\"0\" eb=\"1\"><t>higashi</t></rPh></si><si><t>a_x000D_b &amp; "
    "_x005F_x0041_</t></si><si/></sst>";
static const char styles[] =
    "<styleSheet" XMLNS "spreadsheetml/2006/main\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" "
    "formatCode=\"[$-407]d. mmm yyyy;@\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>"
    "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"20\"/><xf numFmtId=\"164\"/>"
    "</cellXfs></styleSheet>";
static const char hidden_sheet[] =
    "<worksheet><sheetData><row><c t=\"str\"><v>hidden</v></c></row></sheetData></worksheet>";

struct str workbook_of(struct ctx *ctx, const char *rows)
{
    struct str sheet = arena_print(ctx->arena, "<worksheet><sheetData>%s</sheetData></worksheet>", rows);
    struct part parts[] = {{"_rels/.rels", str_of(outer_relations)},
                           {"xl/workbook.xml", str_of(workbook)},
                           {"xl/_rels/workbook.xml.rels", str_of(inner_relations)},
                           {"xl/sharedStrings.xml", str_of(shared_strings)},
                           {"xl/Styles.xml", str_of(styles)},
                           {"xl/worksheets/sheet2.xml", str_of(hidden_sheet)},
                           {"xl/worksheets/sheet1.xml", sheet}};
    return zip_of(ctx, parts, COUNT(parts));
}
