/* A row of ledger_entry as it is read: one list of columns for whoever hashes an entry, seals it, proves it or holds it
 * against its MAC. The statement calls the table `e`; its own columns follow from ROW_END on. */
#ifndef MERLON_LEDGER_ENTRY_ROW_H
#define MERLON_LEDGER_ENTRY_ROW_H

#include "ledger/canonical.h"
#include "ledger/ledger.h"
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

/* With its state, of the outer join `s` on ledger_state; a statement that leaves s.state out gives an empty one. */
#define LEDGER_ENTRY_COLUMNS LEDGER_ROW_COLUMNS ", s.entry, s.comment"
enum { ROW_STATE_ENTRY = ROW_END, ROW_COMMENT, ROW_STATE, ROW_SALT, ROW_MAC };
/* Lists tell of each entry, instead of salt and MAC, whether it stands in the tree under a head: of the outer join `l`
 * on ledger_leaf. */
#define LEDGER_IS_SEALED "CASE WHEN l.position < (SELECT max(h.size) FROM ledger_head h) THEN 1 ELSE 0 END"
enum { ROW_SEALED = ROW_SALT };

/* Texts are borrowed from the row, until the next one is asked for. An outer join without an entry gives zeros. */
struct ledger_row ledger_row_of(struct rows *rows);
/* The same, copied. */
struct ledger_row ledger_row_copy(struct arena *arena, struct rows *rows);

struct ledger_entry ledger_entry_of(const struct rows *rows); /* borrowed likewise */
void ledger_entry_keep(struct arena *arena, struct ledger_entry *entry);

#endif
