/* Requirements: the nodes of a framework's tree. Those that are `assessable` are what one complies with; those in the
 * `reference_list` get a line in a Statement of Applicability (for ISO/IEC 27001, the controls of Annex A). */
#include "records/records.h"

enum {
    TITLE_,
    IDENTIFIER,
    FRAMEWORK,
    PARENT,
    POSITION,
    ASSESSABLE,
    REFERENCE_LIST,
    WITHDRAWN,
    TEXT_,
    GUIDANCE,
    ATTRIBUTES,
    FIELDS
};

static const struct field fields[FIELDS] = {
    [IDENTIFIER] = {.name = "identifier",
                    .kind = TEXT,
                    .max = 60,
                    .flags = REQUIRED | SEARCH | LISTED | INDEXED | NAMES | CITED},
    [TITLE_] = {.name = "title", .kind = TEXT, .max = 400, .flags = REQUIRED | SEARCH | LISTED | TITLE},
    [FRAMEWORK] = {.name = "framework", .kind = LINK, .target = "framework", .flags = REQUIRED | LISTED | FIXED},
    [PARENT] = {.name = "parent", .kind = LINK, .target = "requirement"},
    [POSITION] = {.name = "position", .kind = NUMBER, .flags = INDEXED},
    [ASSESSABLE] = {.name = "assessable", .kind = BOOLEAN, .fallback = "true"},
    [REFERENCE_LIST] = {.name = "reference_list", .kind = BOOLEAN, .fallback = "false"},
    [WITHDRAWN] = {.name = "withdrawn", .kind = BOOLEAN, .fallback = "false"},
    [TEXT_] = {.name = "text", .kind = PROSE, .flags = SEARCH},
    [GUIDANCE] = {.name = "guidance", .kind = PROSE, .flags = SEARCH},
    [ATTRIBUTES] = {.name = "attributes", .kind = DATA},
};

const struct reg requirement_register = {
    .name = "requirement",
    .prefix = "REQ",
    .room = "compliance",
    .flags = GLOBAL | NO_OWNER,
    .fields = fields,
    .field_count = FIELDS,
};
