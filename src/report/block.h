/* The blocks of a document, as those who print it see them. */
#ifndef MERLON_REPORT_BLOCK_H
#define MERLON_REPORT_BLOCK_H

#include "report/document.h"

enum block_kind { BLOCK_HEADING, BLOCK_PARAGRAPH, BLOCK_FACTS, BLOCK_FIGURES, BLOCK_BARS, BLOCK_MATRIX, BLOCK_GRID };

struct block {
    struct block *next;
    enum block_kind kind;
    int level;         /* BLOCK_HEADING */
    struct str number; /* BLOCK_HEADING: "2.1" */
    struct str text;   /* BLOCK_HEADING, BLOCK_PARAGRAPH; of facts and figures their name */
    size_t count;      /* of facts or figures */
    const struct fact *facts;
    const struct figure *figures;
    const struct bars *bars;
    const struct matrix *matrix;
    struct grid *grid;
};

#endif
