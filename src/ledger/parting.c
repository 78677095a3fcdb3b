/* In pages, so that a ledger of any length needs no more memory than one of them; nothing that is read is written while
 * a query is open. */
#include "ledger/parting.h"

#include "ledger/entry_row.h"
#include "store/store.h"

enum { PAGE = 1000, KEY = ROW_END, MAC };

struct bearer {
    const char *table, *key;
};

struct page {
    const struct bearer *bearer;
    const struct identity *before;
    int64_t keys[PAGE];
    unsigned char macs[PAGE][MAC_SIZE];
    size_t count;
};

static void take_row(const struct keyring *keyring, struct page *page, struct rows *rows, struct buf *text)
{
    const struct ledger_row row = ledger_row_of(rows);
    text->len = 0;
    canonical_entry(text, &row);
    if (!keyring_mac_was(keyring, page->before, LEDGER_MAC, buf_str(text), rows_bytes(rows, MAC))) return;
    keyring_mac(keyring, LEDGER_MAC, buf_str(text), page->macs[page->count]);
    page->keys[page->count++] = rows_number(rows, KEY);
}

/* *after: the last that was read; *any: there were some. */
static enum result read_page(struct ctx *ctx, struct page *page, int64_t *after, bool *any)
{
    const struct value args[] = {value_number(*after), value_number(PAGE)};
    struct buf text = buf_in(ctx->arena);
    const char *table = page->bearer->table, *key = page->bearer->key;
    struct rows *rows;
    page->count = 0, *any = false;
    TRY(db_query(ctx,
                 arena_print(ctx->arena,
                             "SELECT " LEDGER_ROW_COLUMNS ", b.%s, b.mac FROM %s b JOIN ledger_entry e ON "
                             "e.id = b.entry WHERE b.%s > ?1 ORDER BY b.%s LIMIT ?2",
                             key, table, key, key),
                 args, COUNT(args), &rows));
    for (bool more = true;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) return OK;
        *any = true, *after = rows_number(rows, KEY);
        take_row(db_keyring(ctx->db), page, rows, &text);
    }
}

static enum result write_page(struct ctx *ctx, const struct page *page)
{
    const struct str sql =
        arena_print(ctx->arena, "UPDATE %s SET mac = ?2 WHERE %s = ?1", page->bearer->table, page->bearer->key);
    for (size_t i = 0; i < page->count; i++) {
        const struct value args[] = {value_number(page->keys[i]),
                                     value_bytes((struct str){(const char *)page->macs[i], MAC_SIZE})};
        TRY(db_run(ctx, sql, args, COUNT(args), NULL));
    }
    return OK;
}

static enum result part_table(struct ctx *ctx, struct page *page)
{
    int64_t after = INT64_MIN;
    struct ctx part = *ctx;
    part.arena = arena_scratch(ctx->arena);
    for (bool any = true; any;) {
        enum result result = read_page(&part, page, &after, &any);
        if (result == OK) result = write_page(&part, page);
        if (result != OK) return fail_as(ctx, &part, result);
        arena_reset(part.arena);
    }
    return OK;
}

enum result ledger_part(struct ctx *ctx, const struct identity *before)
{
    static const struct bearer bearers[] = {{"ledger_leaf", "position"}, {"ledger_pending", "entry"}};
    struct page *page = arena_make(ctx->arena, struct page);
    for (size_t i = 0; i < COUNT(bearers); i++) {
        *page = (struct page){.bearer = &bearers[i], .before = before};
        TRY(part_table(ctx, page));
    }
    return OK;
}
