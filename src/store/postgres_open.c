/* How a connection to PostgreSQL is made and set. */
#include "store/postgres.h"

enum result postgres_place_find(struct ctx *ctx, const struct store_config *config, struct postgres_place *place)
{
    (void)place;
    return fail(ctx, INVALID, "The database %.*s cannot be used by this build.", PRINT(config->database));
}

void postgres_place_release(struct postgres_place *place)
{
    free(place->url);
}

enum result postgres_open(const struct postgres_place *place, struct db **db, char *why)
{
    *db = NULL;
    snprintf(why, SENTENCE_SIZE, "%s cannot be reached.", place->url);
    return BROKEN;
}
