/* One pass: each row's MAC is made anew from what it says, and the row that it follows on is looked for by its MAC.
 * It may be missing only where a row that is right itself says that everything as old as that was let go. Several rows
 * may follow on the same one, and on none: nodes that start on an empty table at once each begin. */
#include "events/verify.h"

#include "base/clock.h"
#include "events/row.h"

struct verifying {
    const struct keyring *keyring;
    struct events_report *report;
    int64_t swept_before; /* what is older may be missing */
    struct buf bytes;
};

#define ROW_COLUMNS                                                                                                    \
    "SELECT id, at, node, kind, outcome, actor, account, address, request, subject, record, detail, times, previous, " \
    "previous_at, mac "

static const struct str columns =
    S(ROW_COLUMNS ", (SELECT count(*) FROM security_event p WHERE p.mac = e.previous AND p.id < e.id), "
                  "(SELECT count(*) FROM security_event t WHERE t.mac = e.mac) FROM security_event e ");

/* A text as the program stores it: no longer than it makes one, NULL where it is empty, and without a NUL, behind which
 * more would be shown than the MAC is over. */
static bool copy(char *out, size_t size, struct rows *rows, size_t column)
{
    struct str text = rows_text(rows, column);
    if (text.len >= size || (!text.len && !rows_is_null(rows, column))) return false;
    if (text.len && memchr(text.at, 0, text.len)) return false;
    if (text.len) memcpy(out, text.at, text.len);
    out[text.len] = 0;
    return true;
}

static bool is_null_for_none(struct rows *rows, size_t column)
{
    return rows_is_null(rows, column) == !rows_number(rows, column);
}

static bool outcome_of(struct str name, enum event_outcome *outcome)
{
    for (int i = EVENT_ALLOWED; i <= EVENT_FAILED; i++) {
        if (!str_is(name, event_outcome_name((enum event_outcome)i))) continue;
        *outcome = (enum event_outcome)i;
        return true;
    }
    return false;
}

/* False for a row that the program cannot have written: its columns do not even fit. */
static bool read_row(struct rows *rows, struct event_row *row)
{
    struct str previous;
    *row = (struct event_row){.at = rows_number(rows, 1),
                              .actor = rows_number(rows, 5),
                              .record = rows_number(rows, 10),
                              .count = rows_number(rows, 12),
                              .previous_at = rows_number(rows, 14)};
    previous = rows_bytes(rows, 13);
    if (previous.len == MAC_SIZE) memcpy(row->previous, previous.at, MAC_SIZE);
    return previous.len == MAC_SIZE && event_kind_of(rows_text(rows, 3), &row->kind) &&
           outcome_of(rows_text(rows, 4), &row->outcome) && is_null_for_none(rows, 5) && is_null_for_none(rows, 10) &&
           copy(row->account, sizeof row->account, rows, 6) && copy(row->address, sizeof row->address, rows, 7) &&
           copy(row->request, sizeof row->request, rows, 8) && copy(row->subject, sizeof row->subject, rows, 9) &&
           copy(row->detail, sizeof row->detail, rows, 11);
}

static const char MAC[] = "security-event";

static bool is_ours(struct verifying *v, struct rows *rows, struct event_row *row)
{
    if (!read_row(rows, row)) return false;
    v->bytes.len = 0;
    event_row_bytes(&v->bytes, row, rows_text(rows, 2));
    return keyring_mac_is(v->keyring, MAC, buf_str(&v->bytes), rows_bytes(rows, 15));
}

