/* Files that were embedded at build: the browser's pages (named "ui/...") and what lies in content/ (named by its path
 * there, "frameworks/iso27001-2022.json", "labels/en.json"). Written by tools/embed.sh, sorted by name.
 * Only the program is linked with the table; rooms are handed it, and their tests hand in one of their own. */
#ifndef MERLON_BASE_ASSET_H
#define MERLON_BASE_ASSET_H

#include "base/str.h"

struct asset {
    const char *name;
    const char *content_type; /* "text/html; charset=utf-8" */
    const char *hash;         /* of the bytes, 32 hexadecimal digits of their SHA-256: an ETag without its quotes */
    struct str bytes;         /* followed by a NUL that is not counted */
    struct str brotli, gzip;  /* the same, compressed; empty where that gains nothing */
};

extern const struct asset embedded_assets[];
extern const size_t embedded_asset_count;

/* NULL when there is none of that name. */
const struct asset *asset_find(const struct asset *assets, size_t count, struct str name);

/* The part of the sorted table whose names start with prefix, for "every framework"; *count is 0 when there is none. */
const struct asset *asset_below(const struct asset *assets, size_t all, struct str prefix, size_t *count);

#endif
