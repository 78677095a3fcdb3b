/* Rows of a grid are a list: a report of many thousand rows is walked from the first to the last, never by index. */
#include "report/grid.h"

struct grid *grid_new(struct arena *arena, struct str name, const struct column *columns, size_t count)
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
