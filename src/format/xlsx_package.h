/* The zip archive around a workbook, held to limits while it is unpacked. */
#ifndef MERLON_FORMAT_XLSX_PACKAGE_H
#define MERLON_FORMAT_XLSX_PACKAGE_H

#include "base/ctx.h"
#include "format/xml.h"

struct xlsx_package;
struct xlsx_part;

/* The bytes of `file` must live as long as the ctx's arena. limit: bytes that may be unpacked in all. */
enum result xlsx_package_open(struct ctx *ctx, struct str file, uint64_t limit, struct xlsx_package **out) MUST_USE;

bool xlsx_package_has(const struct xlsx_package *package, struct str name);
/* Opens a part, by its full name without a leading slash; letter case does not matter (OPC, ISO/IEC 29500-2). */
enum result xlsx_part_open(struct ctx *ctx, struct xlsx_package *package, struct str name,
                           struct xlsx_part **out) MUST_USE;
/* The part's XML, token by token; the fill that is handed to xml_open. */
struct xml_reader *xlsx_part_xml(struct xlsx_part *part);
/* xml_next, and INVALID with a sentence when it is bad. XML_END is OK. */
enum result xlsx_part_next(struct ctx *ctx, struct xlsx_part *part) MUST_USE;
void xlsx_part_close(struct xlsx_part *part);

#endif
