/* Work: everything that waits for the caller, from one table of what waits for whom. A step is offered only when
 * the caller may take it now; where the step is the whole matter (an approval), what he may not decide is not his
 * work. */
#include "api/overview.h"

#include "base/clock.h"

#include <stdlib.h>

enum { EACH_MOST = 200, STEPS_OFFERED = 3, NAME_MOST = 400 };

struct work_rule {
    const char *kind, *reg, *filter;
    const char *due;                  /* DATE field, or NULL */
    const char *steps[STEPS_OFFERED]; /* the first that is open to the caller is offered */
    bool decides;                     /* without an open step it is not his */
    bool about;                       /* called what its `subject` is called */
};

static const struct work_rule rules[] = {
    {"task", "task", "owner=me&status=open,in_progress", "due_on", {"finish"}, false},
    {"treat", "treatment_action", "owner=me&status=planned,in_progress", "due_on", {"finish", "start"}, false},
    {"treat", "risk", "owner=me&attention=untreated", NULL, {"treat", "evaluate", "analyse"}, false},
    {"review", "risk", "owner=me&attention=method_changed", NULL, {"look_again"}, false},
    {"review", "risk", "owner=me&status.ne=closed&review_on.lte={today}", "review_on", {NULL}, false},
    {"review", "obligation", "owner=me&status=applicable&review_on.lte={soon}", "review_on", {NULL}, false},
    {"accept", "acceptance", "status=requested", NULL, {"accept"}, true},
    {"verify", "treatment_action", "status=done", NULL, {"verify"}, true},
    {"approve", "soa", "status=in_review", NULL, {"approve"}, true},
    {"approve", "methodology", "status=draft", NULL, {"approve"}, true},
    {"test", "control", "owner=me&status=implemented&test_due_on.lte={soon}", "test_due_on", {"record_test"}, false},
    {"test", "control", "owner=me&status=implemented&test_due_on.empty=1", NULL, {"record_test"}, false},
    {"renew", "evidence", "owner=me&status=valid,expired&expires_on.lte={soon}", "expires_on", {NULL}, false},
    {"renew", "acceptance", "owner=me&status=accepted&expires_on.lte={soon}", "expires_on", {NULL}, false},
    {"notice", "notification", "status=unread&sort=-id", NULL, {"read"}, false, true},
};

struct item {
    const struct work_rule *rule;
    const struct record *record;
    struct str due;
    bool late;
    const char *step; /* NULL: none is open */
};

struct gathering {
    struct item *items;
    size_t count, room;
    struct str today;
};

static enum result find_step(struct ctx *ctx, const struct work_rule *rule, const struct record *record,
                             const char **found)
{
    struct step *steps;
    size_t count;
    *found = NULL;
    if (!rule->steps[0]) return OK;
    TRY(record_steps(ctx, record, &steps, &count));
    for (size_t wanted = 0; wanted < STEPS_OFFERED && rule->steps[wanted] && !*found; wanted++)
        for (size_t i = 0; i < count; i++)
            if (steps[i].allowed && strcmp(steps[i].transition->name, rule->steps[wanted]) == 0)
                *found = rule->steps[wanted];
    return OK;
}

/* What he may not read, or not any more, keeps its reference. */
static enum result name_after_subject(struct ctx *ctx, const struct record **record)
{
    const struct reg *reg;
    struct record *subject, *named = record_clone(ctx, *record);
    int64_t id;
    if (!reference_parse(ctx->house, record_text_of(*record, "subject"), &reg, &id)) return OK;
    enum result found = record_get(ctx, reg, id, &subject);
    if (found == NOT_FOUND) ctx_clear_error(ctx);
    if (found != OK) return found == NOT_FOUND ? OK : found;
    if (!record_title(subject).len) return OK; /* purged */
    record_set_text(named, reg_title_field(named->reg), str_shorten(record_title(subject), NAME_MOST));
    *record = named;
    return OK;
}

/* A risk may wait for the same thing for two reasons. */
static bool is_known(const struct gathering *g, const struct work_rule *rule, const struct record *record)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct item *item = &g->items[i];
        bool same = item->record->reg == record->reg && record_id(item->record) == record_id(record);
        if (same && strcmp(item->rule->kind, rule->kind) == 0) return true;
    }
    return false;
}

static void add(struct ctx *ctx, struct gathering *g, struct item item)
{
    if (g->count == g->room) {
        size_t wider = g->room ? g->room * 2 : 32;
        g->items = arena_grow(ctx->arena, g->items, g->room * sizeof *g->items, wider * sizeof *g->items);
        g->room = wider;
    }
    g->items[g->count++] = item;
}

static enum result gather(struct ctx *ctx, struct gathering *g, const struct work_rule *rule)
{
    struct record_list list;
    TRY(overview_list(ctx, rule->reg, overview_filter(ctx, rule->filter), EACH_MOST, &list));
    for (size_t i = 0; i < list.count; i++) {
        struct item item = {.rule = rule, .record = list.at[i]};
        if (is_known(g, rule, list.at[i])) continue;
        TRY(find_step(ctx, rule, list.at[i], &item.step));
        if (rule->decides && !item.step) continue;
        if (rule->about) TRY(name_after_subject(ctx, &item.record));
        if (rule->due) item.due = record_text_of(list.at[i], rule->due);
        item.late = item.due.len && str_compare(item.due, g->today) < 0;
        add(ctx, g, item);
    }
    return OK;
}

/* By the day it is due, what has none last; then in the order of the table. */
static int by_urgency(const void *a, const void *b)
{
    const struct item *left = a, *right = b;
    if (!left->due.len != !right->due.len) return left->due.len ? -1 : 1;
    int order = str_compare(left->due, right->due);
    if (order) return order;
    if (left->rule != right->rule) return left->rule < right->rule ? -1 : 1;
    return (record_id(left->record) > record_id(right->record)) - (record_id(left->record) < record_id(right->record));
}

/* What has happened, and to what. */
static enum result put_subject(struct ctx *ctx, struct json_out *out, const struct record *record)
{
    size_t subject;
    const struct field *field = reg_field(record->reg, S("subject"), &subject);
    json_key(out, "topic"), json_put_str(out, record_text_of(record, "topic"));
    json_key(out, "about");
    return expand_write(ctx, out, field, record->own[subject]);
}

static enum result put_item(struct ctx *ctx, struct json_out *out, const struct item *item)
{
    json_open_object(out);
    json_key(out, "kind"), json_put_text(out, item->rule->kind);
    overview_put_record(ctx, out, item->record);
    json_key(out, "due");
    json_put_optional(out, item->due);
    json_key(out, "late"), json_put_bool(out, item->late);
    json_key(out, "transition"), json_put_text(out, item->step);
    if (item->rule->about) TRY(put_subject(ctx, out, item->record));
    json_close_object(out);
    return OK;
}

enum result work_write(struct ctx *ctx, struct exchange *x)
{
    struct gathering g = {.today = overview_filter(ctx, "{today}")};
    struct json_out out = json_out_to(&x->out);
    TRY(overview_demand_now(ctx));
    for (size_t i = 0; i < COUNT(rules); i++) TRY(gather(ctx, &g, &rules[i]));
    if (g.count) qsort(g.items, g.count, sizeof *g.items, by_urgency);
    json_open_object(&out);
    json_key(&out, "items");
    json_open_array(&out);
    for (size_t i = 0; i < g.count; i++) TRY(put_item(ctx, &out, &g.items[i]));
    json_close_array(&out);
    json_close_object(&out);
    return OK;
}
