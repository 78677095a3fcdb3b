/* libzip unpacks; what it unpacks is counted here, because sizes in an archive's directory are only what its maker
 * says. Handles are deferred to the arena, so that an error on the way leaves nothing open. */
#include "format/xlsx_package.h"

#include "format/xlsx.h"

#include <zip.h>

enum { SMALL_PART = 1024 * 1024 }; /* below this, a high ratio is no attack */

struct xlsx_package {
    zip_t *zip;
    uint64_t unpacked, limit;
};

struct xlsx_part {
    struct xlsx_package *package;
    struct str name;
    zip_file_t *file;
    struct xml_reader xml;
    uint64_t packed, unpacked;
    const char *problem;
};

static void release_package(void *thing)
{
    struct xlsx_package *package = thing;
    if (package->zip) zip_discard(package->zip);
    package->zip = NULL;
}

static void release_part(void *thing)
{
    struct xlsx_part *part = thing;
    if (part->file) zip_fclose(part->file);
    part->file = NULL;
}

bool xlsx_looks_like(struct str file)
{
    return str_starts(file, S("PK\x03\x04")) || str_starts(file, S("PK\x05\x06")) ||
           str_starts(file, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

enum result xlsx_package_open(struct ctx *ctx, struct str file, uint64_t limit, struct xlsx_package **out)
{
    if (str_starts(file, S("\xD0\xCF\x11\xE0")))
        return fail(ctx, INVALID,
                    "The file is an old .xls workbook, or it has a password; save it as .xlsx without one.");
    struct xlsx_package *package = arena_make(ctx->arena, struct xlsx_package);
    package->limit = limit;
    arena_defer(ctx->arena, release_package, package);
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(file.at, file.len, 0, &error);
    if (source) package->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (source && !package->zip) zip_source_free(source);
    zip_error_fini(&error);
    if (!package->zip) return fail(ctx, INVALID, "The file is damaged: it is no complete .xlsx workbook.");
    if (zip_get_num_entries(package->zip, 0) > XLSX_PARTS)
        return fail(ctx, INVALID, "The workbook has more than %d parts.", XLSX_PARTS);
    *out = package;
    return OK;
}

static zip_int64_t locate(const struct xlsx_package *package, struct str name)
{
    char path[512];
    if (!name.len || name.len >= sizeof path) return -1;
    memcpy(path, name.at, name.len);
    path[name.len] = 0;
    return zip_name_locate(package->zip, path, ZIP_FL_NOCASE);
}

bool xlsx_package_has(const struct xlsx_package *package, struct str name)
{
    return locate(package, name) >= 0;
}

/* Called by the XML reader, not by libzip, so that no foreign frame is on the stack should memory run out. */
static int64_t fill(void *source, char *out, size_t room)
{
    struct xlsx_part *part = source;
    zip_int64_t got = zip_fread(part->file, out, room);
    if (got <= 0) return got;
    part->unpacked += (uint64_t)got;
    part->package->unpacked += (uint64_t)got;
    bool bomb = part->unpacked > SMALL_PART && part->unpacked / XLSX_RATIO > part->packed;
    if (bomb) part->problem = SENTENCE("it is packed suspiciously tight");
    if (part->package->unpacked > part->package->limit) part->problem = SENTENCE("the workbook is too large");
    return part->problem ? -1 : got;
}

enum result xlsx_part_open(struct ctx *ctx, struct xlsx_package *package, struct str name, struct xlsx_part **out)
{
    zip_int64_t index = locate(package, name);
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (index < 0 || zip_stat_index(package->zip, (zip_uint64_t)index, 0, &stat) != 0)
        return fail(ctx, INVALID, "The workbook is damaged: its part %.*s is missing.", PRINT(name));
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
        return fail(ctx, INVALID, "The workbook has a password; save it without one.");
    struct xlsx_part *part = arena_make(ctx->arena, struct xlsx_part);
    part->package = package;
    part->name = arena_copy(ctx->arena, name);
    part->packed = stat.valid & ZIP_STAT_COMP_SIZE ? stat.comp_size : 0;
    arena_defer(ctx->arena, release_part, part);
    part->file = zip_fopen_index(package->zip, (zip_uint64_t)index, 0);
    if (!part->file) return fail(ctx, INVALID, "The workbook is damaged: its part %.*s is unreadable.", PRINT(name));
    part->xml = xml_open(ctx->arena, fill, part);
    *out = part;
    return OK;
}

struct xml_reader *xlsx_part_xml(struct xlsx_part *part)
{
    return &part->xml;
}

enum result xlsx_part_next(struct ctx *ctx, struct xlsx_part *part)
{
    if (xml_next(&part->xml) != XML_BAD) return OK;
    const char *problem = part->problem ? part->problem : part->xml.problem;
    return fail(ctx, INVALID, "The workbook cannot be read: in its part %.*s, %s.", PRINT(part->name), problem);
}

void xlsx_part_close(struct xlsx_part *part)
{
    release_part(part);
}
