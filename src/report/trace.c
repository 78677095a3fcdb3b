/* One pass over each register gathers what is cited; a second asks of each record what its kind must have. The
 * questions are a table, so that the report, the API and the tests name the same ones. */
#include "report/trace.h"

#include "format/json_out.h"
#include "records/house.h"

#include <stdlib.h>

struct set {
    int64_t *ids;
    size_t count, room;
};

struct finding {
    struct reading *reading;
    struct record_list risks, lines, controls, evidence;
    struct set risk_controls; /* controls that a risk, not closed, cites */
    struct set cited;         /* these and those which a line counts on */
    struct set proven;        /* controls with valid evidence */
    struct trace trace;
    size_t room;
};

/* ---- sets of ids ---- */

static void add_id(struct finding *finding, struct set *set, int64_t id)
{
    if (set->count == set->room) {
        size_t room = set->room ? set->room * 2 : 64;
        set->ids =
            arena_grow(finding->reading->ctx->arena, set->ids, set->room * sizeof(int64_t), room * sizeof(int64_t));
        set->room = room;
    }
    set->ids[set->count++] = id;
}

static void add_ids(struct finding *finding, struct set *set, const struct record *record, const char *field)
{
    struct ids ids = reading_ids(finding->reading, record, field);
    for (size_t i = 0; i < ids.count; i++) add_id(finding, set, ids.at[i]);
}

