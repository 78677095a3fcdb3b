/* Reports read through lists, as the browser does, so that rights and as-of reading hold here without a word about
 * them. What is linked to is kept: a few persons and controls come back in every line. */
#include "report/reading.h"

#include "base/clock.h"
#include "format/markdown.h"
#include "records/entered.h"
#include "records/house.h"
#include "records/missed.h"
#include "schema/composition.h"

#include <stdlib.h>

enum { NAMED = 20 };

/* One record of which something is known; in a table of open addressing. */
struct kept {
    const struct reg *reg;
    int64_t id;
    const struct record *record; /* once looked up; NULL: there is none */
    bool looked_up, compared, altered;
};

static const struct reg users = {.name = "user"}; /* no register, but named beside records */

struct reading *reading_new(struct ctx *ctx, const struct labels *labels)
{
    struct reading *reading = arena_make(ctx->arena, struct reading);
    *reading = (struct reading){.ctx = ctx, .labels = labels, .room = 256};
    reading->kept = arena_make_many(ctx->arena, struct kept, reading->room);
    reading->altered = buf_in(ctx->arena);
    reading->compare = arena_scratch(ctx->arena);
    return reading;
}

/* ---- what is kept ---- */

static struct kept *slot(const struct reading *reading, const struct reg *reg, int64_t id)
{
    size_t at = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15U ^ str_hash(str_of(reg->name))) & (reading->room - 1);
    while (reading->kept[at].reg && (reading->kept[at].reg != reg || reading->kept[at].id != id))
        at = (at + 1) & (reading->room - 1);
    return &reading->kept[at];
}

/* The table is a power of two, at most half full. */
static void make_room(struct reading *reading)
{
    struct kept *old = reading->kept;
    size_t old_room = reading->room;
    if (reading->count * 2 < old_room) return;
    reading->room = old_room * 2;
    reading->kept = arena_make_many(reading->ctx->arena, struct kept, reading->room);
    for (size_t i = 0; i < old_room; i++)
        if (old[i].reg) *slot(reading, old[i].reg, old[i].id) = old[i];
}

/* Valid until the next call. */
static struct kept *keep(struct reading *reading, const struct reg *reg, int64_t id)
{
    make_room(reading);
    struct kept *kept = slot(reading, reg, id);
    if (!kept->reg) *kept = (struct kept){.reg = reg, .id = id}, reading->count++;
    return kept;
}

/* ---- whether it is what the ledger says ---- */

/* Each once: it stands in several lists. */
static void note_altered(struct reading *reading, const struct reg *reg, int64_t id)
{
    struct kept *kept = keep(reading, reg, id);
    if (kept->altered) return;
    kept->altered = true;
    if (reading->altered_count++ < NAMED)
        buf_print(&reading->altered, "%s%s%s%lld", reading->altered.len ? ", " : "",
                  reg->prefix ? reg->prefix : reg->name, reg->prefix ? "-" : " ", (long long)id);
    if (reading->altered_count == NAMED + 1) buf_text(&reading->altered, " ...");
}

static bool compares(const struct reading *reading)
{
    return !reading->ctx->as_of && record_can_be_compared(reading->ctx);
}

/* A report is believed by people who cannot look: each record of today that it reads is held against its newest entry,
 * as before a change of it. The past is read from the entries themselves. Without the master key nothing is known. */
static enum result hold(struct reading *reading, const struct record *record)
{
    struct ctx part = *reading->ctx;
    if (!compares(reading)) return OK;
    part.arena = reading->compare;
    enum result result = record_demand_entered(&part, record);
    arena_reset(reading->compare);
    if (result != OK && result != CONFLICT && result != BROKEN)
        return fail(reading->ctx, result, "The ledger cannot be asked whether the records are what it says.");
    struct kept *kept = keep(reading, record->reg, record_id(record));
    reading->compared += !kept->compared;
    kept->compared = true;
    if (result != OK) note_altered(reading, record->reg, record_id(record));
    return OK;
}

