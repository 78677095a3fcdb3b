/* What leans on a record: every live record that links to it, and for persons and units also what they own or hold. The
 * databases count, so that the number is right however many there are; only those that are shown are read. */
#include "format/json_out.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "records/sql.h"
#include "store/db.h"

struct looking {
    struct ctx *ctx;
    const struct record *record;
    const char *held; /* "owner", "unit": the field by which others belong to it; NULL when they do not */
    struct leanings *found;
};

/* A query over one register (alias t) with its arguments: ?1 and ?2 are the record that is leant on. */
struct asking {
    struct buf sql;
    struct value args[RIGHTS_ARGS + 2];
    size_t count;
};

static struct asking *ask(const struct looking *l, const struct reg *reg, struct str what, const char *join)
{
    struct asking *asking = arena_make(l->ctx->arena, struct asking);
    asking->sql = buf_in(l->ctx->arena);
    asking->args[asking->count++] = value_text(str_of(l->record->reg->name));
    asking->args[asking->count++] = value_number(record_id(l->record));
    buf_print(&asking->sql, "SELECT %.*s FROM \"%s\" t%s WHERE t.deleted_at IS NULL", PRINT(what), reg->name, join);
    return asking;
}

static void that_lean(struct asking *asking, const struct looking *l, const struct reg *reg)
{
    buf_print(&asking->sql,
              " AND (t.id IN (SELECT record FROM link WHERE register='%s' AND to_register=?1 AND to_record=?2)",
              reg->name);
    if (l->held) buf_print(&asking->sql, " OR t.\"%s\"=?2", l->held);
    buf_text(&asking->sql, ")");
}

static enum result count_of(const struct looking *l, const struct reg *reg, bool readable, int64_t *count)
{
    struct asking *asking = ask(l, reg, S("count(*)"), "");
    that_lean(asking, l, reg);
    if (readable) rights_condition(l->ctx, reg, &asking->sql, asking->args, &asking->count);
    return db_query_number(l->ctx, buf_str(&asking->sql), asking->args, asking->count, 0, count);
}

static void keep(const struct looking *l, const struct record *record, const char *field)
{
    struct leanings *found = l->found;
    if (!found->at) found->at = arena_make_many(l->ctx->arena, struct leaning, LEANING_MOST);
    found->at[found->count++] = (struct leaning){.reg = record->reg,
                                                 .id = record_id(record),
                                                 .field = field,
                                                 .title = record_title(record),
                                                 .status = record_status(record)};
}

/* The field stands behind the columns of the record. */
static enum result show(const struct looking *l, const struct reg *reg, struct asking *asking, const char *order)
{
    struct rows *rows;
    rights_condition(l->ctx, reg, &asking->sql, asking->args, &asking->count);
    buf_print(&asking->sql, " ORDER BY %s LIMIT %zu", order, LEANING_MOST - l->found->count);
    TRY(db_query(l->ctx, buf_str(&asking->sql), asking->args, asking->count, &rows));
    for (bool more;;) {
        TRY(rows_next(l->ctx, rows, &more));
        if (!more) break;
        const struct field *field = row_find(reg, rows_text(rows, row_width(reg)), NULL);
        if (field) keep(l, record_of_row(l->ctx, reg, rows), field->name);
    }
    rows_close(rows);
    return OK;
}

static struct str columns_of(const struct looking *l, const struct reg *reg, const char *field)
{
    struct buf columns = buf_in(l->ctx->arena);
    for (size_t i = 0; i < row_width(reg); i++) buf_print(&columns, "t.\"%s\",", row_field(reg, i)->name);
    buf_text(&columns, field);
    return buf_str(&columns);
}

static enum result look_in(const struct looking *l, const struct reg *reg)
{
    int64_t live, readable;
    TRY(count_of(l, reg, false, &live));
    if (!live) return OK;
    TRY(count_of(l, reg, true, &readable));
    l->found->readable += readable;
    l->found->hidden += live - readable;
    if (readable && l->found->count < LEANING_MOST) {
        struct asking *linked = ask(l, reg, columns_of(l, reg, "l.field"), " JOIN link l ON l.record=t.id");
        buf_print(&linked->sql, " AND l.register='%s' AND l.to_register=?1 AND l.to_record=?2", reg->name);
        TRY(show(l, reg, linked, "t.id, l.field"));
    }
    if (!l->held || !readable || l->found->count == LEANING_MOST) return OK;
    struct str columns = columns_of(l, reg, arena_print(l->ctx->arena, "'%s'", l->held).at);
    struct asking *belonging = ask(l, reg, columns, "");
    buf_print(&belonging->sql, " AND t.\"%s\"=?2 AND ?1=?1", l->held);
    return show(l, reg, belonging, "t.id");
}

/* Of most registers nothing leans on it, which one look-up tells. */
static enum result registers_that_link(const struct looking *l, bool *links)
{
    const struct house *house = l->ctx->house;
    struct value args[] = {value_text(str_of(l->record->reg->name)), value_number(record_id(l->record))};
    struct rows *rows;
    TRY(db_query(l->ctx, S("SELECT DISTINCT register FROM link WHERE to_register=?1 AND to_record=?2"), args,
                 COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(l->ctx, rows, &more));
        if (!more) break;
        const struct reg *reg = house_register(house, rows_text(rows, 0));
        if (reg) links[house_index(house, reg)] = true;
    }
    rows_close(rows);
    return OK;
}

enum result record_leaning(struct ctx *ctx, const struct record *record, struct leanings *found)
{
    struct looking l = {.ctx = ctx, .record = record, .found = found};
    bool *links = arena_make_many(ctx->arena, bool, ctx->house->register_count + 1);
    *found = (struct leanings){0};
    if (record->reg == ctx->house->unit) l.held = common_fields[C_UNIT].name;
    if (record->reg == ctx->house->person) l.held = common_fields[C_OWNER].name;
    TRY(registers_that_link(&l, links));
    for (size_t i = 0; i < ctx->house->register_count; i++) {
        const struct reg *reg = ctx->house->registers[i];
        if (!(reg->flags & QUIET) && (l.held || links[i])) TRY(look_in(&l, reg));
    }
    return OK;
}

void leaning_write_json(struct ctx *ctx, struct buf *buf, const struct leaning *leaning, size_t count)
{
    struct json_out out = json_out_to(buf);
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) {
        const struct leaning *one = &leaning[i];
        struct str reference = reference_make(ctx->arena, one->reg, one->id);
        json_open_object(&out);
        json_key(&out, "register"), json_put_text(&out, one->reg->name);
        json_key(&out, "id"), json_put_number(&out, one->id);
        json_key(&out, "reference"), json_put_str(&out, reference);
        json_key(&out, "title"), json_put_str(&out, one->title);
        json_key(&out, "field"), json_put_text(&out, one->field);
        json_key(&out, "status"), json_put_str(&out, one->status);
        json_close_object(&out);
    }
    json_close_array(&out);
}
