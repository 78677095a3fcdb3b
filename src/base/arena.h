/* Memory that is given back all at once. One arena a request; what a function with a ctx returns lives until its end.
 *
 * Out of memory is the one error that does not travel by return value: arena_alloc never returns NULL. When the
 * system has no more, or the arena's limit is reached, it jumps to the escape which the owner of the arena set
 * (arena_guard), and that owner rolls back and answers. So the code between need not check, and a failed allocation
 * at any point has the same, tested, outcome. Two rules follow:
 *   - what must be released even then is registered with arena_defer (files, statements, handles of libraries);
 *   - no arena is used inside a callback that a foreign library calls: the jump must not cross its frames. */
#ifndef MERLON_BASE_ARENA_H
#define MERLON_BASE_ARENA_H

#include "base/str.h"

#include <setjmp.h>

struct arena;

/* limit in bytes; 0 is ARENA_LIMIT. NULL when the system has no memory. */
struct arena *arena_new(size_t limit) MUST_USE;
void arena_free(struct arena *arena);    /* runs what was deferred, last first; NULL is fine */
void arena_reset(struct arena *arena);   /* as free and new, keeping the first block */
void arena_release(struct arena *arena); /* runs what was deferred, now and on this thread; the memory stays */
enum { ARENA_LIMIT = 256 * 1024 * 1024 };

/* For what is done piece by piece (batches, pages of an export): reset after each, so that memory does not grow with
 * the number of pieces. Freed with its parent, not before. When its memory runs out, the guard that the parent has then
 * is jumped to. Never NULL. */
struct arena *arena_scratch(struct arena *parent) __attribute__((returns_nonnull));

/* if (setjmp(escape)) { out of memory } else { arena_guard(arena, &escape); ... arena_guard(arena, NULL); }
 * Without a guard, running out of memory logs a line and aborts. Returns the guard that was set before. */
jmp_buf *arena_guard(struct arena *arena, jmp_buf *escape);

void *arena_alloc(struct arena *arena, size_t size)
    __attribute__((malloc, alloc_size(2), returns_nonnull));                                                /* zeroed */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((malloc, returns_nonnull)); /* zeroed */
#define arena_make(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define arena_make_many(arena, type, count) ((type *)arena_array(arena, count, sizeof(type)))

/* Grows the newest allocation in place where it can, else copies. The added part is not zeroed. */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size);

/* Should there be no memory to keep the entry, thing is released before the jump. */
void arena_defer(struct arena *arena, void (*release)(void *), void *thing);
void arena_undefer(struct arena *arena, void *thing); /* it was released by hand */

struct str arena_copy(struct arena *arena, struct str s);  /* also terminated, for libraries that want that */
const char *arena_cstr(struct arena *arena, struct str s); /* cut at an embedded NUL */
struct str arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

size_t arena_used(const struct arena *arena);

/* Fault injection for tests: the n-th allocation from now on fails (1 is the next); 0 switches it off. Per thread. */
void arena_fail_at(uint64_t n);
uint64_t arena_allocation_count(void); /* by this thread since it began */

#endif
