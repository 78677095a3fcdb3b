/* Fields: each kind needs some members of struct field and has no use for others; some flags contradict each other.
 * Both are tables, so that a kind or a flag that comes new is a line here. */
#include "schema/lint_parts.h"

#include "format/json.h"
#include "schema/parse.h"

#define KIND(kind) (1u << (kind))

enum {
    WITH_CHOICES = KIND(CHOICE) | KIND(CHOICES),
    WITH_TARGET = KIND(LINK) | KIND(LINKS),
    WITH_TARGETS = KIND(RECORD) | KIND(RECORDS),
    WITH_TEXT = KIND(TEXT) | KIND(PROSE),
    WITH_BOUNDS = WITH_TEXT | KIND(NUMBER) | KIND(SCALE),
    ANY_KIND = KIND(KINDS) - 1,
    PLAIN = ANY_KIND & ~(unsigned)(WITH_TARGET | WITH_TARGETS),
    STORED_ALONE = KIND(TEXT) | KIND(NUMBER) | KIND(DATE) | KIND(CHOICE) | KIND(LINK) | KIND(RECORD),
    STORED_SINGLE = STORED_ALONE | KIND(DECIMAL) | KIND(BOOLEAN) | KIND(TIME) | KIND(SCALE),
};

/* ---- members ---- */

static bool has_choices(const struct field *field)
{
    return field->choices && field->choices[0];
}

static bool has_target(const struct field *field)
{
    return field->target;
}

static bool has_targets(const struct field *field)
{
    return field->targets;
}

static bool has_scale(const struct field *field)
{
    return field->scale;
}

static bool has_bounds(const struct field *field)
{
    return field->min || field->max;
}

static bool has_fallback(const struct field *field)
{
    return field->fallback;
}

static const struct {
    const char *name;
    bool (*given)(const struct field *field);
    unsigned needed, allowed; /* kinds */
    const char *meaning;
} members[] = {
    {".choices", has_choices, WITH_CHOICES, WITH_CHOICES, "names of what may be chosen, closed by NULL"},
    {".target", has_target, WITH_TARGET, WITH_TARGET, "the register that it links to"},
    {".targets", has_targets, 0, WITH_TARGETS, "the registers that it may name"},
    {".scale", has_scale, KIND(SCALE), KIND(SCALE), "the name of a scale of the methodology"},
    {".min and .max", has_bounds, 0, WITH_BOUNDS, "bounds of a number or of the length of a text"},
    {".fallback", has_fallback, 0, PLAIN, "the value when a request does not name the field"},
};

static void lint_members(const struct lint *lint, const char *where, const struct field *field)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        bool given = members[i].given(field);
        const char *kind = kind_name(field->kind);
        if (!given && members[i].needed & KIND(field->kind))
            fail_field(lint->ctx, where, "member_missing", "A field of kind %s needs %s: %s.", kind, members[i].name,
                       members[i].meaning);
        if (given && !(members[i].allowed & KIND(field->kind)))
            fail_field(lint->ctx, where, "member_idle", "A field of kind %s has no use for %s (%s): leave it out.",
                       kind, members[i].name, members[i].meaning);
    }
    if (field->custom) fail_field(lint->ctx, where, "custom", "Custom fields are made by administrators: no .custom.");
    if (field->max < field->min)
        fail_field(lint->ctx, where, "bounds", ".min %lld is above .max %lld: name both, or neither.",
                   (long long)field->min, (long long)field->max);
}

/* ---- flags ---- */

static const struct {
    unsigned flags; /* not all of these together */
    const char *why;
} contradictions[] = {
    {DERIVED | REQUIRED, "DERIVED and REQUIRED: requests cannot bring what is computed"},
    {DERIVED | FIXED, "DERIVED and FIXED: what is computed changes with what it is computed from"},
    {DERIVED | BY_TRANSITION, "DERIVED and BY_TRANSITION: a step may stamp or set a DERIVED field as it is"},
    {FIXED | BY_TRANSITION, "FIXED and BY_TRANSITION: it could not be set at creation nor later"},
    {REQUIRED | BY_TRANSITION,
     "REQUIRED and BY_TRANSITION: no record could be created; name it in .demands of the step"},
};

static const struct {
    unsigned flag, kinds;
    const char *why;
} flag_kinds[] = {
    {TITLE, WITH_TEXT, "TITLE is for a TEXT: what people call the record"},
    {SEARCH, WITH_TEXT, "SEARCH is for TEXT and PROSE: other kinds are found by filters"},
    {NAMES, KIND(TEXT), "NAMES is for a TEXT by which people link to the record"},
    {CITED, KIND(TEXT), "CITED is for a TEXT that stands before the title"},
    {BY_USER, KIND(NUMBER), "BY_USER is for a NUMBER that is a user's id"},
    {A_FILE, KIND(NUMBER), "A_FILE is for a NUMBER that is the id of a file"},
    {TELLS, KIND(LINKS), "TELLS is for LINKS to persons"},
    {UNIQUE, STORED_ALONE, "UNIQUE is for a single text, number, date, choice or link"},
    {INDEXED, STORED_SINGLE, "INDEXED is for what is stored as one value; of links there is an index anyway"},
};

