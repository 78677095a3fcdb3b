/* Documents are lists of blocks in an arena. Headings are numbered when they are added, so that every way of printing
 * shows the same numbers. */
#include "report/block.h"

static struct block *add(struct document *document, enum block_kind kind)
{
    struct block *block = arena_make(document->arena, struct block);
    block->kind = kind;
    if (document->last)
        document->last->next = block;
    else
        document->first = block;
    document->last = block;
    return block;
}

struct document *document_new(struct ctx *ctx, struct str title)
{
    struct document *document = arena_make(ctx->arena, struct document);
    document->arena = ctx->arena;
    document->title = title;
    document->created = ctx->now;
    document->words =
        (struct document_words){S("Contents"), S("Document control"), S("Page {page} of {pages}"), S("None.")};
    return document;
}

/* Chapters and sections so far: what the next heading counts on from. */
static void count_headings(const struct document *document, int *chapters, int *sections)
{
    *chapters = *sections = 0;
    for (const struct block *block = document->first; block; block = block->next) {
        if (block->kind != BLOCK_HEADING) continue;
        if (block->level == 1) ++*chapters, *sections = 0;
        if (block->level == 2) ++*sections;
    }
}

void document_heading(struct document *document, int level, struct str text)
{
    int chapters, sections;
    struct block *block = add(document, BLOCK_HEADING);
    block->level = level;
    block->text = text;
    count_headings(document, &chapters, &sections);
    block->number = level == 1 ? arena_print(document->arena, "%d", chapters)
                               : arena_print(document->arena, "%d.%d", chapters, sections);
}

void document_paragraph(struct document *document, struct str text)
{
    add(document, BLOCK_PARAGRAPH)->text = text;
}

void document_facts(struct document *document, struct str name, const struct fact *facts, size_t count)
{
    struct block *block = add(document, BLOCK_FACTS);
    block->text = name;
    block->facts = facts;
    block->count = count;
}

void document_figures(struct document *document, struct str name, const struct figure *figures, size_t count)
{
    struct block *block = add(document, BLOCK_FIGURES);
    block->text = name;
    block->figures = figures;
    block->count = count;
}

void document_bars(struct document *document, const struct bars *bars)
{
    add(document, BLOCK_BARS)->bars = bars;
}

void document_matrix(struct document *document, const struct matrix *matrix)
{
    add(document, BLOCK_MATRIX)->matrix = matrix;
}

void document_grid(struct document *document, struct grid *grid)
{
    add(document, BLOCK_GRID)->grid = grid;
}
