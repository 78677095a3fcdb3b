/* Kept in plain memory, because it outlives the arenas of the writes that filled it. It is flushed in the order of
 * rows, which is the order in which FTS5 takes them in one piece, and a row changed twice is indexed once. */
#include "store/search_queue.h"

struct entry {
    int64_t row;
    size_t order;
    char *words; /* the ones before, then the ones after */
    size_t before, after;
};

enum { SLOTS = 128, NAME_SIZE = 32 };

struct known {
    char name[NAME_SIZE];
    int64_t number;
};

struct search_queue {
    struct entry *at;
    size_t len, room;
    struct known known[SLOTS]; /* by hash; a later name takes the slot of an earlier */
};

struct search_queue *search_queue_new(void)
{
    return calloc(1, sizeof(struct search_queue));
}

static void cut(struct search_queue *queue, size_t length)
{
    while (queue->len > length) free(queue->at[--queue->len].words);
}

void search_queue_free(struct search_queue *queue)
{
    if (!queue) return;
    cut(queue, 0);
    free(queue->at);
    free(queue);
}

static bool grow(struct search_queue *queue)
{
    if (queue->len < queue->room) return true;
    size_t room = queue->room ? queue->room * 2 : 64;
    struct entry *grown = realloc(queue->at, room * sizeof *grown);
    if (!grown) return false;
    queue->at = grown;
    queue->room = room;
    return true;
}

bool search_queue_add(struct db *db, int64_t row, struct str before, struct str after)
{
    struct search_queue *queue = db->search;
    if (!queue || !grow(queue)) return false;
    struct entry *entry = &queue->at[queue->len];
    entry->words = malloc(before.len + after.len + 1);
    if (!entry->words) return false;
    if (before.len) memcpy(entry->words, before.at, before.len);
    if (after.len) memcpy(entry->words + before.len, after.at, after.len);
    entry->before = before.len;
    entry->after = after.len;
    entry->row = row;
    entry->order = queue->len++;
    return true;
}

size_t search_queue_length(const struct db *db)
{
    return db->search ? db->search->len : 0;
}

void search_queue_cut(struct db *db, size_t length)
{
    if (!db->search) return;
    cut(db->search, length);
    memset(db->search->known, 0, sizeof db->search->known);
}

static struct known *slot_of(struct search_queue *queue, struct str name)
{
    return &queue->known[str_hash(name) % SLOTS];
}

int64_t search_queue_register(const struct db *db, struct str name)
{
    if (!db->search) return 0;
    const struct known *known = slot_of(db->search, name);
    return str_is(name, known->name) ? known->number : 0;
}

void search_queue_learn(struct db *db, struct str name, int64_t number)
{
    if (!db->search || name.len >= NAME_SIZE) return;
    struct known *known = slot_of(db->search, name);
    memcpy(known->name, name.at, name.len);
    known->name[name.len] = 0;
    known->number = number;
}

void search_queue_empty(struct db *db)
{
    search_queue_cut(db, 0);
}

static int by_row(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;
    if (one->row != other->row) return one->row < other->row ? -1 : 1;
    return one->order < other->order ? -1 : 1;
}

/* From what the first entry of a row found to what the last left. */
static enum result index_row(struct db *db, const struct entry *first, const struct entry *last)
{
    struct str before = {first->words, first->before}, after = {last->words + last->before, last->after};
    struct value args[] = {value_number(first->row), value_text(before)};
    if (str_eq(before, after)) return OK;
    if (before.len)
        TRY(db_execute(db, S("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?1, ?2)"), args,
                       COUNT(args)));
    args[1] = value_text(after);
    if (!after.len) return OK;
    return db_execute(db, S("INSERT INTO search_index (rowid, words) VALUES (?1, ?2)"), args, COUNT(args));
}

enum result search_queue_flush(struct db *db)
{
    struct search_queue *queue = db->search;
    if (!queue || !queue->len) return OK;
    qsort(queue->at, queue->len, sizeof *queue->at, by_row);
    enum result result = OK;
    for (size_t first = 0, next; first < queue->len && result == OK; first = next) {
        for (next = first + 1; next < queue->len && queue->at[next].row == queue->at[first].row;) next++;
        result = index_row(db, &queue->at[first], &queue->at[next - 1]);
    }
    cut(queue, 0);
    return result;
}