static void lint_flags(const struct lint *lint, const char *where, const struct field *field)
{
    for (size_t i = 0; i < COUNT(contradictions); i++)
        if ((field->flags & contradictions[i].flags) == contradictions[i].flags)
            fail_field(lint->ctx, where, "flags", "%s.", contradictions[i].why);
    for (size_t i = 0; i < COUNT(flag_kinds); i++)
        if (field->flags & flag_kinds[i].flag && !(flag_kinds[i].kinds & KIND(field->kind)))
            fail_field(lint->ctx, where, "flags", "%s.", flag_kinds[i].why);
    bool persons = field->target && str_is(S("person"), field->target);
    if (field->flags & TELLS && field->kind == LINKS && !persons)
        fail_field(lint->ctx, where, "flags", "TELLS is for LINKS to persons: its .target is \"person\".");
}

/* ---- what it names ---- */

static void lint_target(const struct lint *lint, const char *where, const char *target)
{
    if (target && !lint_register(lint, target))
        fail_field(lint->ctx, where, "target", "There is no register \"%s\" to link to.", target);
}

static void lint_choices(const struct lint *lint, const char *where, const struct field *field)
{
    for (const char *const *choice = field->choices; choice && *choice; choice++) {
        if (!lint_is_name(*choice))
            fail_field(lint->ctx, where, "name", "The choice \"%s\" is no name: lower case, digits, underscores.",
                       *choice);
        for (const char *const *before = field->choices; before != choice; before++)
            if (str_is(str_of(*before), *choice))
                fail_field(lint->ctx, where, "twice", "The choice \"%s\" stands there twice.", *choice);
    }
}

/* It is read as a value from a request is, and so are its complaints. */
static void lint_fallback(const struct lint *lint, const char *where, const struct field *field)
{
    struct json *json;
    struct value value;
    bool readable = PLAIN & KIND(field->kind) && (has_choices(field) || !(WITH_CHOICES & KIND(field->kind)));
    if (!field->fallback || !readable) return;
    if (json_parse(lint->ctx, str_of(field->fallback), &json) != OK)
        fail_field(lint->ctx, where, "fallback", "The .fallback %s is no JSON; a text is written \"\\\"text\\\"\".",
                   field->fallback);
    else
        (void)!field_parse(lint->ctx, field, where, json, &value);
}

static void lint_field_name(const struct lint *lint, const struct reg *reg, const char *where, size_t index)
{
    const struct field *field = &reg->fields[index];
    size_t at = 0;
    if (!lint_is_name(field->name))
        fail_field(lint->ctx, where, "name",
                   "\"%s\" is no name: lower case, digits, underscores after a letter, at most %d.", field->name,
                   NAME_MOST);
    if (row_find(reg, str_of(field->name), &at) && at < COMMON)
        fail_field(lint->ctx, where, "twice", "Every record has \"%s\" already (schema/common.h): another name.",
                   field->name);
    else if (at != COMMON + index)
        fail_field(lint->ctx, where, "twice", "Two fields are called \"%s\".", field->name);
    struct str longest = arena_print(lint->ctx->arena, "%s_%s_live_unique", lint_reg_name(reg), field->name);
    bool indexed = field->flags & (INDEXED | UNIQUE) || field->kind == LINK;
    if (indexed && longest.len > INDEX_NAME_MOST)
        fail_field(lint->ctx, where, "name",
                   "The name of its index is longer than the %d bytes of a database: a shorter name.", INDEX_NAME_MOST);
}

static void lint_field(const struct lint *lint, const struct reg *reg, size_t index)
{
    const struct field *field = &reg->fields[index];
    const char *where = arena_print(lint->ctx->arena, "%s/fields/%s", lint_reg_name(reg), field->name).at;
    lint_field_name(lint, reg, where, index);
    lint_members(lint, where, field);
    lint_flags(lint, where, field);
    lint_target(lint, where, field->target);
    for (const char *const *target = field->targets; target && *target; target++) lint_target(lint, where, *target);
    lint_choices(lint, where, field);
    lint_fallback(lint, where, field);
}

/* A member of the enum without a line in the table leaves a hole without a name; nothing more can be said of it. */
static bool has_holes(const struct lint *lint, const struct reg *reg)
{
    size_t holes = 0;
    for (size_t i = 0; i < reg->field_count; i++) {
        const char *before = i ? reg->fields[i - 1].name : NULL;
        if (reg->fields[i].name) continue;
        const char *where = arena_print(lint->ctx->arena, "%s/fields/%zu", lint_reg_name(reg), i).at;
        fail_field(lint->ctx, where, "hole",
                   "The enum has a member that the table of fields has no line for: number %zu, after \"%s\".", i,
                   before ? before : "");
        holes++;
    }
    return holes;
}

/* What verify and serving compare a file with. */
static void lint_file(const struct lint *lint, const struct reg *reg, const char *where)
{
    static const char *const beside[] = {"file_size", "sha256"};
    const struct field *file = reg_file_field(reg, NULL);
    for (size_t i = 0; file && i < COUNT(beside); i++)
        if (!reg_field(reg, str_of(beside[i]), NULL))
            fail_field(lint->ctx, where, "file", "\"%s\" is A_FILE and needs a field \"%s\" beside it.", file->name,
                       beside[i]);
}

void lint_fields(const struct lint *lint, const struct reg *reg)
{
    const char *where = arena_print(lint->ctx->arena, "%s/fields", lint_reg_name(reg)).at;
    size_t titles = 0;
    if (has_holes(lint, reg)) return;
    for (size_t i = 0; i < reg->field_count; i++) {
        titles += (reg->fields[i].flags & TITLE) != 0;
        lint_field(lint, reg, i);
    }
    lint_file(lint, reg, where);
    if (titles != 1) fail_field(lint->ctx, where, "title", "%zu fields have the flag TITLE; exactly one does.", titles);
}
