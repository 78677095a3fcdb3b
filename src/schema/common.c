/* The fields of every record. Their order is the order of columns and of JSON. */
#include "schema/common.h"

const struct field common_fields[COMMON] = {
    [C_ID] = {.name = "id", .kind = NUMBER, .flags = DERIVED},
    [C_UNIT] = {.name = "unit", .kind = LINK, .target = "unit", .flags = INDEXED},
    [C_OWNER] = {.name = "owner", .kind = LINK, .target = "person", .flags = INDEXED},
    [C_STATUS] = {.name = "status", .kind = TEXT, .flags = DERIVED | INDEXED},
    [C_VERSION] = {.name = "version", .kind = NUMBER, .flags = DERIVED},
    [C_CREATED_AT] = {.name = "created_at", .kind = TIME, .flags = DERIVED},
    [C_CREATED_BY] = {.name = "created_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [C_CHANGED_AT] = {.name = "changed_at", .kind = TIME, .flags = DERIVED},
    [C_CHANGED_BY] = {.name = "changed_by", .kind = NUMBER, .flags = DERIVED | BY_USER},
    [C_DELETED_AT] = {.name = "deleted_at", .kind = TIME, .flags = DERIVED},
    [C_TAGS] = {.name = "tags", .kind = TAGS},
    [C_CUSTOM] = {.name = "custom", .kind = DATA},
};

const struct field *row_field(const struct reg *reg, size_t index)
{
    return index < COMMON ? &common_fields[index] : &reg->fields[index - COMMON];
}

size_t row_width(const struct reg *reg)
{
    return COMMON + reg->field_count;
}

/* The first letter tells most names apart without a call. */
static bool is_named(const struct field *field, struct str name)
{
    return field->name[0] == name.at[0] && strncmp(field->name, name.at, name.len) == 0 && !field->name[name.len];
}

const struct field *row_find(const struct reg *reg, struct str name, size_t *index)
{
    size_t width = name.len ? row_width(reg) : 0;
    for (size_t i = 0; i < width; i++) {
        const struct field *field = row_field(reg, i);
        if (!is_named(field, name)) continue;
        if (index) *index = i;
        return field;
    }
    return NULL;
}

bool row_has(const struct reg *reg, const struct field *field)
{
    if (field == &common_fields[C_UNIT]) return !(reg->flags & (GLOBAL | IS_UNIT));
    if (field == &common_fields[C_OWNER]) return !(reg->flags & NO_OWNER);
    return true;
}

bool field_is_writable(const struct field *field)
{
    return !(field->flags & DERIVED);
}