static int by_value(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static void sort_set(struct set *set)
{
    if (set->count) qsort(set->ids, set->count, sizeof(int64_t), by_value);
}

static bool holds(const struct set *sorted, int64_t id)
{
    return sorted->count && bsearch(&id, sorted->ids, sorted->count, sizeof(int64_t), by_value);
}

/* ---- what is cited ---- */

static void gather_proof(struct finding *finding, const struct record *evidence)
{
    struct texts supports = reading_texts(finding->reading, evidence, "supports");
    if (!str_is(record_status(evidence), "valid")) return;
    for (size_t i = 0; i < supports.count; i++) {
        const struct reg *reg;
        int64_t id;
        bool known = reference_parse(finding->reading->ctx->house, supports.at[i], &reg, &id);
        if (known && str_is(str_of(reg->name), "control")) add_id(finding, &finding->proven, id);
    }
}

static enum result gather(struct finding *finding)
{
    TRY(reading_list(finding->reading, "risk", NULL, 0, &finding->risks));
    TRY(reading_list(finding->reading, "soa_line", NULL, 0, &finding->lines));
    TRY(reading_list(finding->reading, "control", NULL, 0, &finding->controls));
    TRY(reading_list(finding->reading, "evidence", NULL, 0, &finding->evidence));
    for (size_t i = 0; i < finding->risks.count; i++) {
        if (str_is(record_status(finding->risks.at[i]), "closed")) continue;
        add_ids(finding, &finding->risk_controls, finding->risks.at[i], "controls");
        add_ids(finding, &finding->cited, finding->risks.at[i], "controls");
    }
    for (size_t i = 0; i < finding->lines.count; i++)
        if (record_number_of(finding->lines.at[i], "applicable"))
            add_ids(finding, &finding->cited, finding->lines.at[i], "controls");
    for (size_t i = 0; i < finding->evidence.count; i++) gather_proof(finding, finding->evidence.at[i]);
    sort_set(&finding->risk_controls);
    sort_set(&finding->cited);
    sort_set(&finding->proven);
    return OK;
}

/* ---- the questions ---- */

static enum result risk_without_control(struct finding *finding, const struct record *risk, bool *broken)
{
    bool treated = str_is(record_text_of(risk, "treatment"), "modify") && !str_is(record_status(risk), "closed");
    *broken = treated && !reading_ids(finding->reading, risk, "controls").count;
    return OK;
}

static enum result line_without_reason(struct finding *finding, const struct record *line, bool *broken)
{
    (void)finding;
    *broken = record_number_of(line, "applicable") && record_number_of(line, "open");
    return OK;
}

static enum result exclusion_without_justification(struct finding *finding, const struct record *line, bool *broken)
{
    (void)finding;
    *broken = !record_number_of(line, "applicable") && record_number_of(line, "open");
    return OK;
}

static enum result line_without_control(struct finding *finding, const struct record *line, bool *broken)
{
    *broken = record_number_of(line, "applicable") && !reading_ids(finding->reading, line, "controls").count;
    return OK;
}

static enum result control_without_proof(struct finding *finding, const struct record *control, bool *broken)
{
    bool retired = str_is(record_status(control), "retired"), tested = record_text_of(control, "last_test").len > 0;
    *broken = !retired && holds(&finding->cited, record_id(control)) && !tested &&
              !holds(&finding->proven, record_id(control));
    return OK;
}

static enum result evidence_without_use(struct finding *finding, const struct record *evidence, bool *broken)
{
    bool valid = str_is(record_status(evidence), "valid");
    *broken = valid && !reading_texts(finding->reading, evidence, "supports").count;
    return OK;
}

static enum result control_without_use(struct finding *finding, const struct record *control, bool *broken)
{
    bool retired = str_is(record_status(control), "retired");
    *broken = !retired && !holds(&finding->cited, record_id(control)) &&
              !reading_ids(finding->reading, control, "requirements").count;
    return OK;
}

/* Left out, though a control that meets it treats a risk. */
static enum result excluded_but_needed(struct finding *finding, const struct record *line, bool *broken)
{
    struct ids controls = reading_ids(finding->reading, line, "controls");
    *broken = false;
    if (record_number_of(line, "applicable")) return OK;
    for (size_t i = 0; i < controls.count; i++) *broken |= holds(&finding->risk_controls, controls.at[i]);
    return OK;
}

/* A reason that is deleted or over: a closed risk, an obligation that has ended. What the reader may not see is left
 * alone. */
static enum result reason_gone(struct finding *finding, const struct record *line, bool *broken)
{
    struct texts reasons = reading_texts(finding->reading, line, "reasons");
    *broken = false;
    if (!record_number_of(line, "applicable")) return OK;
    for (size_t i = 0; i < reasons.count; i++) {
        const struct reg *reg;
        const struct record *record;
        int64_t id;
        if (!reference_parse(finding->reading->ctx->house, reasons.at[i], &reg, &id)) continue;
        TRY(reading_record(finding->reading, reg->name, id, &record));
        const struct state *state = record ? reg_state(reg, record_status(record)) : NULL;
        *broken |= record && (record_is_deleted(record) || (state && (state->flags & FINAL)));
    }
    return OK;
}

static const struct {
    const char *name;
    size_t list; /* offset of the list in struct finding */
    enum result (*is_broken)(struct finding *finding, const struct record *record, bool *broken);
} kinds[TRACE_KINDS] = {
    [RISK_WITHOUT_CONTROL] = {"risk_without_control", offsetof(struct finding, risks), risk_without_control},
    [LINE_WITHOUT_REASON] = {"line_without_reason", offsetof(struct finding, lines), line_without_reason},
    [EXCLUSION_WITHOUT_JUSTIFICATION] = {"exclusion_without_justification", offsetof(struct finding, lines),
                                         exclusion_without_justification},
    [LINE_WITHOUT_CONTROL] = {"line_without_control", offsetof(struct finding, lines), line_without_control},
    [CONTROL_WITHOUT_PROOF] = {"control_without_proof", offsetof(struct finding, controls), control_without_proof},
    [EVIDENCE_WITHOUT_USE] = {"evidence_without_use", offsetof(struct finding, evidence), evidence_without_use},
    [CONTROL_WITHOUT_USE] = {"control_without_use", offsetof(struct finding, controls), control_without_use},
    [EXCLUDED_BUT_NEEDED] = {"excluded_but_needed", offsetof(struct finding, lines), excluded_but_needed},
    [REASON_GONE] = {"reason_gone", offsetof(struct finding, lines), reason_gone},
};

const char *trace_kind_name(enum trace_kind kind)
{
    return kinds[kind].name;
}

static void add_break(struct finding *finding, enum trace_kind kind, const struct record *record)
{
    struct trace *trace = &finding->trace;
    if (trace->count == finding->room) {
        size_t room = finding->room ? finding->room * 2 : 64;
        trace->at = arena_grow(finding->reading->ctx->arena, trace->at, finding->room * sizeof(struct trace_break),
                               room * sizeof(struct trace_break));
        finding->room = room;
    }
    trace->at[trace->count++] = (struct trace_break){kind, record};
}

static enum result ask(struct finding *finding, enum trace_kind kind)
{
    const struct record_list *list = (const void *)((const char *)finding + kinds[kind].list);
    for (size_t i = 0; i < list->count; i++) {
        bool broken;
        TRY(kinds[kind].is_broken(finding, list->at[i], &broken));
        if (broken) add_break(finding, kind, list->at[i]);
    }
    return OK;
}

enum result trace_find(struct ctx *ctx, struct reading *reading, struct trace *trace)
{
    struct finding *finding = arena_make(ctx->arena, struct finding);
    finding->reading = reading;
    TRY(gather(finding));
    for (size_t kind = 0; kind < TRACE_KINDS; kind++) TRY(ask(finding, (enum trace_kind)kind));
    *trace = finding->trace;
    return OK;
}

void trace_write_json(struct ctx *ctx, const struct trace *trace, struct buf *out)
{
    struct json_out json = json_out_to(out);
    json_open_object(&json);
    json_key(&json, "items"), json_open_array(&json);
    for (size_t i = 0; i < trace->count; i++) {
        const struct record *record = trace->at[i].record;
        json_open_object(&json);
        json_key(&json, "kind"), json_put_text(&json, kinds[trace->at[i].kind].name);
        json_key(&json, "register"), json_put_text(&json, record->reg->name);
        json_key(&json, "id"), json_put_number(&json, record_id(record));
        json_key(&json, "reference"), json_put_str(&json, record_reference(ctx, record));
        json_key(&json, "title"), json_put_str(&json, record_title(record));
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
}
