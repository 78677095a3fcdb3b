/* Persons: who owns, acts and answers. A person need not have an account; an account is tied to at most one person. */
#include "records/records.h"

enum { NAME, EMAIL, JOB, PHONE, DEPUTY, FIELDS };

static const struct field fields[FIELDS] = {
    [NAME] = {.name = "name", .kind = TEXT, .max = 120, .flags = REQUIRED | SEARCH | LISTED | TITLE | PERSONAL},
    [EMAIL] = {.name = "email", .kind = TEXT, .max = 254, .flags = SEARCH | LISTED | UNIQUE | PERSONAL | NAMES},
    [JOB] = {.name = "job", .kind = TEXT, .max = 120, .flags = SEARCH | LISTED},
    [PHONE] = {.name = "phone", .kind = TEXT, .max = 40, .flags = PERSONAL},
    [DEPUTY] = {.name = "deputy", .kind = LINK, .target = "person"},
};

static const struct state states[] = {
    {.name = "active", .tone = GOOD, .flags = INITIAL},
    {.name = "left", .tone = NEUTRAL, .flags = FINAL},
    {0},
};

static const struct transition transitions[] = {
    {.name = "leave", .from = {"active"}, .to = "left", .needs = CHANGE},
    {.name = "return", .from = {"left"}, .to = "active", .needs = CHANGE},
    {0},
};

static enum result check(struct ctx *ctx, const struct record *before, const struct record *record)
{
    struct str email = record_text(record, EMAIL);
    size_t at;
    (void)before;
    if (email.len && (!str_find(email, S("@"), &at) || at == 0 || at == email.len - 1))
        fail_field(ctx, "email", "email", "This is no e-mail address; it needs a name, an @ and a domain.");
    return OK;
}

const struct reg person_register = {
    .name = "person",
    .prefix = "PER",
    .room = "organisation",
    .flags = NO_OWNER,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .check = check,
};
