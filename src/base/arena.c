/* Blocks in a list, a bump pointer in the newest. A first block of 16 kB serves nearly every request without a second;
 * a big allocation gets a block of its own size, so that the list stays short. */
#include "base/arena.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdalign.h>

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 1024 * 1024, ALIGN = alignof(max_align_t) };

struct block {
    struct block *older;
    size_t size, used;
    alignas(max_align_t) char at[];
};

struct deferred {
    struct deferred *older;
    void (*release)(void *);
    void *thing;
};

struct arena {
    struct block *newest;
    struct deferred *deferred;
    jmp_buf *escape;
    size_t limit, total;
};

static _Thread_local uint64_t allocation_count, fail_at;

void arena_fail_at(uint64_t n)
{
    fail_at = n ? allocation_count + n : 0;
}

uint64_t arena_allocation_count(void)
{
    return allocation_count;
}

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    if (!block) return NULL;
    block->older = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_new(size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena) return NULL;
    arena->newest = block_new(FIRST_BLOCK);
    if (!arena->newest) {
        free(arena);
        return NULL;
    }
    arena->limit = limit ? limit : ARENA_LIMIT;
    arena->total = FIRST_BLOCK;
    return arena;
}

void arena_release(struct arena *arena)
{
    while (arena->deferred) {
        struct deferred *next = arena->deferred;
        arena->deferred = next->older;
        if (next->release) next->release(next->thing);
    }
}

void arena_reset(struct arena *arena)
{
    arena_release(arena);
    while (arena->newest->older) {
        struct block *older = arena->newest->older;
        free(arena->newest);
        arena->newest = older;
    }
    arena->newest->used = 0;
    arena->total = arena->newest->size;
    arena->escape = NULL;
}

void arena_free(struct arena *arena)
{
    if (!arena) return;
    arena_release(arena);
    while (arena->newest) {
        struct block *older = arena->newest->older;
        free(arena->newest);
        arena->newest = older;
    }
    free(arena);
}

jmp_buf *arena_guard(struct arena *arena, jmp_buf *escape)
{
    jmp_buf *before = arena->escape;
    arena->escape = escape;
    return before;
}

static _Noreturn void out_of_memory(struct arena *arena, size_t size)
{
    if (!arena->escape) {
        log_line(LOG_ERROR, "out of memory", "wanted", (int64_t)size, "used", (int64_t)arena->total, NULL);
        abort();
    }
    longjmp(*arena->escape, 1);
}

static struct block *add_block(struct arena *arena, size_t size)
{
    size_t step = arena->newest->size * 2;
    if (step > LARGEST_STEP) step = LARGEST_STEP;
    if (step < size) step = size;
    if (step > arena->limit || arena->total > arena->limit - step) out_of_memory(arena, size);
    struct block *block = block_new(step);
    if (!block) out_of_memory(arena, size);
    block->older = arena->newest;
    arena->newest = block;
    arena->total += step;
    return block;
}

static void *take(struct arena *arena, size_t size)
{
    allocation_count++;
    if (fail_at && allocation_count == fail_at) out_of_memory(arena, size);
    if (size > SIZE_MAX - ALIGN) out_of_memory(arena, size);
    size_t rounded = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (rounded == 0) rounded = ALIGN;
    struct block *block = arena->newest;
    if (block->size - block->used < rounded) block = add_block(arena, rounded);
    void *at = block->at + block->used;
    block->used += rounded;
    return at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory(arena, SIZE_MAX);
    return arena_alloc(arena, bytes);
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
    if (new_size <= old_size && old) return old;
    struct block *block = arena->newest;
    size_t old_rounded = (old_size + ALIGN - 1) / ALIGN * ALIGN;
    size_t new_rounded = (new_size + ALIGN - 1) / ALIGN * ALIGN;
    bool is_newest = old && old_rounded <= block->used && (char *)old == block->at + block->used - old_rounded;
    if (is_newest && block->size - block->used >= new_rounded - old_rounded) {
        block->used += new_rounded - old_rounded;
        return old;
    }
    void *at = take(arena, new_size);
    if (old_size) memcpy(at, old, old_size);
    return at;
}

void arena_defer(struct arena *arena, void (*release)(void *), void *thing)
{
    struct deferred *entry = arena_make(arena, struct deferred);
    *entry = (struct deferred){arena->deferred, release, thing};
    arena->deferred = entry;
}

void arena_undefer(struct arena *arena, void *thing)
{
    for (struct deferred *entry = arena->deferred; entry; entry = entry->older)
        if (entry->thing == thing) entry->release = NULL;
}

struct str arena_copy(struct arena *arena, struct str s)
{
    char *at = take(arena, s.len + 1);
    if (s.len) memcpy(at, s.at, s.len);
    at[s.len] = 0;
    return (struct str){at, s.len};
}

const char *arena_cstr(struct arena *arena, struct str s)
{
    return arena_copy(arena, s).at;
}

struct str arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (len < 0) len = 0;
    char *at = take(arena, (size_t)len + 1);
    vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return (struct str){at, (size_t)len};
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}
