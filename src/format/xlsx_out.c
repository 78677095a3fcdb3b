/* libxlsxwriter wants a file name: it gets that of a file in memory. It also writes to its temporary files without
 * looking whether they took it, so a finished book is looked through before it is handed out: a full disk must not
 * give half a list. */
#include <xlsxwriter.h> /* first: its macros hold calls that base/banned.h bans */

#include "format/xlsx_out.h"

#include "base/buf.h"
#include "base/clock.h"
#include "format/xlsx_text.h"
#include "format/xlsx_whole.h"

#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_TEXT = 32767, LONGEST_NAME = 31, NARROWEST = 8, WIDEST = 60, ROWS = 1048576, COLUMNS = 16384 };
enum { FIRST_DAY = -25508 /* 1900-03-01 */, EPOCH = 25569 /* serial of 1970-01-01 */ };

struct sheet {
    struct sheet *older;
    int64_t row_bytes; /* in the temporary file, when it is finished */
    struct str name;
};

struct xlsx_book {
    struct arena *arena;
    lxw_workbook *workbook;
    int file;
    lxw_format *bold, *wrapped, *date, *time;
    struct sheet *newest;
    size_t sheets;
    lxw_worksheet *sheet;
    uint32_t row;
    size_t columns;
    uint16_t *widths; /* in characters */
    struct buf text;
};

static void release(void *thing)
{
    struct xlsx_book *book = thing;
    if (book->workbook) lxw_workbook_free(book->workbook);
    if (book->file >= 0) close(book->file);
    book->workbook = NULL;
    book->file = -1;
}

static enum result no_memory(struct ctx *ctx)
{
    return fail(ctx, BROKEN, "The workbook could not be begun: no memory or no temporary files.");
}

static enum result disk_full(struct ctx *ctx)
{
    return fail(ctx, BROKEN, "The workbook cannot be written: the folder for temporary files is full.");
}

static lxw_format *add_format(struct xlsx_book *book, const char *number_format)
{
    lxw_format *format = workbook_add_format(book->workbook);
    if (format) format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    if (format && number_format) format_set_num_format(format, number_format);
    return format;
}

/* Terminated and without what XML cannot hold; valid until the next call. */
static char *encode(struct xlsx_book *book, struct str text)
{
    book->text.len = 0;
    xlsx_text_encode(&book->text, text);
    buf_char(&book->text, 0);
    return book->text.at;
}

enum result xlsx_book_open(struct ctx *ctx, struct str title, int64_t created, struct xlsx_book **out)
{
    struct xlsx_book *book = arena_make(ctx->arena, struct xlsx_book);
    book->arena = ctx->arena;
    book->file = -1;
    book->text = buf_in(ctx->arena);
    char *encoded_title = encode(book, str_slice(title, 0, 255));
    arena_defer(ctx->arena, release, book);
    book->file = memfd_create("merlon-xlsx", MFD_CLOEXEC);
    if (book->file < 0) return no_memory(ctx);
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", book->file);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    book->workbook = workbook_new_opt(path, &options);
    if (!book->workbook) return no_memory(ctx);
    lxw_doc_properties properties = {.title = encoded_title,
                                     .created = created >= SECOND ? created / SECOND : 1 /* 0 would mean now */};
    workbook_set_properties(book->workbook, &properties);
    book->bold = add_format(book, NULL);
    book->wrapped = add_format(book, NULL);
    book->date = add_format(book, "yyyy-mm-dd");
    book->time = add_format(book, "yyyy-mm-dd hh:mm:ss");
    if (!book->bold || !book->wrapped || !book->date || !book->time) return no_memory(ctx);
    format_set_bold(book->bold);
    format_set_text_wrap(book->wrapped);
    *out = book;
    return OK;
}

/* The first `units` UTF-16 units of s, whole characters only. */
static struct str cut_units(struct str s, size_t units)
{
    size_t used = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c & 0xC0) == 0x80) continue;
        used += c >= 0xF0 ? 2 : 1;
        if (used > units) return str_slice(s, 0, i);
    }
    return s;
}

static bool name_taken(const struct xlsx_book *book, struct str name)
{
    for (const struct sheet *sheet = book->newest; sheet; sheet = sheet->older)
        if (str_eq_nocase(sheet->name, name)) return true;
    return str_eq_nocase(name, S("History")); /* Excel keeps it for itself */
}

