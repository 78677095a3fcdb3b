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

/* With what stands beside it: comment and state of the outer join `s` on ledger_state, and the MAC, which is that of
 * the leaf once the entry has one. */
#define LEDGER_PROVEN_COLUMNS LEDGER_ROW_COLUMNS ", s.entry, s.comment, s.state, s.salt, COALESCE(l.mac, p.mac) "
#define LEDGER_PROVEN_JOINS                                                                                            \
    "LEFT JOIN ledger_state s ON s.entry = e.id LEFT JOIN ledger_leaf l ON l.entry = e.id "                            \
    "LEFT JOIN ledger_pending p ON p.entry = e.id "
enum { ROW_STATE_ENTRY = ROW_END, ROW_COMMENT, ROW_STATE, ROW_SALT, ROW_MAC, ROW_PROVEN_END };

/* Texts are borrowed from the row, until the next one is asked for. An outer join without an entry gives zeros. */
struct ledger_row ledger_row_of(struct rows *rows);
/* The same, copied. */
struct ledger_row ledger_row_copy(struct arena *arena, struct rows *rows);

struct ledger_entry ledger_entry_of(const struct rows *rows); /* borrowed likewise */
void ledger_entry_keep(struct arena *arena, struct ledger_entry *entry);

/* Of a row with LEDGER_PROVEN_COLUMNS: whether the MAC is the program's own (false without the store's keyring), and
 * whether what stands beside the entry is there and is what its hash covers. */
bool ledger_row_is_own(struct ctx *ctx, struct rows *rows);
bool ledger_row_has_its_state(struct ctx *ctx, struct rows *rows);
/* Whether the program did not write it as it stands: the one or the other does not hold, where the state was not
 * purged. False where nothing can be held against the MAC. */
bool ledger_row_is_foreign(struct ctx *ctx, struct rows *rows);
/* Whether what it said is not there, and no later entry says that it was purged: only one of the program's own counts.
 * Without the store's keyring nobody can tell, and it passes for purged. */
enum result ledger_row_is_missing(struct ctx *ctx, struct rows *rows, bool *missing) MUST_USE;
/* BROKEN: for the sealing, which goes by the newest entries and by what was decided on it, and ends there. Who reads
 * what an entry says is told by ledger_entry_refused. */
enum result ledger_row_altered(struct ctx *ctx, int64_t entry) MUST_USE;

#endif
