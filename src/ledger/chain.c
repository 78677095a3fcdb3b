/* The state is JSON so that history shows it like any other; what is signed is lines, which any tool can write. */
#include "ledger/chain.h"

#include "format/json.h"
#include "format/json_out.h"
#include "ledger/entry_row.h"
#include "store/store.h"
#include "ledger/keys.h"

#include <sodium.h>

enum { VARIANT = sodium_base64_VARIANT_ORIGINAL, FEW = 8 };

static struct str base64(struct ctx *ctx, const unsigned char *bytes, size_t len)
{
    size_t room = sodium_base64_encoded_len(len, VARIANT);
    char *text = arena_alloc(ctx->arena, room);
    sodium_bin2base64(text, room, bytes, len, VARIANT);
    return str_of(text);
}

static bool unbase64(const struct json *state, const char *name, unsigned char *out, size_t size)
{
    struct str text = json_str(state, name, S(""));
    size_t len;
    return sodium_base642bin(out, size, text.at, text.len, NULL, &len, NULL, VARIANT) == 0 && len == size;
}

struct str ledger_link_bytes(struct ctx *ctx, const struct ledger_link *link)
{
    struct buf text = buf_in(ctx->arena);
    buf_print(&text, "%.*s\n%.*s\n%s\n%lld\n%.*s\n", PRINT(base64(ctx, link->old_key.at, PUBLIC_KEY_SIZE)),
              PRINT(base64(ctx, link->new_key.at, PUBLIC_KEY_SIZE)), link->origin, (long long)link->head.size,
              PRINT(base64(ctx, link->head.root.at, HASH_SIZE)));
    return buf_str(&text);
}

struct str ledger_link_state(struct ctx *ctx, const struct ledger_link *link)
{
    struct buf text = buf_in(ctx->arena);
    struct json_out out = json_out_to(&text);
    json_open_object(&out);
    json_key(&out, "old_key"), json_put_str(&out, base64(ctx, link->old_key.at, PUBLIC_KEY_SIZE));
    json_key(&out, "new_key"), json_put_str(&out, base64(ctx, link->new_key.at, PUBLIC_KEY_SIZE));
    json_key(&out, "origin"), json_put_text(&out, link->origin);
    json_key(&out, "size"), json_put_number(&out, link->head.size);
    json_key(&out, "root"), json_put_str(&out, base64(ctx, link->head.root.at, HASH_SIZE));
    json_key(&out, "signature"), json_put_str(&out, base64(ctx, link->signature, SIGNATURE_SIZE));
    json_close_object(&out);
    return buf_str(&text);
}

static bool parse(struct ctx *ctx, struct str state, struct ledger_link *link)
{
    struct json *json;
    *link = (struct ledger_link){.head = {.size = 0}};
    if (json_parse(ctx, state, &json) != OK) {
        ctx_clear_error(ctx);
        return false;
    }
    struct str origin = json_str(json, "origin", S(""));
    if (!origin.len || origin.len >= ORIGIN_SIZE) return false;
    memcpy(link->origin, origin.at, origin.len);
    link->head.size = json_number(json, "size", -1);
    bool whole = unbase64(json, "old_key", link->old_key.at, PUBLIC_KEY_SIZE) &&
                 unbase64(json, "new_key", link->new_key.at, PUBLIC_KEY_SIZE) &&
                 unbase64(json, "root", link->head.root.at, HASH_SIZE) &&
                 unbase64(json, "signature", link->signature, SIGNATURE_SIZE);
    ledger_public_name(&link->old_key);
    ledger_public_name(&link->new_key);
    return whole;
}

static void begin_epoch(struct ledger_chain *chain, const struct ledger_public *key, const char *origin, int64_t entry)
{
    if (chain->count == chain->room) {
        size_t room = chain->room * 2 + FEW;
        chain->at = arena_grow(chain->arena, chain->at, chain->room * sizeof *chain->at, room * sizeof *chain->at);
        chain->room = room;
    }
    struct ledger_epoch *epoch = &chain->at[chain->count++];
    *epoch = (struct ledger_epoch){.key = *key, .entry = entry, .upto = INT64_MAX};
    snprintf(epoch->origin, sizeof epoch->origin, "%s", origin);
}

static void begin_first(struct ledger_chain *chain, const struct ledger_public *key)
{
    char origin[ORIGIN_SIZE];
    snprintf(origin, sizeof origin, "merlon/%s", key->id);
    begin_epoch(chain, key, origin, 0);
}

bool ledger_epoch_is_open(const struct ledger_epoch *epoch)
{
    return epoch->upto == INT64_MAX;
}

/* What the original signed after the backup has no place here, though the key is the same. */
static void part(struct ledger_chain *chain, int64_t size)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->at[i].upto > size) chain->at[i].upto = size;
}