static struct str fit_name(struct xlsx_book *book, struct str wanted)
{
    struct buf fit = buf_in(book->arena);
    wanted = str_trim(wanted);
    for (size_t i = 0; i < wanted.len; i++) {
        bool banned = memchr("[]:*?/\\'", wanted.at[i], 8) || (unsigned char)wanted.at[i] < 0x20;
        buf_char(&fit, banned ? '-' : wanted.at[i]);
    }
    struct str name = buf_str(&fit);
    if (!name.len) name = S("Sheet");
    name = cut_units(name, LONGEST_NAME);
    struct str fitting = name;
    for (int n = 2; name_taken(book, fitting); n++)
        fitting = arena_print(book->arena, "%.*s (%d)", PRINT(cut_units(name, LONGEST_NAME - 7)), n);
    return fitting;
}

/* What is known only once all rows are there. */
static enum result finish_sheet(struct ctx *ctx, struct xlsx_book *book)
{
    if (!book->sheet) return OK;
    for (size_t i = 0; i < book->columns; i++)
        worksheet_set_column(book->sheet, (lxw_col_t)i, (lxw_col_t)i, book->widths[i] + 1.5, NULL);
    if (book->columns) worksheet_autofilter(book->sheet, 0, 0, book->row - 1, (lxw_col_t)(book->columns - 1));
    lxw_worksheet_write_single_row(book->sheet);
    FILE *rows = book->sheet->optimize_tmpfile;
    book->newest->row_bytes = ftell(rows);
    return fflush(rows) == 0 && !ferror(rows) ? OK : disk_full(ctx);
}

static void widen(struct xlsx_book *book, size_t column, size_t characters)
{
    if (column >= book->columns) return;
    if (characters > WIDEST) characters = WIDEST;
    if (characters > book->widths[column]) book->widths[column] = (uint16_t)characters;
}

static void widen_for_text(struct xlsx_book *book, size_t column, struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) widen(book, column, str_utf8_length(line));
}

static lxw_error put_text(struct xlsx_book *book, size_t column, struct str text, lxw_format *format)
{
    struct str fitting = cut_units(text, LONGEST_TEXT);
    char *encoded = encode(book, fitting);
    bool escapes_too_long = book->text.len > LONGEST_TEXT && str_utf8_length(buf_str(&book->text)) > LONGEST_TEXT + 1;
    if (fitting.len < text.len || escapes_too_long) {
        fitting = cut_units(text, escapes_too_long ? LONGEST_TEXT / 7 - 1 : LONGEST_TEXT - 1);
        encoded = encode(book, arena_print(book->arena, "%.*s\xE2\x80\xA6", PRINT(fitting)));
    }
    widen_for_text(book, column, fitting);
    return worksheet_write_string(book->sheet, book->row, (lxw_col_t)column, encoded, format);
}

enum result xlsx_sheet_add(struct ctx *ctx, struct xlsx_book *book, struct str name, const struct str *header,
                           size_t columns)
{
    if (columns > COLUMNS) return fail(ctx, INVALID, "A sheet holds at most %d columns.", COLUMNS);
    TRY(finish_sheet(ctx, book));
    struct sheet *sheet = arena_make(ctx->arena, struct sheet);
    *sheet = (struct sheet){.older = book->newest, .name = fit_name(book, name)};
    book->newest = sheet;
    book->sheets++;
    book->columns = columns;
    book->widths = arena_make_many(ctx->arena, uint16_t, columns);
    char *encoded_name = encode(book, sheet->name);
    book->sheet = workbook_add_worksheet(book->workbook, encoded_name);
    if (!book->sheet) return no_memory(ctx);
    worksheet_freeze_panes(book->sheet, 1, 0);
    book->row = 0;
    for (size_t i = 0; i < columns; i++) {
        book->widths[i] = NARROWEST;
        lxw_error error = put_text(book, i, header[i], book->bold);
        if (error) return fail(ctx, BROKEN, "The workbook cannot be written: %s.", lxw_strerror(error));
        widen(book, i, str_utf8_length(header[i]) + 3); /* the filter's button */
    }
    book->row = 1;
    return OK;
}

static lxw_error put_as_text(struct xlsx_book *book, size_t column, int64_t n)
{
    struct buf digits = buf_in(book->arena);
    buf_number(&digits, n);
    return put_text(book, column, buf_str(&digits), NULL);
}

