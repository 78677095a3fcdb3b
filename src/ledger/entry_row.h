/* A row of ledger_entry as it is read: one list of columns for whoever hashes an entry, seals it, proves it or holds it
 * against its MAC. The statement calls the table `e`; its own columns follow from ROW_END on. */
#ifndef MERLON_LEDGER_ENTRY_ROW_H
#define MERLON_LEDGER_ENTRY_ROW_H

#include "ledger/canonical.h"
#include "store/db.h"

#define LEDGER_ROW_COLUMNS "e.id, e.at, e.actor, e.action, e.subject, e.record, e.version, e.state_size, e.content_hash"
enum {
    ROW_ID,
    ROW_AT,
    ROW_ACTOR,
    ROW_ACTION,
    ROW_SUBJECT,
    ROW_RECORD,
    ROW_VERSION,
    ROW_STATE_SIZE,
    ROW_CONTENT,
    ROW_END
};

/* Texts are borrowed from the row, until the next one is asked for. An outer join without an entry gives zeros. */
struct ledger_row ledger_row_of(struct rows *rows);
/* The same, copied. */
struct ledger_row ledger_row_copy(struct arena *arena, struct rows *rows);

#endif
