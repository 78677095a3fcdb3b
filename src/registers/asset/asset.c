/* Assets: what has value for the organisation and so needs protection (A.5.9). Ratings are the asset's own; the needs
 * that flow to it along "depends on" are in asset/needs.c. */
#include "records/records.h"

enum {
    TITLE_,
    KIND,
    DESCRIPTION,
    CLASSIFICATION,
    PRODUCT_VERSION,
    SUPPLIER,
    LOCATION,
    DEPENDS_ON,
    CONFIDENTIALITY,
    INTEGRITY,
    AVAILABILITY,
    NEED_CONFIDENTIALITY,
    NEED_INTEGRITY,
    NEED_AVAILABILITY,
    FIELDS
};

static const char *const kinds[] = {
    "information", "software", "hardware", "service", "process", "site", "people", "intellectual_property", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .flags = REQUIRED | SEARCH | LISTED | TITLE | INDEXED},
    [KIND] =
        {.name = "kind", .kind = CHOICE, .choices = kinds, .flags = REQUIRED | LISTED, .fallback = "\"information\""},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [CLASSIFICATION] = {.name = "classification", .kind = LINK, .target = "classification", .flags = LISTED},
    [PRODUCT_VERSION] = {.name = "product_version", .kind = TEXT, .max = 100, .flags = SEARCH},
    [SUPPLIER] = {.name = "supplier", .kind = TEXT, .flags = SEARCH},
    [LOCATION] = {.name = "location", .kind = TEXT, .flags = SEARCH},
    [DEPENDS_ON] = {.name = "depends_on", .kind = LINKS, .target = "asset"},
    [CONFIDENTIALITY] = {.name = "confidentiality", .kind = NUMBER, .min = 1, .max = 5, .group = "protection"},
    [INTEGRITY] = {.name = "integrity", .kind = NUMBER, .min = 1, .max = 5, .group = "protection"},
    [AVAILABILITY] = {.name = "availability", .kind = NUMBER, .min = 1, .max = 5, .group = "protection"},
    [NEED_CONFIDENTIALITY] = {.name = "need_confidentiality",
                              .kind = NUMBER,
                              .flags = DERIVED | LISTED,
                              .group = "protection"},
    [NEED_INTEGRITY] = {.name = "need_integrity", .kind = NUMBER, .flags = DERIVED | LISTED, .group = "protection"},
    [NEED_AVAILABILITY] = {.name = "need_availability",
                           .kind = NUMBER,
                           .flags = DERIVED | LISTED,
                           .group = "protection"},
};

static const struct state states[] = {
    {.name = "planned", .tone = NEUTRAL},
    {.name = "in_use", .tone = GOOD, .flags = INITIAL},
    {.name = "retired", .tone = NEUTRAL, .flags = FINAL | LOCKED},
    {0},
};

static const struct transition transitions[] = {
    {.name = "commission", .from = {"planned"}, .to = "in_use", .needs = CHANGE},
    {.name = "plan", .from = {"in_use"}, .to = "planned", .needs = CHANGE},
    {.name = "retire", .from = {"planned", "in_use"}, .to = "retired", .needs = CHANGE},
    {.name = "bring_back", .from = {"retired"}, .to = "in_use", .needs = CHANGE},
    {0},
};

static enum result check(struct ctx *ctx, const struct record *before, const struct record *record)
{
    struct ids ids = record_ids(ctx, record, DEPENDS_ON);
    (void)before;
    for (size_t i = 0; i < ids.count; i++)
        if (ids.at[i] == record_id(record)) fail_field(ctx, "depends_on", "self", "An asset cannot depend on itself.");
    return OK;
}

const struct reg asset_register = {
    .name = "asset",
    .prefix = "AST",
    .room = "asset",
    .flags = SPREADS,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .check = check,
};
