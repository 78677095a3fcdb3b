/* Kinds of fields. One table says for each kind its name and how it is stored, so that no code asks twice. */
#include "schema/field.h"

const struct kind_facts kind_facts[KINDS] = {
    [TEXT] = {"text", 0},
    [PROSE] = {"prose", 0},
    [NUMBER] = {"number", STORED_NUMBER},
    [DECIMAL] = {"decimal", 0},
    [BOOLEAN] = {"boolean", STORED_NUMBER},
    [DATE] = {"date", 0},
    [TIME] = {"time", STORED_NUMBER},
    [CHOICE] = {"choice", 0},
    [CHOICES] = {"choices", STORED_LIST | STORED_JSON},
    [SCALE] = {"scale", STORED_NUMBER},
    [RATINGS] = {"ratings", STORED_JSON},
    [LINK] = {"link", STORED_NUMBER},
    [LINKS] = {"links", STORED_LIST | STORED_JSON},
    [RECORD] = {"record", 0},
    [RECORDS] = {"records", STORED_LIST | STORED_JSON},
    [TAGS] = {"tags", STORED_LIST | STORED_JSON},
    [DATA] = {"data", STORED_JSON},
};

const char *kind_name(enum kind kind)
{
    return kind_facts[kind].name;
}

bool kind_of_name(struct str name, enum kind *kind)
{
    for (int i = 0; i < KINDS; i++)
        if (str_is(name, kind_facts[i].name)) {
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
