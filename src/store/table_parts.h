/* Inside this room only: tables taken apart into the single statements that make them, in an order in which they can
 * run. table.c lists them, table_apply.c runs those that are missing. */
#ifndef MERLON_STORE_TABLE_PARTS_H
#define MERLON_STORE_TABLE_PARTS_H

#include "base/buf.h"
#include "store/table.h"

enum part_kind { PART_FUNCTION, PART_TABLE, PART_COLUMN, PART_INDEX, PART_TRIGGER, PART_FOREIGN_KEY };

struct part {
    enum part_kind kind;
    const char *table, *name;
    struct str sql;
};

struct parts {
    struct ctx *ctx;
    enum dialect dialect;
    const struct table *const *tables;
    size_t count;
    struct part *at; /* filled in by parts_list */
    size_t len, room;
};

void parts_list(struct parts *parts);

/* An alarm for whoever reads security events: so many are missing, of which this is the first. */
struct str missing_triggers_said(struct ctx *ctx, size_t missing, const char *first);

#endif
