/* Prepared statements by text: preparing costs ten times what running a short query costs. The cache is bounded by
 * memory, not by number, because one list with its filters weighs as much as ten plain reads by key. */
#include "store/driver.h"

/* Every query is hashed, and some are a thousand characters: eight at a time. */
static uint64_t hash_of(struct str sql)
{
    uint64_t hash = sql.len, piece = 0;
    size_t at = 0;
    for (; at + sizeof piece <= sql.len; at += sizeof piece) {
        memcpy(&piece, sql.at + at, sizeof piece);
        hash = (hash ^ piece) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    piece = 0;
    if (sql.len > at) memcpy(&piece, sql.at + at, sql.len - at);
    hash = (hash ^ piece) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static struct statement **bucket_of(struct statements *cache, uint64_t hash)
{
    return &cache->buckets[hash % BUCKETS];
}

static void unlink_by_age(struct statements *cache, struct statement *statement)
{
    *(statement->newer ? &statement->newer->older : &cache->newest) = statement->older;
    *(statement->older ? &statement->older->newer : &cache->oldest) = statement->newer;
    statement->newer = statement->older = NULL;
}

static void link_newest(struct statements *cache, struct statement *statement)
{
    statement->newer = NULL;
    statement->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = statement;
    cache->newest = statement;
}

static void destroy(struct db *db, struct statement *statement)
{
    db->driver->discard(db, statement);
    free(statement);
}

static void forget(struct db *db, struct statement *statement)
{
    struct statements *cache = &db->statements;
    struct statement **at = bucket_of(cache, statement->hash);
    while (*at != statement) at = &(*at)->chain;
    *at = statement->chain;
    unlink_by_age(cache, statement);
    cache->weight -= statement->weight;
    destroy(db, statement);
}

/* From the oldest on; one that was used since it was last passed here goes to the end of the line instead, so that
 * using one costs no more than a mark. */
static void trim(struct db *db)
{
    struct statements *cache = &db->statements;
    struct statement *statement = cache->oldest;
    while (statement && cache->weight > cache->budget) {
        struct statement *newer = statement->newer;
        if (statement->used && !statement->in_use) {
            statement->used = false;
            unlink_by_age(cache, statement);
            link_newest(cache, statement);
            if (!newer) newer = statement;
        } else if (!statement->in_use) {
            forget(db, statement);
        }
        statement = newer;
    }
}

static struct statement *find(struct db *db, uint64_t hash, struct str sql, const struct value *args, size_t count,
                              bool *busy)
{
    struct statement *statement = *bucket_of(&db->statements, hash);
    for (; statement; statement = statement->chain) {
        if (statement->hash != hash || !str_eq(statement->text, sql)) continue;
        if (!db->driver->suits(statement, args, count)) continue;
        if (!statement->in_use) return statement;
        *busy = true;
    }
    return NULL;
}

static struct statement *statement_new(uint64_t hash, struct str sql)
{
    struct statement *statement = calloc(1, sizeof *statement + sql.len + 1);
    if (!statement) return NULL;
    char *text = (char *)(statement + 1);
    memcpy(text, sql.at, sql.len);
    statement->hash = hash;
    statement->text = (struct str){text, sql.len};
    return statement;
}

static void keep(struct db *db, struct statement *statement)
{
    struct statement **bucket = bucket_of(&db->statements, statement->hash);
    statement->chain = *bucket;
    *bucket = statement;
    link_newest(&db->statements, statement);
    db->statements.weight += statement->weight;
    statement->kept = true;
}

enum result statements_take(struct db *db, struct str sql, const struct value *args, size_t count,
                            struct statement **found)
{
    uint64_t hash = hash_of(sql);
    bool busy = false;
    struct statement *statement = find(db, hash, sql, args, count, &busy);
    *found = statement;
    if (statement) {
        statement->in_use = statement->used = true;
        return OK;
    }
    statement = statement_new(hash, sql);
    if (!statement) return driver_fail(db, BROKEN, "There is no memory left for a database statement.");
    enum result result = db->driver->prepare(db, statement, args, count);
    if (result == OK && statement->parameters > count)
        result = driver_fail(db, BROKEN, "A query of the program asks for %zu values and was given %zu: %s",
                             statement->parameters, count, statement->text.at);
    if (result != OK) {
        destroy(db, statement);
        return result;
    }
    statement->in_use = true;
    if (!busy) keep(db, statement);
    trim(db);
    *found = statement;
    return OK;
}

void statements_give_back(struct db *db, struct statement *statement)
{
    statement->in_use = false;
    if (!statement->kept) destroy(db, statement);
}

void statements_clear(struct db *db)
{
    while (db->statements.newest) forget(db, db->statements.newest);
}
