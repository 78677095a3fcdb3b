/* What is wrong of a name is told as of any setting: it was changed outside of the program. */
#include "store/identity.h"

#include "base/buf.h"
#include "base/random.h"
#include "store/blob.h"
#include "store/db.h"

static const char SETTING[] = "identity";

static bool parse(struct str text, struct identity *identity)
{
    if (text.len != IDENTITY_NAME) return false;
    memcpy(identity->name, text.at, IDENTITY_NAME);
    identity->name[IDENTITY_NAME] = 0;
    return strspn(identity->name, "0123456789abcdef") == IDENTITY_NAME;
}

enum result identity_read(struct ctx *ctx, struct keyring *keyring, bool *any)
{
    struct identity identity = {""};
    struct str text;
    TRY(meta_get(ctx, SETTING, &text));
    *any = text.len > 0;
    if (*any && !parse(text, &identity)) return meta_changed(ctx, SETTING);
    keyring_bind(keyring, &identity);
    return *any ? meta_check(ctx, SETTING) : OK;
}

struct setting {
    struct str name, value;
};

/* Those whose MACs hold under what the keyring goes by until now. */
static enum result read_settings(struct ctx *ctx, struct setting **settings, size_t *count)
{
    struct rows *rows;
    size_t room = 64;
    *settings = arena_make_many(ctx->arena, struct setting, room);
    *count = 0;
    TRY(db_query(ctx, S("SELECT name, value, mac FROM meta ORDER BY name"), NULL, 0, &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        struct setting one = {arena_copy(ctx->arena, rows_text(rows, 0)), arena_copy(ctx->arena, rows_text(rows, 1))};
        if (!meta_is_right(ctx, one.name, one.value, rows_bytes(rows, 2))) continue;
        if (*count == room) {
            *settings = arena_grow(ctx->arena, *settings, room * sizeof one, 2 * room * sizeof one);
            room *= 2;
        }
        (*settings)[(*count)++] = one;
    }
}

static enum result take_one(struct ctx *ctx, struct keyring *keyring)
{
    struct setting *settings;
    size_t setting_count;
    unsigned char name[IDENTITY_NAME / 2];
    struct identity identity = {""};
    struct buf hex = buf_in(ctx->arena);
    TRY(read_settings(ctx, &settings, &setting_count));
    random_bytes(name, sizeof name);
    buf_hex(&hex, name, sizeof name);
    memcpy(identity.name, buf_str(&hex).at, IDENTITY_NAME);
    keyring_bind(keyring, &identity);
    for (size_t i = 0; i < setting_count; i++)
        TRY(meta_set(ctx, arena_cstr(ctx->arena, settings[i].name), settings[i].value));
    return meta_set(ctx, SETTING, buf_str(&hex));
}

void identity_forget(struct keyring *keyring)
{
    const struct identity none = {""};
    keyring_bind(keyring, &none);
}

enum result identity_begin(struct ctx *ctx, struct keyring *keyring)
{
    return take_one(ctx, keyring);
}

enum result identity_part(struct ctx *ctx, struct keyring *keyring, struct identity *before)
{
    *before = keyring->identity;
    return take_one(ctx, keyring);
}
