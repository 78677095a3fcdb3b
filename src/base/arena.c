/* Blocks in a list, a bump pointer in the newest. A first block of 24 kB serves nearly every request without a second;
 * a big allocation gets a block of its own size, so that the list stays short. */
#include "base/arena.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdalign.h>

enum { FIRST_BLOCK = 24 * 1024, LARGEST_STEP = 1024 * 1024, ALIGN = alignof(max_align_t) };

/* Under the sanitizers what nobody was given is poisoned, with a gap behind each allocation, so that reading past the
 * end of something in an arena, or after the request has ended, is found as it would be on the heap. */
#ifdef MERLON_SANITIZE
#include <sanitizer/asan_interface.h>
enum { GAP = ALIGN };
static __attribute__((noinline)) void give(void *at, size_t size)
{
    __asan_unpoison_memory_region(at, size);
}
static __attribute__((noinline)) void take_back(void *at, size_t size)
{
    __asan_poison_memory_region(at, size);
}
#else
enum { GAP = 0 };
static void give(void *at, size_t size)
{
    (void)at, (void)size;
}
static void take_back(void *at, size_t size)
{
    (void)at, (void)size;
}
#endif

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
    struct arena *parent; /* of a scratch arena, else NULL */
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

static size_t rounded(size_t size)
{
    return (size + GAP + ALIGN - 1) / ALIGN * ALIGN;
}

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    if (!block) return NULL;
    block->older = NULL;
    block->size = size;
    block->used = 0;
    take_back(block->at, size);
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
    take_back(arena->newest->at, arena->newest->size);
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
    const struct arena *guarded = arena;
    while (!guarded->escape && guarded->parent) guarded = guarded->parent;
    if (!guarded->escape) {
        log_line(LOG_ERROR, "out of memory", "wanted", (int64_t)size, "used", (int64_t)arena->total, NULL);
        abort();
    }
    longjmp(*guarded->escape, 1);
}

static struct block *add_block(struct arena *arena, size_t size)
{
    size_t step = arena->newest->size * 2;
    if (step > LARGEST_STEP) step = LARGEST_STEP;
    if (step < size) step = size;
    size_t left = arena->limit > arena->total ? arena->limit - arena->total : 0;
    if (size > left) return NULL;
    if (step > left) step = left;
    struct block *block = block_new(step);
    if (!block) return NULL;
    block->older = arena->newest;
    arena->newest = block;
    arena->total += step;
    return block;
}

/* NULL when there is no more. */
static void *try_take(struct arena *arena, size_t size)
{
    allocation_count++;
    if (fail_at && allocation_count == fail_at) return NULL;
    if (size > SIZE_MAX - ALIGN - GAP) return NULL;
    size_t needed = rounded(size ? size : 1);
    struct block *block = arena->newest;
    if (block->size - block->used < needed) block = add_block(arena, needed);
    if (!block) return NULL;
    void *at = block->at + block->used;
    block->used += needed;
    give(at, size);
    return at;
}

static void *take(struct arena *arena, size_t size)
{
    void *at = try_take(arena, size);
    if (!at) out_of_memory(arena, size);
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
    if (new_size > SIZE_MAX - ALIGN - GAP) out_of_memory(arena, new_size);
    struct block *block = arena->newest;
    size_t old_rounded = rounded(old_size ? old_size : 1), new_rounded = rounded(new_size);
    bool is_newest = old && old_rounded <= block->used && (char *)old == block->at + block->used - old_rounded;
    if (is_newest && block->size - block->used >= new_rounded - old_rounded) {
        block->used += new_rounded - old_rounded;
        give(old, new_size);
        return old;
    }
    void *at = take(arena, new_size);
    if (old && old_size) memcpy(at, old, old_size);
    return at;
}

void arena_defer(struct arena *arena, void (*release)(void *), void *thing)
{
    struct deferred *entry = try_take(arena, sizeof *entry);
    if (!entry) { /* nobody else knows of the thing any more */
        release(thing);
        out_of_memory(arena, sizeof *entry);
    }
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

/* Printed beside the arena first, because how long it becomes is known only then. */
struct str arena_print(struct arena *arena, const char *format, ...)
{
    char brief[256];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(brief, sizeof brief, format, arguments);
    va_end(arguments);
    if (len < 0) len = 0, brief[0] = 0;
    char *at = take(arena, (size_t)len + 1);
    if ((size_t)len < sizeof brief)
        memcpy(at, brief, (size_t)len + 1);
    else
        vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return (struct str){at, (size_t)len};
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}

static void free_scratch(void *scratch)
{
    arena_free(scratch);
}

struct arena *arena_scratch(struct arena *parent)
{
    struct arena *scratch = arena_new(0);
    if (!scratch) out_of_memory(parent, FIRST_BLOCK);
    scratch->parent = parent;
    arena_defer(parent, free_scratch, scratch);
    return scratch;
}
