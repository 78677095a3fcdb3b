/* Home: the guided path and what is in a bad way, as two tables. A step or a figure whose register the caller may
 * not read is left out: a count of nothing would say that there is nothing. */
#include "api/overview.h"

#include "records/house.h"
#include "records/rights.h"
#include "store/db.h"

/* ---- the path ---- */

/* Done when at least `least` records match `proof`, and none matches `open`. */
struct step_rule {
    const char *name, *reg;
    const char *counted; /* what the step counts */
    const char *proof;   /* NULL: the same */
    int64_t least;
    const char *open; /* what is left to do, also the filter shown; NULL: nothing of the kind */
};

static const struct step_rule path[] = {
    {"organisation", "person", "status=active", NULL, 2, NULL},
    {"method", "methodology", "status.ne=superseded", "status=approved", 1, NULL},
    {"assets", "asset", "status.ne=retired", NULL, 1, NULL},
    {"framework", "framework", "", NULL, 1, NULL},
    {"assessment", "risk_assessment", "", NULL, 1, NULL},
    {"risks", "risk", "status.ne=closed", NULL, 1, "status.ne=closed&current_level.empty=1"},
    {"treatment", "risk", "status.ne=closed&treatment.empty=0", "status.ne=closed", 1,
     "status.ne=closed&treatment.empty=1&appetite.ne=acceptable"},
    {"controls", "control", "status.ne=retired", NULL, 1, NULL},
    {"soa", "soa", "", NULL, 1, "lines_open.gt=0"},
    {"approval", "soa", "status=in_review,approved", "status=approved", 1, NULL},
    {"implementation", "control", "implementation=implemented,effective", NULL, 1,
     "status.ne=retired&implementation.ne=implemented,effective"},
};

static enum result put_step(struct ctx *ctx, struct json_out *out, const struct step_rule *rule)
{
    int64_t counted, proven, open = 0;
    struct str filter = overview_filter(ctx, rule->open ? rule->open : "");
    TRY(overview_count(ctx, rule->reg, overview_filter(ctx, rule->counted), &counted));
    proven = counted;
    if (rule->proof) TRY(overview_count(ctx, rule->reg, overview_filter(ctx, rule->proof), &proven));
    if (rule->open) TRY(overview_count(ctx, rule->reg, filter, &open));
    json_open_object(out);
    json_key(out, "name"), json_put_text(out, rule->name);
    json_key(out, "done"), json_put_bool(out, proven >= rule->least && !open);
    json_key(out, "register"), json_put_text(out, rule->reg);
    json_key(out, "count"), json_put_number(out, counted);
    json_key(out, "filter");
    if (open)
        json_put_str(out, filter);
    else
        json_put_null(out);
    json_close_object(out);
    return OK;
}

/* ---- figures ---- */

static const struct {
    const char *name, *reg, *filter;
} figures[] = {
    {"untreated", "risk", "attention=untreated"},
    {"method_changed", "risk", "attention=method_changed"},
    {"overdue_actions", "treatment_action", "status=planned,in_progress&due_on.lt={today}"},
    {"expired_evidence", "evidence", "status=expired"},
    {"late_tasks", "task", "status=open,in_progress&due_on.lt={today}"},
    {"expiring_acceptances", "acceptance", "status=accepted&expires_on.lte={soon}"},
};

static enum result put_figures(struct ctx *ctx, struct json_out *out)
{
    json_key(out, "figures");
    json_open_array(out);
    for (size_t i = 0; i < COUNT(figures); i++) {
        struct str filter = overview_filter(ctx, figures[i].filter);
        int64_t value;
        if (!overview_may_read(ctx, figures[i].reg)) continue;
        TRY(overview_count(ctx, figures[i].reg, filter, &value));
        json_open_object(out);
        json_key(out, "name"), json_put_text(out, figures[i].name);
        json_key(out, "value"), json_put_number(out, value);
        json_key(out, "register"), json_put_text(out, figures[i].reg);
        json_key(out, "filter"), json_put_str(out, filter);
        json_close_object(out);
    }
    json_close_array(out);
    return OK;
}

/* ---- how many of each ---- */

struct tally {
    struct {
        struct str value;
        int64_t count;
    } at[32];
    size_t count;
};

