/* Rows of a grid are a list: a report of many thousand rows is walked from the first to the last, never by index. */
#include "report/grid.h"

struct grid *grid_new(struct arena *arena, struct str name, const struct grid_column *columns, size_t count)
{
    struct grid *grid = arena_make(arena, struct grid);
    *grid = (struct grid){.arena = arena, .name = name, .columns = columns, .count = count};
    return grid;
}

static struct grid_row *add(struct grid *grid)
{
    struct grid_row *row = arena_make(grid->arena, struct grid_row);
    if (grid->last)
        grid->last->next = row;
    else
        grid->first = row;
    grid->last = row;
    return row;
}

struct cell *grid_row(struct grid *grid)
{
    struct grid_row *row = add(grid);
    row->cells = arena_make_many(grid->arena, struct cell, grid->count);
    grid->rows++;
    return row->cells;
}

void grid_group(struct grid *grid, struct str text)
{
    add(grid)->group = text;
    grid->grouped = true;
}

struct str cell_printed(struct arena *arena, const struct cell *cell)
{
    return cell->kind == CELL_NUMBER ? arena_print(arena, "%lld", (long long)cell->number) : cell->text;
}

bool cell_is_empty(const struct cell *cell)
{
    return cell->kind != CELL_NUMBER && !cell->text.len;
}

/* Length of the UTF-8 sequence at the start; 0 when there is none. */
static size_t sequence_length(struct str s)
{
    for (size_t len = 1; len <= 4 && len <= s.len; len++)
        if (str_is_utf8(str_slice(s, 0, len))) return len;
    return 0;
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f;
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_control(text.at[i])) return false;
    return str_is_utf8(text);
}

struct str text_printable(struct arena *arena, struct str text)
{
    if (is_printable(text)) return text;
    struct buf out = buf_in(arena);
    while (text.len) {
        size_t len = sequence_length(text);
        if (!len)
            buf_add(&out, S("\xef\xbf\xbd"));
        else
            buf_add(&out, is_control(text.at[0]) ? S(" ") : str_slice(text, 0, len));
        text = str_slice(text, len ? len : 1, text.len);
    }
    return buf_str(&out);
}
