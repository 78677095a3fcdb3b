/* Each filter is one condition with its value bound; the indexes of the table follow the order of the page. */
#include "events/list.h"

#include "base/buf.h"
#include "events/inside.h"

enum { ARGS = EVENT_KINDS + WHO_MOST + 16 };

struct query {
    struct buf sql;
    struct value args[ARGS];
    size_t count;
};

static void add(struct query *query, const char *condition, struct value value)
{
    query->args[query->count++] = value;
    buf_print(&query->sql, " AND %s ?%zu", condition, query->count);
}

static void add_text(struct query *query, const char *condition, struct str text)
{
    if (text.len) add(query, condition, value_text(text));
}

static void add_number(struct query *query, const char *condition, int64_t number)
{
    if (number) add(query, condition, value_number(number));
}

static void add_kinds(struct query *query, unsigned kinds)
{
    const char *before = " AND kind IN (";
    for (int i = 0; i < EVENT_KINDS; i++) {
        if (!(kinds & 1U << i)) continue;
        query->args[query->count++] = value_text(str_of(event_kind_name((enum event_kind)i)));
        buf_print(&query->sql, "%s?%zu", before, query->count);
        before = ", ";
    }
    if (kinds) buf_char(&query->sql, ')');
}

/* A failed sign-in has no actor: it bears the hash of what was typed, and the user whose address that is as its
 * record. */
static void add_who(struct ctx *ctx, struct query *query, const struct event_filter *filter)
{
    char hash[ACCOUNT_SIZE] = "";
    struct buf ids = buf_in(ctx->arena);
    if (!filter->account.len && !filter->who_count) return;
    if (ctx->events) event_account_hash(ctx->events->config.keyring, filter->account, hash);
    add(query, "(account =", value_text(arena_copy(ctx->arena, str_of(hash))));
    for (size_t i = 0; i < filter->who_count; i++) {
        query->args[query->count++] = value_number(filter->who[i]);
        buf_print(&ids, "%s?%zu", i ? ", " : "", query->count);
    }
    struct str list = buf_str(&ids);
    if (list.len)
        buf_print(&query->sql, " OR actor IN (%.*s) OR (subject = 'user' AND record IN (%.*s))", PRINT(list),
                  PRINT(list));
    buf_char(&query->sql, ')');
}

static void write_columns(struct buf *sql)
{
    static const struct {
        const char *name;
        int size; /* of a text, with its NUL; 0: a number */
    } columns[] = {{"id", 0},
                   {"at", 0},
                   {"node", NODE_SIZE},
                   {"kind", SUBJECT_SIZE},
                   {"outcome", SUBJECT_SIZE},
                   {"actor", 0},
                   {"account", ACCOUNT_SIZE},
                   {"address", ADDRESS_SIZE},
                   {"request", REQUEST_SIZE},
                   {"subject", SUBJECT_SIZE},
                   {"record", 0},
                   {"detail", DETAIL_SIZE},
                   {"times", 0}};
    for (size_t i = 0; i < COUNT(columns); i++) {
        buf_text(sql, i ? ", " : "SELECT ");
        if (columns[i].size)
            buf_print(sql, "substr(%s, 1, %d)", columns[i].name, columns[i].size - 1);
        else
            buf_text(sql, columns[i].name);
    }
    buf_text(sql, " FROM security_event WHERE 1 = 1");
}

static void write_query(struct ctx *ctx, struct query *query, const struct event_filter *filter)
{
    write_columns(&query->sql);
    add_kinds(query, filter->kinds);
    add_number(query, "actor =", filter->actor);
    add_who(ctx, query, filter);
    add_text(query, "outcome =", filter->outcome);
    add_text(query, "address =", filter->address);
    add_text(query, "request =", filter->request);
    add_text(query, "subject =", filter->subject);
    add_number(query, "record =", filter->record);
    add_number(query, "at >=", filter->from);
    add_number(query, "at <=", filter->to);
    if (filter->behind) {
        add(query, "(at, id) < (", value_number(filter->before_at));
        query->args[query->count++] = value_number(filter->before_id);
        buf_print(&query->sql, ", ?%zu)", query->count);
    }
    query->args[query->count++] = value_number(filter->limit);
    buf_print(&query->sql, " ORDER BY at DESC, id DESC LIMIT ?%zu", query->count);
}

enum result events_list(struct ctx *ctx, const struct event_filter *filter, struct events_shown *shown)
{
    struct query query = {.sql = buf_in(ctx->arena)};
    struct rows *rows;
    struct arena *arena = ctx->arena;
    *shown = (struct events_shown){.at = arena_make_many(arena, struct event_shown, (size_t)filter->limit)};
    write_query(ctx, &query, filter);
    TRY(db_query(ctx, buf_str(&query.sql), query.args, query.count, &rows));
    for (bool more; shown->count < (size_t)filter->limit;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        shown->at[shown->count++] = (struct event_shown){.id = rows_number(rows, 0),
                                                         .at = rows_number(rows, 1),
                                                         .node = arena_copy(arena, rows_text(rows, 2)),
                                                         .kind = arena_copy(arena, rows_text(rows, 3)),
                                                         .outcome = arena_copy(arena, rows_text(rows, 4)),
                                                         .actor = rows_number(rows, 5),
                                                         .account = arena_copy(arena, rows_text(rows, 6)),
                                                         .address = arena_copy(arena, rows_text(rows, 7)),
                                                         .request = arena_copy(arena, rows_text(rows, 8)),
                                                         .subject = arena_copy(arena, rows_text(rows, 9)),
                                                         .record = rows_number(rows, 10),
                                                         .detail = arena_copy(arena, rows_text(rows, 11)),
                                                         .count = rows_number(rows, 12)};
    }
    rows_close(rows);
    return OK;
}

enum result events_count(struct ctx *ctx, enum event_kind kind, int64_t from, int64_t to,
                         struct events_counted *counted)
{
    struct value args[] = {value_text(str_of(event_kind_name(kind))), value_number(from), value_number(to),
                           value_number(EVENT_TIMES_MOST)};
    struct event_filter filter = {.kinds = 1U << kind, .from = from, .to = to, .limit = 1};
    struct events_shown shown;
    struct rows *rows;
    bool found;
    *counted = (struct events_counted){0};
    TRY(db_query_one(ctx,
                     S("SELECT CAST(sum(CASE WHEN times < 1 THEN 1 WHEN times > ?4 THEN ?4 ELSE times END) AS BIGINT), "
                       "min(at) FROM security_event WHERE kind = ?1 AND at BETWEEN ?2 AND ?3"),
                     args, COUNT(args), &rows, &found));
    if (found) counted->count = rows_number(rows, 0), counted->oldest_at = rows_number(rows, 1);
    rows_close(rows);
    TRY(events_list(ctx, &filter, &shown));
    if (shown.count) counted->newest = shown.at[0];
    return OK;
}
