/* The table. Its indexes are the filters of the page, each with the order in which it shows: newest first. `mac` is
 * unique, so that a row that was written and whose confirmation was lost is not written twice. */
#include "events/events.h"

static const struct column columns[] = {
    {"id", COLUMN_KEY},
    {"at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"node", COLUMN_TEXT, COLUMN_NOT_NULL}, /* host of the program that saw it */
    {"kind", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"outcome", COLUMN_TEXT, COLUMN_NOT_NULL},
    {"actor", COLUMN_NUMBER}, /* a user's number; no reference: rows outlive what they name */
    {"account", COLUMN_TEXT}, /* keyed hash of the e-mail address that was tried */
    {"address", COLUMN_TEXT},
    {"request", COLUMN_TEXT},
    {"subject", COLUMN_TEXT},
    {"record", COLUMN_NUMBER},
    {"detail", COLUMN_TEXT},
    {"times", COLUMN_NUMBER, COLUMN_NOT_NULL, NULL, "1"},
    {"previous", COLUMN_BYTES, COLUMN_NOT_NULL}, /* mac of the row before, 32 zeros where there was none */
    {"previous_at", COLUMN_NUMBER, COLUMN_NOT_NULL},
    {"mac", COLUMN_BYTES, COLUMN_NOT_NULL | COLUMN_UNIQUE},
};
static const struct index indexes[] = {
    {"security_event_time", "at, id", false, NULL},
    {"security_event_kind", "kind, at, id", false, NULL},
    {"security_event_actor", "actor, at, id", false, "\"actor\" IS NOT NULL"},
    {"security_event_account", "account, at, id", false, "\"account\" IS NOT NULL"},
    {"security_event_address", "address, at, id", false, "\"address\" IS NOT NULL"},
    {"security_event_subject", "subject, record, at, id", false, "\"subject\" IS NOT NULL"},
};
static const struct table security_event = {"security_event",
                                            columns,
                                            COUNT(columns),
                                            indexes,
                                            COUNT(indexes),
                                            .append_only = true,
                                            .kept_days = EVENTS_KEPT_LEAST};

const struct table *const event_tables[] = {&security_event};
const size_t event_table_count = COUNT(event_tables);
