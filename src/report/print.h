/* How each part of a document is printed, at press->y, which it moves on. Inside report/ only. */
#ifndef MERLON_REPORT_PRINT_H
#define MERLON_REPORT_PRINT_H

#include "report/press.h"

void print_front(struct press *press);    /* title page */
void print_contents(struct press *press); /* with links; page numbers are those of the first pass */
void print_outline(struct press *press);  /* bookmarks; once, in the second pass */

void print_heading(struct press *press, const struct block *block);
void print_paragraph(struct press *press, const struct block *block);
/* Facts as two columns, label and value; the width of labels in points. */
void print_facts(struct press *press, const struct fact *facts, size_t count, double labels);
/* The same, two beside each other where they are short enough. */
void print_facts_in_two(struct press *press, const struct fact *facts, size_t count, double labels);
void print_figures(struct press *press, const struct block *block);
void print_bars(struct press *press, const struct bars *bars);
void print_matrix(struct press *press, const struct matrix *matrix);
/* At least; for a matrix all of it. */
double print_bars_height(const struct bars *bars);
double print_matrix_height(const struct matrix *matrix);
void print_grid(struct press *press, const struct grid *grid);

#endif
