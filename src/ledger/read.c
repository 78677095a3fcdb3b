/* Reading entries, of one record or of all. Where the store has its keyring each is held against its MAC, and what
 * stands beside it against the entry's hash: lists tell which the program did not write so, and what is read as of an
 * instant is refused where it is one of these. */
#include "ledger/entry_row.h"
#include "ledger/ledger.h"
#include "store/store.h"

enum { MANY = 32 };

/* Lists tell of each entry whether it stands in the tree under a head. */
#define IS_SEALED ", CASE WHEN l.position < (SELECT max(h.size) FROM ledger_head h) THEN 1 ELSE 0 END "
enum { SEALED = ROW_PROVEN_END };

static enum result judge(struct ctx *ctx, struct rows *rows, struct ledger_entry *entry)
{
    TRY(ledger_row_is_missing(ctx, rows, &entry->missing));
    entry->purged = entry->purged && !entry->missing;
    entry->sealed = rows_number(rows, SEALED);
    entry->foreign = entry->missing || ledger_row_is_foreign(ctx, rows);
    return OK;
}

static enum result collect(struct ctx *ctx, struct str sql, const struct value *args, size_t count,
                           struct ledger_entries *entries)
{
    struct rows *rows;
    TRY(db_query(ctx, sql, args, count, &rows));
    size_t room = 0, bytes = 0;
    *entries = (struct ledger_entries){0};
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        if (entries->count >= 2 && bytes > LEDGER_PAGE) {
            entries->cut = true;
            rows_close(rows);
            return OK;
        }
        if (entries->count == room) {
            size_t wider = room ? room * 2 : MANY;
            entries->at = arena_grow(ctx->arena, entries->at, room * sizeof *entries->at, wider * sizeof *entries->at);
            room = wider;
        }
        struct ledger_entry entry = ledger_entry_of(rows);
        TRY(judge(ctx, rows, &entry));
        ledger_entry_keep(ctx->arena, &entry);
        entries->at[entries->count++] = entry;
        bytes += entry.state.len;
    }
}