static lxw_error put_number(struct xlsx_book *book, size_t column, double n, lxw_format *format, size_t width)
{
    widen(book, column, width);
    return worksheet_write_number(book->sheet, book->row, (lxw_col_t)column, n, format);
}

static lxw_error put_date(struct xlsx_book *book, size_t column, struct str date)
{
    if (!date_is_valid(date) || date_days(date) < FIRST_DAY) return put_text(book, column, date, NULL);
    return put_number(book, column, (double)(date_days(date) + EPOCH), book->date, 10);
}

static lxw_error put_time(struct xlsx_book *book, size_t column, int64_t ms)
{
    return put_number(book, column, (double)ms / DAY + EPOCH, book->time, 19);
}

static lxw_error put_integer(struct xlsx_book *book, size_t column, int64_t n)
{
    const int64_t exact = 1000000000000000; /* Excel shows 15 digits */
    if (n <= -exact || n >= exact) return put_as_text(book, column, n);
    size_t width = 1;
    for (int64_t rest = n; rest; rest /= 10) width++;
    return put_number(book, column, (double)n, NULL, width);
}

static lxw_error put_cell(struct xlsx_book *book, size_t column, const struct xlsx_cell *cell)
{
    switch (cell->kind) {
    case XLSX_EMPTY: return LXW_NO_ERROR;
    case XLSX_TEXT:
        if (!cell->text.len) return LXW_NO_ERROR;
        return put_text(book, column, cell->text, cell->wrap ? book->wrapped : NULL);
    case XLSX_NUMBER: return put_integer(book, column, cell->number);
    case XLSX_DECIMAL:
        return isfinite(cell->decimal) ? put_number(book, column, cell->decimal, NULL, 10) : LXW_NO_ERROR;
    case XLSX_BOOL: return worksheet_write_boolean(book->sheet, book->row, (lxw_col_t)column, (int)cell->number, NULL);
    case XLSX_DATE: return cell->text.len ? put_date(book, column, cell->text) : LXW_NO_ERROR;
    case XLSX_TIME: return put_time(book, column, cell->number);
    }
    return LXW_NO_ERROR;
}

enum result xlsx_row_add(struct ctx *ctx, struct xlsx_book *book, const struct xlsx_cell *cells, size_t count)
{
    if (book->row == ROWS) return fail(ctx, INVALID, "A sheet holds at most %d rows; export as CSV.", ROWS);
    if (count > COLUMNS) return fail(ctx, INVALID, "A sheet holds at most %d columns.", COLUMNS);
    for (size_t i = 0; i < count; i++) {
        lxw_error error = put_cell(book, i, &cells[i]);
        if (error) return fail(ctx, BROKEN, "The workbook cannot be written: %s.", lxw_strerror(error));
    }
    book->row++;
    return OK;
}

static enum result read_back(struct ctx *ctx, int file, struct str *out)
{
    struct stat stat;
    if (fstat(file, &stat) != 0) return fail(ctx, BROKEN, "The workbook cannot be read back.");
    size_t size = (size_t)stat.st_size;
    char *bytes = arena_alloc(ctx->arena, size);
    if (pread(file, bytes, size, 0) != (ssize_t)size) return fail(ctx, BROKEN, "The workbook cannot be read back.");
    *out = (struct str){bytes, size};
    return OK;
}

static bool is_whole(const struct xlsx_book *book, struct str bytes)
{
    int64_t *row_bytes = arena_make_many(book->arena, int64_t, book->sheets);
    size_t i = book->sheets;
    for (const struct sheet *sheet = book->newest; sheet; sheet = sheet->older) row_bytes[--i] = sheet->row_bytes;
    return xlsx_is_whole(bytes, row_bytes, book->sheets);
}

enum result xlsx_book_close(struct ctx *ctx, struct xlsx_book *book, struct str *out)
{
    TRY(finish_sheet(ctx, book));
    lxw_workbook *workbook = book->workbook;
    book->workbook = NULL; /* closing frees it, also when it fails */
    lxw_error error = workbook_close(workbook);
    if (error) return fail(ctx, BROKEN, "The workbook cannot be written: %s.", lxw_strerror(error));
    TRY(read_back(ctx, book->file, out));
    release(book);
    return is_whole(book, *out) ? OK : disk_full(ctx);
}
