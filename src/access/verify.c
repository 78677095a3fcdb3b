/* What the ledger says of a user is made from the row in the same way as when it was entered, so that the two are
 * compared as text. */
#include "access/verify.h"

#include "access/sealed.h"
#include "access/token.h"
#include "access/users.h"
#include "ledger/ledger.h"
#include "store/walk.h"

struct subject {
    const char *name, *table;
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
    *version = token.revoked_at ? 2 : 1;
    return OK;
}

static const struct subject users = {"user", "user", state_of_user};
static const struct subject tokens = {"token", "token", state_of_token};

static enum result compare(struct ctx *ctx, void *arg, int64_t id)
{
    const struct subject *subject = arg;
    struct ledger_entry entry;
    struct str state;
    int64_t version;
    enum result found = ledger_state_at(ctx, str_of(subject->name), id, INT64_MAX, &entry);
    if (found == NOT_FOUND)
        return fail(ctx, CONFLICT, "The %s %lld stands in the database, but the ledger never heard of it.",
                    subject->name, (long long)id);
    TRY(found);
    TRY(subject->state(ctx, id, &state, &version));
    if (entry.purged || (version == entry.version && str_eq(state, entry.state))) return OK;
    return fail(ctx, CONFLICT,
                "The %s %lld is not what the ledger's entry %lld says: it was changed outside of the program.",
                subject->name, (long long)id, (long long)entry.id);
}

/* What the ledger knows and the table has not. */
static enum result find_removed(struct ctx *ctx, const struct subject *subject)
{
    struct value args[] = {value_text(str_of(subject->name))};
    int64_t gone;
    struct str sql = arena_print(ctx->arena,
                                 "SELECT min(e.record) FROM ledger_entry e LEFT JOIN \"%s\" t ON t.id = e.record "
                                 "WHERE e.subject = ?1 AND e.state_size > 0 AND t.id IS NULL",
                                 subject->table);
    TRY(db_query_number(ctx, sql, args, COUNT(args), INT64_MIN, &gone));
    if (gone == INT64_MIN) return OK;
    return fail(ctx, CONFLICT, "The %s %lld is in the ledger, but its row was removed from the database.",
                subject->name, (long long)gone);
}

static enum result check_all(struct ctx *ctx, const struct subject *subject, int64_t *checked)
{
    TRY(walk_ids(ctx, subject->table, compare, (void *)(uintptr_t)subject, checked));
    return find_removed(ctx, subject);
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
