/* The columns stand in the order of the header's list. */
#include "ledger/entry_row.h"

#include "store/store.h"

struct ledger_row ledger_row_of(struct rows *rows)
{
    return (struct ledger_row){
        .id = rows_number(rows, ROW_ID),
        .at = rows_number(rows, ROW_AT),
        .actor = rows_number(rows, ROW_ACTOR),
        .action = rows_text(rows, ROW_ACTION),
        .subject = rows_text(rows, ROW_SUBJECT),
        .record = rows_number(rows, ROW_RECORD),
        .version = rows_number(rows, ROW_VERSION),
        .state_size = rows_number(rows, ROW_STATE_SIZE),
        .content = rows_bytes(rows, ROW_CONTENT),
    };
}

struct ledger_row ledger_row_copy(struct arena *arena, struct rows *rows)
{
    struct ledger_row row = ledger_row_of(rows);
    row.action = arena_copy(arena, row.action);
    row.subject = arena_copy(arena, row.subject);
    row.content = arena_copy(arena, row.content);
    return row;
}

struct ledger_entry ledger_entry_of(const struct rows *rows)
{
    return (struct ledger_entry){
        .id = rows_number(rows, ROW_ID),
        .at = rows_number(rows, ROW_AT),
        .actor = rows_number(rows, ROW_ACTOR),
        .record = rows_number(rows, ROW_RECORD),
        .version = rows_number(rows, ROW_VERSION),
        .action = rows_text(rows, ROW_ACTION),
        .subject = rows_text(rows, ROW_SUBJECT),
        .comment = rows_text(rows, ROW_COMMENT),
        .state = rows_text(rows, ROW_STATE),
        .purged = !rows_is_null(rows, ROW_CONTENT) && rows_is_null(rows, ROW_STATE_ENTRY),
    };
}

void ledger_entry_keep(struct arena *arena, struct ledger_entry *entry)
{
    entry->action = arena_copy(arena, entry->action);
    entry->subject = arena_copy(arena, entry->subject);
    entry->comment = arena_copy(arena, entry->comment);
    entry->state = arena_copy(arena, entry->state);
}

bool ledger_row_is_own(struct ctx *ctx, struct rows *rows)
{
    struct buf text = buf_in(ctx->arena);
    const struct ledger_row row = ledger_row_of(rows);
    const struct keyring *keyring = db_keyring(ctx->db);
    canonical_entry(&text, &row);
    return keyring && keyring_mac_is(keyring, LEDGER_MAC, buf_str(&text), rows_bytes(rows, ROW_MAC));
}

bool ledger_row_has_its_state(struct ctx *ctx, struct rows *rows)
{
    const struct ledger_row row = ledger_row_copy(ctx->arena, rows);
    struct str salt = arena_copy(ctx->arena, rows_bytes(rows, ROW_SALT));
    return !rows_is_null(rows, ROW_STATE_ENTRY) &&
           canonical_content_is(hasher_in(ctx->arena), &row, salt, rows_text(rows, ROW_COMMENT),
                                rows_text(rows, ROW_STATE));
}

bool ledger_row_is_foreign(struct ctx *ctx, struct rows *rows)
{
    if (!db_keyring(ctx->db)) return false;
    if (!ledger_row_is_own(ctx, rows)) return true;
    return !rows_is_null(rows, ROW_STATE_ENTRY) && !ledger_row_has_its_state(ctx, rows);
}

/* A WHERE only finds: what stands in place of the table may hand over a genuine entry of another record. */
static bool is_purge_of(const struct rows *rows, const struct ledger_row *row)
{
    const struct ledger_entry found = ledger_entry_of(rows);
    return str_eq(found.subject, row->subject) && found.record == row->record && str_is(found.action, "purge") &&
           found.version > row->version;
}

/* Whether the first purge of the record after this entry is the program's own. */
static enum result was_purged(struct ctx *ctx, const struct ledger_row *row, bool *purged)
{
    const struct value args[] = {value_text(row->subject), value_number(row->record), value_number(row->version)};
    struct rows *rows;
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                       "WHERE e.subject = ?1 AND e.record = ?2 AND e.version > ?3 AND e.action = 'purge' "
                       "ORDER BY e.version LIMIT 1"),
                     args, COUNT(args), &rows, purged));
    if (*purged) *purged = is_purge_of(rows, row) && ledger_row_is_own(ctx, rows);
    rows_close(rows);
    return OK;
}

enum result ledger_row_is_missing(struct ctx *ctx, struct rows *rows, bool *missing)
{
    const struct ledger_row row = ledger_row_of(rows);
    bool purged;
    *missing = false;
    if (!row.content.len || !rows_is_null(rows, ROW_STATE_ENTRY) || !db_keyring(ctx->db)) return OK;
    TRY(was_purged(ctx, &row, &purged));
    *missing = !purged;
    return OK;
}

enum result ledger_entry_refused(struct ctx *ctx, int64_t entry)
{
    return fail(ctx, BROKEN,
                "What entry %lld of the ledger says was changed or removed outside of the program, or put in there, so "
                "it is not used. What was changed or removed has to be put back from a backup; what was put in is in "
                "none (docs/running.md, Alarms).",
                (long long)entry);
}

enum result ledger_row_altered(struct ctx *ctx, int64_t entry)
{
    return fail(ctx, BROKEN,
                "Entry %lld of the ledger was changed outside of the program, and the sealing goes by it: nothing more "
                "is sealed (docs/running.md, Alarms).",
                (long long)entry);
}
