/* What the ledger says of a user is made from the row in the same way as when it was entered, so that the two are
 * compared as text. */
#include "access/verify.h"

#include "access/sealed.h"
#include "access/token.h"
#include "access/users.h"
#include "ledger/ledger.h"
#include "store/walk.h"

struct subject {
    const char *name;
    const struct sealed_rows *rows;
    /* *version is 0 for what has none of its own. */
    enum result (*state)(struct ctx *ctx, int64_t id, struct str *state, int64_t *version);
};

static enum result state_of_user(struct ctx *ctx, int64_t id, struct str *state, int64_t *version)
{
    struct user user;
    TRY(user_load(ctx, id, &user));
    *state = user_state(ctx, &user);
    *version = user.version;
    return OK;
}

static enum result state_of_token(struct ctx *ctx, int64_t id, struct str *state, int64_t *version)
{
    struct token token;
    TRY(token_load(ctx, id, &token));
    *state = token_state(ctx, &token);
    *version = 0;
    return OK;
}

static const struct subject users = {"user", &sealed_users, state_of_user};
static const struct subject tokens = {"token", &sealed_tokens, state_of_token};

/* ---- what the ledger says ---- */

/* The newest of one record: the entry with the highest version, whatever number its row has. */
struct newest {
    int64_t record, version, entry;
    bool stands; /* its row was met */
};

struct entered {
    const struct subject *subject;
    struct newest *at; /* by record */
    size_t count, room;
};

static struct newest *find(const struct entered *entered, int64_t record, size_t *where)
{
    size_t from = 0, to = entered->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (entered->at[middle].record < record)
            from = middle + 1;
        else
            to = middle;
    }
    *where = from;
    return from < entered->count && entered->at[from].record == record ? &entered->at[from] : NULL;
}

static void note(struct ctx *ctx, struct entered *entered, struct newest next)
{
    size_t where;
    struct newest *known = find(entered, next.record, &where);
    if (known) {
        if (next.version > known->version) *known = next;
        return;
    }
    if (entered->count == entered->room) {
        size_t room = entered->room ? entered->room * 2 : 64;
        entered->at =
            arena_grow(ctx->arena, entered->at, entered->room * sizeof *entered->at, room * sizeof *entered->at);
        entered->room = room;
    }
    memmove(&entered->at[where + 1], &entered->at[where], (entered->count - where) * sizeof *entered->at);
    entered->at[where] = next;
    entered->count++;
}

/* The comparison is written so that no index serves it: one that leaves out an entry would hide it from this too. */
static enum result read_entered(struct ctx *ctx, struct entered *entered)
{
    struct value args[] = {value_text(str_of(entered->subject->name))};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT record, version, id FROM ledger_entry WHERE subject || '' = ?1"), args, COUNT(args),
                 &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        note(ctx, entered,
             (struct newest){
                 .record = rows_number(rows, 0), .version = rows_number(rows, 1), .entry = rows_number(rows, 2)});
    }
    rows_close(rows);
    return OK;
}

/* ---- and what stands in the tables ---- */

static enum result compare(struct ctx *ctx, void *arg, int64_t id)
{
    const struct entered *entered = arg;
    const char *name = entered->subject->name;
    struct ledger_entry entry;
    struct str state;
    int64_t version;
    size_t where;
    struct newest *newest = find(entered, id, &where);
    if (!newest)
        return fail(ctx, CONFLICT, "The %s %lld stands in the database, but the ledger never heard of it.", name,
                    (long long)id);
    newest->stands = true;
    TRY(ledger_entry_read(ctx, newest->entry, &entry));
    TRY(entered->subject->state(ctx, id, &state, &version));
    if (!entry.state.len)
        return fail(ctx, CONFLICT, "What the ledger's entry %lld said of the %s %lld was removed.", (long long)entry.id,
                    name, (long long)id);
    if ((!version || version == entry.version) && str_eq(state, entry.state)) return OK;
    return fail(ctx, CONFLICT,
                "The %s %lld is not what the ledger's entry %lld says: it was changed outside of the program.", name,
                (long long)id, (long long)entry.id);
}

/* The program removes neither users nor tokens, and numbers them from one. */
static enum result check_entered(struct ctx *ctx, const struct entered *entered)
{
    for (size_t i = 0; i < entered->count; i++) {
        const struct newest *newest = &entered->at[i];
        if (!newest->stands)
            return fail(ctx, CONFLICT, "The %s %lld is in the ledger, but its row was removed from the database.",
                        entered->subject->name, (long long)newest->record);
        if (newest->record < 1)
            return fail(ctx, CONFLICT, "The %s %lld was put into the database: the program numbers from one.",
                        entered->subject->name, (long long)newest->record);
    }
    return OK;
}

static enum result check_all(struct ctx *ctx, const struct subject *subject, int64_t *checked)
{
    struct entered entered = {.subject = subject};
    TRY(ledger_check_versions(ctx, subject->name, arena_print(ctx->arena, "%s ", subject->name).at));
    TRY(read_entered(ctx, &entered));
    TRY(sealed_check_numbers(ctx, subject->rows));
    TRY(walk_ids(ctx, subject->rows->table, compare, &entered, checked));
    return check_entered(ctx, &entered);
}

enum result users_verify(struct ctx *ctx, int64_t *checked)
{
    return check_all(ctx, &users, checked);
}

enum result tokens_verify(struct ctx *ctx, int64_t *checked)
{
    return check_all(ctx, &tokens, checked);
}

enum result credentials_verify(struct ctx *ctx, int64_t *checked)
{
    static const struct sealed_rows *const all[] = {&sealed_users, &sealed_sessions, &sealed_tokens, &sealed_links};
    for (size_t i = 0; i < COUNT(all); i++) TRY(sealed_check_all(ctx, all[i], checked));
    return OK;
}
