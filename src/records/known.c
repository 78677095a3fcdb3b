/* A table with one place for each hash: a later record takes the place of an earlier. Each is one piece of plain
 * memory, because arenas of requests end before the transaction does; without memory, nothing is remembered. */
#include "records/known.h"

#include "store/db.h"

enum { PLACES = 64, MADE = 32, MADE_BYTES = 1024 * 1024 };

struct made {
    const struct reg *reg;
    int64_t id;
    const void *thing;
};

struct known {
    struct record *places[PLACES];
    struct made made[MADE];
    struct arena *arena; /* of what was made; NULL until then */
    bool making;         /* so nothing of the arena is given up */
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
    arena_free(known->arena);
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

/* Where pack has put the texts of a record, one after the other. */
static const char *text_of(const struct record *packed)
{
    return (const char *)(packed->row + row_width(packed->reg));
}

struct record *known_find(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    const struct known *known = db_note(ctx->db);
    struct record **place = known ? find(known, reg, id) : NULL;
    if (!place) return NULL;
    struct record *copy = record_clone(ctx, *place);
    const struct value *last = copy->row + row_width(reg);
    const char *texts = text_of(*place);
    size_t bytes = 0;
    for (struct value *value = copy->row; value < last; value++)
        if (value->type >= IS_TEXT) bytes += value->text.len;
    const char *copied = arena_copy(ctx->arena, (struct str){texts, bytes}).at;
    for (struct value *value = copy->row; value < last; value++)
        if (value->type >= IS_TEXT) value->text.at = copied + (value->text.at - texts);
    return copy;
}

static struct record *pack(const struct record *record)
{
    size_t width = row_width(record->reg), bytes = 0;
    for (size_t i = 0; i < width; i++)
        if (record->row[i].type >= IS_TEXT) bytes += record->row[i].text.len;
    struct record *packed = malloc(sizeof *packed + width * sizeof *packed->row + bytes);
    if (!packed) return NULL;
    *packed = (struct record){.reg = record->reg};
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

static void forget_made(struct known *known, const struct reg *reg, int64_t id)
{
    for (size_t i = 0; i < MADE; i++)
        if (known->made[i].reg == reg && known->made[i].id == id) known->made[i] = (struct made){0};
}

void known_forget(struct ctx *ctx, const struct reg *reg, int64_t id)
{
    struct known *known = db_note(ctx->db);
    if (!known) return;
    forget_made(known, reg, id);
    struct record **place = find(known, reg, id);
    if (!place) return;
    free(*place);
    *place = NULL;
}

void known_forget_made(struct ctx *ctx)
{
    struct known *known = db_note(ctx->db);
    if (known) memset(known->made, 0, sizeof known->made);
}

/* ---- things made ---- */

static bool has_room(struct known *known)
{
    if (!known->arena) known->arena = arena_new(0);
    if (!known->arena || known->making || arena_used(known->arena) < MADE_BYTES) return known->arena != NULL;
    memset(known->made, 0, sizeof known->made);
    arena_reset(known->arena);
    return true;
}

/* Out of memory leaves by the way of the request that asks. */
static enum result make_kept(struct ctx *ctx, struct known *known, struct made *made,
                             enum result (*make)(struct ctx *, const struct reg *, int64_t, const void **))
{
    struct ctx inner = *ctx;
    jmp_buf *escape = arena_guard(ctx->arena, NULL);
    arena_guard(ctx->arena, escape);
    jmp_buf *outer = arena_guard(known->arena, escape);
    bool nested = known->making;
    inner.arena = known->arena;
    known->making = true;
    enum result result = make(&inner, made->reg, made->id, &made->thing);
    known->making = nested;
    arena_guard(known->arena, outer);
    if (result != OK && inner.error.sentence.len) return fail_as(ctx, &inner, result);
    return result;
}

enum result known_made(struct ctx *ctx, const struct reg *reg, int64_t id,
                       enum result (*make)(struct ctx *ctx, const struct reg *reg, int64_t id, const void **made),
                       const void **made)
{
    struct known *known = ctx->as_of ? NULL : known_of(ctx);
    if (!known || !has_room(known)) return make(ctx, reg, id, made);
    struct made *place = &known->made[place_of(reg, id) % MADE];
    if (!place->thing || place->reg != reg || place->id != id) {
        struct made fresh = {.reg = reg, .id = id};
        TRY(make_kept(ctx, known, &fresh, make));
        *place = fresh;
    }
    *made = place->thing;
    return OK;
}
