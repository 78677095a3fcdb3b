/* Reading single records, and the small sets that rules need. */
#include "records/entered.h"
#include "records/house.h"
#include "records/known.h"
#include "records/records.h"
#include "records/rights.h"
#include "records/sql.h"
#include "records/write.h"

#include "ledger/ledger.h"

static enum result read_row(struct ctx *ctx, const struct reg *reg, int64_t id, struct str sql, struct record **record)
{
    struct value args[] = {value_number(id)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, sql, args, COUNT(args), &rows, &found));
    if (found) *record = record_of_row(ctx, reg, rows);
    rows_close(rows);
    return found ? OK : NOT_FOUND;
}

static enum result load_now(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    *record = known_find(ctx, reg, id);
    if (*record) return OK;
    TRY(read_row(ctx, reg, id, reg_sql(ctx, reg)->select, record));
    known_keep(ctx, *record);
    return OK;
}

static enum result load_then(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    struct ledger_entry entry;
    TRY(record_told(ctx, reg, id, ledger_state_at(ctx, str_of(reg->name), id, ctx->as_of, &entry)));
    if (!entry.state.len) return NOT_FOUND;
    return record_of_state(ctx, reg, id, entry.state, record);
}

enum result record_load(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    return ctx->as_of ? load_then(ctx, reg, id, record) : load_now(ctx, reg, id, record);
}

/* Ordinary changes and foreign keys wait as they do for an UPDATE, no longer. */
enum result record_hold(struct ctx *ctx, const struct reg *reg, int64_t id, enum hold hold, struct record **record)
{
    static const char *const locks[] = {[HOLD_AS_IS] = "FOR SHARE", [HOLD_TO_CHANGE] = "FOR NO KEY UPDATE"};
    if (db_dialect(ctx->db) == DIALECT_POSTGRES && !db_only_reads(ctx->db)) {
        struct str sql = arena_print(ctx->arena, "%.*s %s", PRINT(reg_sql(ctx, reg)->select), locks[hold]);
        TRY(read_row(ctx, reg, id, sql, record));
    } else {
        TRY(load_now(ctx, reg, id, record));
    }
    (*record)->held = hold == HOLD_TO_CHANGE;
    return OK;
}

enum result register_hold(struct ctx *ctx, const struct reg *reg)
{
    return reg->flags & SPREADS ? db_lock(ctx, reg->name) : OK;
}

static enum result show(struct ctx *ctx, const struct reg *reg, int64_t id, enum result loaded, struct record **record)
{
    bool may = false;
    if (loaded == OK) TRY(record_may_see(ctx, *record, &may));
    if (loaded == NOT_FOUND || (loaded == OK && !may))
        return fail(ctx, NOT_FOUND, "There is no %s %s-%lld.", reg->name, reg->prefix, (long long)id);
    return loaded;
}

enum result record_get(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    return show(ctx, reg, id, record_load(ctx, reg, id, record), record);
}

enum result record_take(struct ctx *ctx, const struct reg *reg, int64_t id, struct record **record)
{
    TRY(register_hold(ctx, reg));
    return show(ctx, reg, id, record_hold(ctx, reg, id, HOLD_TO_CHANGE, record), record);
}

/* The condition on one field; links to many go through the link table. False when there is no such field. */
static bool where_condition(const struct reg *reg, const char *name, struct buf *sql)
{
    size_t index;
    const struct field *field = row_find(reg, str_of(name), &index);
    if (!field) return false;
    if (field->kind != LINKS) {
        buf_print(sql, "t.\"%s\"=?1", name);
        return true;
    }
    buf_print(
        sql,
        "t.id IN (SELECT record FROM link WHERE to_register='%s' AND to_record=?1 AND register='%s' AND field='%s')",
        field->target, reg->name, field->name);
    return true;
}

static enum result collect(struct ctx *ctx, const struct reg *reg, struct rows *rows, struct record_list *list)
{
    size_t room = 0;
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (list->count == room) {
            size_t wider = room ? room * 2 : 16;
            list->at = arena_grow(ctx->arena, list->at, room * sizeof *list->at, wider * sizeof *list->at);
            room = wider;
        }
        list->at[list->count++] = record_of_row(ctx, reg, rows);
    }
    rows_close(rows);
    return OK;
}

static enum result find_where(struct ctx *ctx, const struct reg *reg, bool deleted, const char *field,
                              struct value value, struct record_list *list)
{
    struct buf sql = buf_in(ctx->arena);
    struct rows *rows;
    *list = (struct record_list){0};
    buf_print(&sql, "SELECT %.*s FROM \"%s\" t WHERE t.deleted_at IS %s AND ", PRINT(reg_sql(ctx, reg)->columns),
              reg->name, deleted ? "NOT NULL" : "NULL");
    if (!where_condition(reg, field, &sql))
        return fail(ctx, BROKEN, "The register %s has no field %s.", reg->name, field);
    buf_text(&sql, " ORDER BY t.id");
    TRY(db_query(ctx, buf_str(&sql), &value, 1, &rows));
    return collect(ctx, reg, rows, list);
}

enum result records_where(struct ctx *ctx, const struct reg *reg, const char *field, struct value value,
                          struct record_list *list)
{
    return find_where(ctx, reg, false, field, value, list);
}

enum result records_deleted(struct ctx *ctx, const struct reg *reg, const char *field, struct value value,
                            struct record_list *list)
{
    return find_where(ctx, reg, true, field, value, list);
}

enum result records_linking_after(struct ctx *ctx, const struct reg *reg, const char *field,
                                  const struct record *target, int64_t after, int64_t limit, struct record_list *list)
{
    struct value args[] = {
        value_text(str_of(reg->name)),   value_text(str_of(field)), value_text(str_of(target->reg->name)),
        value_number(record_id(target)), value_number(after),       value_number(limit)};
    struct rows *rows;
    struct str sql =
        arena_print(ctx->arena,
                    "%.*s WHERE deleted_at IS NULL AND id>?5 AND id IN (SELECT record FROM link WHERE register=?1 AND "
                    "field=?2 AND to_register=?3 AND to_record=?4) ORDER BY id LIMIT ?6",
                    PRINT(reg_sql(ctx, reg)->select_all));
    *list = (struct record_list){0};
    TRY(db_query(ctx, sql, args, COUNT(args), &rows));
    return collect(ctx, reg, rows, list);
}

enum result records_linking(struct ctx *ctx, const struct reg *reg, const char *field, const struct record *target,
                            struct record_list *list)
{
    return records_linking_after(ctx, reg, field, target, 0, INT64_MAX, list);
}

enum result records_all(struct ctx *ctx, const struct reg *reg, struct record_list *list)
{
    struct rows *rows;
    *list = (struct record_list){0};
    struct str select = reg_sql(ctx, reg)->select_all;
    struct str sql = arena_print(ctx->arena, "%.*s WHERE deleted_at IS NULL ORDER BY id", PRINT(select));
    TRY(db_query(ctx, sql, NULL, 0, &rows));
    return collect(ctx, reg, rows, list);
}
