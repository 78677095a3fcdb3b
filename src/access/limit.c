/* Delays instead of locks: a lock for good would let anybody shut anybody out. An account's delay doubles, so that in
 * a year some nine thousand guesses can be made against it, which a password that passes the rules withstands. */
#include "access/limit.h"

#include "access/actor.h"
#include "access/cache.h"
#include "access/email.h"
#include "base/buf.h"
#include "base/number.h"
#include "events/events.h"
#include "store/store.h"

#include <arpa/inet.h>

enum { FIRST_DELAY = 30 * 1000, LONGEST_DELAY = 60 * 60 * 1000, DOUBLINGS = 7, FAILURES_MOST = 1000000 };

struct policy {
    const char *prefix;
    int64_t free, forgotten_after; /* failures without delay; ms of quiet */
};

static const struct policy account_policy = {"account", 4, 24 * 60 * 60 * 1000};
static const struct policy address_policy = {"address", 19, 60 * 60 * 1000};

struct count {
    struct str subject; /* key of the table */
    int64_t failures, blocked_until;
};

/* A customer of an IPv6 network has a whole /64 to himself, so that is what is counted. */
static struct str network_of(struct arena *arena, struct str address)
{
    struct in6_addr six;
    if (inet_pton(AF_INET6, arena_cstr(arena, address), &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six)) return address;
    struct buf network = buf_in(arena);
    buf_hex(&network, six.s6_addr, 8);
    return buf_str(&network);
}

static enum result read_count(struct ctx *ctx, const struct policy *policy, struct str name, struct count *count)
{
    struct str low = email_key(ctx->arena, name);
    struct str subject = secret_hex(ctx->arena, arena_print(ctx->arena, "%s:%.*s", policy->prefix, PRINT(low)));
    struct value args[] = {value_text(subject)};
    struct rows *rows;
    bool found;
    *count = (struct count){.subject = subject};
    TRY(db_query_one(ctx, S("SELECT failures, blocked_until, last_at FROM login_attempt WHERE subject = ?1"), args, 1,
                     &rows, &found));
    if (found && add_capped(rows_number(rows, 2), policy->forgotten_after) > ctx->now) {
        int64_t failures = rows_number(rows, 0);
        count->failures = failures < 0 ? 0 : failures > FAILURES_MOST ? FAILURES_MOST : failures;
        count->blocked_until = rows_number(rows, 1);
    }
    /* Longer than any delay is only one of a time that has not come: the program was started with another clock then.
     */
    if (count->blocked_until > ctx->now + LONGEST_DELAY) count->blocked_until = 0;
    rows_close(rows);
    return OK;
}

struct counts {
    struct count account, address;
};

static enum result read_both(struct ctx *ctx, struct attempt *attempt, struct counts *counts)
{
    *counts = (struct counts){0};
    attempt->retry_after = 0;
    if (attempt->account.len) TRY(read_count(ctx, &account_policy, attempt->account, &counts->account));
    if (attempt->address.len)
        TRY(read_count(ctx, &address_policy, network_of(ctx->arena, attempt->address), &counts->address));
    int64_t until = counts->account.blocked_until;
    if (until < counts->address.blocked_until) until = counts->address.blocked_until;
    if (until <= ctx->now) return OK;
    attempt->retry_after = (until - ctx->now + 999) / 1000;
    return fail(ctx, BUSY, "After so many failed attempts, wait %lld seconds before the next.",
                (long long)attempt->retry_after);
}

static int64_t delay(const struct policy *policy, int64_t failures)
{
    int64_t beyond = failures - policy->free - 1;
    if (beyond < 0) return 0;
    if (beyond >= DOUBLINGS) return LONGEST_DELAY;
    return (int64_t)FIRST_DELAY << beyond < LONGEST_DELAY ? (int64_t)FIRST_DELAY << beyond : LONGEST_DELAY;
}

