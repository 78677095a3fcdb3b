/* A change touches only the rows of targets that came or went: of a list of forty assets to which one is added, one row
 * is written. */
#include "records/links.h"

#include "records/house.h"
#include "records/records.h"
#include "store/db.h"

enum { PRUNE_BATCH = 500 };

struct target {
    const char *reg;
    int64_t id;
};

struct targets {
    struct target *at;
    size_t count;
};

/* ---- what a field links to ---- */

static bool links_something(const struct field *field)
{
    return field->kind == LINK || field->kind == LINKS || field->kind == RECORD || field->kind == RECORDS;
}

static void add_target(struct targets *targets, const char *reg, int64_t id)
{
    targets->at[targets->count++] = (struct target){reg, id};
}

static void add_reference(const struct ctx *ctx, struct targets *targets, struct str reference)
{
    const struct reg *reg;
    int64_t id;
    if (reference_parse(ctx->house, reference, &reg, &id)) add_target(targets, reg->name, id);
}

static struct targets targets_of(struct ctx *ctx, const struct record *record, size_t index)
{
    const struct field *field = &record->reg->fields[index];
    struct targets targets = {0};
    struct ids ids = {0};
    struct texts texts = {0};
    if (record_is_null(record, index)) return targets;
    if (field->kind == LINKS) ids = record_ids(ctx, record, index);
    if (field->kind == RECORDS) texts = record_texts(ctx, record, index);
    targets.at = arena_make_many(ctx->arena, struct target, ids.count + texts.count + 1);
    for (size_t i = 0; i < ids.count; i++) add_target(&targets, field->target, ids.at[i]);
    for (size_t i = 0; i < texts.count; i++) add_reference(ctx, &targets, texts.at[i]);
    if (field->kind == LINK) add_target(&targets, field->target, record_number(record, index));
    if (field->kind == RECORD) add_reference(ctx, &targets, record_text(record, index));
    return targets;
}

static bool has_target(const struct targets *targets, const char *reg, int64_t id)
{
    for (size_t i = 0; i < targets->count; i++)
        if (targets->at[i].id == id && strcmp(targets->at[i].reg, reg) == 0) return true;
    return false;
}

/* ---- rows ---- */

enum { LINK_COLUMNS = 5 };

static void row_of(const struct record *record, const struct field *field, const struct target *target,
                   struct value args[LINK_COLUMNS])
{
    args[0] = value_number(target->id);
    args[1] = value_text(str_of(target->reg));
    args[2] = value_text(str_of(record->reg->name));
    args[3] = value_number(record_id(record));
    args[4] = value_text(str_of(field->name));
}

/* Those of `targets` that are not in `without`, each by one statement. */
static enum result each_row(struct ctx *ctx, const struct record *record, size_t index, const struct targets *targets,
                            const struct targets *without, struct str sql)
{
    struct value args[LINK_COLUMNS];
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->at[i];
        if (has_target(without, target->reg, target->id)) continue;
        row_of(record, &record->reg->fields[index], target, args);
        TRY(db_run(ctx, sql, args, COUNT(args), NULL));
    }
    return OK;
}

/* A row too many in an index is no reason to refuse somebody's change. */
#define ADD                                                                                                            \
    "INSERT INTO link (to_record, to_register, register, record, field) VALUES (?1,?2,?3,?4,?5) ON CONFLICT DO "       \
    "NOTHING"
#define DROP "DELETE FROM link WHERE to_record=?1 AND to_register=?2 AND register=?3 AND record=?4 AND field=?5"

static enum result write_field(struct ctx *ctx, const struct record *before, const struct record *record, size_t index)
{
    struct targets old = {0}, new = targets_of(ctx, record, index);
    if (before) old = targets_of(ctx, before, index);
    TRY(each_row(ctx, record, index, &old, &new, S(DROP)));
    return each_row(ctx, record, index, &new, &old, S(ADD));
}

enum result links_write(struct ctx *ctx, const struct record *before, const struct record *record)
{
    for (size_t i = 0; i < record->reg->field_count; i++) {
        if (!links_something(&record->reg->fields[i])) continue;
        if (before && value_eq(before->own[i], record->own[i])) continue;
        TRY(write_field(ctx, before, record, i));
    }
    return OK;
}

/* ---- rebuilding ---- */

enum result links_complete(struct ctx *ctx, const struct record *record)
{
    const struct targets none = {0};
    for (size_t i = 0; i < record->reg->field_count; i++) {
        if (!links_something(&record->reg->fields[i])) continue;
        struct targets targets = targets_of(ctx, record, i);
        TRY(each_row(ctx, record, i, &targets, &none, S(ADD)));
    }
    return OK;
}

/* A row as it is stored: texts of any length, with anything in them. */
struct row {
    int64_t to_record, record;
    struct str to_register, reg, field;
};

/* Held, so that nobody adds what is being removed. */
static enum result is_true(struct ctx *ctx, const struct row *row, bool hold, bool *yes)
{
    const struct reg *reg = house_register(ctx->house, row->reg), *to = house_register(ctx->house, row->to_register);
    struct record *record;
    size_t index;
    *yes = false;
    const struct field *field = reg && to ? reg_field(reg, row->field, &index) : NULL;
    if (!field || !links_something(field)) return OK;
    enum result held = hold ? record_hold(ctx, reg, row->record, HOLD_TO_CHANGE, &record)
                            : record_load(ctx, reg, row->record, &record);
    if (held != OK) return held == NOT_FOUND ? OK : held;
    struct targets targets = targets_of(ctx, record, index);
    *yes = has_target(&targets, to->name, row->to_record);
    return OK;
}

