/* The columns stand in the order of the header's list. */
#include "ledger/entry_row.h"

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
        .state = rows_width(rows) > ROW_STATE ? rows_text(rows, ROW_STATE) : S(""),
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
