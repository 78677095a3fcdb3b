/* The scales of a methodology as a report shows them; their JSON is described in docs (registers/risk/method.h).
 * Inside report/ only. */
#ifndef MERLON_REPORT_SCALES_H
#define MERLON_REPORT_SCALES_H

#include "report/job.h"

struct scale_level {
    struct str name, title, appetite, approver;
    uint32_t colour;
    enum mark mark;
};

struct scales {
    const struct record *methodology;
    struct str likelihood[MATRIX_MAX], consequence[MATRIX_MAX];
    size_t likelihood_count, consequence_count;
    struct scale_level levels[MATRIX_MAX];
    size_t level_count;
    size_t matrix[MATRIX_MAX * MATRIX_MAX]; /* likelihood rows, consequence columns; index into levels */
    int64_t acceptance_days;
    struct str criteria; /* their titles, separated by commas */
};

/* False when the methodology holds no usable scales. */
bool scales_read(struct report_job *job, const struct record *methodology, struct scales *scales);
/* NULL when there is no level of that name. */
const struct scale_level *scales_level(const struct scales *scales, struct str name);

/* Chapters of a document: how risks are rated here, as facts and a table of levels. */
enum result scales_describe(struct report_job *job, const struct scales *scales) MUST_USE;
/* The levels for a legend or for stacked bars, lowest first; one for each level. */
const struct series *scales_series(const struct report_job *job, const struct scales *scales);

#endif
