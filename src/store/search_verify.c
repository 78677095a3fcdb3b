/* The words that wait for the index, or have changed since, are known by search_level and search_pending; so what the
 * index must hold can be said of every moment. It is compared as a sum of keyed hashes over all pairs of word and row:
 * FTS5 hands out its pairs in an order of its own. */
#include "store/search.h"

#include "store/words.h"

#include <sodium.h>

enum { SUM_SIZE = 16, KEY_SIZE = crypto_shorthash_siphashx24_KEYBYTES };

struct sum {
    unsigned char key[KEY_SIZE]; /* made anew each time: nobody can aim at it */
    uint64_t low, high;
    int64_t pairs;
};

static void add_pair(struct sum *sum, struct arena *arena, int64_t row, struct str word)
{
    unsigned char hash[SUM_SIZE];
    uint64_t halves[2];
    struct buf bytes = buf_in(arena);
    buf_number(&bytes, row);
    buf_char(&bytes, ' ');
    buf_add(&bytes, word);
    crypto_shorthash_siphashx24(hash, (const unsigned char *)bytes.at, bytes.len, sum->key);
    memcpy(halves, hash, sizeof hash);
    sum->low += halves[0];
    sum->high += halves[1];
    sum->pairs++;
}

/* Each once, as the index holds them. */
static void add_words(struct sum *sum, struct arena *scratch, int64_t row, struct str words)
{
    struct str word;
    while (str_cut(&words, ' ', &word))
        if (word.len) add_pair(sum, scratch, row, word);
    arena_reset(scratch);
}

#define LEVEL(id) "search_level l ON l.register = " id " >> 40 AND " id " <= l.row "

static enum result sum_entries(struct ctx *ctx, struct arena *scratch, struct sum *sum)
{
    struct rows *rows;
    TRY(db_query(ctx,
                 S("SELECT e.id, coalesce(p.indexed, e.words) FROM search_entry e JOIN " LEVEL(
                     "e.id") "LEFT JOIN search_pending p ON p.id = e.id UNION ALL "
                             "SELECT p.id, p.indexed FROM search_pending p JOIN " LEVEL(
                                 "p.id") "LEFT JOIN search_entry e ON e.id = p.id WHERE e.id IS NULL"),
                 NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        add_words(sum, scratch, rows_number(rows, 0), rows_text(rows, 1));
    }
    rows_close(rows);
    return OK;
}

static enum result sum_index(struct ctx *ctx, struct arena *scratch, struct sum *sum)
{
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT doc, term FROM temp.search_terms"), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        add_pair(sum, scratch, rows_number(rows, 0), rows_text(rows, 1));
        arena_reset(scratch);
    }
    rows_close(rows);
    return OK;
}

static enum result compare_index(struct ctx *ctx, struct arena *scratch)
{
    struct sum entries = {0}, index;
    randombytes_buf(entries.key, sizeof entries.key);
    index = entries;
    TRY(sum_entries(ctx, scratch, &entries));
    TRY(sum_index(ctx, scratch, &index));
    if (entries.low == index.low && entries.high == index.high && entries.pairs == index.pairs) return OK;
    return fail(ctx, CONFLICT,
                "The full-text index holds other words than the records it was made of; merlon rebuild makes it anew.");
}

/* A word is looked up by the tree above the pages that the sum was read from: each must lead to as many rows as it
 * has. */
static enum result look_up(struct ctx *ctx, struct arena *scratch)
{
    struct rows *rows;
    TRY(db_query(ctx, S("SELECT term, doc FROM temp.search_words"), NULL, 0, &rows));
    for (bool more;;) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        struct ctx part = *ctx;
        part.arena = scratch;
        struct str word = arena_print(scratch, "\"%.*s\"", PRINT(rows_text(rows, 0)));
        const struct value args[] = {value_text(word)};
        int64_t found;
        TRY(db_query_number(&part, S("SELECT count(*) FROM search_index WHERE search_index MATCH ?1"), args,
                            COUNT(args), 0, &found));
        arena_reset(scratch);
        if (found != rows_number(rows, 1))
            return fail(ctx, CONFLICT,
                        "The full-text index does not lead to every record that has a word; merlon rebuild "
                        "makes it anew.");
    }
    rows_close(rows);
    return OK;
}

/* A table that reads the index lives beside the database, in memory of this connection: the file is not written. */
static enum result check_index(struct ctx *ctx)
{
    struct arena *scratch = arena_scratch(ctx->arena);
    enum result result = db_script(
        ctx, "PRAGMA query_only=OFF;"
             "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts5vocab(main, search_index, "
             "'instance');"
             "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab(main, search_index, 'row')");
    if (result == OK) result = compare_index(ctx, scratch);
    if (result == OK) result = look_up(ctx, scratch);
    struct error error = ctx->error;
    if (db_script(
            ctx,
            "DROP TABLE IF EXISTS temp.search_terms; DROP TABLE IF EXISTS temp.search_words; PRAGMA query_only=ON") !=
        OK)
        ctx->error = error;
    return result;
}

enum result search_verify(struct ctx *ctx, int64_t expected)
{
    int64_t stored;
    TRY(db_query_number(ctx, S("SELECT count(*) FROM search_entry"), NULL, 0, 0, &stored));
    if (stored != expected)
        return fail(ctx, CONFLICT,
                    "The search index has %lld entries and should have %lld; merlon rebuild makes it anew.",
                    (long long)stored, (long long)expected);
    return db_dialect(ctx->db) == DIALECT_SQLITE ? check_index(ctx) : OK;
}
