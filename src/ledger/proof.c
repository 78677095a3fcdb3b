/* Proofs are computed when asked for: some twenty reads of stored hashes. The canonical bytes go along, so that whoever
 * checks can hash them as they are and need not know how to write them. */
#include "ledger/proof.h"

#include "format/json_out.h"
#include "ledger/chain.h"
#include "ledger/entry_row.h"
#include "store/store.h"

#include <sodium.h>

static void put_hex(struct json_out *out, struct arena *arena, struct str bytes)
{
    struct buf hex = buf_in(arena);
    buf_hex(&hex, bytes.at, bytes.len);
    json_put_str(out, buf_str(&hex));
}

static void put_head(struct json_out *out, const struct ledger_head *head)
{
    char signature[sodium_base64_ENCODED_LEN(SIGNATURE_SIZE, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(signature, sizeof signature, head->signature, SIGNATURE_SIZE, sodium_base64_VARIANT_ORIGINAL);
    json_open_object(out);
    json_key(out, "origin"), json_put_text(out, head->origin);
    json_key(out, "size"), json_put_number(out, head->size);
    json_key(out, "previous"), json_put_number(out, head->previous);
    json_key(out, "root"), put_hex(out, out->buf->arena, hash_bytes(&head->root));
    json_key(out, "at"), json_put_number(out, head->at);
    json_key(out, "key_id"), json_put_text(out, head->key_id);
    json_key(out, "signature"), json_put_text(out, signature);
    json_close_object(out);
}

void ledger_head_json(struct buf *out, const struct ledger_head *head)
{
    struct json_out json = json_out_to(out);
    put_head(&json, head);
}

static void put_path(struct json_out *out, const struct merkle_proof *proof)
{
    json_open_array(out);
    for (size_t i = 0; i < proof->count; i++) put_hex(out, out->buf->arena, hash_bytes(&proof->at[i]));
    json_close_array(out);
}

/* ---- inclusion ---- */

enum { POSITION = ROW_END, LEAF_HASH, MAC };

/* For programs, beside the sentence. */
static enum result with_code(struct ctx *ctx, enum result result, const char *code)
{
    ctx->error.more = arena_print(ctx->arena, "\"code\":\"%s\"", code);
    return result;
}

static enum result judge_place(struct ctx *ctx, struct rows *rows, const struct ledger_place *place)
{
    struct buf text = buf_in(ctx->arena);
    const struct keyring *keyring = db_keyring(ctx->db);
    const long long entry = (long long)place->row.id;
    canonical_entry(&text, &place->row);
    if (rows_is_null(rows, MAC))
        return with_code(ctx,
                         fail(ctx, CONFLICT,
                              "Entry %lld has no place in the ledger's tree and awaits none, so there is no proof of "
                              "it: what said so was removed outside of the program. Run merlon verify.",
                              entry),
                         "not_genuine");
    if (keyring && !keyring_mac_is(keyring, LEDGER_MAC, buf_str(&text), rows_bytes(rows, MAC)))
        return with_code(ctx,
                         fail(ctx, CONFLICT,
                              "Entry %lld was not written by this program, or was changed since, so there is no proof "
                              "of it and there will be none. Run merlon verify.",
                              entry),
                         "not_genuine");
    if (place->position >= 0) return OK;
    return with_code(ctx, fail(ctx, CONFLICT, "Entry %lld has not been sealed yet: ask again in a few seconds.", entry),
                     "not_sealed_yet");
}

enum result ledger_place_of(struct ctx *ctx, int64_t entry, struct ledger_place *place)
{
    const struct value args[] = {value_number(entry)};
    struct rows *rows;
    bool any;
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_ROW_COLUMNS
                       ", l.position, l.leaf_hash, COALESCE(l.mac, p.mac) FROM ledger_entry e "
                       "LEFT JOIN ledger_leaf l ON l.entry = e.id LEFT JOIN ledger_pending p ON p.entry = e.id "
                       "WHERE e.id = ?1"),
                     args, COUNT(args), &rows, &any));
    if (!any) return fail(ctx, NOT_FOUND, "The ledger has no entry %lld.", (long long)entry);
    *place = (struct ledger_place){
        .row = ledger_row_copy(ctx->arena, rows),
        .position = rows_is_null(rows, POSITION) ? -1 : rows_number(rows, POSITION),
        .leaf = arena_copy(ctx->arena, rows_bytes(rows, LEAF_HASH)),
    };
    enum result result = judge_place(ctx, rows, place);
    rows_close(rows);
    return result;
}

static void put_nothing(struct json_out *out)
{
    json_key(out, "salt"), json_put_null(out);
    json_key(out, "comment"), json_put_null(out);
    json_key(out, "state"), json_put_null(out);
}

