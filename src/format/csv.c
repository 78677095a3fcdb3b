/* Rows are cut in two steps: first where each cell begins and ends in the file, then only the cells that hold doubled
 * quotes or the writer's apostrophe are rewritten. So a million plain rows cost one pass and no copy. */
#include "format/csv.h"

#include "format/csv_guard.h"
#include "format/scan.h"

struct piece {
    const char *from, *to;
    bool doubled; /* holds "" for " */
};

struct csv_reader {
    struct arena *arena;
    struct table_options options;
    const char *at, *end;
    size_t line, row_line, rows;
    struct piece *pieces;
    struct str *cells;
    size_t room; /* of both */
    char *scratch;
    size_t scratch_room;
};

/* 0x80 to 0x9F of Windows-1252 in Unicode; the five bytes that it does not define stay control characters. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

static struct str decode_windows_1252(struct arena *arena, struct str file)
{
    struct buf out = buf_in(arena);
    buf_reserve(&out, file.len + file.len / 8 + 16);
    for (size_t i = 0; i < file.len; i++) {
        unsigned char c = (unsigned char)file.at[i];
        buf_reserve(&out, 4);
        out.len += scan_put_utf8(out.at + out.len, c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c);
    }
    return buf_str(&out);
}

static size_t count_lines(struct str s)
{
    size_t lines = 0;
    for (size_t i = 0; i < s.len; i++)
        lines += s.at[i] == '\n' || (s.at[i] == '\r' && (i + 1 == s.len || s.at[i + 1] != '\n'));
    return lines;
}

static enum result check_encoding(struct ctx *ctx, struct str *file, bool may_be_windows)
{
    if (str_starts(*file, S("\xEF\xBB\xBF"))) *file = str_slice(*file, 3, file->len);
    if (str_starts(*file, S("\xFF\xFE")) || str_starts(*file, S("\xFE\xFF")))
        return fail(ctx, INVALID, "The file is UTF-16 text; save it as \"CSV UTF-8\".");
    if (file->len && memchr(file->at, 0, file->len))
        return fail(ctx, INVALID, "The file is not text; it must be CSV or an .xlsx workbook.");
    size_t bad = scan_bad_utf8(*file);
    if (bad == file->len) return OK;
    if (may_be_windows) {
        *file = decode_windows_1252(ctx->arena, *file);
        return OK;
    }
    return fail(ctx, INVALID,
                "Line %zu is not UTF-8 text; save the file as \"CSV UTF-8\", or say that it is Windows-1252.",
                count_lines(str_slice(*file, 0, bad)) + 1);
}

/* The first line may say it outright ("sep=;", an Excel habit); that line is then no row. */
static bool take_declared_separator(struct csv_reader *r)
{
    struct str text = {r->at, (size_t)(r->end - r->at)};
    bool declared = text.len >= 5 && str_eq_nocase(str_slice(text, 0, 4), S("sep=")) &&
                    (text.len == 5 || text.at[5] == '\r' || text.at[5] == '\n');
    if (!declared || !strchr(",;\t|", text.at[4]) || !text.at[4]) return false;
    r->options.separator = text.at[4];
    r->at += 5;
    if (r->at < r->end && *r->at == '\r') r->at++;
    if (r->at < r->end && *r->at == '\n') r->at++;
    r->line++;
    return true;
}

/* Whichever of the three is most frequent in the header, outside of quotes. */
static char find_separator(const char *at, const char *end)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t counts[COUNT(candidates)] = {0};
    bool quoted = false;
    for (; at < end && (quoted || (*at != '\n' && *at != '\r')); at++) {
        if (*at == '"') quoted = !quoted;
        for (size_t i = 0; i < COUNT(candidates); i++) counts[i] += !quoted && *at == candidates[i];
    }
    size_t best = 0;
    for (size_t i = 1; i < COUNT(candidates); i++)
        if (counts[i] > counts[best]) best = i;
    return candidates[best];
}

enum result csv_open(struct ctx *ctx, struct str file, const struct table_options *options, struct csv_reader **out)
{
    struct csv_reader *r = arena_make(ctx->arena, struct csv_reader);
    r->arena = ctx->arena;
    r->options = table_defaults(options);
    TRY(check_encoding(ctx, &file, r->options.windows_1252));
    r->at = file.len ? file.at : "";
    r->end = r->at + file.len;
    r->line = 1;
    bool declared = take_declared_separator(r);
    if (!declared && !r->options.separator) r->options.separator = find_separator(r->at, r->end);
    *out = r;
    return OK;
}

