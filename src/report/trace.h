/* Traceability (product.md): each treated risk cites controls, each cited control has a test or evidence, each line of
 * a Statement of Applicability cites a reason; and backwards, nothing is there that nobody needs. What breaks this is
 * listed here, for the report and for GET /api/v1/traceability, with the reader's rights and as of the day asked
 * for. */
#ifndef MERLON_REPORT_TRACE_H
#define MERLON_REPORT_TRACE_H

#include "report/reading.h"

enum trace_kind {
    /* forwards: from need to proof */
    RISK_WITHOUT_CONTROL,
    LINE_WITHOUT_REASON,
    EXCLUSION_WITHOUT_JUSTIFICATION,
    LINE_WITHOUT_CONTROL,
    CONTROL_WITHOUT_PROOF,
    /* backwards: from what is there to why */
    EVIDENCE_WITHOUT_USE,
    CONTROL_WITHOUT_USE,
    EXCLUDED_BUT_NEEDED,
    REASON_GONE,
    TRACE_KINDS
};
enum { FIRST_BACKWARDS = EVIDENCE_WITHOUT_USE };

const char *trace_kind_name(enum trace_kind kind); /* "risk_without_control"; its label is trace.NAME */

struct trace_break {
    enum trace_kind kind;
    const struct record *record;
};
struct trace {
    struct trace_break *at; /* by kind, then as found */
    size_t count;
};

enum result trace_find(struct ctx *ctx, struct reading *reading, struct trace *trace) MUST_USE;

/* {"items": [{"kind", "register", "id", "reference", "title"}]} */
void trace_write_json(struct ctx *ctx, const struct trace *trace, struct buf *out);

#endif
