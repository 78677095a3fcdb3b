/* Risks: what could happen, how bad it would be, and what is done about it (ISO/IEC 27001 6.1.2, 6.1.3, 8.2, 8.3).
 * Ratings are inherent (without controls), current and target; levels follow from the methodology's matrix. */
#include "records/house.h"
#include "records/records.h"
#include "registers/risk/method.h"

enum {
    TITLE_,
    DESCRIPTION,
    KIND,
    ASSESSMENT,
    ASSETS,
    THREATS,
    VULNERABILITIES,
    CONTROLS,
    INHERENT_LIKELIHOOD,
    INHERENT_CONSEQUENCES,
    INHERENT_REASON,
    INHERENT_CONSEQUENCE,
    INHERENT_LEVEL,
    INHERENT_RANK,
    CURRENT_LIKELIHOOD,
    CURRENT_CONSEQUENCES,
    CURRENT_REASON,
    CURRENT_CONSEQUENCE,
    CURRENT_LEVEL,
    CURRENT_RANK,
    TARGET_LIKELIHOOD,
    TARGET_CONSEQUENCES,
    TARGET_REASON,
    TARGET_CONSEQUENCE,
    TARGET_LEVEL,
    TARGET_RANK,
    TREATMENT,
    TREATMENT_REASON,
    APPETITE,
    ATTENTION,
    REVIEW_ON,
    FIELDS
};

static const char *const kinds[] = {"threat", "opportunity", NULL};
static const char *const treatments[] = {"modify", "avoid", "share", "retain", "enhance", "exploit", NULL};
static const char *const appetites[] = {"acceptable", "tolerable", "unacceptable", NULL};
static const char *const attentions[] = {"none", "untreated", "method_changed", NULL};

static const struct field fields[FIELDS] = {
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 200, .flags = REQUIRED | SEARCH | LISTED | TITLE | INDEXED},
    [DESCRIPTION] = {.name = "description", .kind = PROSE, .flags = SEARCH},
    [KIND] = {.name = "kind", .kind = CHOICE, .choices = kinds, .flags = REQUIRED, .fallback = "\"threat\""},
    [ASSESSMENT] = {.name = "assessment", .kind = LINK, .target = "risk_assessment", .flags = REQUIRED},
    [ASSETS] = {.name = "assets", .kind = LINKS, .target = "asset", .flags = LISTED},
    [THREATS] = {.name = "threats", .kind = LINKS, .target = "threat"},
    [VULNERABILITIES] = {.name = "vulnerabilities", .kind = PROSE, .flags = SEARCH},
    [CONTROLS] = {.name = "controls", .kind = LINKS, .target = "control", .group = "treatment"},
    [INHERENT_LIKELIHOOD] = {.name = "inherent_likelihood", .kind = SCALE, .scale = "likelihood", .group = "inherent"},
    [INHERENT_CONSEQUENCES] = {.name = "inherent_consequences", .kind = RATINGS, .group = "inherent"},
    [INHERENT_REASON] = {.name = "inherent_reason", .kind = PROSE, .flags = SEARCH, .group = "inherent"},
    [INHERENT_CONSEQUENCE] = {.name = "inherent_consequence", .kind = NUMBER, .flags = DERIVED, .group = "inherent"},
    [INHERENT_LEVEL] = {.name = "inherent_level", .kind = TEXT, .flags = DERIVED, .group = "inherent"},
    [INHERENT_RANK] = {.name = "inherent_rank", .kind = NUMBER, .flags = DERIVED, .group = "inherent"},
    [CURRENT_LIKELIHOOD] = {.name = "current_likelihood", .kind = SCALE, .scale = "likelihood", .group = "current"},
    [CURRENT_CONSEQUENCES] = {.name = "current_consequences", .kind = RATINGS, .group = "current"},
    [CURRENT_REASON] = {.name = "current_reason", .kind = PROSE, .flags = SEARCH, .group = "current"},
    [CURRENT_CONSEQUENCE] = {.name = "current_consequence", .kind = NUMBER, .flags = DERIVED, .group = "current"},
    [CURRENT_LEVEL] = {.name = "current_level", .kind = TEXT, .flags = DERIVED | LISTED, .group = "current"},
    [CURRENT_RANK] = {.name = "current_rank", .kind = NUMBER, .flags = DERIVED | INDEXED, .group = "current"},
    [TARGET_LIKELIHOOD] = {.name = "target_likelihood", .kind = SCALE, .scale = "likelihood", .group = "target"},
    [TARGET_CONSEQUENCES] = {.name = "target_consequences", .kind = RATINGS, .group = "target"},
    [TARGET_REASON] = {.name = "target_reason", .kind = PROSE, .flags = SEARCH, .group = "target"},
    [TARGET_CONSEQUENCE] = {.name = "target_consequence", .kind = NUMBER, .flags = DERIVED, .group = "target"},
    [TARGET_LEVEL] = {.name = "target_level", .kind = TEXT, .flags = DERIVED, .group = "target"},
    [TARGET_RANK] = {.name = "target_rank", .kind = NUMBER, .flags = DERIVED, .group = "target"},
    [TREATMENT] = {.name = "treatment", .kind = CHOICE, .choices = treatments, .flags = LISTED, .group = "treatment"},
    [TREATMENT_REASON] = {.name = "treatment_reason", .kind = PROSE, .flags = SEARCH, .group = "treatment"},
    [APPETITE] =
        {.name = "appetite", .kind = CHOICE, .choices = appetites, .flags = DERIVED | LISTED, .group = "treatment"},
    [ATTENTION] =
        {.name = "attention", .kind = CHOICE, .choices = attentions, .flags = DERIVED | INDEXED, .group = "treatment"},
    [REVIEW_ON] = {.name = "review_on", .kind = DATE, .group = "treatment"},
};

