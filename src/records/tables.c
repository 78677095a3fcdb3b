/* In the key of the link table numbers come early: they tell rows apart sooner than the few names of registers and
 * fields, and are compared faster. One key is all there is, by target (records/links.h). */
#include "records/tables.h"

static const struct column link_columns[] = {
    {.name = "to_record", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "to_register", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "register", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "record", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "field", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
static const struct table link_table = {.name = "link",
                                        .columns = link_columns,
                                        .column_count = COUNT(link_columns),
                                        .primary_key = "to_record, to_register, register, record, field"};

static const struct column custom_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "register", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "name", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "kind", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "label", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "choices", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL, .fallback = "'[]'"},
    {.name = "required", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    {.name = "deleted_at", .type = COLUMN_NUMBER},
};
static const struct index custom_indexes[] = {
    {.name = "custom_field_name", .columns = "register, name", .unique = true, .where = "deleted_at IS NULL"},
};
static const struct table custom_table = {.name = "custom_field",
                                          .columns = custom_columns,
                                          .column_count = COUNT(custom_columns),
                                          .indexes = custom_indexes,
                                          .index_count = COUNT(custom_indexes)};

static const struct column outbox_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "topic", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "register", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "record", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "actor", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "person", .type = COLUMN_NUMBER}, /* whom it concerns */
};
static const struct table outbox_table = {
    .name = "outbox", .columns = outbox_columns, .column_count = COUNT(outbox_columns)};

const struct table *const record_tables[] = {&link_table, &custom_table, &outbox_table};
const size_t record_table_count = COUNT(record_tables);
