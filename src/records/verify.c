/* Two streams in the order of ids, rows and newest states, are merged page by page; an arena of its own is emptied
 * after each. */
#include "records/verify.h"

#include "ledger/ledger.h"
#include "records/entered.h"
#include "records/records.h"
#include "records/sql.h"
#include "store/db.h"

enum { PAGE = 500 };

struct entered {
    int64_t record;
    bool is_lost; /* the state is not there, and a record's newest is never purged: a purge comes with one of its own */
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
                                                         .is_lost = rows_is_null(rows, 1),
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
                   "(SELECT record, max(version) AS newest FROM ledger_entry WHERE subject = ?1 AND record > ?2 AND "
                   "record <= ?3 AND state_size > 0 GROUP BY record) n "
                   "JOIN ledger_entry e ON e.id = (SELECT max(x.id) FROM ledger_entry x WHERE x.subject = ?1 AND "
                   "x.record = n.record AND x.version = n.newest AND x.state_size > 0) "
                   "LEFT JOIN ledger_state s ON s.entry = e.id ORDER BY n.record"),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        add_state(ctx, page, rows);
    }
}

/* ---- comparing ---- */

static enum result compare(struct ctx *ctx, const struct record *row, const struct entered *state,
                           struct records_report *report)
{
    report->records++;
    report->purged += str_is(state->action, "purge");
    if (!state->is_lost) return record_demand_state(ctx, row, state->json);
    return fail(
        ctx, CONFLICT,
        "%s-%lld cannot be compared: its newest entry has no state. It was removed, or the entry was put in by hand.",
        row->reg->prefix, (long long)state->record);
}

static enum result only_row(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    return fail(ctx, CONFLICT, "%s-%lld stands in the database, but the ledger never heard of it.", reg->prefix,
                (long long)id);
}

static enum result only_state(struct ctx *ctx, const struct reg *reg, const struct entered *state)
{
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
    int64_t above = INT64_MIN;
    TRY(ledger_check_versions(ctx, reg->name, arena_print(ctx->arena, "%s-", reg->prefix).at));
    for (bool more = true; more;) {
        struct ctx part = *ctx;
        part.arena = scratch;
        part.error = (struct error){0};
        enum result result = verify_page(&part, reg, &above, &more, report);
        if (result != OK) result = fail_as(ctx, &part, result);
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
