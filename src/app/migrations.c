/* SQLite cannot change the key of a table: the table is made anew under its name. */
#include "app/migrations.h"

#define LINK_KEY "to_record, to_register, register, record, field"

static const char links_by_target_sqlite[] =
    "DROP INDEX IF EXISTS link_back;\n"
    "DROP INDEX IF EXISTS link_to;\n"
    "ALTER TABLE link RENAME TO link_before;\n"
    "CREATE TABLE link (to_record INTEGER NOT NULL, to_register TEXT NOT NULL, register TEXT NOT NULL,\n"
    "    record INTEGER NOT NULL, field TEXT NOT NULL, PRIMARY KEY (" LINK_KEY ")) STRICT, WITHOUT ROWID;\n"
    "INSERT INTO link (" LINK_KEY ") SELECT " LINK_KEY " FROM link_before ORDER BY " LINK_KEY ";\n"
    "DROP TABLE link_before;\n";

static const char links_by_target_postgres[] = "DROP INDEX IF EXISTS link_back;\n"
                                               "DROP INDEX IF EXISTS link_to;\n"
                                               "ALTER TABLE link DROP CONSTRAINT IF EXISTS link_pkey;\n"
                                               "ALTER TABLE link ADD PRIMARY KEY (" LINK_KEY ");\n";

/* Everything was in the index, or noted as pending. */
static const char search_levels_sqlite[] =
    "CREATE TABLE search_level (register INTEGER PRIMARY KEY, row INTEGER NOT NULL) STRICT;\n"
    "CREATE TABLE IF NOT EXISTS search_entry (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE IF NOT EXISTS search_pending (id INTEGER PRIMARY KEY, indexed TEXT NOT NULL) STRICT;\n"
    "INSERT INTO search_level (register, row)\n"
    "    SELECT id >> 40, max(id) FROM (SELECT id FROM search_entry UNION ALL SELECT id FROM search_pending)\n"
    "    GROUP BY id >> 40;\n";

const struct migration migrations[] = {
    {1, "links are kept by what they lead to", {links_by_target_sqlite, links_by_target_postgres}, NULL},
    {2, "the search index knows how far it has come", {search_levels_sqlite, NULL}, NULL},
};
const size_t migration_count = COUNT(migrations);
