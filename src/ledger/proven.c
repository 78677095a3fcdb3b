/* What the program itself wrote: entries are held against their MACs, which nobody makes who has only the database. A
 * decision that leans on the ledger reads it here. */
#include "ledger/entry_row.h"
#include "ledger/floor.h"
#include "ledger/ledger.h"
#include "store/store.h"

/* A WHERE only finds: what stands in place of the table may hand over a genuine entry of another record. */
static bool is_of(const struct ledger_entry *entry, struct str subject, int64_t record)
{
    return entry->record == record && str_eq(entry->subject, subject);
}

static enum result newest(struct ctx *ctx, struct str subject, int64_t record, bool with_state,
                          struct ledger_entry *entry)
{
    const struct value args[] = {value_text(subject), value_number(record), value_number(with_state)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                       "WHERE e.subject = ?1 AND e.record = ?2 AND (e.state_size > 0 OR ?3 = 0) "
                       "ORDER BY e.version DESC, e.id DESC LIMIT 1"),
                     args, COUNT(args), &rows, &found));
    if (!found) return NOT_FOUND;
    *entry = ledger_entry_of(rows);
    ledger_entry_keep(ctx->arena, entry);
    bool proven = is_of(entry, subject, record) && ledger_row_is_own(ctx, rows) &&
                  (!with_state || ledger_row_has_its_state(ctx, rows));
    rows_close(rows);
    return proven ? OK : ledger_entry_refused(ctx, entry->id);
}

enum result ledger_newest(struct ctx *ctx, struct str subject, int64_t record, struct ledger_entry *entry)
{
    return newest(ctx, subject, record, true, entry);
}

enum result ledger_newest_deed(struct ctx *ctx, struct str subject, int64_t record, struct ledger_entry *entry)
{
    return newest(ctx, subject, record, false, entry);
}

enum result ledger_latest(struct ctx *ctx, int64_t *at)
{
    static const struct str last[] = {
        S("SELECT " LEDGER_PROVEN_COLUMNS "FROM (SELECT entry FROM ledger_leaf ORDER BY position DESC LIMIT 8) n "
          "JOIN ledger_entry e ON e.id = n.entry " LEDGER_PROVEN_JOINS),
        S("SELECT " LEDGER_PROVEN_COLUMNS "FROM (SELECT entry FROM ledger_pending ORDER BY entry DESC LIMIT 8) n "
          "JOIN ledger_entry e ON e.id = n.entry " LEDGER_PROVEN_JOINS),
    };
    *at = 0;
    for (size_t i = 0; i < COUNT(last); i++) {
        struct rows *rows;
        TRY(db_query(ctx, last[i], NULL, 0, &rows));
        for (bool more;;) {
            TRY(rows_next(ctx, rows, &more));
            if (!more) break;
            bool counts = !db_keyring(ctx->db) || ledger_row_is_own(ctx, rows);
            if (counts && rows_number(rows, ROW_AT) > *at) *at = rows_number(rows, ROW_AT);
        }
    }
    int64_t floor;
    TRY(ledger_floor_read(ctx, &floor));
    if (floor > *at) *at = floor;
    return OK;
}

/* ---- all that was written of a record ---- */

struct walk {
    struct rows *rows;
    struct str subject;
    int64_t record, version; /* the last that was seen */
};

static enum result broken(struct ctx *ctx, const struct walk *walk, const char *how)
{
    return fail(ctx, BROKEN, "The version %lld of %.*s %lld %s outside of the program; merlon verify says more.",
                (long long)walk->version, PRINT(walk->subject), (long long)walk->record, how);
}

static enum result look(struct ctx *ctx, struct walk *walk, struct ledger_entry *entry)
{
    *entry = ledger_entry_of(walk->rows);
    walk->version++;
    if (entry->version > walk->version) return broken(ctx, walk, SENTENCE("was taken out of the ledger"));
    if (entry->version < walk->version || !is_of(entry, walk->subject, walk->record) ||
        !ledger_row_is_own(ctx, walk->rows))
        return broken(ctx, walk, SENTENCE("was put into the ledger"));
    return ledger_row_has_its_state(ctx, walk->rows) ? OK : broken(ctx, walk, SENTENCE("was changed in the ledger"));
}

/* On memory that is emptied after each. */
static enum result next_version(struct ctx *ctx, struct walk *walk, bool *more,
                                enum result (*each)(struct ctx *ctx, void *arg, const struct ledger_entry *entry),
                                void *arg)
{
    struct ledger_entry entry;
    TRY(rows_next(ctx, walk->rows, more));
    if (!*more) return OK;
    TRY(look(ctx, walk, &entry));
    return each(ctx, arg, &entry);
}

enum result ledger_each_version(struct ctx *ctx, struct str subject, int64_t record, int64_t newest,
                                enum result (*each)(struct ctx *ctx, void *arg, const struct ledger_entry *entry),
                                void *arg)
{
    const struct value args[] = {value_text(subject), value_number(record)};
    struct walk walk = {.subject = subject, .record = record};
    struct ctx part = *ctx;
    part.arena = arena_scratch(ctx->arena);
    TRY(db_query(ctx,
                 S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                   "WHERE e.subject = ?1 AND e.record = ?2 AND e.state_size > 0 ORDER BY e.version, e.id"),
                 args, COUNT(args), &walk.rows));
    enum result result = OK;
    for (bool more = true; result == OK && more;) {
        result = next_version(&part, &walk, &more, each, arg);
        if (result != OK) result = fail_as(ctx, &part, result);
        arena_reset(part.arena);
    }
    rows_close(walk.rows);
    if (result != OK || walk.version == newest) return result;
    walk.version++;
    return broken(ctx, &walk,
                  walk.version <= newest ? SENTENCE("was taken out of the ledger")
                                         : SENTENCE("was put into the ledger"));
}
