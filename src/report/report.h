/* The reports there are, each one file (report_*.c), and running one of them. GET /api/v1/reports lists the table;
 * `merlon report NAME` and GET /api/v1/reports/{name} run it.
 *
 * A report reads with the rights of ctx->actor, as of ctx->as_of (or now), through lists; the caller wraps it in
 * a snapshot of the database so that its tables agree. It is slow enough to be a job. */
#ifndef MERLON_REPORT_REPORT_H
#define MERLON_REPORT_REPORT_H

#include "records/list.h"
#include "report/document.h"
#include "report/labels.h"

enum report_format { REPORT_PDF, REPORT_XLSX, REPORT_FORMATS };

enum { REPORT_PARAMETERS = 6 };

struct report_parameter {
    const char *name; /* as in the query: "soa"; its label is field.NAME or report.parameter.NAME */
    const char *reg;  /* a record of this register, by number or reference; NULL for text */
    bool required;
};

struct report_job;

struct report {
    const char *name;                                      /* "soa" */
    const char *title;                                     /* label key */
    const char *room;                                      /* whose registers it reads, for the navigation */
    struct report_parameter parameters[REPORT_PARAMETERS]; /* closed by a NULL name */
    enum result (*write)(struct report_job *job);
};

extern const struct report *const reports[];       /* closed by NULL */
const struct report *report_find(struct str name); /* NULL when none */

/* "pdf" or "xlsx"; INVALID for anything else. */
enum result report_format_of(struct ctx *ctx, struct str name, enum report_format *format) MUST_USE;

struct report_file {
    struct str bytes;
    struct str name; /* "SOA-1-2026-11-21.pdf": for Content-Disposition; ASCII without spaces */
    const char *content_type;
};

/* Beside its own parameters every report takes "paper" ("a4" or "letter"); "format" and "as_of" are passed over.
 * INVALID for an unknown or missing parameter, NOT_FOUND when the record is not there or not readable. */
enum result report_run(struct ctx *ctx, const struct report *report, enum report_format format,
                       const struct parameter *parameters, size_t count, const struct labels *labels,
                       struct report_file *file) MUST_USE;

#endif