static enum result add_link(struct ctx *ctx, struct ledger_chain *chain, int64_t entry, struct str action,
                            struct str state)
{
    struct ledger_link link;
    bool whole = parse(ctx, state, &link);
    if (whole && !chain->count) begin_first(chain, &link.old_key);
    struct str signature = {(const char *)link.signature, SIGNATURE_SIZE};
    if (whole && memcmp(chain->at[chain->count - 1].key.at, link.old_key.at, PUBLIC_KEY_SIZE) == 0 &&
        ledger_verify_signature(ctx, &link.old_key, LINK_SIGNATURE, ledger_link_bytes(ctx, &link), signature)) {
        if (str_is(action, LINK_RESTORE)) part(chain, link.head.size);
        begin_epoch(chain, &link.new_key, link.origin, entry);
        return OK;
    }
    return fail(ctx, CONFLICT, "Entry %lld says that a new key took over, but the key before did not sign that.",
                (long long)entry);
}

enum result ledger_chain_read(struct ctx *ctx, struct ledger_chain *chain)
{
    struct rows *rows;
    struct ledger_public stored;
    chain->count = 0;
    if (!chain->arena) chain->arena = ctx->arena;
    TRY(db_query(ctx,
                 S("SELECT " LEDGER_PROVEN_COLUMNS "FROM ledger_entry e " LEDGER_PROVEN_JOINS
                   "WHERE e.subject = '" LINK_SUBJECT "' AND e.record = 1 ORDER BY e.id"),
                 NULL, 0, &rows));
    for (;;) {
        bool more;
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        if ((db_keyring(ctx->db) && !ledger_row_is_own(ctx, rows)) || !ledger_row_has_its_state(ctx, rows))
            return fail(ctx, CONFLICT,
                        "Entry %lld says that a new key took over, but it was not written by this program, or was "
                        "changed since.",
                        (long long)rows_number(rows, ROW_ID));
        TRY(add_link(ctx, chain, rows_number(rows, ROW_ID), arena_copy(ctx->arena, rows_text(rows, ROW_ACTION)),
                     arena_copy(ctx->arena, rows_text(rows, ROW_STATE))));
    }
    if (chain->count) return OK;
    TRY(ledger_public_stored(ctx, &stored));
    begin_first(chain, &stored);
    return OK;
}

enum result ledger_newest_link(struct ctx *ctx, int64_t *entry)
{
    return db_query_number(ctx, S("SELECT max(id) FROM ledger_entry WHERE subject = '" LINK_SUBJECT "' AND record = 1"),
                           NULL, 0, 0, entry);
}

bool ledger_chain_has(const struct ledger_chain *chain, const struct ledger_public *keys, size_t count)
{
    for (size_t i = 0; i < chain->count; i++)
        for (size_t k = 0; k < count; k++)
            if (memcmp(chain->at[i].key.at, keys[k].at, PUBLIC_KEY_SIZE) == 0) return true;
    return false;
}

bool ledger_chain_signed(struct ctx *ctx, const struct ledger_chain *chain, const struct ledger_head *head)
{
    struct buf text = buf_in(ctx->arena);
    for (size_t i = 0; i < chain->count; i++)
        if (head->size <= chain->at[i].upto && strcmp(chain->at[i].origin, head->origin) == 0 &&
            ledger_verify_head(&text, &chain->at[i].key, head))
            return true;
    return false;
}

enum result ledger_head_is_foreign(struct ctx *ctx, const struct ledger_head *head)
{
    return fail(ctx, BROKEN,
                "The newest signed head (over %lld entries) bears a signature that does not hold, or of the key %s, "
                "which is none of this ledger's: nothing more is signed; run merlon verify.",
                (long long)head->size, head->key_id);
}

/* Behind so many that were put there nobody looks further. */
enum { FORGED_MOST = 100 };

static enum result find_newest(struct ctx *ctx, const struct ledger_chain *chain, struct ledger_head *head)
{
    const struct value args[] = {value_number(FORGED_MOST)};
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT " TREE_HEAD_COLUMNS " FROM ledger_head ORDER BY size DESC LIMIT ?1"), args, COUNT(args),
                 &rows));
    bool more = true, signed_ = false;
    while (!signed_) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        signed_ = tree_head_of_row(rows, head) && ledger_chain_signed(ctx, chain, head);
    }
    rows_close(rows);
    return signed_ ? OK : ledger_head_is_foreign(ctx, head);
}

enum result ledger_signed_head(struct ctx *ctx, int64_t size, struct ledger_head *head)
{
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    enum result result = tree_head(ctx, size, head);
    if (result == NOT_FOUND || result_passes(result)) return result;
    TRY(ledger_chain_read(ctx, chain));
    if (result == OK && ledger_chain_signed(ctx, chain, head)) return OK;
    ctx_clear_error(ctx);
    if (!size) return find_newest(ctx, chain, head);
    return fail(ctx, BROKEN,
                "The signature of the head over %lld entries does not hold: the row was put into the database, or "
                "changed. Run merlon verify.",
                (long long)size);
}
