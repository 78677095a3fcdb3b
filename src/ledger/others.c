/* The head comes with each row, so that one query at a time is open; what a row took is given back before the next. */
#include "ledger/others.h"

#include "ledger/canonical.h"
#include "ledger/cosigned.h"
#include "ledger/timestamp.h"
#include "ledger/witness.h"

struct visit {
    struct arena *arena; /* of what is told afterwards */
    const struct others_check *check;
    struct others_report *report;
    int64_t newest; /* size of the newest head; 0: none */
};

enum { HEAD_COLUMNS = 7 };

typedef enum result row_check(struct ctx *ctx, struct visit *visit, struct rows *rows);

static enum result each_row(struct ctx *ctx, struct visit *visit, struct str sql, row_check *check)
{
    struct rows *rows;
    struct ctx part = *ctx;
    part.arena = arena_scratch(ctx->arena);
    TRY(db_query(ctx, sql, NULL, 0, &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        arena_reset(part.arena);
        part.error = (struct error){0};
        enum result result = check(&part, visit, rows);
        if (result == OK) continue;
        result = fail_as(ctx, &part, result);
        rows_close(rows);
        return result;
    }
}

/* The body of the head that stands in the first columns of the row; false when there is none. */
static bool body_of(struct ctx *ctx, struct rows *rows, struct str *body)
{
    struct ledger_head head;
    struct buf text = buf_in(ctx->arena);
    if (rows_is_null(rows, 0) || !tree_head_of_row(rows, &head)) return false;
    canonical_head(&text, &head);
    *body = buf_str(&text);
    return true;
}

/* ---- cosignatures ---- */

static const struct note_key *key_of(const struct policy *policy, const struct note_signature *signature)
{
    for (size_t i = 0; policy && i < policy->witness_count; i++) {
        const struct note_key *key = &policy->witnesses[i].key;
        if (str_eq(key->name, signature->name) && memcmp(key->id, signature->id, NOTE_KEY_ID) == 0) return key;
    }
    return NULL;
}

static enum result check_cosignature(struct ctx *ctx, struct visit *visit, struct rows *rows)
{
    long long size = (long long)rows_number(rows, HEAD_COLUMNS);
    struct str witness = rows_text(rows, HEAD_COLUMNS + 1), line = rows_text(rows, HEAD_COLUMNS + 3), body;
    struct note note = {0};
    int64_t at;
    if (!body_of(ctx, rows, &body))
        return fail(ctx, CONFLICT,
                    "ledger_cosignature has a row of %.*s over %lld entries, but no head was signed over these.",
                    PRINT(witness), size);
    struct str ended = arena_print(ctx->arena, "%.*s\n", PRINT(line));
    bool formed =
        note_parse_signatures(ctx->arena, ended, &note) && note.count == 1 && str_eq(note.signatures[0].name, witness);
    if (!formed)
        return fail(ctx, CONFLICT, "ledger_cosignature has a row of %.*s over %lld entries that is no cosignature.",
                    PRINT(witness), size);
    const struct note_key *key = key_of(visit->check->policy, &note.signatures[0]);
    visit->report->unknown += !key;
    if (!key) return OK;
    if (note_check(ctx->arena, body, &note.signatures[0], key, &at) != NOTE_HOLDS ||
        at != rows_number(rows, HEAD_COLUMNS + 2))
        return fail(ctx, CONFLICT, "The cosignature of %.*s on the head over %lld entries does not hold.",
                    PRINT(witness), size);
    visit->report->cosignatures++;
    return OK;
}

/* ---- time stamps ---- */

static enum result check_stamp(struct ctx *ctx, struct visit *visit, struct rows *rows)
{
    const char *ca = visit->check->timestamp_ca;
    long long size = (long long)rows_number(rows, HEAD_COLUMNS);
    struct str reply = rows_bytes(rows, HEAD_COLUMNS + 2), body;
    int64_t at = 0;
    if (!body_of(ctx, rows, &body))
        return fail(ctx, CONFLICT, "ledger_timestamp has a row over %lld entries, but no head was signed over these.",
                    size);
    enum result result = ca ? timestamp_check(ctx, body, reply, ca, &at) : timestamp_fits(ctx, body, reply, &at);
    if (result == OK && at == rows_number(rows, HEAD_COLUMNS + 1)) {
        visit->report->stamps++;
        return OK;
    }
    if (result == OK)
        return fail(ctx, CONFLICT, "The time stamp on the head over %lld entries is of another time.", size);
    struct str why = ctx->error.sentence;
    return fail(ctx, CONFLICT, "The head over %lld entries: %.*s", size, PRINT(why));
}

/* ---- whom heads are sent to ---- */

static bool is_channel(struct str name)
{
    static const char *const channels[] = {PEER_FILE, PEER_MAIL, PEER_TIMESTAMP, PEER_QUORUM};
    for (size_t i = 0; i < COUNT(channels); i++)
        if (str_is(name, channels[i])) return true;
    return false;
}

static bool is_named(const struct policy *policy, struct str name)
{
    bool named = is_channel(name) || !policy;
    for (size_t i = 0; !named && i < policy->witness_count; i++) named = str_eq(policy->witnesses[i].key.name, name);
    return named;
}

static enum result check_peer(struct ctx *ctx, struct visit *visit, struct rows *rows)
{
    struct str name = rows_text(rows, 0);
    int64_t size = rows_number(rows, 1);
    bool sane =
        (is_channel(name) || note_name_is_valid(name)) && rows_number(rows, 2) >= 0 && rows_number(rows, 3) >= 0;
    if (!sane)
        return fail(ctx, CONFLICT, "ledger_peer has a row \"%.*s\" that the program did not write.",
                    PRINT(str_shorten(name, 100)));
    if (size > visit->newest)
        return fail(ctx, CONFLICT,
                    "ledger_peer says that %.*s has a head over %lld entries, but only %lld are here: this is an older "
                    "copy, the newest entries were cut off, or the row was put in.",
                    PRINT(name), (long long)size, (long long)visit->newest);
    if (size && rows_is_null(rows, 4))
        return fail(ctx, CONFLICT,
                    "ledger_peer says that %.*s has a head over %lld entries, but no head was signed over these.",
                    PRINT(name), (long long)size);
    visit->report->peers++;
    if (!is_named(visit->check->policy, name)) visit->report->stranger = arena_copy(visit->arena, name);
    return OK;
}

static enum result check_peers(struct ctx *ctx, struct visit *visit)
{
    return each_row(ctx, visit,
                    S("SELECT p.name, p.size, p.asked_at, p.good_at, h.size FROM ledger_peer p LEFT JOIN ledger_head h "
                      "ON h.size = p.size ORDER BY p.name"),
                    check_peer);
}

#define HEAD_OF "SELECT h.size, h.root, h.at, h.key_id, h.signature, h.origin, h.previous, "

enum result others_verify(struct ctx *ctx, const struct others_check *check, struct others_report *report)
{
    struct visit visit = {.arena = ctx->arena, .check = check, .report = report};
    *report = (struct others_report){.stranger = S("")};
    TRY(db_query_number(ctx, S("SELECT max(size) FROM ledger_head"), NULL, 0, 0, &visit.newest));
    TRY(each_row(ctx, &visit,
                 S(HEAD_OF "c.size, c.witness, c.at, c.line FROM ledger_cosignature c LEFT JOIN ledger_head h "
                           "ON h.size = c.size ORDER BY c.size, c.witness"),
                 check_cosignature));
    TRY(each_row(ctx, &visit,
                 S(HEAD_OF "t.size, t.at, t.reply FROM ledger_timestamp t LEFT JOIN ledger_head h ON h.size = t.size "
                           "ORDER BY t.size"),
                 check_stamp));
    TRY(check_peers(ctx, &visit));
    return witness_verify(ctx, check->keyring, &report->witnessed);
}
