/* Workbooks: whatever the bytes, rows come until an end or a sentence. A fuzzer cannot mend the checksums of an
 * archive, so input that is no archive is taken as the XML of a sheet and wrapped into one, stored and not packed. */
#include "base/buf.h"
#include "format/table.h"
#include "format/xlsx.h"

#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
static const char outer[] =
    "<R><Relationship Id=\"a\" Type=\"" TYPE "officeDocument\" Target=\"xl/workbook.xml\"/></R>";
static const char inner[] = "<R><Relationship Id=\"a\" Type=\"" TYPE "worksheet\" Target=\"s.xml\"/>"
                            "<Relationship Id=\"b\" Type=\"" TYPE "sharedStrings\" Target=\"t.xml\"/>"
                            "<Relationship Id=\"c\" Type=\"" TYPE "styles\" Target=\"y.xml\"/></R>";
static const char workbook[] = "<w><sheet name=\"S\" id=\"a\"/></w>";
static const char shared[] = "<sst><si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r></si></sst>";
static const char styles[] =
    "<s><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"20\"/></cellXfs></s>";

static void check(bool holds)
{
    if (!holds) abort();
}

static void add(zip_t *zip, const char *name, const void *bytes, size_t size)
{
    zip_int64_t index = zip_file_add(zip, name, zip_source_buffer(zip, bytes, size, 0), 0);
    check(index >= 0 && zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0);
}

/* In malloced memory: libzip is not to be jumped out of. */
static char *wrap(struct str sheet, size_t *size)
{
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    check(zip != NULL);
    add(zip, "_rels/.rels", outer, sizeof outer - 1);
    add(zip, "xl/workbook.xml", workbook, sizeof workbook - 1);
    add(zip, "xl/_rels/workbook.xml.rels", inner, sizeof inner - 1);
    add(zip, "xl/t.xml", shared, sizeof shared - 1);
    add(zip, "xl/y.xml", styles, sizeof styles - 1);
    add(zip, "xl/s.xml", sheet.at, sheet.len);
    check(zip_close(zip) == 0 && zip_source_open(memory) == 0 && zip_source_seek(memory, 0, SEEK_END) == 0);
    *size = (size_t)zip_source_tell(memory);
    char *bytes = malloc(*size);
    check(bytes && zip_source_seek(memory, 0, SEEK_SET) == 0);
    check(zip_source_read(memory, bytes, *size) == (zip_int64_t)*size);
    zip_source_close(memory);
    zip_source_free(memory);
    return bytes;
}

static enum result read_rows(struct ctx *ctx, struct str file)
{
    struct table_options options = {.unpacked_limit = 8 * 1024 * 1024};
    struct xlsx_reader *reader;
    TRY(xlsx_open(ctx, file, &options, &reader));
    for (size_t line = 0;;) {
        struct str *cells;
        size_t count;
        TRY(xlsx_row(ctx, reader, &cells, &count));
        if (!cells) return OK;
        check(count > 0 && count <= TABLE_COLUMNS && xlsx_line(reader) > line);
        line = xlsx_line(reader);
        for (size_t i = 0; i < count; i++) check(str_is_utf8(cells[i]));
    }
}

static void try_file(struct str file)
{
    struct arena *arena = arena_new(0);
    struct ctx ctx = {.arena = arena};
    jmp_buf escape;
    if (setjmp(escape) == 0) {
        arena_guard(arena, &escape);
        if (read_rows(&ctx, file) != OK) check(ctx.error.result == INVALID && ctx.error.sentence.len > 0);
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = {(const char *)data, size};
    if (xlsx_looks_like(input)) {
        try_file(input);
        return 0;
    }
    size_t wrapped_size;
    char *wrapped = wrap(input, &wrapped_size);
    try_file((struct str){wrapped, wrapped_size});
    free(wrapped);
    return 0;
}
