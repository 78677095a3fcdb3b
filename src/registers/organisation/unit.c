/* Units: the organisation as a tree of group, company, division, site, vessel (ISO/IEC 27001 4.3). Every record
 * belongs to one; a role granted at a unit reaches all below it. */
#include "records/records.h"

enum { TITLE_, KIND, PARENT, DESCRIPTION, TIMEZONE, FIELDS };

static const char *const kinds[] = {"group", "company", "division", "department", "site", "vessel", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 120, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [KIND] = {.name = "kind", .kind = CHOICE, .choices = kinds, .flags = REQUIRED | LISTED, .fallback = "\"company\""},
    [PARENT] = {.name = "parent", .kind = LINK, .target = "unit", .flags = LISTED},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [TIMEZONE] = {.name = "timezone", .kind = TEXT, .max = 60, .fallback = "\"UTC\""},
};

/* A unit may not lie below itself. */
static enum result check(struct ctx *ctx, const struct record *before, const struct record *record)
{
    int64_t above = record_number(record, PARENT);
    (void)before;
    for (int depth = 0; above; depth++) {
        struct record *parent;
        if (above == record_id(record) || depth > 100) {
            fail_field(ctx, "parent", "circle", "A unit cannot lie below itself.");
            return OK;
        }
        TRY(record_load(ctx, record->reg, above, &parent));
        above = record_number(parent, PARENT);
    }
    return OK;
}

const struct reg unit_register = {
    .name = "unit",
    .prefix = "UNT",
    .room = "organisation",
    .flags = IS_UNIT,
    .fields = fields,
    .field_count = FIELDS,
    .check = check,
};
