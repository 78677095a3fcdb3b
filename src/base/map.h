/* Text to pointer, in an arena: for look-ups while a file is read. Keys are borrowed. */
#ifndef MERLON_BASE_MAP_H
#define MERLON_BASE_MAP_H

#include "base/arena.h"

struct map;

struct map *map_new(struct arena *arena, size_t expected); /* grows beyond that */
void map_set(struct map *map, struct str key, void *value);
void *map_get(const struct map *map, struct str key); /* NULL when there is none */

#endif
