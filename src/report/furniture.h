/* What is drawn rather than written: rules, fields of colour, marks, chips, and the running header and footer.
 * Inside report/ only. Nothing is drawn in the first pass. */
#ifndef MERLON_REPORT_FURNITURE_H
#define MERLON_REPORT_FURNITURE_H

#include "report/press.h"

enum { MARK_SIZE = 7, MARK_SPACE = 11 }; /* points: of a mark, and from its left end to the text beside it */

void furniture_ink(struct press *press, uint32_t colour);
void furniture_rule(struct press *press, double x, double y, double width, double thickness, uint32_t colour);
void furniture_fill(struct press *press, double x, double y, double width, double height, double radius,
                    uint32_t colour);
/* A mark of MARK_SIZE with its middle at height y. */
void furniture_mark(struct press *press, enum mark mark, uint32_t colour, double x, double y);
/* A mark and a text in a rounded field; returns its width. */
double furniture_chip(struct press *press, const struct cell *cell, double x, double y);
double furniture_chip_height(struct press *press);
/* White or ink: whichever is read better on the colour (WCAG 2.2, relative luminance). */
uint32_t furniture_on(uint32_t colour);
/* The same hue, nearly white. */
uint32_t furniture_pale(uint32_t colour);

/* Header (from page 2) and footer of the present page. */
void furniture_print(struct press *press);

#endif
