/* Obligations: what law, regulation and contract demand (ISO/IEC 27001 4.2, A.5.31). A line of the Statement of
 * Applicability cites them as its reason. */
#include "records/records.h"

enum { TITLE_, KIND, DESCRIPTION, PARTY, SOURCE, IN_FORCE, REVIEW_ON, FIELDS };

static const char *const kinds[] = {"law", "regulation", "contract", "standard", "internal", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [KIND] =
        {.name = "kind", .kind = CHOICE, .choices = kinds, .flags = REQUIRED | LISTED, .fallback = "\"regulation\""},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [PARTY] = {.name = "party", .kind = TEXT, .flags = SEARCH | LISTED},
    [SOURCE] = {.name = "source", .kind = TEXT, .max = 500, .flags = SEARCH},
    [IN_FORCE] = {.name = "in_force_from", .kind = DATE},
    [REVIEW_ON] = {.name = "review_on", .kind = DATE, .flags = LISTED},
};

static const struct state states[] = {
    {.name = "applicable", .tone = ACTIVE, .flags = INITIAL},
    {.name = "ended", .tone = NEUTRAL, .flags = FINAL},
    {0},
};

static const struct transition transitions[] = {
    {.name = "end", .from = {"applicable"}, .to = "ended", .needs = CHANGE},
    {.name = "reinstate", .from = {"ended"}, .to = "applicable", .needs = CHANGE},
    {0},
};

const struct reg obligation_register = {
    .name = "obligation",
    .prefix = "OBL",
    .room = "organisation",
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
};
