/* Small JSON Schemas in a notation that fits a line, for what the interface answers beside records:
 *
 *     {items:[{name:string, due:date?, changes:[{field:string, before:any}]}], next:string?}
 *
 * integer, number, boolean, string, date, time, object (any members), any; @name is #/components/schemas/name and
 * @{register} a record's; [x] a list, <x> an object whose members are all x; ? lets it be null; "name?:" may be
 * missing. Objects are closed. */
#ifndef MERLON_API_OPENAPI_SHAPE_H
#define MERLON_API_OPENAPI_SHAPE_H

#include "format/json_out.h"

/* Writes the schema. The text is one of our own tables; `reg` is the name that @{register} stands for, or NULL. */
void shape_write(struct json_out *out, const char *shape, const char *reg);

#endif