enum result ledger_history(struct ctx *ctx, struct str subject, int64_t record, int64_t before, int64_t limit,
                           struct ledger_entries *entries)
{
    const struct value args[] = {value_text(subject), value_number(record), value_number(before ? before : INT64_MAX),
                                 value_number(limit)};
    return collect(ctx,
                   S("SELECT " LEDGER_PROVEN_COLUMNS IS_SEALED "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                     "WHERE e.subject = ?1 AND e.record = ?2 AND e.id < ?3 ORDER BY e.id DESC LIMIT ?4"),
                   args, COUNT(args), entries);
}

enum result ledger_recent(struct ctx *ctx, int64_t before, int64_t limit, struct ledger_entries *entries)
{
    const struct value args[] = {value_number(before ? before : INT64_MAX), value_number(limit)};
    return collect(ctx,
                   S("SELECT " LEDGER_PROVEN_COLUMNS IS_SEALED "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                     "WHERE e.id < ?1 ORDER BY e.id DESC LIMIT ?2"),
                   args, COUNT(args), entries);
}

enum result ledger_entry_read(struct ctx *ctx, int64_t id, struct ledger_entry *entry)
{
    const struct value args[] = {value_number(id)};
    struct ledger_entries entries;
    TRY(collect(
        ctx, S("SELECT " LEDGER_PROVEN_COLUMNS IS_SEALED "FROM ledger_entry e " LEDGER_PROVEN_JOINS "WHERE e.id = ?1"),
        args, COUNT(args), &entries));
    if (!entries.count) return NOT_FOUND;
    *entry = entries.at[0];
    return OK;
}

/* ---- as of an instant ---- */

/* A WHERE only finds: what stands in place of the table may hand over a genuine entry of another subject, or a later
 * one. */
static enum result demand_own(struct ctx *ctx, struct rows *rows, struct str subject, int64_t instant)
{
    const struct ledger_row row = ledger_row_of(rows);
    bool missing;
    TRY(ledger_row_is_missing(ctx, rows, &missing));
    if (!missing && str_eq(row.subject, subject) && row.at <= instant && !ledger_row_is_foreign(ctx, rows)) return OK;
    return ledger_entry_refused(ctx, row.id);
}

/* Whoever gives an entry another time for a moment would have it left out: so what is dated later is held as well. */
static enum result hold_later(struct ctx *ctx, struct str subject, int64_t record, int64_t instant)
{
    const struct value args[] = {value_text(subject), value_number(instant), value_number(record)};
    struct arena *scratch = arena_scratch(ctx->arena);
    struct ctx part = *ctx;
    struct rows *rows;
    if (!db_keyring(ctx->db) || instant == INT64_MAX) return OK;
    part.arena = scratch;
    TRY(db_query(ctx,
                 S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                   "WHERE e.subject = ?1 AND e.at > ?2 AND (?3 = 0 OR e.record = ?3)"),
                 args, COUNT(args), &rows));
    for (bool more = true, own = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        int64_t entry = rows_number(rows, ROW_ID);
        own = ledger_row_is_own(&part, rows);
        arena_reset(scratch);
        if (own) continue;
        rows_close(rows);
        return ledger_entry_refused(ctx, entry);
    }
}

enum result ledger_state_at(struct ctx *ctx, struct str subject, int64_t record, int64_t instant,
                            struct ledger_entry *entry)
{
    const struct value args[] = {value_text(subject), value_number(record), value_number(instant)};
    struct rows *rows;
    bool found;
    TRY(hold_later(ctx, subject, record, instant));
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                       "WHERE e.subject = ?1 AND e.record = ?2 AND e.at <= ?3 AND e.state_size > 0 "
                       "ORDER BY e.version DESC, e.id DESC LIMIT 1"),
                     args, COUNT(args), &rows, &found));
    if (!found) return NOT_FOUND;
    *entry = ledger_entry_of(rows);
    ledger_entry_keep(ctx->arena, entry);
    enum result result = demand_own(ctx, rows, subject, instant);
    if (result == OK && entry->record != record) result = ledger_entry_refused(ctx, entry->id);
    rows_close(rows);
    return result;
}

/* On memory that is emptied after each; `each` keeps what it wants in its own. */
static enum result hand_over(struct ctx *ctx, struct rows *rows, struct str subject, int64_t instant,
                             struct arena *scratch)
{
    struct ctx part = *ctx;
    part.arena = scratch;
    part.error = (struct error){0};
    enum result result = demand_own(&part, rows, subject, instant);
    if (result != OK) result = fail_as(ctx, &part, result);
    arena_reset(scratch);
    return result;
}

enum result ledger_each_at(struct ctx *ctx, struct str subject, int64_t instant,
                           enum result (*each)(struct ctx *ctx, void *arg, const struct ledger_entry *entry), void *arg)
{
    const struct value args[] = {value_text(subject), value_number(instant)};
    struct arena *scratch = arena_scratch(ctx->arena);
    struct rows *rows;
    TRY(hold_later(ctx, subject, 0, instant));
    TRY(db_query(
        ctx,
        S("SELECT " LEDGER_PROVEN_COLUMNS "FROM "
          "(SELECT record, max(version) AS newest FROM ledger_entry "
          "WHERE subject = ?1 AND at <= ?2 AND state_size > 0 GROUP BY record) n "
          "JOIN ledger_entry e ON e.id = (SELECT max(x.id) FROM ledger_entry x WHERE x.subject = ?1 AND "
          "x.record = n.record AND x.version = n.newest AND x.at <= ?2 AND x.state_size > 0) " LEDGER_PROVEN_JOINS
          "ORDER BY n.record"),
        args, COUNT(args), &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        struct ledger_entry entry = ledger_entry_of(rows);
        enum result result = hand_over(ctx, rows, subject, instant, scratch);
        if (result == OK) result = each(ctx, arg, &entry);
        if (result != OK) {
            rows_close(rows);
            return result;
        }
    }
}