/* One pass over the register, where a count for each value would be a pass for each. */
static enum result tally_by(struct ctx *ctx, const char *reg_name, const char *field, const char *final,
                            struct tally *tally)
{
    const struct reg *reg = house_register(ctx->house, str_of(reg_name));
    struct value args[RIGHTS_ARGS + 1] = {value_text(str_of(final))};
    struct buf sql = buf_in(ctx->arena);
    struct rows *rows;
    size_t count = 1;
    *tally = (struct tally){0};
    buf_print(&sql, "SELECT t.\"%s\", count(*) FROM \"%s\" t WHERE t.deleted_at IS NULL AND t.status<>?1", field,
              reg->name);
    rights_condition(ctx, reg, &sql, args, &count);
    buf_print(&sql, " GROUP BY t.\"%s\"", field);
    TRY(db_query(ctx, buf_str(&sql), args, count, &rows));
    for (bool more; tally->count < COUNT(tally->at);) {
        TRY(rows_next(ctx, rows, &more));
        if (!more) break;
        tally->at[tally->count].value = arena_copy(ctx->arena, rows_text(rows, 0));
        tally->at[tally->count++].count = rows_number(rows, 1);
    }
    rows_close(rows);
    return OK;
}

static int64_t tally_of(const struct tally *tally, struct str value)
{
    for (size_t i = 0; i < tally->count; i++)
        if (str_eq(tally->at[i].value, value)) return tally->at[i].count;
    return 0;
}

static void put_share(struct ctx *ctx, struct json_out *out, const char *field, struct str value, int64_t count,
                      const char *final)
{
    json_key(out, "value"), json_put_number(out, count);
    json_key(out, "filter");
    json_put_str(out, arena_print(ctx->arena, "%s=%.*s&status.ne=%s", field, PRINT(value), final));
}

/* The levels of the method in force, lowest first. */
static enum result put_levels(struct ctx *ctx, struct json_out *out)
{
    struct record *methodology;
    struct tally tally;
    int64_t rank = 0;
    if (!overview_may_read(ctx, "risk")) return OK;
    TRY(overview_methodology(ctx, &methodology));
    TRY(tally_by(ctx, "risk", "current_level", "closed", &tally));
    const struct json *levels = json_get(overview_data(ctx, methodology, "scales"), "levels");
    json_key(out, "risks_by_level");
    json_open_array(out);
    for (const struct json *level = levels ? levels->first : NULL; level; level = level->next) {
        struct str name = json_str(level, "name", S(""));
        json_open_object(out);
        json_key(out, "level"), json_put_str(out, name);
        json_key(out, "title"), json_put_str(out, json_str(level, "title", name));
        json_key(out, "rank"), json_put_number(out, ++rank);
        put_share(ctx, out, "current_level", name, tally_of(&tally, name), "closed");
        json_close_object(out);
    }
    json_close_array(out);
    return OK;
}

static enum result put_implementations(struct ctx *ctx, struct json_out *out)
{
    const struct reg *reg = house_register(ctx->house, S("control"));
    struct tally tally;
    size_t index;
    if (!overview_may_read(ctx, "control")) return OK;
    const struct field *field = reg_field(reg, S("implementation"), &index);
    TRY(tally_by(ctx, "control", "implementation", "retired", &tally));
    json_key(out, "controls_by_implementation");
    json_open_array(out);
    for (const char *const *choice = field ? field->choices : NULL; choice && *choice; choice++) {
        struct str name = str_of(*choice);
        json_open_object(out);
        json_key(out, "implementation"), json_put_str(out, name);
        put_share(ctx, out, "implementation", name, tally_of(&tally, name), "retired");
        json_close_object(out);
    }
    json_close_array(out);
    return OK;
}

enum result home_write(struct ctx *ctx, struct exchange *x)
{
    struct json_out out = json_out_to(&x->out);
    TRY(overview_demand_now(ctx));
    json_open_object(&out);
    json_key(&out, "steps");
    json_open_array(&out);
    for (size_t i = 0; i < COUNT(path); i++)
        if (overview_may_read(ctx, path[i].reg)) TRY(put_step(ctx, &out, &path[i]));
    json_close_array(&out);
    TRY(put_figures(ctx, &out));
    TRY(put_levels(ctx, &out));
    TRY(put_implementations(ctx, &out));
    json_close_object(&out);
    return OK;
}
