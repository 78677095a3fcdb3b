/* Kinds of fields. One table says for each kind its name and how it is stored, so that no code asks twice. */
#include "schema/field.h"

enum { AS_LIST = 1, AS_JSON = 2, AS_NUMBER = 4 };

static const struct {
    const char *name;
    unsigned stored;
} kinds[KINDS] = {
    [TEXT] = {"text", 0},
    [PROSE] = {"prose", 0},
    [NUMBER] = {"number", AS_NUMBER},
    [DECIMAL] = {"decimal", 0},
    [BOOLEAN] = {"boolean", AS_NUMBER},
    [DATE] = {"date", 0},
    [TIME] = {"time", AS_NUMBER},
    [CHOICE] = {"choice", 0},
    [CHOICES] = {"choices", AS_LIST | AS_JSON},
    [SCALE] = {"scale", AS_NUMBER},
    [RATINGS] = {"ratings", AS_JSON},
    [LINK] = {"link", AS_NUMBER},
    [LINKS] = {"links", AS_LIST | AS_JSON},
    [RECORD] = {"record", 0},
    [RECORDS] = {"records", AS_LIST | AS_JSON},
    [TAGS] = {"tags", AS_LIST | AS_JSON},
    [DATA] = {"data", AS_JSON},
};

const char *kind_name(enum kind kind)
{
    return kinds[kind].name;
}

bool kind_of_name(struct str name, enum kind *kind)
{
    for (int i = 0; i < KINDS; i++)
        if (str_is(name, kinds[i].name)) {
            *kind = (enum kind)i;
            return true;
        }
    return false;
}

bool field_bounds(const struct field *field, int64_t *min, int64_t *max)
{
    enum { LONGEST_LINE = 200, LONGEST_PROSE = 20000, LONGEST_SCALE = 10 };
    bool declared = field->min || field->max;
    *min = field->min;
    *max = field->max;
    switch (field->kind) {
    case NUMBER: return declared;
    case SCALE:
        if (!declared) *min = 1, *max = LONGEST_SCALE;
        return true;
    case TEXT:
        if (!field->max) *max = LONGEST_LINE;
        return true;
    case PROSE:
        if (!field->max) *max = LONGEST_PROSE;
        return true;
    default: return false;
    }
}

bool kind_is_list(enum kind kind)
{
    return kinds[kind].stored & AS_LIST;
}

bool kind_is_json(enum kind kind)
{
    return kinds[kind].stored & AS_JSON;
}

bool kind_is_number(enum kind kind)
{
    return kinds[kind].stored & AS_NUMBER;
}
