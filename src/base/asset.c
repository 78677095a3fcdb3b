/* The table is sorted when it is written, so that a look-up is a binary search and a folder is one run of it. */
#include "base/asset.h"

/* The first asset whose name does not come before `name`. */
static size_t lower_bound(const struct asset *assets, size_t count, struct str name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(str_of(assets[middle].name), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct asset *asset_find(const struct asset *assets, size_t count, struct str name)
{
    size_t at = lower_bound(assets, count, name);
    return at < count && str_is(name, assets[at].name) ? &assets[at] : NULL;
}

const struct asset *asset_below(const struct asset *assets, size_t all, struct str prefix, size_t *count)
{
    size_t first = lower_bound(assets, all, prefix), end = first;
    while (end < all && str_starts(str_of(assets[end].name), prefix)) end++;
    *count = end - first;
    return *count ? assets + first : NULL;
}