/* One rating: three given fields and the three that follow from them. */
struct rating {
    const char *name;
    size_t likelihood, consequences, consequence, level, rank;
};
static const struct rating ratings[] = {
    {"inherent", INHERENT_LIKELIHOOD, INHERENT_CONSEQUENCES, INHERENT_CONSEQUENCE, INHERENT_LEVEL, INHERENT_RANK},
    {"current", CURRENT_LIKELIHOOD, CURRENT_CONSEQUENCES, CURRENT_CONSEQUENCE, CURRENT_LEVEL, CURRENT_RANK},
    {"target", TARGET_LIKELIHOOD, TARGET_CONSEQUENCES, TARGET_CONSEQUENCE, TARGET_LEVEL, TARGET_RANK},
};

static const struct state states[] = {
    {.name = "identified", .tone = NEUTRAL, .flags = INITIAL},
    {.name = "analysed", .tone = ACTIVE},
    {.name = "evaluated", .tone = ACTIVE},
    {.name = "in_treatment", .tone = WARNING},
    {.name = "monitored", .tone = GOOD},
    {.name = "closed", .tone = NEUTRAL, .flags = FINAL | LOCKED},
    {0},
};

/* ---- what the ratings give ---- */

static void derive_rating(const struct method *method, const struct rating *rating, int64_t consequence,
                          struct record *risk)
{
    struct level level;
    risk->own[rating->consequence] = value_id(consequence);
    if (method_level(method, record_number(risk, rating->likelihood), consequence, &level)) {
        record_set_text(risk, rating->level, level.name);
        record_set_number(risk, rating->rank, level.rank);
        return;
    }
    record_set_null(risk, rating->level);
    record_set_null(risk, rating->rank);
}

/* The treatment actions or acceptances of a risk. */
static enum result those_of(struct ctx *ctx, const struct record *risk, const char *reg, struct record_list *list)
{
    *list = (struct record_list){0};
    if (!record_id(risk)) return OK;
    return records_where(ctx, house_register(ctx->house, str_of(reg)), "risk", value_number(record_id(risk)), list);
}

static enum result is_being_treated(struct ctx *ctx, const struct record *risk, bool *treated)
{
    struct record_list actions;
    *treated = false;
    TRY(those_of(ctx, risk, "treatment_action", &actions));
    for (size_t i = 0; i < actions.count; i++) *treated |= str_is(record_status(actions.at[i]), "in_progress");
    return OK;
}

/* Whoever accepted a risk accepted it at the level that it had: one that has risen since wants another look, by the
 * role which the higher level demands. */
static enum result is_accepted(struct ctx *ctx, const struct method *method, const struct record *risk, bool *accepted)
{
    struct record_list acceptances;
    *accepted = false;
    TRY(those_of(ctx, risk, "acceptance", &acceptances));
    for (size_t i = 0; i < acceptances.count; i++) {
        struct str level = record_text_of(acceptances.at[i], "level");
        bool covers = method_rank(method, level) >= record_number(risk, CURRENT_RANK);
        *accepted |= covers && str_is(record_status(acceptances.at[i]), "accepted");
    }
    return OK;
}

/* Above appetite with neither a treatment in progress nor a valid acceptance is overdue work (product.md, "Risk"). */
static enum result is_untreated(struct ctx *ctx, const struct method *method, const struct record *risk,
                                bool *untreated)
{
    bool treated, accepted;
    struct str appetite = record_text(risk, APPETITE);
    *untreated = false;
    if (!appetite.len || str_is(appetite, "acceptable") || str_is(record_status(risk), "closed")) return OK;
    if (str_is(record_text(risk, KIND), "opportunity")) return OK;
    TRY(is_being_treated(ctx, risk, &treated));
    TRY(is_accepted(ctx, method, risk, &accepted));
    *untreated = !treated && !accepted;
    return OK;
}

