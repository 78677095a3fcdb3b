/* One line for each identity, the oldest first: its name, the last entry and the last instant that stand under it. */
#include "store/identity.h"

#include "base/buf.h"
#include "base/random.h"
#include "store/blob.h"
#include "store/db.h"

static const char SETTING[] = "identity";

static bool parse_line(struct str line, struct identity *identity)
{
    struct str name, entry;
    if (!str_cut(&line, ' ', &name) || !str_cut(&line, ' ', &entry) || name.len != IDENTITY_NAME) return false;
    memcpy(identity->name, name.at, IDENTITY_NAME);
    identity->name[IDENTITY_NAME] = 0;
    return parse_number(entry, &identity->entry) && parse_number(line, &identity->at);
}

static bool parse(struct str text, struct identity *identities, size_t *count)
{
    struct str line;
    for (*count = 0; str_cut(&text, '\n', &line); ++*count)
        if (*count == IDENTITIES_MOST || !parse_line(line, &identities[*count])) return false;
    return *count && identities[*count - 1].entry == INT64_MAX && identities[*count - 1].at == INT64_MAX;
}

static struct str print(struct ctx *ctx, const struct identity *identities, size_t count)
{
    struct buf text = buf_in(ctx->arena);
    for (size_t i = 0; i < count; i++)
        buf_print(&text, "%s%s %lld %lld", i ? "\n" : "", identities[i].name, (long long)identities[i].entry,
                  (long long)identities[i].at);
    return buf_str(&text);
}

static enum result no_memory(struct ctx *ctx)
{
    return fail(ctx, BROKEN, "There is no memory left for the master key.");
}

enum result identity_read(struct ctx *ctx, struct keyring *keyring, bool *any)
{
    struct identity *identities = arena_make_many(ctx->arena, struct identity, IDENTITIES_MOST);
    struct str text;
    size_t count;
    TRY(meta_get(ctx, SETTING, &text));
    *any = text.len > 0;
    if (!*any) return keyring_bind(keyring, NULL, 0) ? OK : no_memory(ctx);
    if (!parse(text, identities, &count)) return meta_changed(ctx, SETTING);
    if (!keyring_bind(keyring, identities, count)) return no_memory(ctx);
    return meta_check(ctx, SETTING);
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

static enum result add_one(struct ctx *ctx, struct keyring *keyring, struct identity *identities, size_t count)
{
    struct setting *settings;
    size_t setting_count;
    unsigned char name[IDENTITY_NAME / 2];
    struct buf hex = buf_in(ctx->arena);
    TRY(read_settings(ctx, &settings, &setting_count));
    random_bytes(name, sizeof name);
    buf_hex(&hex, name, sizeof name);
    identities[count] = (struct identity){.entry = INT64_MAX, .at = INT64_MAX};
    memcpy(identities[count].name, buf_str(&hex).at, IDENTITY_NAME);
    if (!keyring_bind(keyring, identities, count + 1)) return no_memory(ctx);
    for (size_t i = 0; i < setting_count; i++)
        TRY(meta_set(ctx, arena_cstr(ctx->arena, settings[i].name), settings[i].value));
    return meta_set(ctx, SETTING, print(ctx, identities, count + 1));
}

void identity_forget(struct keyring *keyring)
{
    bool forgotten = keyring_bind(keyring, NULL, 0); /* needs no memory */
    (void)forgotten;
}

enum result identity_begin(struct ctx *ctx, struct keyring *keyring)
{
    struct identity identities[1];
    return add_one(ctx, keyring, identities, 0);
}

enum result identity_part(struct ctx *ctx, struct keyring *keyring, int64_t entry, int64_t at)
{
    struct identity *identities = arena_make_many(ctx->arena, struct identity, IDENTITIES_MOST + 1);
    struct str text;
    size_t count;
    TRY(meta_get(ctx, SETTING, &text));
    if (!parse(text, identities, &count)) return meta_changed(ctx, SETTING);
    if (count == IDENTITIES_MOST)
        return fail(ctx, CONFLICT, "This is a copy of a copy, %d times: restore a backup of an earlier one.",
                    IDENTITIES_MOST);
    identities[count - 1].entry = entry;
    identities[count - 1].at = at;
    return add_one(ctx, keyring, identities, count);
}