enum result events_latest(struct ctx *ctx, int64_t *at)
{
    struct verifying v = {.keyring = db_keyring(ctx->db), .bytes = buf_in(ctx->arena)};
    struct event_row row;
    struct rows *rows;
    *at = 0;
    TRY(db_query(ctx, S(ROW_COLUMNS "FROM security_event ORDER BY id DESC LIMIT 8"), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        if (rows_number(rows, 1) > *at && (!v.keyring || is_ours(&v, rows, &row))) *at = rows_number(rows, 1);
    }
}

/* ---- what was let go ---- */

static enum result find_swept(struct ctx *ctx, struct verifying *v)
{
    struct rows *rows;
    struct event_row row;
    int64_t before;
    struct value args[] = {value_text(str_of(event_kind_name(EVENT_SWEPT)))};
    struct buf sql = buf_in(ctx->arena);
    buf_add(&sql, columns);
    buf_text(&sql, "WHERE e.kind = ?1");
    TRY(db_query(ctx, buf_str(&sql), args, COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (!is_ours(v, rows, &row) || !time_parse(str_of(row.detail), &before)) continue;
        if (before > v->swept_before) v->swept_before = before;
    }
    rows_close(rows);
    return OK;
}

/* ---- all rows ---- */

static enum result check(struct ctx *ctx, struct verifying *v, struct rows *rows)
{
    static const unsigned char none[MAC_SIZE];
    struct event_row row;
    struct events_report *report = v->report;
    report->row = rows_number(rows, 0);
    if (!is_ours(v, rows, &row))
        return fail(ctx, CONFLICT, "Security event %lld was altered, or was not written by this program.",
                    (long long)report->row);
    if (rows_number(rows, 17) > 1)
        return fail(ctx, CONFLICT, "Security event %lld stands there more than once.", (long long)report->row);
    bool begins = memcmp(row.previous, none, MAC_SIZE) == 0;
    if (!begins && !rows_number(rows, 16) && row.previous_at >= v->swept_before)
        return fail(ctx, CONFLICT, "The security event that came before %lld was removed, or numbered anew.",
                    (long long)report->row);
    report->rows++;
    if (!report->oldest_at || row.at < report->oldest_at) report->oldest_at = row.at;
    report->row = 0;
    return OK;
}

enum result events_verify(struct ctx *ctx, const struct keyring *keyring, struct events_report *report)
{
    struct verifying v = {.keyring = keyring, .report = report, .bytes = buf_in(ctx->arena)};
    struct rows *rows;
    struct buf sql = buf_in(ctx->arena);
    *report = (struct events_report){0};
    buf_reserve(&v.bytes, 4096);
    TRY(find_swept(ctx, &v));
    buf_add(&sql, columns);
    buf_text(&sql, "ORDER BY e.id");
    TRY(db_query(ctx, buf_str(&sql), NULL, 0, &rows));
    enum result result = OK;
    for (bool more = true; result == OK && more;) {
        result = rows_next(ctx, rows, &more);
        if (result == OK && more) result = check(ctx, &v, rows);
    }
    rows_close(rows);
    return result;
}

/* ---- a restored copy ---- */

enum { PAGE = 1000 };

struct remade {
    int64_t id;
    unsigned char old[MAC_SIZE], previous[MAC_SIZE], mac[MAC_SIZE];
    bool follows;
};

/* What each row was known by before, for the row that follows on it; gone with the restore. */
static const char *const names_begin[] = {
    [DIALECT_SQLITE] = "CREATE TEMPORARY TABLE parting_event (old BLOB PRIMARY KEY, mac BLOB)",
    [DIALECT_POSTGRES] = "CREATE TEMPORARY TABLE parting_event (old bytea PRIMARY KEY, mac bytea)",
};

static struct str bytes_of(const unsigned char *mac)
{
    return (struct str){(const char *)mac, MAC_SIZE};
}

/* One page of those that held under the identity of before; *any: there were rows at all. */
static enum result read_page(struct ctx *ctx, const struct identity *before, struct remade *page, size_t *count,
                             int64_t *after, bool *any)
{
    const struct value args[] = {value_number(*after), value_number(PAGE)};
    static const unsigned char none[MAC_SIZE];
    struct buf bytes = buf_in(ctx->arena);
    struct event_row row;
    struct rows *rows;
    *count = 0, *any = false;
    TRY(db_query(ctx, S(ROW_COLUMNS "FROM security_event WHERE id > ?1 ORDER BY id LIMIT ?2"), args, COUNT(args),
                 &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        *any = true, *after = rows_number(rows, 0);
        const struct str mac = rows_bytes(rows, 15);
        bytes.len = 0;
        if (!read_row(rows, &row)) continue;
        event_row_bytes(&bytes, &row, rows_text(rows, 2));
        if (!keyring_mac_was(db_keyring(ctx->db), before, MAC, buf_str(&bytes), mac)) continue;
        struct remade *remade = &page[(*count)++];
        remade->id = *after, remade->follows = memcmp(row.previous, none, MAC_SIZE) != 0;
        memcpy(remade->old, mac.at, MAC_SIZE);
        memcpy(remade->previous, row.previous, MAC_SIZE);
    }
}

/* What the row before is known by from here on; one that was let go, or did not hold, keeps its name. */
static enum result follow(struct ctx *ctx, struct remade *remade)
{
    const struct value args[] = {value_bytes(bytes_of(remade->previous))};
    struct rows *rows;
    bool any;
    if (!remade->follows) return OK;
    TRY(db_query_one(ctx, S("SELECT mac FROM parting_event WHERE old = ?1"), args, COUNT(args), &rows, &any));
    if (any) memcpy(remade->previous, rows_bytes(rows, 0).at, MAC_SIZE);
    rows_close(rows);
    return OK;
}

static enum result remake(struct ctx *ctx, struct remade *remade)
{
    struct value args[] = {value_number(remade->id), value_null(), value_null()};
    struct buf bytes = buf_in(ctx->arena);
    struct event_row row;
    struct rows *rows;
    bool any;
    TRY(follow(ctx, remade));
    TRY(db_query_one(ctx, S(ROW_COLUMNS "FROM security_event WHERE id = ?1"), args, 1, &rows, &any));
    bool whole = any && read_row(rows, &row);
    memcpy(row.previous, remade->previous, MAC_SIZE);
    if (whole) event_row_bytes(&bytes, &row, rows_text(rows, 2));
    rows_close(rows);
    if (!whole) return OK;
    keyring_mac(db_keyring(ctx->db), MAC, buf_str(&bytes), remade->mac);
    args[1] = value_bytes(bytes_of(remade->previous)), args[2] = value_bytes(bytes_of(remade->mac));
    TRY(db_run(ctx, S("UPDATE security_event SET previous = ?2, mac = ?3 WHERE id = ?1"), args, 3, NULL));
    const struct value names[] = {value_bytes(bytes_of(remade->old)), value_bytes(bytes_of(remade->mac))};
    return db_run(ctx, S("INSERT INTO parting_event (old, mac) VALUES (?1, ?2) ON CONFLICT DO NOTHING"), names,
                  COUNT(names), NULL);
}

static enum result part_all(struct ctx *ctx, const struct identity *before)
{
    struct remade *page = arena_make_many(ctx->arena, struct remade, PAGE);
    struct ctx part = *ctx;
    int64_t after = INT64_MIN;
    size_t count;
    part.arena = arena_scratch(ctx->arena);
    for (bool any = true; any;) {
        enum result result = read_page(&part, before, page, &count, &after, &any);
        for (size_t i = 0; result == OK && i < count; i++) result = remake(&part, &page[i]);
        if (result != OK) return fail_as(ctx, &part, result);
        arena_reset(part.arena);
    }
    return OK;
}

enum result events_part(struct ctx *ctx, const struct identity *before)
{
    TRY(db_script(ctx, names_begin[db_dialect(ctx->db)]));
    TRY(part_all(ctx, before));
    return db_script(ctx, "DROP TABLE parting_event");
}
