/* Whether the rows of a backup refer to rows that are in it. Most tables come after those that they refer to, and keys
 * come in rising order: so little is kept until the end. */
#include "store/backup.h"

#include "store/backup_read.h"

struct keys {
    int64_t *at;
    size_t count, room;
    bool falls; /* not in rising order: looked at when all are there */
};

struct pending {
    const struct table *table;
    const struct column *column;
    int64_t value;
    struct str key; /* of the row */
    struct pending *next;
};

struct sounding {
    const struct backup *backup;
    struct keys *keys; /* of each table of the backup's list */
    const struct backup_table *stored;
    size_t table;
    struct value *values;
    struct pending *pending;
};

static size_t place_of(const struct backup *backup, struct str name)
{
    size_t i = 0;
    while (i < backup->table_count && !str_is(name, backup->tables[i]->name)) i++;
    return i;
}

static const struct column *column_of(const struct sounding *s, size_t at)
{
    const struct table *table = s->backup->tables[s->table];
    for (size_t i = 0; i < table->column_count; i++)
        if (str_is(s->stored->columns[at], table->columns[i].name)) return &table->columns[i];
    return NULL;
}

static void add_key(struct ctx *ctx, struct keys *keys, int64_t key)
{
    if (keys->count == keys->room) {
        size_t room = keys->room ? keys->room * 2 : 256;
        keys->at = arena_grow(ctx->arena, keys->at, keys->room * sizeof key, room * sizeof key);
        keys->room = room;
    }
    keys->falls = keys->falls || (keys->count && keys->at[keys->count - 1] > key);
    keys->at[keys->count++] = key;
}

static int by_number(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static bool is_there(const struct keys *keys, int64_t key)
{
    return keys->count && !keys->falls && bsearch(&key, keys->at, keys->count, sizeof key, by_number);
}

static enum result begin(struct ctx *ctx, void *arg, struct str master_key)
{
    (void)ctx, (void)arg, (void)master_key;
    return OK;
}

static enum result table(struct ctx *ctx, void *arg, const struct backup_table *stored)
{
    struct sounding *s = arg;
    s->stored = stored;
    s->table = place_of(s->backup, stored->name);
    s->values = arena_make_many(ctx->arena, struct value, stored->column_count);
    return OK;
}

static void look_at(struct ctx *ctx, struct sounding *s, size_t at)
{
    const struct column *column = column_of(s, at);
    int64_t value = s->values[at].number;
    if (!column || s->values[at].type != IS_NUMBER) return;
    if (column->type == COLUMN_KEY) add_key(ctx, &s->keys[s->table], value);
    size_t parent = column->references ? place_of(s->backup, str_of(column->references)) : s->backup->table_count;
    if (parent == s->backup->table_count || is_there(&s->keys[parent], value)) return;
    struct pending *one = arena_make(ctx->arena, struct pending);
    const struct table *of = s->backup->tables[s->table];
    *one = (struct pending){of, column, value, S(""), s->pending};
    one->key = left_out_key(ctx, of, s->stored->columns, s->values, s->stored->column_count);
    s->pending = one;
}

static enum result row(struct ctx *ctx, void *arg, struct str body)
{
    struct sounding *s = arg;
    if (s->table == s->backup->table_count || !backup_values(body, s->values, s->stored->column_count)) return OK;
    for (size_t i = 0; i < s->stored->column_count; i++) look_at(ctx, s, i);
    return OK;
}

static enum result end(struct ctx *ctx, void *arg, int64_t last_key)
{
    (void)ctx, (void)arg, (void)last_key;
    return OK;
}

enum result backup_check_rows(struct ctx *ctx, const struct backup *backup, struct str path, struct backup_info *info)
{
    struct sounding s = {.backup = backup, .keys = arena_make_many(ctx->arena, struct keys, backup->table_count)};
    const struct backup_visitor visitor = {begin, table, row, end, &s};
    memset(s.keys, 0, backup->table_count * sizeof *s.keys);
    TRY(backup_read(ctx, backup, path, &visitor, info));
    for (size_t i = 0; i < backup->table_count; i++) {
        if (s.keys[i].falls) qsort(s.keys[i].at, s.keys[i].count, sizeof *s.keys[i].at, by_number);
        s.keys[i].falls = false;
    }
    for (const struct pending *one = s.pending; one; one = one->next)
        if (!is_there(&s.keys[place_of(backup, str_of(one->column->references))], one->value))
            left_out_add(ctx, &info->left_out, one->table->name, one->key,
                         arena_print(ctx->arena, "its %s names a row of \"%s\" that is not there", one->column->name,
                                     one->column->references),
                         1);
    return OK;
}
