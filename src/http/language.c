/* Weights are whole thousandths, since RFC 9110 allows three digits. A header may name hundreds of languages; each is
 * looked at once. */
#include "http/language.h"

enum { WEIGHT_MOST = 1000 };

/* "0.5" is 500; -1 when it is no weight. */
static int parse_weight(struct str text)
{
    int weight = 0, place = WEIGHT_MOST;
    if (!text.len || text.len > 5 || (text.len > 1 && text.at[1] != '.')) return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (i == 1) continue;
        if (text.at[i] < '0' || text.at[i] > '9') return -1;
        weight += (text.at[i] - '0') * place;
        place /= 10;
    }
    return weight <= WEIGHT_MOST ? weight : -1;
}

/* Cuts "de-AT ; q=0.5" into its range and weight; -1 when it cannot be read. */
static int read_range(struct str piece, struct str *range)
{
    struct str rest = piece;
    if (!str_cut(&rest, ';', range)) return -1;
    *range = str_trim(*range);
    rest = str_trim(rest);
    if (!rest.len) return WEIGHT_MOST;
    if (!str_eq_nocase(str_slice(rest, 0, 2), S("q="))) return -1;
    return parse_weight(str_slice(rest, 2, rest.len));
}

/* Is "de-AT" "de", or a part of it? */
static bool serves(struct str language, struct str range)
{
    return str_eq_nocase(language, str_slice(range, 0, language.len)) &&
           (range.len == language.len || range.at[language.len] == '-');
}

static bool is_english(struct str range)
{
    return str_is(range, "*") || serves(S("en"), range);
}

const struct sentences *language_wanted(const struct languages *have, struct str accept)
{
    const struct sentences *best = NULL;
    struct str piece, range;
    int most = 0;
    while (have && str_cut(&accept, ',', &piece)) {
        int weight = read_range(piece, &range);
        const struct sentences *one = NULL;
        for (size_t i = 0; i < have->count && !one; i++)
            if (serves(have->at[i].language, range)) one = &have->at[i];
        if (weight <= most || (!one && !is_english(range))) continue;
        most = weight;
        best = one;
    }
    return best;
}