static enum result write_count(struct ctx *ctx, struct str subject, int64_t failures, int64_t blocked_until)
{
    struct value args[] = {value_text(subject), value_number(failures), value_number(ctx->now),
                           value_number(blocked_until)};
    return db_run(ctx,
                  S("INSERT INTO login_attempt (subject, failures, last_at, blocked_until) VALUES (?1, ?2, ?3, ?4) "
                    "ON CONFLICT (subject) DO UPDATE SET failures = ?2, last_at = ?3, blocked_until = ?4"),
                  args, COUNT(args), NULL);
}

static enum result add_failure(struct ctx *ctx, const struct policy *policy, const struct count *count, int64_t *holds)
{
    if (!count->subject.len) return OK;
    int64_t failures = count->failures + 1, wait = delay(policy, failures);
    if (*holds < wait / 1000) *holds = wait / 1000;
    return write_count(ctx, count->subject, failures, wait ? ctx->now + wait : 0);
}

enum result limit_check(struct ctx *ctx, struct attempt *attempt)
{
    struct counts counts;
    return read_both(ctx, attempt, &counts);
}

enum result limit_take(struct ctx *ctx, struct attempt *attempt)
{
    struct counts counts;
    TRY(db_lock(ctx, "login_attempt"));
    attempt->holds = 0;
    TRY(read_both(ctx, attempt, &counts));
    TRY(add_failure(ctx, &account_policy, &counts.account, &attempt->holds));
    return add_failure(ctx, &address_policy, &counts.address, &attempt->holds);
}

static enum result take(struct ctx *ctx, void *arg)
{
    return limit_take(ctx, arg);
}

static struct event event_of(struct ctx *ctx, enum event_kind kind, const struct attempt *attempt)
{
    return (struct event){.kind = kind,
                          .actor = actor_user(ctx),
                          .account = email_key(ctx->arena, attempt->account),
                          .address = attempt->address};
}

enum result limit_begin(struct ctx *ctx, struct attempt *attempt)
{
    if (!ctx->access) return fail(ctx, BROKEN, "Sign-in was asked of a part of the program that does not serve it.");
    enum result result = limit_check(ctx, attempt);
    if (result == OK) result = store_write(ctx, ctx->access->store, take, attempt);
    struct event event = event_of(ctx, EVENT_SIGN_IN_HELD_BACK, attempt);
    if (result == BUSY && attempt->retry_after) event_post(ctx, &event);
    return result;
}

enum result limit_tell_failure(struct ctx *ctx, const struct attempt *attempt, int64_t user)
{
    struct event event = event_of(ctx, EVENT_SIGN_IN_FAILED, attempt);
    if (user) event.subject = S("user"), event.record = user;
    TRY(event_write(ctx, &event));
    if (!attempt->holds) return OK;
    event.kind = EVENT_SIGN_IN_LOCKED;
    event.detail = arena_print(ctx->arena, "%lld seconds", (long long)attempt->holds);
    return event_write(ctx, &event);
}

enum result limit_forgive(struct ctx *ctx, const struct attempt *attempt)
{
    struct count count;
    TRY(db_lock(ctx, "login_attempt"));
    if (attempt->account.len) TRY(limit_unblock(ctx, attempt->account));
    if (!attempt->address.len) return OK;
    TRY(read_count(ctx, &address_policy, network_of(ctx->arena, attempt->address), &count));
    return count.failures ? write_count(ctx, count.subject, count.failures - 1, 0) : OK;
}

enum result limit_unblock(struct ctx *ctx, struct str account)
{
    struct count count;
    TRY(read_count(ctx, &account_policy, account, &count));
    struct value args[] = {value_text(count.subject)};
    return db_run(ctx, S("DELETE FROM login_attempt WHERE subject = ?1"), args, 1, NULL);
}

enum result limit_blocked_until(struct ctx *ctx, struct str account, int64_t *until)
{
    struct count count;
    TRY(read_count(ctx, &account_policy, account, &count));
    *until = count.blocked_until > ctx->now ? count.blocked_until : 0;
    return OK;
}