/* A proof that says of a content that it is not there is taken for a purge; one with another content for a proof of
 * that. */
static enum result judge_content(struct ctx *ctx, struct rows *rows, int64_t entry)
{
    bool missing;
    TRY(ledger_row_is_missing(ctx, rows, &missing));
    if (missing)
        return with_code(ctx,
                         fail(ctx, CONFLICT,
                              "What entry %lld said is missing from the database, and nobody purged it: it was removed "
                              "outside of the program. The proof of the entry alone is to be had; its content has to "
                              "be put back from a backup (docs/running.md, Alarms).",
                              (long long)entry),
                         "content_missing");
    if (!ledger_row_is_foreign(ctx, rows)) return OK;
    return with_code(ctx,
                     fail(ctx, CONFLICT,
                          "What entry %lld said was changed outside of the program. The proof of the entry alone is to "
                          "be had; its content has to be put back from a backup (docs/running.md, Alarms).",
                          (long long)entry),
                     "content_altered");
}

static enum result demand_content(struct ctx *ctx, int64_t entry)
{
    const struct value args[] = {value_number(entry)};
    struct rows *rows;
    bool found;
    TRY(db_query_one(ctx,
                     S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS "WHERE e.id = ?1"),
                     args, COUNT(args), &rows, &found));
    enum result result = found ? judge_content(ctx, rows, entry) : OK;
    rows_close(rows);
    return result;
}

static enum result put_content(struct ctx *ctx, struct json_out *out, int64_t entry)
{
    const struct value args[] = {value_number(entry)};
    struct rows *rows;
    bool any;
    TRY(db_query_one(ctx, S("SELECT salt, comment, state FROM ledger_state WHERE entry = ?1"), args, COUNT(args), &rows,
                     &any));
    if (any) {
        json_key(out, "salt"), put_hex(out, ctx->arena, rows_bytes(rows, 0));
        json_key(out, "comment"), json_put_str(out, rows_text(rows, 1));
        json_key(out, "state"), json_put_str(out, rows_text(rows, 2));
    } else {
        put_nothing(out);
    }
    rows_close(rows);
    return OK;
}

enum result ledger_proof_json(struct ctx *ctx, int64_t entry, int64_t size, bool content, struct buf *out)
{
    struct ledger_place found = {.position = -1};
    struct ledger_head head;
    TRY(ledger_place_of(ctx, entry, &found));
    if (content) TRY(demand_content(ctx, entry));
    TRY(ledger_signed_head(ctx, size, &head));
    if (found.position >= head.size)
        return fail(ctx, CONFLICT, "The head over %lld entries is older than entry %lld: ask for a newer one.",
                    (long long)head.size, (long long)entry);
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct merkle_proof proof;
    TRY(merkle_inclusion(ctx, hasher, &source, (uint64_t)found.position, (uint64_t)head.size, &proof));
    struct buf canonical = buf_in(ctx->arena);
    canonical_entry(&canonical, &found.row);

    struct json_out json = json_out_to(out);
    json_open_object(&json);
    json_key(&json, "entry"), json_put_number(&json, entry);
    json_key(&json, "canonical"), json_put_str(&json, buf_str(&canonical));
    json_key(&json, "position"), json_put_number(&json, found.position);
    json_key(&json, "leaf"), put_hex(&json, ctx->arena, found.leaf);
    json_key(&json, "path"), put_path(&json, &proof);
    json_key(&json, "head"), put_head(&json, &head);
    if (content) TRY(put_content(ctx, &json, entry));
    json_close_object(&json);
    return OK;
}

/* ---- consistency ---- */

enum result ledger_consistency_json(struct ctx *ctx, int64_t first, int64_t second, struct buf *out)
{
    if (first <= 0) return fail(ctx, INVALID, "Name the size of the older head, at least 1.");
    struct ledger_head older, newer;
    TRY(ledger_signed_head(ctx, first, &older));
    TRY(ledger_signed_head(ctx, second, &newer));
    struct hasher *hasher = hasher_in(ctx->arena);
    const struct merkle_source source = tree_source(hasher);
    struct merkle_proof proof;
    TRY(merkle_consistency(ctx, hasher, &source, (uint64_t)older.size, (uint64_t)newer.size, &proof));
    struct json_out json = json_out_to(out);
    json_open_object(&json);
    json_key(&json, "first"), put_head(&json, &older);
    json_key(&json, "second"), put_head(&json, &newer);
    json_key(&json, "path"), put_path(&json, &proof);
    json_close_object(&json);
    return OK;
}
