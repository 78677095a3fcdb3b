/* Two passes over the blocks: contents and "page x of y" need to know what only a first pass can tell. Measuring again
 * is cheaper than keeping every line of a report of thousands of rows in memory. */
#include "report/typeset.h"

#include "report/print.h"

enum { WIDE_PAGE = 600 };

static void print_block_facts(struct press *press, const struct block *block)
{
    if (press_width(press) > WIDE_PAGE)
        print_facts_in_two(press, block->facts, block->count, press_width(press) * 0.15);
    else
        print_facts(press, block->facts, block->count, press_width(press) * 0.28);
}

static void print_block(struct press *press, const struct block *block)
{
    switch (block->kind) {
    case BLOCK_HEADING: print_heading(press, block); return;
    case BLOCK_PARAGRAPH: print_paragraph(press, block); return;
    case BLOCK_FACTS: print_block_facts(press, block); return;
    case BLOCK_FIGURES: print_figures(press, block); return;
    case BLOCK_BARS: print_bars(press, block->bars); return;
    case BLOCK_MATRIX: print_matrix(press, block->matrix); return;
    case BLOCK_GRID: print_grid(press, block->grid); return;
    }
}

static void print_document(struct press *press, bool drawing)
{
    press_begin(press, drawing);
    print_front(press);
    press_break(press);
    print_contents(press);
    for (const struct block *block = press->document->first; block; block = block->next) print_block(press, block);
}

static void find_headings(struct press *press)
{
    size_t count = 0;
    for (const struct block *block = press->document->first; block; block = block->next)
        count += block->kind == BLOCK_HEADING;
    press->landmarks = arena_make_many(press->ctx->arena, struct landmark, count + 1);
    for (const struct block *block = press->document->first; block; block = block->next)
        if (block->kind == BLOCK_HEADING) press->landmarks[press->landmark_count++].heading = block;
}

enum result typeset_pdf(struct ctx *ctx, const struct document *document, struct str *bytes)
{
    struct press *press = press_open(ctx, document);
    find_headings(press);
    print_document(press, false);
    print_document(press, true);
    print_outline(press);
    TRY(press_finish(press));
    *bytes = arena_copy(ctx->arena, (struct str){press->output.at, press->output.len});
    press_close(press);
    arena_undefer(ctx->arena, press);
    return OK;
}
