/* A report at work: what it reads with, what it writes into. Inside report/ only. */
#ifndef MERLON_REPORT_JOB_H
#define MERLON_REPORT_JOB_H

#include "report/reading.h"
#include "report/report.h"

enum { CONTROL_FACTS = 16 };

struct report_job {
    struct ctx *ctx;
    const struct report *report;
    const struct parameter *parameters;
    size_t parameter_count;
    const struct labels *labels;
    struct reading *reading;
    struct document *document;
    struct fact control[CONTROL_FACTS];
};

/* The value of a parameter; "" when it was not given. */
struct str job_parameter(const struct report_job *job, const char *name);
/* The record that a parameter names; *record is NULL when it was not given. NOT_FOUND when it is not there. */
enum result job_record(struct report_job *job, const char *parameter, const struct record **record) MUST_USE;

/* A line of the document control block. */
void job_control(struct report_job *job, const char *label_key, struct cell value);
void job_control_code(struct report_job *job, const char *label_key, struct str code);

/* The control block of a report on the whole of the organisation on one day. */
enum result job_standing(struct report_job *job, struct str subtitle) MUST_USE;

/* The name of the organisation: the unit at the top of the tree above this one, or of all when unit is 0. */
enum result job_organisation(struct report_job *job, int64_t unit, struct str *name) MUST_USE;

/* Words: the label under "report." and this key. */
struct str job_word(const struct report_job *job, const char *key);

/* A grid whose columns have these words as heads; the first column is the one by which a row is found. */
struct job_head {
    const char *label;
    double weight;
};
struct grid *job_grid(struct report_job *job, struct str name, const struct job_head *heads, size_t count);

/* A state, an implementation and a tone as a mark with its word. */
struct cell job_state(const struct report_job *job, const struct record *record);
struct cell job_implementation(const struct report_job *job, struct str implementation);
struct cell job_flag(const struct report_job *job, bool yes);
uint32_t job_tone_colour(enum tone tone);

/* The five steps of implementation, from not_started to effective. */
enum { IMPLEMENTATIONS = 5 };
const char *job_implementation_name(size_t step);
size_t job_implementation_step(struct str implementation);                    /* 0 for anything unknown */
const struct series *job_implementation_series(const struct report_job *job); /* IMPLEMENTATIONS of them */

#endif