/* What was taken out of sight is not among what was read. */
static enum result hold_missed(struct reading *reading, const struct list_query *query, const struct record_list *list)
{
    struct ids missed;
    if (!compares(reading)) return OK;
    TRY(list_missed(reading->ctx, query, list, &missed));
    for (size_t i = 0; i < missed.count; i++) note_altered(reading, query->reg, missed.at[i]);
    return OK;
}

static enum result hold_absent(struct reading *reading, const struct reg *reg, int64_t id)
{
    bool missed;
    if (!compares(reading)) return OK;
    TRY(record_missed(reading->ctx, reg, id, &missed));
    if (missed) note_altered(reading, reg, id);
    return OK;
}

void reading_hold_parts(struct reading *reading, const struct record *whole, const struct record_list *parts)
{
    const struct composition *of = whole->reg->parts;
    if (!of || !compares(reading) || (int64_t)parts->count == record_number_of(whole, of->count)) return;
    note_altered(reading, whole->reg, record_id(whole));
}

/* ---- lists ---- */

static void append(struct reading *reading, struct record_list *list, size_t *room, const struct record_list *page)
{
    if (list->count + page->count > *room) {
        size_t more = (list->count + page->count) * 2;
        list->at =
            arena_grow(reading->ctx->arena, list->at, *room * sizeof(struct record *), more * sizeof(struct record *));
        *room = more;
    }
    for (size_t i = 0; i < page->count; i++) list->at[list->count++] = page->at[i];
}

enum result reading_list(struct reading *reading, const char *reg, const struct parameter *pairs, size_t count,
                         struct record_list *list)
{
    struct ctx *ctx = reading->ctx;
    const struct reg *found = house_register(ctx->house, str_of(reg));
    struct list_query *query;
    size_t room = 0;
    *list = (struct record_list){0};
    if (!found) return fail(ctx, BROKEN, "There is no register %s.", reg);
    TRY(list_parse(ctx, found, pairs, count, NULL, &query));
    /* A page of the past is cut from all of it, so it is taken whole; one of the present is fetched. */
    query->limit = ctx->as_of ? INT64_MAX : LIST_LIMIT_MAX;
    for (;;) {
        struct record_list page;
        struct str next;
        TRY(list_page(ctx, query, &page, &next));
        append(reading, list, &room, &page);
        for (size_t i = 0; i < page.count; i++) TRY(hold(reading, page.at[i]));
        if (!next.len) return hold_missed(reading, query, list);
        query->cursor = arena_copy(ctx->arena, next);
    }
}

static int by_field(const void *a, const void *b, void *arg)
{
    const struct record *const *one = a, *const *other = b;
    const char *const *field = arg;
    int64_t left = record_number_of(*one, *field), right = record_number_of(*other, *field);
    if (left == right) left = record_id(*one), right = record_id(*other);
    return (left > right) - (left < right);
}

void reading_sort(struct record_list *list, const char *field)
{
    if (list->count) qsort_r(list->at, list->count, sizeof(struct record *), by_field, &field);
}

