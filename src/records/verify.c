/* Two streams in the order of ids, rows and newest states, are merged page by page; an arena of its own is emptied
 * after each. Most pairs are equal as text; only those that are not are taken apart, because a field that came with a
 * newer program is not in older states. */
#include "records/verify.h"

#include "format/json.h"
#include "records/records.h"
#include "records/sql.h"
#include "store/db.h"

enum { PAGE = 500 };

struct entered {
    int64_t record;
    bool purged;
    struct str json, action;
};

struct page {
    struct record **rows;
    struct entered *states;
    size_t row_count, state_count, state_room;
};

/* ---- reading ---- */

static enum result read_rows(struct ctx *ctx, const struct reg *reg, int64_t above, struct page *page)
{
    const struct value args[] = {value_number(above), value_number(PAGE)};
    struct str all = reg_sql(ctx, reg)->select_all;
    struct str sql = arena_print(ctx->arena, "%.*s WHERE id > ?1 ORDER BY id LIMIT ?2", PRINT(all));
    struct rows *rows;
    TRY(db_query(ctx, sql, args, COUNT(args), &rows));
    page->rows = arena_make_many(ctx->arena, struct record *, PAGE);
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        page->rows[page->row_count++] = record_of_row(ctx, reg, rows);
    }
}

static void add_state(struct ctx *ctx, struct page *page, const struct rows *rows)
{
    if (page->state_count == page->state_room) {
        size_t wider = page->state_room ? page->state_room * 2 : PAGE;
        page->states =
            arena_grow(ctx->arena, page->states, page->state_room * sizeof *page->states, wider * sizeof *page->states);
        page->state_room = wider;
    }
    page->states[page->state_count++] = (struct entered){.record = rows_number(rows, 0),
                                                         .purged = rows_is_null(rows, 1),
                                                         .json = arena_copy(ctx->arena, rows_text(rows, 2)),
                                                         .action = arena_copy(ctx->arena, rows_text(rows, 3))};
}

/* The newest state of each record of this range of ids. */
static enum result read_states(struct ctx *ctx, const struct reg *reg, int64_t above, int64_t up_to, struct page *page)
{
    const struct value args[] = {value_text(str_of(reg->name)), value_number(above), value_number(up_to)};
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT n.record, s.entry, s.state, e.action FROM "
                   "(SELECT record, max(id) AS newest FROM ledger_entry WHERE subject = ?1 AND record > ?2 AND "
                   "record <= ?3 AND state_size > 0 GROUP BY record) n "
                   "JOIN ledger_entry e ON e.id = n.newest LEFT JOIN ledger_state s ON s.entry = n.newest "
                   "ORDER BY n.record"),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        add_state(ctx, page, rows);
    }
}

/* ---- comparing ---- */

/* White space and the like do not count in JSON. */
static enum result same_json(struct ctx *ctx, struct str a, struct str b, bool *same)
{
    struct json *x, *y;
    struct buf p = buf_in(ctx->arena), q = buf_in(ctx->arena);
    *same = str_eq(a, b);
    if (*same) return OK;
    if (json_parse_deep(ctx, a, JSON_DEEPEST, &x) != OK || json_parse_deep(ctx, b, JSON_DEEPEST, &y) != OK) {
        ctx_clear_error(ctx); /* a row that is no JSON any more differs, which is what the caller says */
        return OK;
    }
    json_write_value(&p, x);
    json_write_value(&q, y);
    *same = str_eq(buf_str(&p), buf_str(&q));
    return OK;
}

static enum result same_value(struct ctx *ctx, const struct field *field, struct value row, struct value state,
                              bool *same)
{
    bool texts = row.type == IS_TEXT && state.type == IS_TEXT;
    if (kind_is_json(field->kind) && texts) return same_json(ctx, row.text, state.text, same);
    bool empty = row.type == IS_NULL && state.type == IS_TEXT && kind_is_json(field->kind) && state.text.len == 2;
    *same = empty || value_eq(row, state);
    return OK;
}

static enum result compare_values(struct ctx *ctx, const struct record *row, const struct entered *state)
{
    struct record *then;
    TRY(record_of_state(ctx, row->reg, state->record, state->json, &then));
    for (size_t i = 0; i < row_width(row->reg); i++) {
        bool same;
        const struct field *field = row_field(row->reg, i);
        TRY(same_value(ctx, field, row->row[i], then->row[i], &same));
        if (!same)
            return fail(ctx, CONFLICT,
                        "%s-%lld is not what the ledger says: its field \"%s\" was changed outside of the program.",
                        row->reg->prefix, (long long)state->record, field->name);
    }
    return OK;
}

static enum result compare(struct ctx *ctx, const struct record *row, const struct entered *state,
                           struct records_report *report)
{
    struct buf now = buf_in(ctx->arena);
    report->records++;
    report->purged += state->purged;
    if (state->purged) return OK;
    record_write_json(ctx, &now, row);
    return str_eq(buf_str(&now), state->json) ? OK : compare_values(ctx, row, state);
}

static enum result only_row(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    return fail(ctx, CONFLICT, "%s-%lld stands in the database, but the ledger never heard of it.", reg->prefix,
                (long long)id);
}

/* A record that was purged need not be there any more. */
static enum result only_state(struct ctx *ctx, const struct reg *reg, const struct entered *state)
{
    if (state->purged) return OK;
    return fail(ctx, CONFLICT, "%s-%lld is in the ledger (%.*s), but its record was removed from the database.",
                reg->prefix, (long long)state->record, PRINT(state->action));
}

static enum result merge(struct ctx *ctx, const struct reg *reg, const struct page *page, struct records_report *report)
{
    size_t r = 0;
    for (size_t s = 0; s < page->state_count; s++) {
        const struct entered *state = &page->states[s];
        const struct record *row = r < page->row_count ? page->rows[r] : NULL;
        if (row && record_id(row) < state->record) return only_row(ctx, reg, record_id(row));
        bool both = row && record_id(row) == state->record;
        TRY(both ? compare(ctx, row, state, report) : only_state(ctx, reg, state));
        r += both;
    }
    return r < page->row_count ? only_row(ctx, reg, record_id(page->rows[r])) : OK;
}

static enum result verify_page(struct ctx *ctx, const struct reg *reg, int64_t *above, bool *more,
                               struct records_report *report)
{
    struct page page = {0};
    TRY(read_rows(ctx, reg, *above, &page));
    *more = page.row_count == PAGE;
    int64_t up_to = *more ? record_id(page.rows[PAGE - 1]) : INT64_MAX;
    TRY(read_states(ctx, reg, *above, up_to, &page));
    *above = up_to;
    return merge(ctx, reg, &page, report);
}

static enum result verify_register(struct ctx *ctx, const struct reg *reg, struct arena *scratch,
                                   struct records_report *report)
{
    int64_t above = 0;
    for (bool more = true; more;) {
        struct ctx part = *ctx;
        part.arena = scratch;
        part.error = (struct error){0};
        enum result result = verify_page(&part, reg, &above, &more, report);
        if (result != OK) result = fail(ctx, result, "%.*s", PRINT(part.error.sentence));
        arena_reset(scratch);
        TRY(result);
    }
    return OK;
}

enum result records_verify(struct ctx *ctx, void *arg)
{
    struct records_report *report = arg;
    enum result result = OK;
    struct arena *scratch = arena_scratch(ctx->arena);
    *report = (struct records_report){0};
    for (size_t i = 0; i < ctx->house->register_count && result == OK; i++)
        result = verify_register(ctx, ctx->house->registers[i], scratch, report);
    return result;
}