static void end_line(struct csv_reader *r)
{
    if (r->at == r->end) return;
    bool pair = *r->at == '\r' && r->end - r->at > 1 && r->at[1] == '\n';
    r->at += pair ? 2 : 1;
    r->line++;
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static void skip_blank_lines(struct csv_reader *r)
{
    while (r->at < r->end && is_break(*r->at)) end_line(r);
}

/* At the opening quote; leaves r->at after the closing one. */
static enum result read_quoted(struct ctx *ctx, struct csv_reader *r, struct piece *piece)
{
    size_t opened = r->line;
    piece->from = ++r->at;
    for (;;) {
        const char *quote = memchr(r->at, '"', (size_t)(r->end - r->at));
        if (!quote) return fail(ctx, INVALID, "The quote that opens on line %zu is never closed.", opened);
        r->line += count_lines((struct str){r->at, (size_t)(quote - r->at)});
        r->at = quote + 1;
        if (r->at == r->end || *r->at != '"') break;
        piece->doubled = true;
        r->at++;
    }
    piece->to = r->at - 1;
    if (r->at == r->end || *r->at == r->options.separator || is_break(*r->at)) return OK;
    return fail(ctx, INVALID, "Line %zu has text after a closing quote; a quote inside a cell is written twice.",
                r->line);
}

static void read_plain(struct csv_reader *r, struct piece *piece)
{
    char separator = r->options.separator;
    const char *at = r->at, *end = r->end;
    piece->from = at;
    for (; end - at >= 8; at += 8) {
        uint64_t word = scan_load(at);
        uint64_t marks = scan_is(word, (unsigned char)separator) | scan_is(word, '\n') | scan_is(word, '\r');
        if (!marks) continue;
        at += scan_first(marks);
        break;
    }
    while (at < end && *at != separator && !is_break(*at)) at++;
    piece->to = r->at = at;
}

static void make_room(struct csv_reader *r, size_t count)
{
    if (count < r->room) return;
    size_t room = r->room ? r->room * 2 : 32;
    r->pieces = arena_grow(r->arena, r->pieces, r->room * sizeof *r->pieces, room * sizeof *r->pieces);
    r->cells = arena_grow(r->arena, r->cells, r->room * sizeof *r->cells, room * sizeof *r->cells);
    r->room = room;
}

static enum result read_pieces(struct ctx *ctx, struct csv_reader *r, size_t *count)
{
    *count = 0;
    for (;;) {
        if (*count == r->options.column_limit)
            return fail(ctx, INVALID, "Line %zu has more than %zu cells.", r->line, r->options.column_limit);
        make_room(r, *count);
        struct piece *piece = &r->pieces[(*count)++];
        piece->doubled = false;
        if (r->at < r->end && *r->at == '"')
            TRY(read_quoted(ctx, r, piece));
        else
            read_plain(r, piece);
        if ((size_t)(piece->to - piece->from) > r->options.cell_limit)
            return fail(ctx, INVALID, "A cell on line %zu is longer than %zu bytes.", r->line, r->options.cell_limit);
        if (r->at == r->end || *r->at != r->options.separator) break;
        r->at++;
    }
    end_line(r);
    return OK;
}

static size_t undouble(const struct piece *piece, char *out)
{
    size_t len = 0;
    for (const char *at = piece->from; at < piece->to; at++) {
        out[len++] = *at;
        if (*at == '"') at++;
    }
    return len;
}

/* The scratch is as long as all pieces that need it together, so that no cell moves while the row is in use. */
static void finish_cells(struct csv_reader *r, size_t count)
{
    size_t needed = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        if (r->pieces[i].doubled) needed += (size_t)(r->pieces[i].to - r->pieces[i].from);
    if (needed > r->scratch_room) {
        r->scratch = arena_grow(r->arena, r->scratch, r->scratch_room, needed * 2);
        r->scratch_room = needed * 2;
    }
    for (size_t i = 0; i < count; i++) {
        const struct piece *piece = &r->pieces[i];
        struct str cell = {piece->from, (size_t)(piece->to - piece->from)};
        if (piece->doubled) {
            cell = (struct str){r->scratch + used, undouble(piece, r->scratch + used)};
            used += cell.len;
        }
        bool guarded = cell.len && cell.at[0] == '\'' && csv_needs_guard(cell);
        r->cells[i] = guarded ? str_slice(cell, 1, cell.len) : cell;
    }
}

enum result csv_row(struct ctx *ctx, struct csv_reader *r, struct str **cells, size_t *count)
{
    *cells = NULL;
    *count = 0;
    skip_blank_lines(r);
    r->row_line = r->line;
    if (r->at == r->end) return OK;
    if (r->rows++ == r->options.row_limit)
        return fail(ctx, INVALID, "The file has more than %zu rows; split it.", r->options.row_limit);
    TRY(read_pieces(ctx, r, count));
    finish_cells(r, *count);
    *cells = r->cells;
    return OK;
}

size_t csv_line(const struct csv_reader *r)
{
    return r->row_line;
}