/* Gives the highest consequence. */
static int64_t check_rating(struct ctx *ctx, const struct method *method, const struct rating *rating,
                            const struct record *risk)
{
    struct str unknown;
    int64_t likelihood = record_number(risk, rating->likelihood);
    int64_t consequence = method_consequence(method, record_data(ctx, risk, rating->consequences), &unknown);
    if (likelihood > method->likelihood_steps)
        fail_field(ctx, fields[rating->likelihood].name, "out_of_range",
                   "The %s likelihood goes to %lld in this methodology.", rating->name,
                   (long long)method->likelihood_steps);
    if (unknown.len)
        fail_field(ctx, fields[rating->consequences].name, "unknown",
                   "The methodology has no consequence criterion \"%.*s\".", PRINT(str_slice(unknown, 0, 60)));
    if (consequence > method->consequence_steps)
        fail_field(ctx, fields[rating->consequences].name, "out_of_range",
                   "The %s consequence goes to %lld in this methodology.", rating->name,
                   (long long)method->consequence_steps);
    return consequence;
}

/* The method is read once, for the rules about ratings and for what follows from them. */
static enum result derive(struct ctx *ctx, struct record *risk)
{
    struct method method;
    struct level level;
    bool untreated = false;
    enum result found = method_hold(ctx, risk, &method);
    if (found != OK) return found == NOT_FOUND ? OK : found;
    for (size_t i = 0; i < COUNT(ratings); i++)
        derive_rating(&method, &ratings[i], check_rating(ctx, &method, &ratings[i], risk), risk);
    if (method_level(&method, record_number(risk, CURRENT_LIKELIHOOD), record_number(risk, CURRENT_CONSEQUENCE),
                     &level))
        record_set_text(risk, APPETITE, level.appetite);
    else
        record_set_null(risk, APPETITE);
    TRY(is_untreated(ctx, &method, risk, &untreated));
    record_set_text(risk, ATTENTION, method.superseded ? S("method_changed") : untreated ? S("untreated") : S("none"));
    return OK;
}

/* ---- rules over several fields ---- */

static void check_treatment(struct ctx *ctx, const struct record *risk)
{
    struct str treatment = record_text(risk, TREATMENT);
    bool upside = str_is(record_text(risk, KIND), "opportunity");
    bool for_upside = str_is(treatment, "enhance") || str_is(treatment, "exploit");
    bool for_threat = str_is(treatment, "modify") || str_is(treatment, "avoid");
    if (upside ? for_threat : for_upside)
        fail_field(ctx, "treatment", "choice",
                   upside ? "An opportunity is enhanced, exploited, shared or retained."
                          : "A threat is modified, avoided, shared or retained.");
}

static enum result check(struct ctx *ctx, const struct record *before, const struct record *risk)
{
    (void)before;
    check_treatment(ctx, risk);
    return OK;
}

/* ---- steps ---- */

static enum result has_level(struct ctx *ctx, const struct record *risk)
{
    if (!record_is_null(risk, CURRENT_LEVEL)) return OK;
    return fail(ctx, CONFLICT, "The risk has no level yet: rate likelihood and consequences first.");
}

/* A risk may rest when it is within appetite or somebody entitled has accepted it. */
static enum result may_rest(struct ctx *ctx, const struct record *risk)
{
    bool accepted;
    struct method method;
    if (str_is(record_text(risk, APPETITE), "acceptable") || str_is(record_text(risk, KIND), "opportunity")) return OK;
    TRY(method_of_risk(ctx, risk, &method));
    TRY(is_accepted(ctx, &method, risk, &accepted));
    if (accepted) return OK;
    return fail(ctx, CONFLICT,
                "The level is above appetite: treat the risk until it is acceptable, or have it accepted.");
}

static const struct transition transitions[] = {
    {.name = "analyse",
     .from = {"identified"},
     .to = "analysed",
     .needs = CHANGE,
     .asks = {"current_likelihood", "current_consequences", "inherent_likelihood", "inherent_consequences"},
     .demands = {"current_likelihood", "current_consequences"}},
    {.name = "evaluate",
     .from = {"analysed"},
     .to = "evaluated",
     .needs = CHANGE,
     .asks = {"treatment", "treatment_reason"},
     .demands = {"treatment"},
     .guard = has_level},
    {.name = "treat", .from = {"evaluated", "monitored"}, .to = "in_treatment", .needs = CHANGE},
    {.name = "monitor", .from = {"evaluated", "in_treatment"}, .to = "monitored", .needs = CHANGE, .guard = may_rest},
    {.name = "look_again",
     .from = {"analysed", "evaluated", "in_treatment", "monitored"},
     .to = "identified",
     .needs = CHANGE},
    {.name = "close",
     .from = {"identified", "analysed", "evaluated", "in_treatment", "monitored"},
     .to = "closed",
     .needs = CHANGE,
     .asks = {"treatment_reason"},
     .demands = {"treatment_reason"}},
    {.name = "reopen", .from = {"closed"}, .to = "identified", .needs = CHANGE},
    {0},
};

const struct reg risk_register = {
    .name = "risk",
    .prefix = "RSK",
    .room = "risk",
    .fields = fields,
    .field_count = FIELDS,
    .states = states,
    .transitions = transitions,
    .derive = derive,
    .check = check,
};
