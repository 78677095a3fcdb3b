/* What others said of the ledger's heads. Nothing of it is trusted by being here: cosignatures and time stamps are
 * checked against keys that the reader brings. */
#include "ledger/cosigned.h"

#include "ledger/chain.h"
#include "ledger/entry_row.h"
#include "ledger/ledger.h"
#include "ledger/proof.h"
#include "store/blob.h"

static const struct column cosignature_columns[] = {
    {.name = "size", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "witness", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "line", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
const struct table ledger_cosignature_table = {
    .name = "ledger_cosignature",
    .columns = cosignature_columns,
    .column_count = COUNT(cosignature_columns),
    .primary_key = "size, witness",
    .append_only = true,
};

static const struct column timestamp_columns[] = {
    {.name = "size", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "reply", .type = COLUMN_BYTES, .flags = COLUMN_NOT_NULL},
};
const struct table ledger_timestamp_table = {
    .name = "ledger_timestamp",
    .columns = timestamp_columns,
    .column_count = COUNT(timestamp_columns),
    .primary_key = "size",
    .append_only = true,
};

static const struct column peer_columns[] = {
    {.name = "name", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
    {.name = "size", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "asked_at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "good_at", .type = COLUMN_NUMBER, .flags = COLUMN_NOT_NULL},
    {.name = "trouble", .type = COLUMN_TEXT, .flags = COLUMN_NOT_NULL},
};
const struct table ledger_peer_table = {
    .name = "ledger_peer", .columns = peer_columns, .column_count = COUNT(peer_columns), .primary_key = "name"};

/* ---- notes ---- */

enum result ledger_note_key(struct ctx *ctx, const struct ledger_head *head, struct note_key *key)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    TRY(ledger_chain_read(ctx, chain));
    for (size_t i = 0; i < chain->count; i++) {
        if (strcmp(chain->at[i].key.id, head->key_id) != 0) continue;
        note_key_make(key, arena_copy(ctx->arena, str_of(head->origin)), NOTE_ED25519, chain->at[i].key.at);
        return OK;
    }
    return fail(ctx, BROKEN, "The head over %lld entries names the key %s, which this ledger does not know.",
                (long long)head->size, head->key_id);
}

static enum result put_cosignatures(struct ctx *ctx, int64_t size, struct buf *out)
{
    const struct value args[] = {value_number(size), value_number(NOTE_SIGNATURES - 1)};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT line FROM ledger_cosignature WHERE size = ?1 ORDER BY witness LIMIT ?2"), args,
                 COUNT(args), &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        buf_add(out, rows_text(rows, 0));
        buf_char(out, '\n');
    }
}

enum result ledger_note(struct ctx *ctx, const struct ledger_head *head, struct str *note)
{
    struct note_key key;
    struct buf out = buf_in(ctx->arena);
    TRY(ledger_note_key(ctx, head, &key));
    canonical_head(&out, head);
    buf_char(&out, '\n');
    note_put_signature(&out, &key, (struct str){(const char *)head->signature, SIGNATURE_SIZE});
    TRY(put_cosignatures(ctx, head->size, &out));
    *note = buf_str(&out);
    return OK;
}

enum result ledger_keep_cosignature(struct ctx *ctx, int64_t size, struct str witness, int64_t at, struct str line)
{
    const struct value args[] = {value_number(size), value_text(witness), value_number(at), value_text(line)};
    return db_run(ctx,
                  S("INSERT INTO ledger_cosignature (size, witness, at, line) VALUES (?1, ?2, ?3, ?4) "
                    "ON CONFLICT (size, witness) DO NOTHING"),
                  args, COUNT(args), NULL);
}

/* ---- proofs ---- */

/* The newest head with a cosignature, when it covers the place; 0: the newest of all. */
static enum result choose_head(struct ctx *ctx, int64_t position, int64_t *size)
{
    int64_t cosigned;
    TRY(db_query_number(ctx, S("SELECT max(size) FROM ledger_cosignature"), NULL, 0, 0, &cosigned));
    *size = cosigned > position ? cosigned : 0;
    return OK;
}

enum result ledger_tlog_proof(struct ctx *ctx, int64_t entry, int64_t size, struct buf *out)
{
    struct ledger_place place = {.position = -1};
    struct ledger_head head;
    struct str note;
    TRY(ledger_place_of(ctx, entry, &place));
    if (!size) TRY(choose_head(ctx, place.position, &size));
    TRY(ledger_signed_head(ctx, size, &head));
    if (place.position >= head.size)
        return fail(ctx, CONFLICT, "The head over %lld entries is older than entry %lld: ask for a newer one.",
                    (long long)head.size, (long long)entry);
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct merkle_proof path;
    TRY(merkle_inclusion(ctx, hasher, &source, (uint64_t)place.position, (uint64_t)head.size, &path));
    TRY(ledger_note(ctx, &head, &note));
    struct buf canonical = buf_in(ctx->arena);
    canonical_entry(&canonical, &place.row);
    tlog_proof_put(out, buf_str(&canonical), place.position, &path, note);
    return OK;
}

/* ---- time stamps ---- */

enum result ledger_keep_timestamp(struct ctx *ctx, int64_t size, int64_t at, struct str reply)
{
    const struct value args[] = {value_number(size), value_number(at), value_bytes(reply)};
    return db_run(ctx,
                  S("INSERT INTO ledger_timestamp (size, at, reply) VALUES (?1, ?2, ?3) "
                    "ON CONFLICT (size) DO NOTHING"),
                  args, COUNT(args), NULL);
}

enum result ledger_timestamp(struct ctx *ctx, int64_t size, int64_t *of_size, int64_t *at, struct str *reply)
{
    const struct value args[] = {value_number(size)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(
        ctx, S("SELECT size, at, reply FROM ledger_timestamp WHERE ?1 = 0 OR size = ?1 ORDER BY size DESC LIMIT 1"),
        args, COUNT(args), &rows, &found));
    if (!found) return fail(ctx, NOT_FOUND, "No time stamp was obtained for this head.");
    *of_size = rows_number(rows, 0);
    *at = rows_number(rows, 1);
    *reply = arena_copy(ctx->arena, rows_bytes(rows, 2));
    rows_close(rows);
    return OK;
}

/* ---- whom heads are sent to ---- */

enum result ledger_peer_read(struct ctx *ctx, struct str name, struct ledger_peer *peer)
{
    const struct value args[] = {value_text(name)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx, S("SELECT size, asked_at, good_at, trouble FROM ledger_peer WHERE name = ?1"), args,
                     COUNT(args), &rows, &found));
    *peer = (struct ledger_peer){.name = name, .trouble = S("")};
    if (found)
        *peer = (struct ledger_peer){.name = name,
                                     .size = rows_number(rows, 0),
                                     .asked_at = rows_number(rows, 1),
                                     .good_at = rows_number(rows, 2),
                                     .trouble = arena_copy(ctx->arena, rows_text(rows, 3))};
    rows_close(rows);
    return OK;
}

enum result ledger_peers(struct ctx *ctx, struct ledger_peer **peers, size_t *count)
{
    enum { MOST = 200 };
    struct rows *rows;
    *peers = arena_make_many(ctx->arena, struct ledger_peer, MOST);
    *count = 0;
    TRY(db_query(ctx, S("SELECT name, size, asked_at, good_at, trouble FROM ledger_peer ORDER BY name LIMIT 200"), NULL,
                 0, &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        (*peers)[(*count)++] = (struct ledger_peer){.name = arena_copy(ctx->arena, rows_text(rows, 0)),
                                                    .size = rows_number(rows, 1),
                                                    .asked_at = rows_number(rows, 2),
                                                    .good_at = rows_number(rows, 3),
                                                    .trouble = arena_copy(ctx->arena, rows_text(rows, 4))};
    }
}

enum result ledger_peer_write(struct ctx *ctx, const struct ledger_peer *peer)
{
    const struct value args[] = {value_text(peer->name), value_number(peer->size), value_number(peer->asked_at),
                                 value_number(peer->good_at), value_text(peer->trouble)};
    return db_run(ctx,
                  S("INSERT INTO ledger_peer (name, size, asked_at, good_at, trouble) VALUES (?1, ?2, ?3, ?4, ?5) "
                    "ON CONFLICT (name) DO UPDATE SET size = excluded.size, asked_at = excluded.asked_at, "
                    "good_at = excluded.good_at, trouble = excluded.trouble"),
                  args, COUNT(args), NULL);
}