static enum result prune_one(struct ctx *ctx, const struct row *row)
{
    const struct value args[] = {value_number(row->to_record), value_text(row->to_register), value_text(row->reg),
                                 value_number(row->record), value_text(row->field)};
    bool yes;
    TRY(is_true(ctx, row, true, &yes));
    return yes ? OK : db_run(ctx, S(DROP), args, COUNT(args), NULL);
}

static struct row row_read(struct ctx *ctx, const struct rows *rows)
{
    return (struct row){.to_record = rows_number(rows, 0),
                        .to_register = arena_copy(ctx->arena, rows_text(rows, 1)),
                        .reg = arena_copy(ctx->arena, rows_text(rows, 2)),
                        .record = rows_number(rows, 3),
                        .field = arena_copy(ctx->arena, rows_text(rows, 4))};
}

static void copy_name(char to[64], struct str name)
{
    snprintf(to, 64, "%.*s", PRINT(name));
}

/* A name that does not fit, or has a zero in it, is no register's, so that its row is removed or named untrue and never
 * gone on from. */
static void stand_at(struct links_pruning *pruning, const struct row *row)
{
    pruning->to_record = row->to_record;
    pruning->record = row->record;
    copy_name(pruning->to_register, row->to_register);
    copy_name(pruning->reg, row->reg);
    copy_name(pruning->field, row->field);
}

/* The next rows after the one that `pruning` stands at. */
static enum result read_next(struct ctx *ctx, struct links_pruning *pruning, struct row **found, size_t *count)
{
    const struct value args[] = {value_number(pruning->to_record),   value_text(str_of(pruning->to_register)),
                                 value_text(str_of(pruning->reg)),   value_number(pruning->record),
                                 value_text(str_of(pruning->field)), value_number(PRUNE_BATCH)};
    struct rows *rows;
    *found = arena_make_many(ctx->arena, struct row, PRUNE_BATCH);
    *count = 0;
    TRY(db_query(ctx,
                 S("SELECT to_record, to_register, register, record, field FROM link "
                   "WHERE (to_record, to_register, register, record, field) > (?1, ?2, ?3, ?4, ?5) "
                   "ORDER BY to_record, to_register, register, record, field LIMIT ?6"),
                 args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        (*found)[(*count)++] = row_read(ctx, rows);
    }
    if (*count) stand_at(pruning, &(*found)[*count - 1]);
    pruning->more = *count == PRUNE_BATCH;
    return OK;
}

enum result links_prune(struct ctx *ctx, struct links_pruning *pruning)
{
    struct row *found;
    size_t count;
    TRY(read_next(ctx, pruning, &found, &count));
    for (size_t i = 0; i < count; i++) TRY(prune_one(ctx, &found[i]));
    return OK;
}

/* ---- checking ---- */

static enum result check_field(struct ctx *ctx, const struct record *record, size_t index, int64_t *links)
{
    struct targets targets = targets_of(ctx, record, index);
    struct value args[LINK_COLUMNS];
    for (size_t i = 0; i < targets.count; i++) {
        const struct target *target = &targets.at[i];
        const struct targets before = {targets.at, i};
        int64_t found;
        if (has_target(&before, target->reg, target->id)) continue;
        row_of(record, &record->reg->fields[index], target, args);
        TRY(db_query_number(ctx,
                            S("SELECT count(*) FROM link WHERE to_record=?1 AND to_register=?2 AND register=?3 AND "
                              "record=?4 AND field=?5"),
                            args, COUNT(args), 0, &found));
        if (!found)
            return fail(ctx, CONFLICT, "The index of links lacks that %s-%lld links to the %s %lld in \"%s\".",
                        record->reg->prefix, (long long)record_id(record), target->reg, (long long)target->id,
                        record->reg->fields[index].name);
        ++*links;
    }
    return OK;
}

enum result links_check(struct ctx *ctx, const struct record *record, int64_t *links)
{
    for (size_t i = 0; i < record->reg->field_count; i++)
        if (links_something(&record->reg->fields[i])) TRY(check_field(ctx, record, i, links));
    return OK;
}

static enum result name_untrue(struct ctx *ctx, const struct row *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &found[i];
        bool yes;
        TRY(is_true(ctx, row, false, &yes));
        if (!yes)
            return fail(ctx, CONFLICT,
                        "The index of links says that the %s %lld links to the %s %lld in \"%s\", which "
                        "it does not.",
                        row->reg.at, (long long)row->record, row->to_register.at, (long long)row->to_record,
                        row->field.at);
    }
    return OK;
}

enum result links_check_count(struct ctx *ctx, int64_t links)
{
    int64_t stored;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM link"), NULL, 0, 0, &stored));
    struct links_pruning at = {.more = stored != links};
    while (at.more) {
        struct row *found;
        size_t count;
        TRY(read_next(ctx, &at, &found, &count));
        TRY(name_untrue(ctx, found, count));
    }
    if (stored == links) return OK;
    return fail(ctx, CONFLICT, "The index of links has %lld entries and should have %lld.", (long long)stored,
                (long long)links);
}
