/* One row a job: what it is, how far it has come, what came of it, and who has it. */
#include "jobs/tables.h"

#include "jobs/inside.h"

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "kind", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "status", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL | COLUMN_INDEXED},
    {.name = "user", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    /* what the token that asked is narrowed to, as in struct actor */
    {.name = "read_only", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    {.name = "registers", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL, .fallback = "''"},
    {.name = "created_at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "started_at", .type = COLUMN_NUMBER},
    {.name = "ended_at", .type = COLUMN_NUMBER},
    {.name = "done", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    {.name = "total", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    {.name = "detail", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL, .fallback = "''"},
    {.name = "arguments", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL, .fallback = "'{}'"},
    {.name = "input", .type = COLUMN_NUMBER}, /* blob */
    {.name = "result", .type = COLUMN_TEXT},  /* JSON */
    {.name = "cancelled", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    {.name = "claimed_until", .type = COLUMN_NUMBER}, /* of the database's time */
    /* one more each time that somebody claims it: what another number has claimed is not written to any more */
    {.name = "claim", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    /* how far its kept work goes, and what it came to, written with that work in one transaction */
    {.name = "position", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL, .fallback = "0"},
    {.name = "state", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL, .fallback = "''"}, /* JSON */
    {.name = "mac", .type = COLUMN_BYTES},
};
static const struct table job_table = {.name = "job", .columns = columns, .column_count = COUNT(columns)};

/* A job acts with its user's rights, so it is sealed like what gives them: as whom, what, and with which file. */
const struct sealed_rows sealed_jobs = {
    .table = "job",
    .columns = "id, kind, \"user\", read_only, registers, created_at, arguments, input, "
               "(SELECT b.sha256 FROM blob b WHERE b.id = input)",
    .count = 9,
    .what = "job",
};

/* What each piece of a job's kept work came to, until the job has ended. */
static const struct column part_columns[] = {
    {.name = "id", .type = COLUMN_KEY},
    {.name = "job", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL | COLUMN_INDEXED},
    {.name = "text", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL}, /* JSON */
};
static const struct table part_table = {
    .name = "job_part", .columns = part_columns, .column_count = COUNT(part_columns)};

const struct table *const job_tables[] = {&job_table, &part_table};
const size_t job_table_count = COUNT(job_tables);
