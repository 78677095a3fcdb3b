/* A full disk loses pieces of a temporary file anywhere, also in the middle of a long text, and leaves an archive
 * that looks right. But the rows stand in their part unchanged: if they end at the byte where they should, nothing
 * is lost. */
#include "format/xlsx_whole.h"

#include <zip.h>

struct stream {
    zip_file_t *file;
    size_t at, len;
    bool failed;
    char piece[32 * 1024];
};

static int next_byte(struct stream *s)
{
    if (s->at == s->len) {
        zip_int64_t got = zip_fread(s->file, s->piece, sizeof s->piece);
        s->failed |= got < 0;
        if (got <= 0) return -1;
        s->len = (size_t)got;
        s->at = 0;
    }
    return (unsigned char)s->piece[s->at++];
}

/* Goes behind the next `text`, whose first character does not come again within it. */
static bool go_behind(struct stream *s, struct str text)
{
    size_t matched = 0;
    while (matched < text.len) {
        int c = next_byte(s);
        if (c < 0) return false;
        matched = c == text.at[matched] ? matched + 1 : c == text.at[0];
    }
    return true;
}

static bool skip(struct stream *s, int64_t count)
{
    while (count > 0) {
        if (next_byte(s) < 0) return false;
        count--;
        int64_t here = (int64_t)(s->len - s->at);
        if (here > count) here = count;
        s->at += (size_t)here;
        count -= here;
    }
    return true;
}

static bool stands_here(struct stream *s, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (next_byte(s) != text.at[i]) return false;
    return true;
}

static bool sheet_is_whole(struct stream *s, int64_t row_bytes)
{
    bool rows =
        row_bytes == 0 || (go_behind(s, S("<sheetData>")) && skip(s, row_bytes) && stands_here(s, S("</sheetData>")));
    return rows && go_behind(s, S("</worksheet>")) && next_byte(s) < 0 && !s->failed;
}

/* Any other part is small: it is there, or it is empty. Reading it to the end compares its checksum. */
static bool part_is_whole(struct stream *s)
{
    int last = -1;
    if (!stands_here(s, S("<?xml"))) return false;
    for (int c = next_byte(s); c >= 0; c = next_byte(s))
        if (c > ' ') last = c;
    return last == '>' && !s->failed;
}

static bool read_part(zip_t *zip, zip_uint64_t index, int64_t row_bytes, bool sheet)
{
    struct stream stream = {.file = zip_fopen_index(zip, index, 0)};
    if (!stream.file) return false;
    bool whole = sheet ? sheet_is_whole(&stream, row_bytes) : part_is_whole(&stream);
    zip_fclose(stream.file);
    return whole;
}

static bool parts_are_whole(zip_t *zip, const int64_t *row_bytes, size_t sheets)
{
    static const struct str prefix = S("xl/worksheets/sheet");
    zip_int64_t count = zip_get_num_entries(zip, 0);
    size_t found = 0;
    for (zip_int64_t i = 0; i < count; i++) {
        struct str name = str_of(zip_get_name(zip, (zip_uint64_t)i, 0));
        bool sheet = str_starts(name, prefix);
        int64_t number = 0;
        struct str digits = str_slice(name, prefix.len, name.len - sizeof ".xml" + 1);
        if (sheet && (!parse_number(digits, &number) || number < 1 || number > (int64_t)sheets)) return false;
        if (!read_part(zip, (zip_uint64_t)i, sheet ? row_bytes[number - 1] : 0, sheet)) return false;
        found += sheet;
    }
    return found == sheets;
}

bool xlsx_is_whole(struct str bytes, const int64_t *row_bytes, size_t sheets)
{
    zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.len, 0, NULL);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
    if (source && !zip) zip_source_free(source);
    if (!zip) return false;
    bool whole = parts_are_whole(zip, row_bytes, sheets);
    zip_discard(zip);
    return whole;
}
