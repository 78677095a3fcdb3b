/* Open addressing with linear steps, at most half full; twice the size when it is. */
#include "base/map.h"

struct slot {
    struct str key;
    void *value;
};

struct map {
    struct arena *arena;
    struct slot *slots;
    size_t size, used; /* size is a power of two */
};

static struct slot *find(const struct map *map, struct str key)
{
    size_t at = (size_t)str_hash(key) & (map->size - 1);
    while (map->slots[at].value && !str_eq(map->slots[at].key, key)) at = (at + 1) & (map->size - 1);
    return &map->slots[at];
}

struct map *map_new(struct arena *arena, size_t expected)
{
    struct map *map = arena_make(arena, struct map);
    map->arena = arena;
    map->size = 16;
    while (map->size < expected * 2) map->size *= 2;
    map->slots = arena_make_many(arena, struct slot, map->size);
    return map;
}

static void grow(struct map *map)
{
    struct map wider = {.arena = map->arena, .size = map->size * 2, .used = map->used};
    wider.slots = arena_make_many(map->arena, struct slot, wider.size);
    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i].value) *find(&wider, map->slots[i].key) = map->slots[i];
    *map = wider;
}

void map_set(struct map *map, struct str key, void *value)
{
    struct slot *slot = find(map, key);
    bool is_new = !slot->value;
    if (is_new && (map->used + 1) * 2 > map->size) {
        grow(map);
        slot = find(map, key);
    }
    map->used += is_new;
    *slot = (struct slot){key, value};
}

void *map_get(const struct map *map, struct str key)
{
    return key.len ? find(map, key)->value : NULL;
}
