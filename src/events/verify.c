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

struct remade {
    int64_t id;
    unsigned char old[MAC_SIZE], previous[MAC_SIZE], mac[MAC_SIZE];
};

struct remaking {
    const struct keyring *keyring;
    const struct identity *before;
    struct remade *at;
    size_t count;
    struct buf bytes;
};

/* What the row before is known by from here on; a row that was let go, or did not hold, keeps its name. */
static void follow(const struct remaking *all, struct event_row *row)
{
    for (size_t i = all->count; i-- > 0;) {
        if (memcmp(all->at[i].old, row->previous, MAC_SIZE) != 0) continue;
        memcpy(row->previous, all->at[i].mac, MAC_SIZE);
        return;
    }
}

static void remake(struct remaking *all, struct rows *rows)
{
    struct event_row row;
    struct remade *remade = &all->at[all->count];
    const struct str node = rows_text(rows, 2), mac = rows_bytes(rows, 15);
    if (!read_row(rows, &row)) return;
    all->bytes.len = 0;
    event_row_bytes(&all->bytes, &row, node);
    if (!keyring_mac_was(all->keyring, all->before, MAC, buf_str(&all->bytes), mac)) return;
    follow(all, &row);
    all->bytes.len = 0;
    event_row_bytes(&all->bytes, &row, node);
    remade->id = rows_number(rows, 0);
    memcpy(remade->old, mac.at, MAC_SIZE);
    memcpy(remade->previous, row.previous, MAC_SIZE);
    keyring_mac(all->keyring, MAC, buf_str(&all->bytes), remade->mac);
    all->count++;
}

static enum result write_remade(struct ctx *ctx, const struct remaking *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct value args[] = {value_number(all->at[i].id),
                                     value_bytes((struct str){(const char *)all->at[i].previous, MAC_SIZE}),
                                     value_bytes((struct str){(const char *)all->at[i].mac, MAC_SIZE})};
        TRY(db_run(ctx, S("UPDATE security_event SET previous = ?2, mac = ?3 WHERE id = ?1"), args, COUNT(args), NULL));
    }
    return OK;
}

enum result events_part(struct ctx *ctx, const struct identity *before)
{
    struct remaking all = {.keyring = db_keyring(ctx->db), .before = before, .bytes = buf_in(ctx->arena)};
    struct rows *rows;
    int64_t there;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM security_event"), NULL, 0, 0, &there));
    all.at = arena_make_many(ctx->arena, struct remade, (size_t)there + 1);
    TRY(db_query(ctx, S(ROW_COLUMNS "FROM security_event ORDER BY id"), NULL, 0, &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more || all.count == (size_t)there) break;
        remake(&all, rows);
    }
    rows_close(rows);
    return write_remade(ctx, &all);
}
