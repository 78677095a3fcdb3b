/* Reading a methodology's scales (ISO/IEC 27001 6.1.2 a): likelihood, a consequence scale for each criterion, the
 * matrix, the levels. Their JSON, in the methodology's field `scales`:
 *   {"likelihood": [{"title", "description"}...],               2 to 10 steps
 *    "consequence": [{"title"}...],                             2 to 10 steps
 *    "criteria": [{"name", "title", "steps": ["...", ...]}...], each as many steps as `consequence`
 *    "levels": [{"name", "title", "tone", "appetite", "approver"}...], lowest first; appetite is acceptable,
 *              tolerable or unacceptable, approver a role
 *    "matrix": [[level, ...], ...],                             matrix[likelihood-1][consequence-1]: index of a level
 *    "acceptance_days": 365} */
#ifndef MERLON_REGISTERS_RISK_METHOD_H
#define MERLON_REGISTERS_RISK_METHOD_H

#include "records/records.h"

enum { METHOD_MOST = 10 }; /* steps of a scale, and levels */

struct level {
    int64_t rank; /* 1 is lowest */
    struct str name, appetite, approver;
    struct str title; /* what people call it; may be empty */
};

struct method {
    int64_t likelihood_steps, consequence_steps, acceptance_days;
    bool superseded;
    struct str *criteria; /* their names */
    size_t criterion_count, level_count;
    struct level levels[METHOD_MOST];     /* lowest first */
    int matrix[METHOD_MOST][METHOD_MOST]; /* [likelihood - 1][consequence - 1]: a rank; 0 where there is none */
};

/* The method of a risk, through its assessment. NOT_FOUND without a sentence when the risk has none yet. */
enum result method_of_risk(struct ctx *ctx, const struct record *risk, struct method *method) MUST_USE;
/* The same for deriving the risk: the method stays as it is until the write ends, so that no risk is rated by one
 * that is being superseded and told of it by nobody. */
enum result method_hold(struct ctx *ctx, const struct record *risk, struct method *method) MUST_USE;
/* Only the scales, from their JSON; what is not as described above is left out. False when it is no object. */
bool method_read(struct ctx *ctx, struct str scales, struct method *method) MUST_USE;
/* False when a step is outside the scales. */
bool method_level(const struct method *method, int64_t likelihood, int64_t consequence, struct level *level);
/* The rank of the level of that name; 0 when the method has none. */
int64_t method_rank(const struct method *method, struct str level);
/* The maximum over the criteria; 0 when none is rated. *unknown is a criterion that the method does not have, or "". */
int64_t method_consequence(const struct method *method, const struct json *ratings, struct str *unknown);
/* Field errors on "scales" for whatever is not as described above. */
void method_check(struct ctx *ctx, const struct json *scales);

/* A 5 by 5 method to begin with, as JSON. */
extern const char method_default[];

#endif
