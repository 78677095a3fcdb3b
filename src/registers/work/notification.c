/* Notifications: what somebody should know, made by jobs from the outbox. Each is its owner's alone, and outlives both
 * his rights and the record that it is about: so it names that record and copies nothing of it. What the record is
 * called is looked up, with the reader's rights, whenever it is shown. */
#include "records/records.h"

enum { TITLE_, SUBJECT, TOPIC, FIELDS };

static const char *const topics[] = {"assigned", "moved", "mentioned", "due", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 400, .flags = DERIVED | LISTED | TITLE},
    [SUBJECT] = {.name = "subject", .kind = RECORD, .flags = DERIVED | LISTED},
    [TOPIC] = {.name = "topic", .kind = CHOICE, .choices = topics, .flags = DERIVED | LISTED},
};

static const struct state states[] = {
    {.name = "unread", .tone = ACTIVE, .flags = INITIAL},
    {.name = "read", .tone = NEUTRAL, .flags = FINAL},
    {0},
};

static const struct transition transitions[] = {
    {.name = "read", .from = {"unread"}, .to = "read", .needs = CHANGE_OWN},
    {0},
};

static enum result derive(struct ctx *ctx, struct record *notification)
{
    (void)ctx;
    record_set_text(notification, TITLE_, record_text(notification, SUBJECT));
    return OK;
}

const struct reg notification_register = {
    .name = "notification",
    .prefix = "NTF",
    .room = "work",
    .flags = MINE | NO_CREATE | NO_CHANGE | QUIET,
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
};
