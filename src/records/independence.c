/* Independence compares people: what counts is what every account of the actor's person did, as the ledger tells it. It
 * is read by the entries' MACs and without a gap, so that whoever has the database can hide no deed. */
#include "records/independence.h"

#include "access/actor.h"
#include "ledger/ledger.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/records.h"
#include "records/rights.h"
#include "store/db.h"

enum { ACCOUNTS_MOST = 32 };

/* What ties the actor to a record. Each NULL where it does not; else the end of the sentence that says so. */
struct ties {
    const struct reg *reg;
    const struct transition *judgement; /* what was before it was last taken does not count; NULL: of a part */
    const int64_t *accounts;
    size_t account_count;
    struct str owned;  /* how a state reads whose owner is the actor's person; empty: nobody's */
    int64_t since;     /* deeds before this time do not count */
    int64_t judged_at; /* when the judgement was last taken; 0: never */
    const char *hand, *owner;
    bool stepped[TRANSITIONS_MAX]; /* by the place of the step in the register: the actor ever took it */
};

/* The place of the step that an entry's action tells; TRANSITIONS_MAX for any other action. */
static size_t step_of(const struct reg *reg, struct str action)
{
    struct str prefix = S("transition:");
    if (!reg->transitions || !str_starts(action, prefix)) return TRANSITIONS_MAX;
    struct str name = str_slice(action, prefix.len, action.len);
    for (size_t i = 0; i < TRANSITIONS_MAX && reg->transitions[i].name; i++)
        if (str_is(name, reg->transitions[i].name)) return i;
    return TRANSITIONS_MAX;
}

/* What this deed was to the record; NULL: no hand in it. A judgement is none, or whoever once returned a record could
 * never approve it; nor is what only follows from other records. */
static const char *hand_of(const struct reg *reg, struct str action)
{
    static const struct {
        const char *action, *words;
    } deeds[] = {{"create", SENTENCE("you wrote it")},
                 {"change", SENTENCE("you have changed it")},
                 {"delete", SENTENCE("you have deleted it before")},
                 {"restore", SENTENCE("you have restored it")}};
    size_t step = step_of(reg, action);
    if (step < TRANSITIONS_MAX)
        return reg->transitions[step].independent_of[0] ? NULL : SENTENCE("you took one of its steps");
    for (size_t i = 0; i < COUNT(deeds); i++)
        if (str_is(action, deeds[i].action)) return deeds[i].words;
    return NULL;
}

static bool is_own(const struct ties *ties, int64_t actor)
{
    for (size_t i = 0; i < ties->account_count; i++)
        if (ties->accounts[i] == actor) return true;
    return false;
}

/* Oldest first. Whoever owned the record when it was judged goes on owning it. */
static enum result take_entry(struct ctx *ctx, void *arg, const struct ledger_entry *entry)
{
    struct ties *ties = arg;
    (void)ctx;
    size_t step = step_of(ties->reg, entry->action);
    bool judged = step < TRANSITIONS_MAX && &ties->reg->transitions[step] == ties->judgement;
    if (judged) ties->hand = ties->owner = NULL, ties->judged_at = entry->at;
    if (entry->at < ties->since) return OK;
    if (is_own(ties, entry->actor)) {
        const char *hand = hand_of(ties->reg, entry->action);
        if (hand && !ties->hand) ties->hand = hand;
        if (step < TRANSITIONS_MAX) ties->stepped[step] = true;
    }
    if (ties->owned.len && str_find(entry->state, ties->owned, NULL)) ties->owner = SENTENCE("you have owned it");
    return OK;
}

static enum result read_ties(struct ctx *ctx, const struct record *record, struct ties *ties)
{
    int64_t person = ctx->actor->person;
    ties->reg = record->reg;
    ties->owned = S("");
    /* In the canonical state the owner stands between the unit and the status: no text of a field looks like it. */
    if (person && !(record->reg->flags & NO_OWNER))
        ties->owned = arena_print(ctx->arena, ",\"owner\":%lld,\"status\":", (long long)person);
    TRY(ledger_each_version(ctx, str_of(record->reg->name), record_id(record), record->row[C_VERSION].number,
                            take_entry, ties));
    if (person && record_owner(record) == person) ties->owner = SENTENCE("you own it");
    return OK;
}

static enum result read_parts(struct ctx *ctx, const struct record *record, const struct ties *whole,
                              const char **words)
{
    struct record_list parts;
    TRY(record_parts(ctx, record, &parts));
    for (size_t i = 0; i < parts.count && !*words; i++) {
        struct ties ties = {
            .accounts = whole->accounts, .account_count = whole->account_count, .since = whole->judged_at};
        TRY(read_ties(ctx, parts.at[i], &ties));
        if (ties.hand) *words = SENTENCE("you have changed a part of it");
    }
    return OK;
}

/* A person has one account, which stays that person's once it has acted (access/users.c); an older one may have acted
 * before that was so. */
static enum result read_accounts(struct ctx *ctx, int64_t *accounts, size_t *count)
{
    struct value args[] = {value_id(ctx->actor->person), value_number(ctx->actor->user)};
    struct rows *rows;
    *count = 0;
    accounts[(*count)++] = ctx->actor->user;
    TRY(db_query(ctx, S("SELECT id FROM \"user\" WHERE person = ?1 AND id <> ?2 ORDER BY id LIMIT 31"), args,
                 COUNT(args), &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if (*count < ACCOUNTS_MOST) accounts[(*count)++] = rows_number(rows, 0);
    }
    rows_close(rows);
    return OK;
}

static enum result find_tie(struct ctx *ctx, const struct record *record, const struct ties *ties, const char *of,
                            const char **words)
{
    if (strchr(of, '.')) return read_parts(ctx, record, ties, words);
    if (strcmp(of, "hand") == 0) *words = ties->hand ? ties->hand : ties->owner;
    if (strcmp(of, "owner") == 0) *words = ties->owner;
    for (size_t i = 0; i < TRANSITIONS_MAX && record->reg->transitions[i].name; i++)
        if (strcmp(of, record->reg->transitions[i].name) == 0 && ties->stepped[i])
            *words = SENTENCE("you took one of its steps");
    return OK;
}

enum result independence_check(struct ctx *ctx, const struct transition *transition, const struct record *record)
{
    int64_t accounts[ACCOUNTS_MOST];
    struct ties ties = {.judgement = transition, .accounts = accounts};
    const char *words = NULL;
    if (ctx->actor->system || !transition->independent_of[0]) return OK;
    TRY(read_accounts(ctx, accounts, &ties.account_count));
    TRY(read_ties(ctx, record, &ties));
    for (size_t i = 0; transition->independent_of[i] && !words; i++)
        TRY(find_tie(ctx, record, &ties, transition->independent_of[i], &words));
    if (!words) return OK;
    return fail(ctx, DENIED, "Somebody else has to do this: %s (independence, ISO/IEC 27001 A.5.3).", words);
}
