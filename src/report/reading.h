/* What a report reads: lists with the reader's rights, as of the day asked for, and the names of what records link to.
 * Inside report/ only. */
#ifndef MERLON_REPORT_READING_H
#define MERLON_REPORT_READING_H

#include "records/list.h"
#include "report/labels.h"

struct reading {
    struct ctx *ctx;
    const struct labels *labels;
    struct kept *kept; /* records read already */
    size_t room, count;
    size_t compared;       /* records of today that were held against the ledger, each once */
    size_t altered_count;  /* records and users that are not what it says, or were not found though it has them */
    struct buf altered;    /* the first of these by reference: "RSK-1, RSK-7, user 3" */
    struct arena *compare; /* emptied after each */
};

struct reading *reading_new(struct ctx *ctx, const struct labels *labels);

/* All records of a register that match list parameters (docs/api.md), page by page. A reader who may read none of the
 * register gets an empty list. Held against the ledger, with what it has and the list has not. */
enum result reading_list(struct reading *reading, const char *reg, const struct parameter *pairs, size_t count,
                         struct record_list *list) MUST_USE;
/* That a record has as many parts as it says (struct composition). */
void reading_hold_parts(struct reading *reading, const struct record *whole, const struct record_list *parts);
/* Sorts by a number field of the register's own, then by id; and finds the part with one value in a list sorted so. */
void reading_sort(struct record_list *list, const char *field);
struct record_list reading_part(const struct record_list *sorted, const char *field, int64_t value);

/* NULL when there is none, or none for this reader. Read once. */
enum result reading_record(struct reading *reading, const char *reg, int64_t id, const struct record **record) MUST_USE;

/* "RSK-12 Title", or the reference alone where the title may not be read; "" for no id. */
enum result reading_named(struct reading *reading, const char *reg, int64_t id, struct str *text) MUST_USE;
/* The title alone; "" when there is none. */
enum result reading_title(struct reading *reading, const char *reg, int64_t id, struct str *text) MUST_USE;
/* "RSK-12" with its title, for a reference of any register. */
enum result reading_referred(struct reading *reading, struct str reference, struct str *text) MUST_USE;
/* The name of a user, as in approved_by. */
enum result reading_user(struct reading *reading, int64_t user, struct str *name) MUST_USE;
/* Of a LINKS or RECORDS field: each linked record named, one a line. */
enum result reading_links(struct reading *reading, const struct record *record, const char *field,
                          struct str *text) MUST_USE;

/* By field name; false, "" and NULL when the register has no such field or it is null. */
struct ids reading_ids(struct reading *reading, const struct record *record, const char *field);
struct texts reading_texts(struct reading *reading, const struct record *record, const char *field);
const struct json *reading_data(struct reading *reading, const struct record *record, const char *field);

/* The day that is looked at: as of, or today. */
struct str reading_day(const struct reading *reading);
/* A PROSE field as plain text. */
struct str reading_prose(const struct record *record, struct arena *arena, const char *field);

#endif
