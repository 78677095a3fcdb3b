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

/* The first letter tells most names apart without a call. A name from outside may hold a NUL. */
static bool is_named(const struct field *field, struct str name)
{
    return field->name[0] == name.at[0] && str_is(name, field->name);
}

const struct field *row_find_from(const struct reg *reg, struct str name, size_t *index)
{
    size_t width = row_width(reg), at = *index;
    for (size_t tried = 0; name.len && tried < width; tried++, at++) {
        if (at >= width) at = 0;
        if (!is_named(row_field(reg, at), name)) continue;
        *index = at;
        return row_field(reg, at);
    }
    return NULL;
}

const struct field *row_find(const struct reg *reg, struct str name, size_t *index)
{
    size_t at = 0;
    const struct field *field = row_find_from(reg, name, &at);
    if (field && index) *index = at;
    return field;
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