/* Index of the first whose value is not below this one. */
static size_t first_at(const struct record_list *sorted, const char *field, int64_t value)
{
    size_t low = 0, high = sorted->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (record_number_of(sorted->at[middle], field) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct record_list reading_part(const struct record_list *sorted, const char *field, int64_t value)
{
    size_t from = first_at(sorted, field, value), to = from;
    while (to < sorted->count && record_number_of(sorted->at[to], field) == value) to++;
    return (struct record_list){sorted->at + from, to - from};
}

/* ---- single records ---- */

static enum result read_one(struct reading *reading, const struct reg *reg, int64_t id, const struct record **record)
{
    const struct kept *known = slot(reading, reg, id);
    if (!known->looked_up) {
        struct record *loaded = NULL;
        enum result result = record_get(reading->ctx, reg, id, &loaded);
        if (result != OK && result != NOT_FOUND && result != DENIED) return result;
        if (result != OK) ctx_clear_error(reading->ctx);
        TRY(result == OK ? hold(reading, loaded) : hold_absent(reading, reg, id));
        struct kept *kept = keep(reading, reg, id);
        kept->record = result == OK ? loaded : NULL;
        kept->looked_up = true;
        known = kept;
    }
    *record = known->record;
    return OK;
}

enum result reading_record(struct reading *reading, const char *reg, int64_t id, const struct record **record)
{
    const struct reg *found = house_register(reading->ctx->house, str_of(reg));
    *record = NULL;
    return found && id ? read_one(reading, found, id, record) : OK;
}

static enum result name_one(struct reading *reading, const struct reg *reg, int64_t id, struct str *text)
{
    const struct record *record = NULL;
    struct arena *arena = reading->ctx->arena;
    *text = S("");
    if (!reg || !id) return OK;
    TRY(read_one(reading, reg, id, &record));
    struct str title = record ? record_title(record) : S("");
    *text = arena_print(arena, "%s-%lld%s%.*s", reg->prefix, (long long)id, title.len ? " " : "", PRINT(title));
    return OK;
}

enum result reading_named(struct reading *reading, const char *reg, int64_t id, struct str *text)
{
    return name_one(reading, house_register(reading->ctx->house, str_of(reg)), id, text);
}

enum result reading_title(struct reading *reading, const char *reg, int64_t id, struct str *text)
{
    const struct record *record;
    TRY(reading_record(reading, reg, id, &record));
    *text = record ? record_title(record) : S("");
    return OK;
}

enum result reading_referred(struct reading *reading, struct str reference, struct str *text)
{
    const struct reg *reg;
    int64_t id;
    *text = reference;
    return reference_parse(reading->ctx->house, reference, &reg, &id) ? name_one(reading, reg, id, text) : OK;
}

/* The name is that of today, also in a report as of a day gone by. */
enum result reading_user(struct reading *reading, int64_t user, struct str *name)
{
    bool right;
    *name = S("");
    if (!user) return OK;
    TRY(user_vouched_name(reading->ctx, user, name, &right));
    if (!right) note_altered(reading, &users, user);
    return OK;
}

/* ---- fields by name ---- */

static const struct field *own_field(const struct record *record, const char *name, size_t *index)
{
    return reg_field(record->reg, str_of(name), index);
}

struct ids reading_ids(struct reading *reading, const struct record *record, const char *field)
{
    size_t index;
    return own_field(record, field, &index) ? record_ids(reading->ctx, record, index) : (struct ids){0};
}

struct texts reading_texts(struct reading *reading, const struct record *record, const char *field)
{
    size_t index;
    return own_field(record, field, &index) ? record_texts(reading->ctx, record, index) : (struct texts){0};
}

const struct json *reading_data(struct reading *reading, const struct record *record, const char *field)
{
    size_t index;
    return own_field(record, field, &index) ? record_data(reading->ctx, record, index) : NULL;
}

static void add_line(struct buf *out, struct str text)
{
    if (out->len) buf_char(out, '\n');
    buf_add(out, text);
}

enum result reading_links(struct reading *reading, const struct record *record, const char *name, struct str *text)
{
    size_t index;
    struct str one;
    struct buf out = buf_in(reading->ctx->arena);
    const struct field *field = own_field(record, name, &index);
    bool by_id = field && field->kind == LINKS;
    struct ids ids = by_id ? record_ids(reading->ctx, record, index) : (struct ids){0};
    struct texts texts = field && !by_id ? record_texts(reading->ctx, record, index) : (struct texts){0};
    for (size_t i = 0; i < ids.count; i++) {
        TRY(reading_named(reading, field->target, ids.at[i], &one));
        add_line(&out, one);
    }
    for (size_t i = 0; i < texts.count; i++) {
        TRY(reading_referred(reading, texts.at[i], &one));
        add_line(&out, one);
    }
    *text = buf_str(&out);
    return OK;
}

struct str reading_day(const struct reading *reading)
{
    char day[DATE_TEXT];
    const struct ctx *ctx = reading->ctx;
    date_of_time(ctx->as_of ? ctx->as_of : ctx->now, day);
    return arena_copy(ctx->arena, str_of(day));
}

struct str reading_prose(const struct record *record, struct arena *arena, const char *field)
{
    return markdown_to_text(arena, record_text_of(record, field));
}
