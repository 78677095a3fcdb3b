/* The ledger's tables. What may be purged (comment and state, with the salt that guards their hash against guessing)
 * stands apart from what may not, so that the database can refuse every change to the latter. */
#include "ledger/cosigned.h"
#include "ledger/ledger.h"
#include "ledger/witness.h"

static const struct column entry_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "actor", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "action", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "subject", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "record", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "version", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "state_size", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "content_hash", .type = COLUMN_BYTES},
};
/* Reading as of an instant is answered from this index alone; only the newest state of each record is then fetched. */
static const struct index entry_indexes[] = {
    {.name = "ledger_entry_record", .columns = "subject, record, id, at, state_size, version"},
};
static const struct table entry_table = {
    .name = "ledger_entry",
    .columns = entry_columns,
    .column_count = COUNT(entry_columns),
    .indexes = entry_indexes,
    .index_count = COUNT(entry_indexes),
    .append_only = true,
};

static const struct column state_columns[] = {
    {.name = "entry", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "salt", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
    {.name = "comment", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "state", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
static const struct table state_table = {
    .name = "ledger_state",
    .columns = state_columns,
    .column_count = COUNT(state_columns),
    .primary_key = "entry",
};

static const struct column pending_columns[] = {
    {.name = "entry", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "mac", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
};
static const struct table pending_table = {
    .name = "ledger_pending",
    .columns = pending_columns,
    .column_count = COUNT(pending_columns),
    .primary_key = "entry",
};

static const struct column leaf_columns[] = {
    {.name = "position", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "entry", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL | COLUMN_UNIQUE},
    {.name = "leaf_hash", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
    {.name = "mac", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
};
static const struct table leaf_table = {
    .name = "ledger_leaf",
    .columns = leaf_columns,
    .column_count = COUNT(leaf_columns),
    .primary_key = "position",
    .append_only = true,
};

static const struct column node_columns[] = {
    {.name = "level", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "position", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "hash", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
};
static const struct table node_table = {
    .name = "ledger_node",
    .columns = node_columns,
    .column_count = COUNT(node_columns),
    .primary_key = "level, position",
    .append_only = true,
};

static const struct column head_columns[] = {
    {.name = "size", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "root", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
    {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "key_id", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "signature", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
    {.name = "origin", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "previous", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
};
static const struct table head_table = {
    .name = "ledger_head",
    .columns = head_columns,
    .column_count = COUNT(head_columns),
    .primary_key = "size",
    .append_only = true,
};

const struct table *const ledger_tables[] = {
    &entry_table,
    &state_table,
    &pending_table,
    &leaf_table,
    &node_table,
    &head_table,
    &witness_log_table,
    &ledger_cosignature_table,
    &ledger_timestamp_table,
    &ledger_peer_table,
};
const size_t ledger_table_count = COUNT(ledger_tables);
