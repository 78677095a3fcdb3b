/* Who hands out a head that this ledger never signed should not be told that the ledger was written anew: so the
 * signature is looked at by itself. */
#include "app/verify_head.h"

#include "app/files.h"
#include "app/say.h"
#include "base/clock.h"
#include "format/json.h"
#include "ledger/chain.h"
#include "ledger/keys.h"

#include <sodium.h>

enum { FILE_MOST = 64 * 1024 };

static bool read_root(struct str hex, struct hash *root)
{
    size_t len;
    const char *end;
    bool read = sodium_hex2bin(root->at, sizeof root->at, hex.at, hex.len, NULL, &len, &end) == 0;
    return read && len == sizeof root->at && end == hex.at + hex.len;
}

static bool read_signature(struct str text, struct ledger_head *head)
{
    size_t len;
    return sodium_base642bin(head->signature, SIGNATURE_SIZE, text.at, text.len, NULL, &len, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           len == SIGNATURE_SIZE;
}

static bool copy_word(char *out, size_t room, struct str word)
{
    if (word.len >= room) return false;
    memcpy(out, word.at, word.len);
    out[word.len] = 0;
    return true;
}

static bool read_fields(const struct json *json, struct given_head *given)
{
    struct ledger_head *head = &given->head;
    struct str signature = json_str(json, "signature", S(""));
    *given = (struct given_head){.is_signed = signature.len > 0};
    head->size = json_number(json, "size", 0);
    head->previous = json_number(json, "previous", 0);
    head->at = json_number(json, "at", 0);
    return head->size > 0 && read_root(json_str(json, "root", S("")), &head->root) &&
           copy_word(head->origin, sizeof head->origin, json_str(json, "origin", S(""))) &&
           copy_word(head->key_id, sizeof head->key_id, json_str(json, "key_id", S(""))) &&
           (!signature.len || read_signature(signature, head));
}

enum result verify_head_read(struct ctx *ctx, struct str path, struct given_head *given)
{
    struct str text;
    struct json *json;
    TRY(file_read(ctx, path, FILE_MOST, &text));
    if (json_parse(ctx, text, &json) != OK) json = NULL;
    if (read_fields(json, given)) return OK;
    return fail(ctx, INVALID,
                "%.*s holds no head of a ledger, which is a JSON object with a \"size\" and a \"root\"; a checkpoint "
                "is given with --checkpoint.",
                PRINT(path));
}

enum result verify_head_is_own(struct ctx *ctx, const struct given_head *given)
{
    const struct ledger_head *head = &given->head;
    struct ledger_chain *chain = arena_make(ctx->arena, struct ledger_chain);
    struct buf text = buf_in(ctx->arena);
    bool origin_known = !head->origin[0], key_known = false;
    TRY(ledger_chain_read(ctx, chain));
    for (size_t i = 0; i < chain->count; i++) {
        const struct ledger_epoch *epoch = &chain->at[i];
        bool same_origin = strcmp(epoch->origin, head->origin) == 0;
        origin_known = origin_known || same_origin;
        if (!same_origin || strcmp(epoch->key.id, head->key_id) != 0) continue;
        key_known = true;
        if (ledger_verify_head(&text, &epoch->key, head)) return OK;
    }
    if (!origin_known)
        return fail(ctx, CONFLICT, "The head that was given is of the ledger %s, and this one is %s.", head->origin,
                    chain->at[chain->count - 1].origin);
    if (!given->is_signed) return OK;
    if (!key_known)
        return fail(ctx, CONFLICT,
                    "The head that was given names the key %s, which is none of the keys of the ledger it names.",
                    head->key_id);
    return fail(ctx, CONFLICT,
                "The signature of the head that was given does not hold: it was altered, or the key %s never signed "
                "it.",
                head->key_id);
}

void verify_head_print(const struct given_head *given)
{
    const struct ledger_head *head = &given->head;
    char at[TIME_TEXT];
    time_format(head->at, at);
    if (given->is_signed)
        say(stdout,
            "The head that was given (%lld %s, signed by the key %s of this ledger on %s) is contained in it: "
            "so many of its first entries have that root.\n",
            (long long)head->size, say_word(head->size, "entry", "entries"), head->key_id, at);
    else
        say(stdout,
            "The head that was given (%lld %s) bears no signature; its root is that of so many first entries here.\n",
            (long long)head->size, say_word(head->size, "entry", "entries"));
}
