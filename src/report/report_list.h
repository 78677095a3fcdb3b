/* The reports, one a file, for the table in report.c. */
#ifndef MERLON_REPORT_REPORT_LIST_H
#define MERLON_REPORT_REPORT_LIST_H

#include "report/report.h"

extern const struct report report_soa; /* Statement of Applicability, now, as of a day, or an approved version */
extern const struct report report_risk_register;  /* method, matrix, risks by level, acceptances */
extern const struct report report_treatment_plan; /* what is done about which risk, by whom, until when */
extern const struct report report_traceability;   /* what is cited but not shown, and what is there but not cited */

#endif
