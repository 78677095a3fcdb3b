/* A table with one place for each hash: a later record takes the place of an earlier. Each is one piece of plain
 * memory, because arenas of requests end before the transaction does; without memory, nothing is remembered. */
#include "records/known.h"

#include "store/db.h"

enum { PLACES = 64 };

struct known {
    struct record *places[PLACES];
};

static size_t place_of(const struct reg *reg, int64_t id)
{
    uint64_t hash = ((uint64_t)(uintptr_t)reg >> 4) ^ (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash >> 32 ^ hash) % PLACES;
}

static void release(void *note)
{
    struct known *known = note;
    for (size_t i = 0; i < PLACES; i++) free(known->places[i]);
    free(known);
}

static struct known *known_of(struct ctx *ctx)
{
    struct known *known = db_note(ctx->db);
    if (known || !db_in_transaction(ctx->db)) return known;
    known = calloc(1, sizeof *known);
    if (!known || db_keep_note(ctx->db, known, release)) return known;
    free(known);
    return NULL;
}

static struct record **find(const struct known *known, const struct reg *reg, int64_t id)
{
    struct record *const *place = &known->places[place_of(reg, id)];
    if (!*place || (*place)->reg != reg || record_id(*place) != id) return NULL;
    return (struct record **)(uintptr_t)place;
}

struct record *known_find(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    const struct known *known = db_note(ctx->db);
    struct record **place = known ? find(known, reg, id) : NULL;
    if (!place) return NULL;
    struct record *copy = record_clone(ctx, *place);
    for (size_t i = 0; i < row_width(reg); i++)
        if (copy->row[i].type >= IS_TEXT) copy->row[i].text = arena_copy(ctx->arena, copy->row[i].text);
    return copy;
}

static struct record *pack(const struct record *record)
{
    size_t width = row_width(record->reg), bytes = 0;
    for (size_t i = 0; i < width; i++)
        if (record->row[i].type >= IS_TEXT) bytes += record->row[i].text.len;
    struct record *packed = malloc(sizeof *packed + width * sizeof *packed->row + bytes);
    if (!packed) return NULL;
    packed->reg = record->reg;
    packed->row = (struct value *)(void *)(packed + 1);
    packed->own = packed->row + COMMON;
    memcpy(packed->row, record->row, width * sizeof *packed->row);
    char *at = (char *)(packed->row + width);
    for (size_t i = 0; i < width; i++) {
        struct str *text = &packed->row[i].text;
        if (packed->row[i].type < IS_TEXT) continue;
        if (text->len) memcpy(at, text->at, text->len);
        text->at = at;
        at += text->len;
    }
    return packed;
}

void known_keep(struct ctx *ctx, const struct record *record)
{
    struct known *known = known_of(ctx);
    if (!known) return;
    struct record **place = &known->places[place_of(record->reg, record_id(record))];
    free(*place);
    *place = pack(record);
}

void known_forget(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    const struct known *known = db_note(ctx->db);
    struct record **place = known ? find(known, reg, id) : NULL;
    if (!place) return;
    free(*place);
    *place = NULL;
}
